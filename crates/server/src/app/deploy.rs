//! Starting deployments along the promotion path. Going back is `rollback`; both begin by [`begin`].

mod ready;

use super::{
    App, Error, Kind, Request, balancing,
    leftovers::{self, Serving},
    plans::{self, Wanted, Way},
    present, returns,
    rollback::standing,
    runbooks, runs, steer,
};
use futures::FutureExt;
use ready::ready;
pub(super) use ready::supervised;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::Target,
    converge::DesiredState,
    deployment::{Deployment, Event, Membership, NoReturn, Purpose, Status, Supervision},
    id::{ChangeId, DeploymentId, GroupRunId, SnapshotNumber},
    name::{Name, listed},
    plan::Plan,
    release::{Release, Snapshot},
    revision::Revision,
    runbook::{self, Conducted},
};
use tidegate_protocol::api::DeploymentRequest;
use tidegate_store::{TargetKey, Tx};

impl App {
    /// Starts a deployment of a sealed release.
    ///
    /// # Errors
    /// When the release is a draft, has not passed the environments before, another deployment runs there, or a
    /// target has no agent.
    pub async fn deploy(
        &self,
        request: Request,
        wanted: &DeploymentRequest,
    ) -> Result<DeploymentId, Error> {
        let wanted = Wanted::read(wanted)?;
        let id = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                promote(tx, request, wanted, None).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(id)
    }
}

pub(super) async fn promote(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
    group: Option<GroupRunId>,
) -> Result<DeploymentId, Error> {
    let ready = ready(tx, request, wanted).await?;
    begin(tx, request, ready.start(wanted, group)).await
}

/// The deployment that would begin. Nothing is written.
///
/// # Errors
/// When it would be refused.
pub(super) async fn would_begin(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<Deployment, Error> {
    let ready = Box::pin(ready(tx, request, wanted)).await?;
    let start = ready.start(wanted, None);
    let (product, environment) = (&wanted.product, &wanted.environment);
    if let Some(running) = tx.deployment_running_in(product, environment).await? {
        return Err(still_running(running, product, environment));
    }
    Ok(drafted(tx, request, &start, DeploymentId(0))
        .await?
        .deployment)
}

/// What a deployment begins with.
pub(super) struct Start<'a> {
    pub(super) release: &'a Release,
    pub(super) snapshot: (&'a Snapshot, SnapshotNumber),
    pub(super) environment: &'a Name,
    pub(super) purpose: Purpose,
    /// What cannot be undone on its way, where it is known to lead back.
    pub(super) crosses: Option<NoReturn>,
    /// The group run that it is a member of.
    pub(super) group: Option<GroupRunId>,
    /// Whether it takes the place of the deployment that runs there.
    pub(super) supersedes: bool,
    /// Whether targets of which it is not known what they run are left as they are.
    pub(super) leave_behind: bool,
    pub(super) way: Way,
    pub(super) leave: Leave,
}

/// Under which change request a deployment runs, and whether under supervision.
#[derive(Debug, Clone, Default)]
pub(super) struct Leave {
    pub(super) change: Option<ChangeId>,
    pub(super) supervision: Option<Supervision>,
}

pub(super) async fn begin(
    tx: &mut Tx,
    request: &Request,
    start: Start<'_>,
) -> Result<DeploymentId, Error> {
    let product = &start.release.product;
    let id = tx.next_deployment().await?;
    if let Some(running) = tx.deployment_running_in(product, start.environment).await? {
        if !start.supersedes {
            return Err(still_running(running, product, start.environment));
        }
        steer::apply(tx, request, running, &Event::Superseded { by: id }).await?;
    }
    let Drafted {
        deployment,
        revisions,
        left_behind,
        conducted,
    } = drafted(tx, request, &start, id).await?;
    for revision in &revisions {
        tx.record_revision(revision).await?;
    }
    let names: Vec<&Name> = deployment.targets.iter().map(|run| &run.target).collect();
    tx.record_deployment_requested(&deployment).await?;
    for runbook in &conducted {
        tx.record_conducted(runbook).await?;
    }
    let detail = serde_json::json!({
        "product": product, "release": deployment.release, "environment": deployment.environment,
        "purpose": deployment.purpose, "plan": deployment.plan.hash(), "parts": deployment.parts, "targets": names,
        "change": deployment.change, "supervised": deployment.supervision.is_some(), "left_behind": left_behind,
    });
    request
        .journal(
            tx,
            "deployment.requested",
            &format!("deployment/{}", deployment.id),
            &detail,
        )
        .await?;
    let place = (&deployment.product, &deployment.environment);
    Box::pin(returns::overtake(tx, request, place)).await?;
    Ok(deployment.id)
}

/// A deployment that has not begun.
struct Drafted {
    deployment: Deployment,
    /// What it brings.
    revisions: Vec<Revision>,
    /// The targets that are left as they are.
    left_behind: Vec<Name>,
    /// What it runs by.
    conducted: Vec<Conducted>,
}

/// Drafts a deployment from what is there. Nothing is written.
async fn drafted(
    tx: &mut Tx,
    request: &Request,
    start: &Start<'_>,
    id: DeploymentId,
) -> Result<Drafted, Error> {
    let product = &start.release.product;
    let left = leftovers::of(tx, product, start.environment).await?;
    let present = present::of(tx, product, start.environment).await?;
    let serving = left.serving(&present);
    let mut targets = meant_targets(tx, start, &serving).await?;
    let wanted = (&present, start.leave_behind);
    let left_behind = present::leave_out(tx, &mut targets, wanted).await?;
    let (deployment, revisions) = draft(tx, request, start, (id, &targets, &serving)).await?;
    let conducted = runbooks::conducted(tx, &deployment).await?;
    let runbook = |way| {
        conducted
            .iter()
            .map(|it| &it.runbook)
            .find(|it| it.way == way)
    };
    let (forward, back) = (runbook(runbook::Way::Forward), runbook(runbook::Way::Back));
    Ok(Drafted {
        deployment: Deployment {
            traffic: left.split(&deployment.balancers, tx.now()),
            inherited: start.crosses.clone().or_else(|| left.no_return.clone()),
            parts: deployment.parts.clone().with_runbooks(forward, back),
            ..deployment
        },
        revisions,
        left_behind,
        conducted,
    })
}

/// The targets that a deployment is about, and what serves on each.
type Place<'a> = (DeploymentId, &'a [Target], &'a BTreeMap<Name, Serving>);

/// A deployment that has not begun, with the revisions it brings. Nothing is written.
pub(super) async fn draft(
    tx: &mut Tx,
    request: &Request,
    start: &Start<'_>,
    (id, targets, serving): Place<'_>,
) -> Result<(Deployment, Vec<Revision>), Error> {
    let product = &start.release.product;
    let names = targets.iter().map(|target| target.name.clone()).collect();
    let jobs = match start.purpose {
        Purpose::Promotion => plans::jobs(start.release, start.snapshot.0),
        // What they did is left as it is.
        Purpose::Rollback { .. } => Vec::new(),
    };
    let how = (start.way.clone(), jobs);
    let plan = plans::compiled(tx, start.environment, how, names).await?;
    let balancers = balancing::found(tx, product, start.environment).await?;
    balancing::check(&plan, &balancers, start)?;
    let fast_track = is_fast(tx, start, &plan).await?;
    let (runs, revisions) = runs::of(tx, start, &plan, (targets, serving)).await?;
    let (snapshot, number) = start.snapshot;
    let deployment = Deployment {
        id,
        product: start.release.product.clone(),
        environment: start.environment.clone(),
        release: start.release.version.clone(),
        snapshot: number,
        purpose: start.purpose,
        parts: plans::parts(start.release, snapshot.digest(), start.environment, &plan),
        plan,
        requested_by: request.actor.name.clone(),
        requested_at: tx.now(),
        status: Status::Requested,
        sign_offs: Vec::new(),
        overrides: Vec::new(),
        checks: Vec::new(),
        fast_track,
        jobs: Vec::new(),
        trials: Vec::new(),
        change: start.leave.change,
        supervision: start.leave.supervision.clone(),
        inherited: None,
        return_signed: None,
        membership: start.group.map(Membership::of),
        traffic: None,
        balancers,
        targets: runs,
    };
    Ok((deployment, revisions))
}

/// Whether what it brings stands in the same place since so short a time, and passed there whatever this plan would ask.
async fn is_fast(tx: &mut Tx, start: &Start<'_>, plan: &Plan) -> Result<bool, Error> {
    let window = plan.limits.fast_track;
    if window.0 == 0 || plan.checks.is_empty() {
        return Ok(false);
    }
    let product = &start.release.product;
    let since = tx.now() - window.as_signed();
    let standing = standing(tx, product, start.environment).await?;
    Ok(standing.iter().any(|earlier| {
        let is_same =
            earlier.release == start.release.version && earlier.snapshot == start.snapshot.1;
        let is_recent = earlier.status.ended_at().is_some_and(|at| at >= since);
        is_same && is_recent && earlier.passed_all(&plan.checks)
    }))
}

fn still_running(running: DeploymentId, product: &Name, environment: &Name) -> Error {
    let detail = format!("deployment {running} of {product} to {environment} is still running");
    Error::refused(Kind::Conflict, "deployment-running", detail).hint(format!(
        "wait for it, end it by `tidegate cancel {running}`, or take its place with `--supersede`"
    ))
}

/// What each target was last told of a product.
pub(super) async fn told(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<BTreeMap<Name, DesiredState>, Error> {
    let desired = tx.desired_in(environment, product).await?;
    Ok(desired.into_iter().collect())
}

/// The targets that a deployment is about. Where nothing was ever deployed, there is nothing to take back.
async fn meant_targets(
    tx: &mut Tx,
    start: &Start<'_>,
    serving: &BTreeMap<Name, Serving>,
) -> Result<Vec<Target>, Error> {
    let mut targets = tx.targets_in(start.environment).await?;
    let runs = targets
        .iter()
        .find(|target| !target.balances.is_empty() && serving.contains_key(&target.name));
    if let Some(target) = runs {
        let detail = format!(
            "target {} is declared a load balancer and still runs {}",
            target.name, start.release.product
        );
        return Err(Error::refused(Kind::Conflict, "target-is-balancer", detail)
            .hint("declare the load balancer as a target of its own"));
    }
    targets.retain(|target| target.balances.is_empty());
    if matches!(start.purpose, Purpose::Rollback { .. }) {
        targets.retain(|target| serving.contains_key(&target.name));
        return Ok(targets);
    }
    let agents = tx.agents().await?;
    let agents = agents.into_iter().filter(|it| it.revoked_at.is_none());
    let enrolled: BTreeSet<TargetKey> = agents.map(|agent| agent.key).collect();
    let is_enrolled = |target: &Target| {
        enrolled.contains(&TargetKey {
            environment: target.environment.clone(),
            target: target.name.clone(),
        })
    };
    let missing = targets.iter().filter(|target| !is_enrolled(target));
    let missing: Vec<&Name> = missing.map(|target| &target.name).collect();
    if missing.is_empty() {
        return Ok(targets);
    }
    let detail = format!(
        "no agent is enrolled, or it was revoked, for {}",
        listed(missing)
    );
    let environment = targets
        .first()
        .map(|t| t.environment.to_string())
        .unwrap_or_default();
    Err(Error::refused(Kind::NotReady, "target-without-agent", detail)
        .hint(format!("`tidegate enrolment create --environment {environment}`, then `tidegate agent enroll` there")))
}
