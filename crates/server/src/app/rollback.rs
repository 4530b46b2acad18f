//! Going back to what ran before: by the deployment in progress, or by one of its own.

use super::{
    App, Error, Kind, Request,
    deploy::{Start, begin},
    field, plans, releases,
    steer::{self, read_reason},
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    catalog::NamedLimits,
    deployment::{Cause, Deployment, Event, Purpose, Status},
    id::DeploymentId,
    name::Name,
    plan::{Share, Strategy},
};
use tidegate_protocol::api::RollbackRequest;
use tidegate_store::Tx;

impl App {
    /// Takes back what runs in an environment: the deployment in progress, or else the last one that succeeded.
    ///
    /// # Errors
    /// When there is nothing to go back to.
    pub async fn roll_back(
        &self,
        request: Request,
        wanted: &RollbackRequest,
    ) -> Result<DeploymentId, Error> {
        request.permit(Action::RollBack)?;
        let place: (Name, Name) = (
            field("product", &wanted.product)?,
            field("environment", &wanted.environment)?,
        );
        let input = (request, place, read_reason(&wanted.reason)?);
        let id = self
            .store
            .write(input, |tx, input| take_back(tx, input).boxed())
            .await?;
        self.bus.wake_engine();
        Ok(id)
    }
}

/// The promotions that succeeded in a place and were not taken back by a later rollback, oldest first: the last is what
/// runs, the one before is what going back leads to.
pub(super) async fn standing(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Vec<Deployment>, Error> {
    let newest_first = tx.succeeded_in(product, environment, 500).await?;
    let mut standing: Vec<Deployment> = Vec::new();
    for deployment in newest_first.into_iter().rev() {
        match deployment.purpose {
            Purpose::Promotion => standing.push(deployment),
            Purpose::Rollback { of } => standing.retain(|taken_back| taken_back.id < of),
        }
    }
    Ok(standing)
}

pub(super) async fn take_back(
    tx: &mut Tx,
    (request, (product, environment), reason): &(Request, (Name, Name), String),
) -> Result<DeploymentId, Error> {
    if let Some(id) = tx.deployment_running_in(product, environment).await? {
        return take_back_running(tx, request, (id, reason)).await;
    }
    let nothing = || nothing_to_take_back(product, environment);
    let mut standing = standing(tx, product, environment).await?;
    let newest = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    let newest = tx.deployments_before(newest, 1, place).await?.pop();
    let left_halfway =
        |d: &Deployment| matches!(d.status, Status::Cancelled { .. } | Status::Failed { .. });
    let of = match newest.filter(left_halfway) {
        // Some targets may run it: all go back to what stood before.
        Some(halfway) => halfway.id,
        None => {
            let current = standing.pop().ok_or_else(nothing)?;
            forget_same(&mut standing, &current)
        }
    };
    let previous = standing.pop().ok_or_else(nothing)?;
    let release = releases::find(tx, product, &previous.release).await?;
    releases::check_not_blocked(&release)?;
    let snapshot = tx.snapshot(product, previous.snapshot).await?;
    let snapshot =
        snapshot.ok_or_else(|| Error::Broken(format!("snapshot {} is gone", previous.snapshot)))?;
    let start = Start {
        release: &release,
        snapshot: (&snapshot, previous.snapshot),
        environment,
        purpose: Purpose::Rollback { of },
        supersedes: false,
        // Going back has an order of its own; as many at a time as when it was brought there.
        way: plans::Way {
            strategy: Strategy::AllAtOnce,
            checks: Vec::new(),
            limits: limits(&previous),
        },
    };
    let id = begin(tx, request, start).await?;
    go_back(tx, request, id, reason).await?;
    Ok(id)
}

/// As many at a time as when it was brought there. Side by side all could change at once; going back, a quarter may.
fn limits(previous: &Deployment) -> NamedLimits {
    let limits = NamedLimits::of(&previous.plan.limits);
    if !previous.plan.side_by_side {
        return limits;
    }
    let total: usize = previous
        .plan
        .waves
        .iter()
        .map(|wave| wave.targets.len())
        .sum();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    NamedLimits {
        max_unavailable: Some(Share::Count(Share::Percent(25).of(total))),
        ..limits
    }
}

/// From here on the deployment goes back, because a person wants it.
async fn go_back(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    reason: &str,
) -> Result<(), Error> {
    let cause = Cause::Person {
        by: request.actor.name.clone(),
        reason: reason.to_owned(),
    };
    steer::apply(tx, request, id, &Event::RollbackStarted { cause }).await
}

/// Takes back the deployment in progress. One that goes back already goes on doing that: asking twice changes nothing.
async fn take_back_running(
    tx: &mut Tx,
    request: &Request,
    (id, reason): (DeploymentId, &str),
) -> Result<DeploymentId, Error> {
    let running = tx.deployment(id).await?;
    let goes_back = |d: &Deployment| {
        matches!(d.purpose, Purpose::Rollback { .. })
            || matches!(d.status, Status::RollingBack { .. })
    };
    if running.as_ref().is_some_and(goes_back) {
        return Ok(id);
    }
    go_back(tx, request, id, reason).await?;
    Ok(id)
}

/// Leaves out the deployments of the same release and configuration right below `current`; answers the oldest of them.
fn forget_same(standing: &mut Vec<Deployment>, current: &Deployment) -> DeploymentId {
    let same = |d: &mut Deployment| d.release == current.release && d.snapshot == current.snapshot;
    let mut oldest = current.id;
    while let Some(repeated) = standing.pop_if(same) {
        oldest = repeated.id;
    }
    oldest
}

fn nothing_to_take_back(product: &Name, environment: &Name) -> Error {
    let detail = format!("{product} has nothing in {environment} to go back to");
    Error::refused(Kind::NotReady, "nothing-to-roll-back", detail)
        .hint("a rollback needs two different deployments that succeeded there")
}
