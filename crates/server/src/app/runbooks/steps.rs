//! How the steps of a deployment stand, and whom they wait for.

use super::{
    super::{App, Error, Request, hands::Hands, procedures::Naming, query, steer},
    deeds::is_theirs,
    shown::{Scene, timeline},
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    deployment::{Deployment, Purpose, Status},
    id::DeploymentId,
    runbook::{Conducted, Step, Timeline, Way},
};
use tidegate_protocol::api::{ConductedView, StepView, StepsView, WaitingStepView};
use tidegate_store::Tx;

impl App {
    /// The steps of a deployment, by its deployment plan and its backout plan.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn steps(&self, request: &Request, id: DeploymentId) -> Result<StepsView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let deployment = steer::found(tx, request, (Action::Read, *id)).await?;
                    view(tx, request, &deployment).await
                }
                .boxed()
            })
            .await
    }
}

pub(super) async fn view(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
) -> Result<StepsView, Error> {
    let all = tx.conducted(deployment.id).await?;
    let closes = query::closes(tx, deployment).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let hands = Hands::of(tx, request).await?;
    let backout = all.iter().find(|it| it.runbook.way == Way::Back);
    let backout = backout.map(|it| it.runbook.clone());
    let steps = all.iter().flat_map(|it| &it.runbook.steps);
    let named = steps.filter_map(|it| it.procedure.as_ref());
    let naming = Naming::of(tx, request, named).await?;
    let mut runbooks = Vec::with_capacity(all.len());
    for it in &all {
        let run = it.run_of(deployment);
        let active = is_active(deployment, it.runbook.way);
        let goes_forward = deployment.status.goes_forward();
        let scene = Scene {
            runbook: &it.runbook,
            run: &run,
            procedures: (&naming, &it.procedures),
            backout: backout.as_ref(),
            closes: closes.filter(|_| goes_forward),
            now: deployment.status.ended_at().unwrap_or_else(|| tx.now()),
            is_run: active,
        };
        let offers = |step: &Step| {
            let theirs = active && is_theirs((&authorizer, &hands), request, (deployment, step));
            let words = theirs.then(|| run.offers(&it.runbook, step));
            words.unwrap_or_default()
        };
        runbooks.push(ConductedView {
            way: it.runbook.way.word().to_owned(),
            edition: it.edition.0,
            hash: it.runbook.hash().to_string(),
            active,
            timeline: timeline(&scene, offers)?,
        });
    }
    Ok(StepsView {
        deployment: deployment.id.0,
        sentence: sentence(&runbooks),
        runbooks,
    })
}

/// Whether a runbook is being run, or what comes after its end may still be done.
pub(in crate::app) fn is_active(deployment: &Deployment, way: Way) -> bool {
    match &deployment.status {
        Status::Requested | Status::Preparing { .. } | Status::Rolling { .. } => {
            way == Way::Forward
        }
        Status::Succeeded { .. } => match deployment.purpose {
            Purpose::Promotion => way == Way::Forward,
            Purpose::Rollback { .. } => way == Way::Back,
        },
        Status::RollingBack { .. } | Status::RolledBack { .. } | Status::Failed { .. } => {
            way == Way::Back
        }
        Status::Cancelling { .. } | Status::Cancelled { .. } | Status::Superseded { .. } => false,
    }
}

/// Whose turn it is, as a person would say it.
fn sentence(runbooks: &[ConductedView]) -> String {
    if runbooks.is_empty() {
        return "It runs without a deployment plan.".to_owned();
    }
    let active = runbooks.iter().filter(|it| it.active);
    let steps = active.flat_map(|it| &it.timeline.steps);
    let open = steps.filter(|it| it.kind != "automatic");
    let open: Vec<&StepView> = open
        .filter(|it| it.state == "ready" || it.state == "started")
        .collect();
    match open.as_slice() {
        [] => "Nothing waits for people.".to_owned(),
        [step] => format!("{} is up, for {}.", step.title, owner(step)),
        many => {
            let titles: Vec<&str> = many.iter().map(|step| step.title.as_str()).collect();
            format!("{} steps are up: {}.", many.len(), titles.join(", "))
        }
    }
}

fn owner(step: &StepView) -> &str {
    step.owner.as_deref().unwrap_or("nobody")
}

/// The steps of deployments that are up, of those that are `whose`, the most urgent first.
pub(in crate::app) async fn waiting_for(
    tx: &mut Tx,
    request: &Request,
    whose: impl Fn(&Step) -> bool,
) -> Result<Vec<WaitingStepView>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut found = Vec::new();
    for id in tx.open_runbooks().await? {
        let Some(deployment) = tx.deployment(id).await? else {
            continue;
        };
        if !sight.shows(&deployment.product) {
            continue;
        }
        for it in tx.conducted(id).await? {
            if is_active(&deployment, it.runbook.way) {
                found.extend(up(&deployment, &it, &whose, tx.now()));
            }
        }
    }
    found.sort_by_key(|step| step.due.unwrap_or(step.since));
    Ok(found)
}

/// The steps of one runbook that are up.
fn up(
    deployment: &Deployment,
    conducted: &Conducted,
    whose: impl Fn(&Step) -> bool,
    now: Timestamp,
) -> Vec<WaitingStepView> {
    let run = conducted.run_of(deployment);
    let laid = Timeline::of(&conducted.runbook, &run, now).ok();
    let view = |step: &Step| {
        let status = run.status(&step.name);
        let since = status.since().filter(|_| status.is_pending())?;
        let is_meant = step.phase().is_none() && whose(step);
        is_meant.then(|| WaitingStepView {
            deployment: deployment.id.0,
            product: deployment.product.to_string(),
            version: deployment.release.to_string(),
            environment: deployment.environment.to_string(),
            way: conducted.runbook.way.word().to_owned(),
            name: step.name.to_string(),
            title: step.title().to_owned(),
            kind: step.kind.word().to_owned(),
            owner: step.owner.as_ref().map(ToString::to_string),
            since,
            due: laid.as_ref().and_then(|it| it.span(&step.name)?.due),
            told: status.told(),
        })
    };
    conducted.runbook.steps.iter().filter_map(view).collect()
}
