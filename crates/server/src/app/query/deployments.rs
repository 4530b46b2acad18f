//! Deployments as they are shown.

use super::{
    super::{App, Error, Page, Request, clearance::returning, returns, rollback::standing, steer},
    checks, facts,
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    deployment::{
        Deployment, Facts, JobStage, Position, Purpose, Stage, Status, TargetRun, WaitingOn, decide,
    },
    id::DeploymentId,
    name::Name,
    plan::{PlannedJob, When},
};
use tidegate_protocol::api::{DeploymentView, JobView, TargetRunView, WaitingView, WaveView};
use tidegate_store::Tx;

impl App {
    /// One deployment with its waves.
    ///
    /// # Errors
    /// When there is none.
    pub async fn deployment_view(
        self: &std::sync::Arc<Self>,
        request: &Request,
        id: DeploymentId,
    ) -> Result<DeploymentView, Error> {
        let input = (self.clone(), request.clone(), id);
        self.store
            .read(input, |tx, (app, request, id)| {
                view(tx, app, request, *id).boxed()
            })
            .await
    }

    /// At most `limit` deployments below number `before`, newest first, of one place if given; without waves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn deployment_list(
        &self,
        request: &Request,
        before: Option<DeploymentId>,
        limit: u64,
        place: (Option<Name>, Option<Name>),
    ) -> Result<Vec<DeploymentView>, Error> {
        let before = before.unwrap_or(DeploymentId(u64::MAX >> 1));
        let input = (request.clone(), before, limit, place);
        let found = self
            .store
            .read(input, |tx, (request, before, limit, place)| {
                list(tx, request, (*before, *limit), place).boxed()
            })
            .await?;
        let without_waves = |deployment: &Deployment| DeploymentView {
            jobs: Vec::new(),
            waves: Vec::new(),
            ..shown(deployment, &Facts::default(), Vec::new())
        };
        Ok(found.iter().map(without_waves).collect())
    }

    /// What taking a deployment back leads to; none when nothing stood there before.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn before_deployment(
        &self,
        request: &Request,
        id: DeploymentId,
    ) -> Result<Option<Before>, Error> {
        let input = (request.clone(), id);
        self.store
            .read(input, |tx, (request, id)| {
                stood_before(tx, request, *id).boxed()
            })
            .await
    }
}

/// What stood in a place before a deployment, and stands there again when that is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The version of the release.
    pub release: String,
    /// The number of its configuration.
    pub snapshot: u64,
}

async fn stood_before(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
) -> Result<Option<Before>, Error> {
    let deployment = steer::found(tx, request, (Action::Read, id)).await?;
    let standing = standing(tx, &deployment.product, &deployment.environment).await?;
    let is_over = deployment.status.is_terminal();
    let is_same =
        |d: &Deployment| d.release == deployment.release && d.snapshot == deployment.snapshot;
    let mut earlier = standing.iter().rev().filter(|d| d.id < id);
    // One that stands is taken back together with those before it that brought the same.
    let before = earlier.find(|d| !(is_over && is_same(d)));
    Ok(before.map(|d| Before {
        release: d.release.to_string(),
        snapshot: d.snapshot.0,
    }))
}

async fn list(
    tx: &mut Tx,
    request: &Request,
    range: (DeploymentId, u64),
    place: &(Option<Name>, Option<Name>),
) -> Result<Vec<Deployment>, Error> {
    let mut found = seen(tx, request, range, place).await?;
    for deployment in found
        .iter_mut()
        .filter(|deployment| !deployment.status.is_terminal())
    {
        // The sentence about one that runs counts its targets.
        deployment.targets = tx
            .deployment(deployment.id)
            .await?
            .map(|whole| whole.targets)
            .unwrap_or_default();
    }
    Ok(found)
}

async fn seen(
    tx: &mut Tx,
    request: &Request,
    (mut before, limit): (DeploymentId, u64),
    (product, environment): &(Option<Name>, Option<Name>),
) -> Result<Vec<Deployment>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut page = Page::new(limit);
    let place = (product.as_ref(), environment.as_ref());
    loop {
        let found = tx.deployments_before(before, limit, place).await?;
        let last = found.last().map(|deployment| deployment.id);
        let is_whole = page.take(found, |it: &Deployment| sight.shows(&it.product));
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

async fn view(
    tx: &mut Tx,
    app: &App,
    request: &Request,
    id: DeploymentId,
) -> Result<DeploymentView, Error> {
    let deployment = steer::found(tx, request, (Action::Read, id)).await?;
    let facts = facts::collect(tx, app, &deployment).await?;
    let waiting_on = waiting(&deployment, &facts, tx.now());
    let asked = returns::waiting(tx, &deployment).await?;
    let past = deployment.no_return(tx.now());
    let past = past.filter(|_| deployment.return_signed.is_none());
    Ok(DeploymentView {
        checks: checks::of(tx, &deployment).await?,
        objections: objections(tx, &deployment).await?,
        no_return: past.map(|past| past.to_string()),
        asked_rollback: asked.as_ref().map(returns::view),
        ..shown(&deployment, &facts, waiting_on)
    })
}

/// What was objected to in what it went back to.
async fn objections(tx: &mut Tx, deployment: &Deployment) -> Result<Vec<String>, Error> {
    let mut objections = Vec::new();
    for returned in tx.return_judgements_of(deployment.id).await? {
        let release = &returned.release;
        let found = returning::objections(tx, &returned).await?;
        objections.extend(found.into_iter().map(|it| format!("{release}: {it}")));
    }
    Ok(objections)
}

/// What a deployment waits for at this moment.
pub(super) fn waiting(
    deployment: &Deployment,
    facts: &Facts,
    now: jiff::Timestamp,
) -> Vec<WaitingView> {
    decide(deployment, facts, now)
        .waiting_on
        .iter()
        .map(waiting_view)
        .collect()
}

fn waiting_view(waiting: &WaitingOn) -> WaitingView {
    WaitingView {
        kind: waiting.word().to_owned(),
        sentence: waiting.to_string(),
        until: waiting.until(),
        remedy: waiting.remedy().to_owned(),
    }
}

fn shown(deployment: &Deployment, facts: &Facts, waiting_on: Vec<WaitingView>) -> DeploymentView {
    let status = &deployment.status;
    DeploymentView {
        id: deployment.id.0,
        product: deployment.product.to_string(),
        environment: deployment.environment.to_string(),
        release: deployment.release.to_string(),
        snapshot: deployment.snapshot.0,
        purpose: match deployment.purpose {
            Purpose::Promotion => "promotion".to_owned(),
            Purpose::Rollback { .. } => "rollback".to_owned(),
        },
        status: status.word().to_owned(),
        summary: summary(deployment),
        strategy: deployment.plan.strategy.to_string(),
        plan_hash: deployment.plan.hash().to_string(),
        waiting_on,
        wave: status.wave().map(|wave| wave + 1),
        held: status.hold().map(|hold| hold.reason.clone()),
        cause: status.cause().map(ToString::to_string),
        requested_by: deployment.requested_by.to_string(),
        requested_at: deployment.requested_at,
        ended_at: status.ended_at(),
        unreached: status.unreached().iter().map(Name::to_string).collect(),
        checks: Vec::new(),
        jobs: jobs(deployment),
        no_return: None,
        asked_rollback: None,
        objections: Vec::new(),
        group_run: deployment.membership.as_ref().map(|it| it.group.0),
        fast_track: deployment.fast_track,
        waves: waves(deployment, facts),
    }
}

fn jobs(deployment: &Deployment) -> Vec<JobView> {
    let view = |planned: &PlannedJob| {
        let run = deployment.job_run(&planned.job);
        let on = run.and_then(|run| deployment.targets.get(run.target.0 as usize));
        let reason = run.and_then(|run| match &run.stage {
            JobStage::Ended {
                accepted: Some(word),
                ..
            } => Some(format!("{}: {}", word.by, word.reason)),
            JobStage::Ended { outcome, .. } => outcome.reason().map(str::to_owned),
            JobStage::Running { .. } | JobStage::Again { .. } => None,
        });
        JobView {
            job: planned.job.to_string(),
            when: planned.when.word().to_owned(),
            reversible: planned.reversible.to_string(),
            state: run.map_or("planned", |run| run.stage.word()).to_owned(),
            reason,
            target: on.map(|on| on.target.to_string()),
            tries: run.map_or(0, |run| run.fence),
        }
    };
    // What a check asks is shown with the check.
    let own = deployment
        .plan
        .jobs
        .iter()
        .filter(|job| job.when != When::Check);
    own.map(view).collect()
}

/// The targets that a wave was the last to change, or will be the first.
fn changed(deployment: &Deployment, wave: u32) -> impl Iterator<Item = (Position, &TargetRun)> {
    let targets = deployment.positioned();
    targets.filter(move |(_, run)| run.last_wave() == wave)
}

fn waves(deployment: &Deployment, facts: &Facts) -> Vec<WaveView> {
    if deployment.targets.is_empty() {
        return Vec::new();
    }
    let target = |(position, run): (Position, &TargetRun)| {
        let facts = facts.targets.get(position.0 as usize);
        let detail = run.stage.reason().or(facts.map(|f| f.detail.as_str()));
        TargetRunView {
            target: run.target.to_string(),
            stage: run.stage.word().to_owned(),
            detail: detail.unwrap_or_default().to_owned(),
            connected: facts.is_some_and(|f| f.connected),
            ignored: run.stage.ignored().map(|word| word.reason.clone()),
        }
    };
    let waves = (0..).zip(&deployment.plan.waves);
    waves
        .map(|(number, wave)| WaveView {
            title: wave.title.clone(),
            traffic: wave.traffic.map(|traffic| traffic.to_string()),
            instances: wave.instances.map(|share| share.to_string()),
            targets: changed(deployment, number).map(target).collect(),
        })
        .collect()
}

/// One sentence that a person would say about how far a deployment is.
pub fn summary(deployment: &Deployment) -> String {
    let what = format!("{} {}", deployment.product, deployment.release);
    let place = &deployment.environment;
    let total = deployment
        .plan
        .waves
        .iter()
        .map(|wave| wave.targets.len())
        .sum::<usize>();
    let arrived = deployment.arrived();
    let back = deployment.count(|stage| matches!(stage, Stage::Restored { .. }));
    match &deployment.status {
        Status::Requested => format!("{what} is about to go to {place}."),
        Status::Preparing { .. } => {
            let ready = deployment.count(|stage| matches!(stage, Stage::Prepared));
            format!("{what} lies ready on {ready} of {total} targets in {place}.")
        }
        Status::Rolling { wave, .. } => {
            let waves = deployment.plan.waves.len();
            format!(
                "{what} is on {arrived} of {total} targets in {place}, in wave {} of {waves}.",
                wave + 1
            )
        }
        Status::RollingBack { cause, .. }
            if matches!(deployment.purpose, Purpose::Rollback { .. }) =>
        {
            format!("{place} goes back to {what}, on {arrived} of {total} targets: {cause}.")
        }
        Status::RollingBack { cause, .. } => {
            format!("{what} is being taken back from {place}, {back} targets are back: {cause}.")
        }
        Status::Cancelling { by, .. } => format!("{what} to {place} is being cancelled by {by}."),
        Status::Succeeded { .. } => match deployment.excluded() {
            0 => format!("{what} runs on all {total} targets in {place}."),
            left_out => format!(
                "{what} runs on {arrived} of {total} targets in {place}; {left_out} excluded."
            ),
        },
        Status::RolledBack { cause, .. } => format!("{what} was rolled back in {place}: {cause}."),
        Status::Failed { cause, .. } => format!("{what} failed in {place}: {cause}."),
        Status::Cancelled { by, .. } => {
            format!("{what} to {place} was cancelled by {by}; targets stay as they are.")
        }
        Status::Superseded { by, .. } => {
            format!("{what} to {place} was superseded by deployment {by}.")
        }
    }
}
