//! What a control would have stopped, had it been in force.

use super::{App, Error, Request, apply, controls, optional};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    control::{Control, Finding, Judgement},
    id::DeploymentId,
    name::Name,
};
use tidegate_policy::Controls;
use tidegate_protocol::api::{BacktestRequest, BacktestView, StoppedView};

/// Judgements read in one transaction.
const BATCH: u64 = 500;
/// The most that a backtest lists.
const LISTED_MAX: usize = 1_000;

impl App {
    /// Which of the deployments so far a control would have stopped, by the facts that were kept when they began. Nothing
    /// is changed.
    ///
    /// # Errors
    /// When there is no such control, or the file declares none that fits.
    pub async fn backtest(
        &self,
        request: &Request,
        wanted: &BacktestRequest,
    ) -> Result<BacktestView, Error> {
        let declared = wanted.file.as_deref().map(apply::one_control).transpose()?;
        let named: Option<Name> = optional("control", wanted.control.as_deref())?;
        let control = self
            .store
            .read(
                (request.clone(), declared, named),
                |tx, (request, declared, named)| {
                    async move {
                        request.permit_at_large(tx, Action::Read).await?;
                        match (declared, named) {
                            (Some(declared), _) => Ok(declared.clone()),
                            (None, Some(named)) => controls::in_force(tx, request, named)
                                .await
                                .map(|(control, _)| control),
                            (None, None) => Err(Error::invalid(
                                "control",
                                "name one, or send a file that declares one",
                            )),
                        }
                    }
                    .boxed()
                },
            )
            .await?;
        self.tried(&control).await
    }

    async fn tried(&self, control: &Control) -> Result<BacktestView, Error> {
        let alone = Controls::alone(control, 0);
        let mut view = BacktestView {
            control: control.name.to_string(),
            tried: 0,
            about: 0,
            stopped: Vec::new(),
            stopped_total: 0,
            returned: Vec::new(),
        };
        let mut after = DeploymentId(0);
        loop {
            let found = self.store.read(after, |tx, after| {
                tx.judgements_after(*after, BATCH).boxed()
            });
            let found = found.await?;
            let Some((last, _)) = found.last() else {
                break;
            };
            after = *last;
            for (id, judgement) in &found {
                view.tried += 1;
                let findings = alone.judge(&judgement.facts);
                view.about += u64::from(!findings.is_empty());
                if let Some(stopped) = lacking(*id, judgement, &findings) {
                    view.stopped_total += 1;
                    keep(&mut view.stopped, stopped);
                }
            }
        }
        self.returned(&alone, &mut view).await?;
        Ok(view)
    }

    /// Those that went back to what the control does not hold for. It would have stopped none of them.
    async fn returned(&self, alone: &Controls, view: &mut BacktestView) -> Result<(), Error> {
        let mut after = DeploymentId(0);
        loop {
            let found = self.store.read(after, |tx, after| {
                tx.return_judgements_after(*after, BATCH).boxed()
            });
            let found = found.await?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            after = *last;
            for (id, returned) in &found {
                let Some(judgement) = &returned.judgement else {
                    continue;
                };
                let findings = alone.judge_return(&judgement.facts);
                if let Some(objected) = lacking(*id, judgement, &findings) {
                    keep(&mut view.returned, objected);
                }
            }
        }
    }
}

/// What the control lacks there, if it does not hold.
fn lacking(id: DeploymentId, judgement: &Judgement, findings: &[Finding]) -> Option<StoppedView> {
    let finding = findings.first().filter(|finding| !finding.holds())?;
    let facts = &judgement.facts;
    let lacked = finding.lacks.iter();
    Some(StoppedView {
        deployment: id.0,
        what: format!(
            "{} {} to {}",
            facts.release.product, facts.release.version, facts.deployment.environment
        ),
        lacked: lacked
            .map(|lack| format!("{}: {}", lack.of, lack.what))
            .collect(),
        at: facts.at,
    })
}

fn keep(listed: &mut Vec<StoppedView>, one: StoppedView) {
    if listed.len() < LISTED_MAX {
        listed.push(one);
    }
}
