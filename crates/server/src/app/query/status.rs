//! What runs where: every product in every environment on every target, as the targets attest it.

use super::{
    super::{App, Error, Request},
    deployments::{summary, waiting},
    facts,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Environment, Kind, Product, Target, path},
    converge::{Attestation, Health},
    deployment::{Deployment, facts::Report},
    id::DeploymentId,
    name::Name,
    version::Version,
};
use tidegate_protocol::api::{
    ComponentStatus, DeploymentInProgress, EnvironmentStatus, ProductStatus, StatusView,
    TargetStatus,
};
use tidegate_store::{Succeeded, TargetKey, Tx};

/// So many deployments of a place are looked through for when something came that is not what succeeded last.
const LOOKED_BACK: u64 = 20;

impl App {
    /// What runs where.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn status(
        self: &std::sync::Arc<Self>,
        request: &Request,
    ) -> Result<StatusView, Error> {
        let input = (self.clone(), request.clone());
        self.store
            .read(input, |tx, (app, request)| all(tx, app, request).boxed())
            .await
    }
}

async fn all(tx: &mut Tx, app: &App, request: &Request) -> Result<StatusView, Error> {
    let mut sight = request.sight(tx).await?;
    let environments = tx.environments().await?;
    let mut products = Vec::new();
    let mut declared: Vec<Product> = tx.documents(Kind::Product).await?;
    declared.retain(|product| sight.shows(&product.name));
    let record = Record::of(tx, &environments).await?;
    for product in declared {
        let path = path::of(&product, &environments).unwrap_or_default();
        let mut places = Vec::with_capacity(path.len());
        for environment in path {
            let place = (product.name.clone(), environment);
            places.push(record.status(tx, app, &place).await?);
        }
        products.push(ProductStatus {
            product: product.name.to_string(),
            environments: places,
        });
    }
    Ok(StatusView { products })
}

/// A product in an environment.
type Place = (Name, Name);

/// What is read once for all places: a hundred products in five environments would be asked for by thousands of questions.
struct Record {
    connected: BTreeSet<TargetKey>,
    /// By environment, without load balancers.
    targets: BTreeMap<Name, Vec<Target>>,
    reports: BTreeMap<Place, BTreeMap<Name, Report>>,
    running: BTreeMap<Place, DeploymentId>,
    succeeded: BTreeMap<Place, Succeeded>,
}

impl Record {
    async fn of(tx: &mut Tx, environments: &BTreeMap<Name, Environment>) -> Result<Self, Error> {
        let agents = tx.agents().await?.into_iter();
        let in_touch = agents.filter(|agent| agent.connected && agent.revoked_at.is_none());
        let mut reports: BTreeMap<Place, BTreeMap<Name, Report>> = BTreeMap::new();
        let mut targets = BTreeMap::new();
        for name in environments.keys() {
            let mut declared = tx.targets_in(name).await?;
            declared.retain(|target| target.balances.is_empty());
            targets.insert(name.clone(), declared);
            for (product, target, report) in tx.reports_by_product(name).await? {
                let place = reports.entry((product, name.clone())).or_default();
                place.insert(target, report);
            }
        }
        let succeeded = tx.last_succeeded().await?.into_iter();
        Ok(Self {
            connected: in_touch.map(|agent| agent.key).collect(),
            targets,
            reports,
            running: tx.running_by_place().await?,
            succeeded: succeeded.map(|it| (it.place.clone(), it)).collect(),
        })
    }

    async fn status(
        &self,
        tx: &mut Tx,
        app: &App,
        place: &Place,
    ) -> Result<EnvironmentStatus, Error> {
        let (_, environment) = place;
        let nothing = BTreeMap::new();
        let reports = self.reports.get(place).unwrap_or(&nothing);
        let mut releases = BTreeMap::new();
        for id in facts::revisions_in(reports) {
            if let Some(known) = app.revisions.get(tx, id).await? {
                releases.insert(id, known);
            }
        }
        let target = |target: &Target| {
            let key = TargetKey {
                environment: environment.clone(),
                target: target.name.clone(),
            };
            let report = reports.get(&target.name);
            target_status(
                &target.name,
                report,
                self.connected.contains(&key),
                &releases,
            )
        };
        let targets = self.targets.get(environment).into_iter().flatten();
        let targets: Vec<TargetStatus> = targets.map(target).collect();
        let release = common_release(&targets);
        let since = match &release {
            Some(release) => self.came(tx, place, release).await?,
            None => None,
        };
        let deployment = match self.running.get(place) {
            Some(id) => in_progress(tx, app, *id).await?,
            None => None,
        };
        Ok(EnvironmentStatus {
            environment: environment.to_string(),
            release,
            health: worst(&targets),
            since,
            deployment,
            targets,
        })
    }

    /// When a release came that runs in a place: by what succeeded there last, or before.
    async fn came(
        &self,
        tx: &mut Tx,
        place: &Place,
        release: &str,
    ) -> Result<Option<Timestamp>, Error> {
        match self.succeeded.get(place) {
            None => return Ok(None),
            Some(last) if last.release.as_str() == release => return Ok(Some(last.ended_at)),
            Some(_) => {}
        }
        let before = tx.succeeded_in(&place.0, &place.1, LOOKED_BACK).await?;
        let mut before = before.iter();
        let came = before.find(|deployment| deployment.release.as_str() == release);
        Ok(came.and_then(|deployment| deployment.status.ended_at()))
    }
}

type Releases =
    BTreeMap<tidegate_domain::revision::RevisionId, std::sync::Arc<super::super::revisions::Known>>;

fn target_status(
    name: &Name,
    report: Option<&Report>,
    connected: bool,
    releases: &Releases,
) -> TargetStatus {
    let active = report
        .map(|report| report.observed.active.as_slice())
        .unwrap_or_default();
    let of = |attestation: &Attestation| attestation.revision.and_then(|id| releases.get(&id));
    let versions: BTreeSet<Option<Version>> = active
        .iter()
        .map(|a| of(a).map(|known| known.revision.release.clone()))
        .collect();
    let release = versions
        .first()
        .cloned()
        .flatten()
        .filter(|_| versions.len() == 1);
    let component = |attestation: &Attestation| ComponentStatus {
        component: attestation.component.to_string(),
        version: of(attestation)
            .and_then(|known| known.revision.component(&attestation.component))
            .map(|component| component.version.to_string()),
        digest: attestation.artifact.map(|digest| digest.to_string()),
        health: health_word(attestation.health).to_owned(),
        detail: attestation.detail.clone(),
    };
    let health = active
        .iter()
        .map(|a| a.health)
        .max()
        .map_or("unknown", health_word);
    TargetStatus {
        target: name.to_string(),
        release: release.map(|release| release.to_string()),
        connected,
        health: health.to_owned(),
        components: active.iter().map(component).collect(),
    }
}

fn common_release(targets: &[TargetStatus]) -> Option<String> {
    let first = targets.first()?.release.clone()?;
    targets
        .iter()
        .all(|target| target.release.as_ref() == Some(&first))
        .then_some(first)
}

fn worst(targets: &[TargetStatus]) -> String {
    const ORDER: [&str; 6] = [
        "failed",
        "unhealthy",
        "unknown",
        "starting",
        "stopped",
        "healthy",
    ];
    let found = ORDER
        .into_iter()
        .find(|word| targets.iter().any(|target| target.health == *word));
    found.unwrap_or("empty").to_owned()
}

const fn health_word(health: Health) -> &'static str {
    match health {
        Health::Stopped => "stopped",
        Health::Starting => "starting",
        Health::Healthy => "healthy",
        Health::Unhealthy => "unhealthy",
        Health::Failed => "failed",
    }
}

async fn in_progress(
    tx: &mut Tx,
    app: &App,
    id: DeploymentId,
) -> Result<Option<DeploymentInProgress>, Error> {
    let Some(deployment) = tx.deployment(id).await? else {
        return Ok(None);
    };
    let facts = super::collect(tx, app, &deployment).await?;
    let waiting_on = waiting(&deployment, &facts, tx.now());
    Ok(Some(progress(&deployment, waiting_on)))
}

fn progress(
    deployment: &Deployment,
    waiting_on: Vec<tidegate_protocol::api::WaitingView>,
) -> DeploymentInProgress {
    DeploymentInProgress {
        id: deployment.id.0,
        release: deployment.release.to_string(),
        status: deployment.status.word().to_owned(),
        summary: summary(deployment),
        targets_done: deployment.arrived(),
        targets_total: u32::try_from(deployment.targets.len()).unwrap_or(u32::MAX),
        waiting_on,
    }
}
