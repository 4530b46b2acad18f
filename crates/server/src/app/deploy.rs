//! Starting deployments along the promotion path. Going back is `rollback`; both begin by [`begin`].

use super::{
    App, Error, Kind, Request, balancing, clearance,
    leftovers::{self, Serving},
    plans::{self, Wanted, Way},
    present, quarantine, releases,
    rollback::{past_no_return, standing},
    runs, steer,
};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, Resource},
    catalog::{Target, path},
    converge::DesiredState,
    deployment::{Deployment, Event, Membership, NoReturn, Purpose, Status, Supervision},
    id::{ChangeId, DeploymentId, GroupRunId, SnapshotNumber},
    name::{Name, listed},
    plan::Plan,
    release::{Release, Snapshot},
    revision::Revision,
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
    let place = (&wanted.product, &wanted.environment);
    let supervision = supervised(tx, request, place).await?;
    let release = releases::find(tx, &wanted.product, &wanted.release).await?;
    let number = release
        .current_snapshot()
        .ok_or_else(|| releases::draft(&release))?;
    releases::check_not_blocked(&release)?;
    let place = (&release, &wanted.environment);
    Box::pin(quarantine::check_release(tx, &request.gate, place)).await?;
    if !passes_order(tx, wanted).await? {
        check_promotion(tx, wanted, number).await?;
    }
    check_forward(tx, wanted, number).await?;
    let snapshot = releases::snapshot(tx, &release, number).await?;
    let way = wanted.way(tx).await?;
    let start = Start {
        release: &release,
        snapshot: (&snapshot, number),
        environment: &wanted.environment,
        purpose: Purpose::Promotion,
        crosses: None,
        group,
        supersedes: wanted.supersedes,
        leave_behind: wanted.leave_behind,
        way,
        leave: Leave {
            change: wanted.change,
            supervision,
        },
    };
    begin(tx, request, start).await
}

/// Whose level is too low to deploy may ask for it under supervision. What a policy forbids, or a token is not good for, nobody
/// lets go.
async fn supervised(
    tx: &mut Tx,
    request: &Request,
    place: (&Name, &Name),
) -> Result<Option<Supervision>, Error> {
    let Err(refused) = request.permit_place(tx, Action::Deploy, place).await else {
        return Ok(None);
    };
    let authorizer = request.gate.authorizer(tx).await?;
    let resource = Resource::place(place.0.clone(), place.1.clone());
    let answer = authorizer.ask(&request.actor, Action::Deploy, &resource);
    let by_level = answer.because.is_empty() && answer.failed.is_empty() && answer.scope.is_none();
    let assists = request.permit_place(tx, Action::Assist, place).await;
    match (by_level, assists) {
        (true, Ok(_)) => Ok(Some(Supervision::default())),
        _ => Err(refused),
    }
}

/// An emergency change that somebody else approved passes the promotion order.
async fn passes_order(tx: &mut Tx, wanted: &Wanted) -> Result<bool, Error> {
    let Some(change) = wanted.change else {
        return Ok(false);
    };
    let place = (&wanted.product, &wanted.environment);
    clearance::is_emergency(tx, change, (place, &wanted.release)).await
}

/// A release must have reached the environment before, and must not have been taken back there since.
async fn check_promotion(
    tx: &mut Tx,
    wanted: &Wanted,
    number: SnapshotNumber,
) -> Result<(), Error> {
    let product = releases::find_product(tx, &wanted.product).await?;
    let environments = tx.environments().await?;
    if !environments.contains_key(&wanted.environment) {
        return Err(Error::not_found(
            "environment-not-found",
            "environment",
            &wanted.environment,
        ));
    }
    let before = path::before(&wanted.environment, &product, &environments).map_err(|why| {
        let path = path::of(&product, &environments).unwrap_or_default();
        let path: Vec<_> = path.iter().map(Name::as_str).collect();
        Error::refused(
            Kind::BadRequest,
            "path-invalid",
            format!("{}: {why}", wanted.product),
        )
        .hint(format!("its promotion path is {}", path.join(" → ")))
    })?;
    let Some(before) = before else { return Ok(()) };
    let standing = standing(tx, &wanted.product, &before).await?;
    let reached = |d: &Deployment| d.release == wanted.release && d.snapshot == number;
    if standing.iter().any(reached) {
        return Ok(());
    }
    let detail = format!(
        "release {} with configuration {number} has not succeeded in {before}, which comes before {}",
        wanted.release, wanted.environment
    );
    Err(
        Error::refused(Kind::NotReady, "promotion-order", detail).hint(format!(
            "`tidegate deploy {} {} --to {before}` first",
            wanted.product, wanted.release
        )),
    )
}

/// What stands there below something that cannot be undone is no way forward: that is going back, and is signed.
async fn check_forward(tx: &mut Tx, wanted: &Wanted, number: SnapshotNumber) -> Result<(), Error> {
    let (product, environment, now) = (&wanted.product, &wanted.environment, tx.now());
    let is_wanted = |d: &Deployment| d.release == wanted.release && d.snapshot == number;
    let standing = standing(tx, product, environment).await?;
    let Some(place) = standing.iter().rposition(is_wanted) else {
        return Ok(());
    };
    let newest = DeploymentId(u64::MAX >> 1);
    let newest = tx
        .deployments_before(newest, 1, (Some(product), Some(environment)))
        .await?
        .pop();
    let halfway = newest.filter(|newest| {
        let open = !newest.status.is_terminal() || newest.leaves_no_return().is_some();
        open && !is_wanted(newest)
    });
    let later = standing.iter().skip(place + 1).chain(&halfway);
    let past = later.rev().find_map(|d| Some((d, d.no_return(now)?)));
    past.map_or(Ok(()), |(deployment, past)| {
        Err(past_no_return(deployment, &past))
    })
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
    let left = leftovers::of(tx, product, start.environment).await?;
    let present = present::of(tx, product, start.environment).await?;
    let serving = left.serving(&present);
    let mut targets = meant_targets(tx, &start, &serving).await?;
    let wanted = (&present, start.leave_behind);
    let left_behind = present::leave_out(tx, &mut targets, wanted).await?;
    let (deployment, revisions) = draft(tx, request, &start, (id, &targets, &serving)).await?;
    let deployment = Deployment {
        traffic: left.split(&deployment.balancers, tx.now()),
        inherited: start.crosses.or_else(|| left.no_return.clone()),
        ..deployment
    };
    for revision in &revisions {
        tx.record_revision(revision).await?;
    }
    let names: Vec<&Name> = targets.iter().map(|target| &target.name).collect();
    tx.record_deployment_requested(&deployment).await?;
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
    Ok(deployment.id)
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
