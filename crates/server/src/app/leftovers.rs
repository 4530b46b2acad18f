//! What the last deployment of a place left behind when it did not end well: two slots that both run, load balancers
//! that share out requests in its way, and what it did that cannot be undone.

use super::{Error, Kind, balancing, deploy, present};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{DesiredState, Present, Slot},
    deployment::{BalancerFacts, BalancerRun, Deployment, NoReturn, Ordered, Split, facts::Report},
    generation::Incarnation,
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

/// What is on record of a product in an environment, beside the last deployment.
pub(super) struct Around<'a> {
    /// The present history.
    pub(super) history: Incarnation,
    /// What each target was told.
    pub(super) told: &'a BTreeMap<Name, DesiredState>,
    /// What each said.
    pub(super) said: &'a BTreeMap<Name, Report>,
    /// The load balancers that share out requests to it.
    pub(super) balancers: &'a [BalancerRun],
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
    let said = tx.reports_in(environment, product).await?.into_iter();
    let around = Around {
        history: present::history(tx).await?,
        told: &deploy::told(tx, product, environment).await?,
        said: &said.collect(),
        balancers: &balancing::found(tx, product, environment).await?,
    };
    after(&last, &around)
}

/// The same by what was read already.
///
/// # Errors
/// As before.
pub(super) fn after(last: &Deployment, around: &Around<'_>) -> Result<Leftovers, Error> {
    let no_return = last.leaves_no_return();
    let is_over = around.balancers_are_over();
    let Some(ordered) = last.traffic.clone() else {
        return Ok(Leftovers {
            uneven: is_over,
            no_return,
            ..Leftovers::default()
        });
    };
    if last.plan.side_by_side {
        around.check_balancers_follow(last)?;
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

impl Around<'_> {
    /// Whether a load balancer of the place follows what it was told in a history that is over. What that was is lost.
    fn balancers_are_over(&self) -> bool {
        let balancers = self.balancers.iter();
        let mut told = balancers.filter_map(|it| self.told.get(&it.target));
        told.any(|told| present::is_over(self.history, told))
    }

    fn check_balancers_follow(&self, last: &Deployment) -> Result<(), Error> {
        let follows = |balancer: &&BalancerRun| {
            let (told, said) = (
                self.told.get(&balancer.target),
                self.said.get(&balancer.target),
            );
            // It is told anew before anything changes; nobody will ever hear what it was told last.
            let is_over = told.is_some_and(|it| present::is_over(self.history, it));
            let known = BalancerFacts::of(told, said, true);
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
