//! Looking back at a deployment that has ended: what its checks, or those of another strategy, would have come to.

use super::{App, Error, Kind, Request, optional, query::checks, steer};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    analysis::Window,
    catalog::{Kind as CatalogKind, NamedStrategy},
    deployment::{CheckRun, Deployment, Period, looked_back, periods},
    id::DeploymentId,
    journal::Entry,
    name::Name,
    plan::{Check, Scene},
};
use tidegate_protocol::api::CheckView;
use tidegate_store::Tx;

/// As many entries of its journal are read.
const ENTRIES: u64 = 100_000;

impl App {
    /// Asks checks about the time in which the waves of a deployment were watched: its own, or those of a declared strategy.
    /// Nothing is kept.
    ///
    /// # Errors
    /// When it still runs, there is no such strategy, or there are no checks to ask.
    pub async fn look_back(
        &self,
        request: &Request,
        id: DeploymentId,
        strategy: Option<&str>,
    ) -> Result<Vec<CheckView>, Error> {
        let strategy: Option<Name> = optional("strategy", strategy)?;
        let (deployment, checks, entries) = self
            .store
            .read(
                (request.clone(), id, strategy),
                |tx, (request, id, strategy)| past(tx, request, *id, strategy.as_ref()).boxed(),
            )
            .await?;
        let mut views = Vec::new();
        for period in periods(&deployment, &entries) {
            for check in &checks {
                views.push(self.asked(&deployment, &period, check).await);
            }
        }
        Ok(views)
    }

    /// Whose checks can be asked about a deployment.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn look_back_choice(
        &self,
        request: &Request,
        id: DeploymentId,
    ) -> Result<LookBackChoice, Error> {
        let input = (request.clone(), id);
        self.store
            .read(input, |tx, (request, id)| choice(tx, request, *id).boxed())
            .await
    }

    async fn asked(&self, deployment: &Deployment, period: &Period, check: &Check) -> CheckView {
        let scene = Scene {
            product: deployment.product.to_string(),
            environment: deployment.environment.to_string(),
            release: deployment.release.to_string(),
            canary: period.canary.clone(),
            baseline: match check.wants_fresh_baseline() && !period.fresh.is_empty() {
                true => period.fresh.clone(),
                false => period.baseline.clone(),
            },
        };
        let window = Window {
            from: period.from,
            until: period.until,
        };
        let measurements = self.metrics.look_back(check, &scene, window).await;
        let outcome = looked_back(check, &measurements);
        let run = CheckRun {
            wave: period.wave,
            check: check.name.clone(),
            since: period.from,
            ended: Some((period.until, outcome)),
            accepted: None,
        };
        checks::view(&run, check, &measurements.iter().collect::<Vec<_>>())
    }
}

/// Whose checks can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookBackChoice {
    /// Whether it had any itself.
    pub own: bool,
    /// The declared strategies that have some.
    pub strategies: Vec<String>,
}

async fn choice(tx: &mut Tx, request: &Request, id: DeploymentId) -> Result<LookBackChoice, Error> {
    let deployment = steer::found(tx, request, (Action::Read, id)).await?;
    let mut strategies: Vec<NamedStrategy> = tx.documents(CatalogKind::Strategy).await?;
    strategies.retain(|strategy| !strategy.checks.is_empty());
    Ok(LookBackChoice {
        own: !deployment.plan.checks.is_empty(),
        strategies: strategies.iter().map(|it| it.name.to_string()).collect(),
    })
}

async fn past(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    strategy: Option<&Name>,
) -> Result<(Deployment, Vec<Check>, Vec<Entry>), Error> {
    let deployment = steer::found(tx, request, (Action::Read, id)).await?;
    if !deployment.status.is_terminal() {
        let detail = format!("deployment {id} still runs");
        return Err(Error::refused(Kind::NotReady, "deployment-running", detail)
            .hint("its checks are asked meanwhile; look back when it has ended"));
    }
    let checks = match strategy {
        None => deployment.plan.checks.clone(),
        Some(name) => {
            let named = tx.strategy(name).await?;
            let missing = || Error::not_found("strategy-not-found", "strategy", name);
            named.ok_or_else(missing)?.checks
        }
    };
    if checks.is_empty() {
        let detail = format!("deployment {id} had no checks that could be asked again");
        return Err(Error::refused(Kind::NotReady, "no-checks", detail)
            .hint("name a strategy whose checks are to be asked: `--strategy NAME`"));
    }
    let subject = format!("deployment/{id}");
    let told = tx
        .entries_before(u64::MAX >> 1, ENTRIES, Some(&subject))
        .await?;
    let oldest_first = told.iter().rev().map(|entry| entry.entry());
    let entries = oldest_first.collect::<Result<_, _>>()?;
    Ok((deployment, checks, entries))
}
