//! What the last deployment of a place left behind when it did not end well: two slots that both run, load balancers
//! that share out requests in its way, and what it did that cannot be undone.

use super::{Error, Kind, balancing, deploy, present};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{DesiredState, Present, Slot},
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

/// What requests go to on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Serving {
    /// The revision.
    pub(super) revision: RevisionId,
    /// Where it runs.
    pub(super) slot: Slot,
    /// Whether only the target itself says so.
    pub(super) is_attested: bool,
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
    let is_over = balancers_are_over(tx, product, environment).await?;
    let Some(ordered) = last.traffic.clone() else {
        return Ok(Leftovers {
            uneven: is_over,
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
        uneven: is_over || ordered.split != Split::Even,
        switched,
        no_return,
    })
}

/// Whether a load balancer of the place follows what it was told in a history that is over. What that was is lost.
async fn balancers_are_over(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<bool, Error> {
    let history = present::history(tx).await?;
    let told = deploy::told(tx, product, environment).await?;
    let balancers = balancing::found(tx, product, environment).await?;
    let mut told = balancers.iter().filter_map(|it| told.get(&it.target));
    Ok(told.any(|told| present::is_over(history, told)))
}

async fn balancers_follow(tx: &mut Tx, last: &Deployment) -> Result<(), Error> {
    let place = (&last.environment, &last.product);
    let history = present::history(tx).await?;
    let desired = deploy::told(tx, place.1, place.0).await?;
    let reports = tx.reports_in(place.0, place.1).await?;
    let reports: BTreeMap<Name, _> = reports.into_iter().collect();
    let follows = |balancer: &&BalancerRun| {
        let name = &balancer.target;
        // It is told anew before anything changes; nobody will ever hear what it was told last.
        let is_over = desired
            .get(name)
            .is_some_and(|it| present::is_over(history, it));
        let known = BalancerFacts::of(desired.get(name), reports.get(name), true);
        is_over || (known.current && known.applied)
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
    pub(super) fn serving(&self, present: &BTreeMap<Name, Present>) -> BTreeMap<Name, Serving> {
        let serving = |(name, present): (&Name, &Present)| {
            let (runs, is_attested) = match present {
                Present::Told(runs) => (runs, false),
                Present::Attested(runs) => (runs, true),
                Present::Nothing | Present::Silent => return None,
            };
            let mut active = runs.active.iter();
            let first = active.next()?;
            let second = active.find(|component| component.slot != first.slot);
            let slot = second.filter(|_| self.switched).unwrap_or(first).slot;
            let revision = only(runs, slot)?;
            let serving = Serving {
                revision,
                slot,
                is_attested,
            };
            Some((name.clone(), serving))
        };
        present.iter().filter_map(serving).collect()
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
fn only(desired: &DesiredState, slot: Slot) -> Option<RevisionId> {
    let mut own = desired
        .active
        .iter()
        .filter(|component| component.slot == slot);
    let revision = own.next()?.revision;
    own.all(|component| component.revision == revision)
        .then_some(revision)
}
