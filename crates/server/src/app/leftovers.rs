//! What the last deployment of a place left behind when it did not end well: two slots that both run, load balancers
//! that share out requests in its way, and what it did that cannot be undone.

use super::{Error, Kind, deploy::Told};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{DesiredState, Slot},
    deployment::{BalancerFacts, BalancerRun, Deployment, NoReturn, Ordered, Split},
    id::DeploymentId,
    name::Name,
    plan::Percent,
    revision::RevisionId,
};
use tidegate_store::Tx;

/// What was left.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Whether load balancers were last told anything but that all weigh the same.
    uneven: bool,
    /// Whether requests were last sent to the slots that came later.
    switched: bool,
    /// What it did that cannot be undone.
    pub(super) no_return: Option<NoReturn>,
}

/// What the last deployment of a place left.
///
/// # Errors
/// When requests are still being moved between two slots: stopping either would leave somebody without an answer.
pub(super) async fn of(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Leftovers, Error> {
    let newest = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    let Some(last) = tx.deployments_before(newest, 1, place).await?.pop() else {
        return Ok(Leftovers::default());
    };
    let no_return = last.leaves_no_return();
    let Some(ordered) = last.traffic.clone() else {
        return Ok(Leftovers {
            no_return,
            ..Leftovers::default()
        });
    };
    if last.plan.side_by_side {
        balancers_follow(tx, &last).await?;
    }
    let switched = match ordered.split {
        Split::Share { percent, .. } => last.plan.side_by_side && percent > Percent::default(),
        Split::Even | Split::Unsettled => false,
    };
    Ok(Leftovers {
        uneven: ordered.split != Split::Even,
        switched,
        no_return,
    })
}

async fn balancers_follow(tx: &mut Tx, last: &Deployment) -> Result<(), Error> {
    let place = (&last.environment, &last.product);
    let desired: BTreeMap<Name, DesiredState> =
        tx.desired_in(place.0, place.1).await?.into_iter().collect();
    let reports = tx.reports_in(place.0, place.1).await?;
    let reports: BTreeMap<Name, _> = reports.into_iter().collect();
    let follows = |balancer: &&BalancerRun| {
        let name = &balancer.target;
        let known = BalancerFacts::of(desired.get(name), reports.get(name), true);
        known.current && known.applied
    };
    let Some(behind) = last.balancers.iter().find(|balancer| !follows(balancer)) else {
        return Ok(());
    };
    let detail = format!(
        "requests to {} in {} are still being moved: load balancer {} has not followed",
        last.product, last.environment, behind.target
    );
    Err(Error::refused(Kind::NotReady, "requests-moving", detail)
        .hint("see whether it runs, and its agent beside it; then try again"))
}

impl Leftovers {
    /// What each target runs that requests go to, and where.
    pub(super) fn serving(&self, told: BTreeMap<Name, DesiredState>) -> Told {
        let serving = |(name, desired): (Name, DesiredState)| {
            let mut active = desired.active.iter();
            let first = active.next()?;
            let second = active.find(|component| component.slot != first.slot);
            let chosen = second.filter(|_| self.switched).unwrap_or(first);
            Some((name, only(&desired, chosen.slot)?))
        };
        told.into_iter().filter_map(serving).collect()
    }

    /// How a new deployment begins: load balancers that were left uneven have to be told again.
    pub(super) fn split(&self, balancers: &[BalancerRun], since: Timestamp) -> Option<Ordered> {
        (self.uneven && !balancers.is_empty()).then(|| Ordered {
            split: Split::Unsettled,
            weights: Vec::new(),
            since,
        })
    }
}

/// The one revision that every component of a slot is told to run.
fn only(desired: &DesiredState, slot: Slot) -> Option<(RevisionId, Slot)> {
    let mut own = desired
        .active
        .iter()
        .filter(|component| component.slot == slot);
    let revision = own.next()?.revision;
    own.all(|component| component.revision == revision)
        .then_some((revision, slot))
}
