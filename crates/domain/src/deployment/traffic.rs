//! How load balancers share out requests while a deployment goes on.
//!
//! Where a plan says so, the targets of a wave receive nothing while they change, then the share that the wave gives to
//! all changed targets. A split is ordered of every balancer at once and counts when each has said that it shares out
//! so. Going back takes the changed targets out of the way first; it waits for balancers only where the old revision runs
//! beside the new one.

use super::{BalancerFacts, Cause, Decision, Deployment, Event, Stage, WaitingOn, decide::View};
use crate::{
    converge::{Balancer, Health},
    name::Name,
    plan::{OnFailure, Percent},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A load balancer that shares out requests to the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalancerRun {
    /// The target where it runs.
    pub target: Name,
    /// What it is told, for each component that it has requests for.
    pub routes: BTreeMap<Name, Balancer>,
}

/// Who receives requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "split")]
pub enum Split {
    /// Every target alike.
    Even,
    /// As an earlier deployment left it.
    Unsettled,
    /// The targets of the first `waves` waves together their share, the others the rest.
    Share {
        /// So many waves count as changed.
        waves: u32,
        /// What their targets receive together.
        percent: Percent,
        /// Whether the targets of the wave after them receive nothing, because they change.
        drains: bool,
    },
}

/// The split that was ordered last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ordered {
    /// It.
    pub split: Split,
    /// What each server weighed then, in the order of [`Deployment::weights`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<u16>,
    /// When.
    pub since: Timestamp,
}

impl Deployment {
    /// Whether its plan says who receives requests.
    pub fn shares_traffic(&self) -> bool {
        self.plan.shares_traffic() && !self.balancers.is_empty()
    }

    /// The share of the changed targets after `wave`: its own, or that of the last wave before it that has one.
    fn share_after(&self, wave: u32) -> Percent {
        let so_far = self.plan.waves.iter().take(wave as usize + 1);
        so_far
            .filter_map(|wave| wave.traffic)
            .next_back()
            .unwrap_or_default()
    }
}

impl Ordered {
    /// Whether a split is ordered as things stand.
    fn is(&self, deployment: &Deployment, split: Split) -> bool {
        let weights = deployment
            .weights(split)
            .into_iter()
            .map(|server| server.weight);
        self.split == split && weights.eq(self.weights.iter().copied())
    }
}

/// Whether the targets of `wave` may change: they receive nothing any more.
pub(super) fn is_drained(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let percent = share_while_changing(view.deployment, wave);
    let split = Split::Share {
        waves: wave,
        percent,
        drains: true,
    };
    let changes_nothing = view.deployment.next_to_change(wave).is_empty();
    changes_nothing || holds(view, split, decision)
}

/// The share of those that changed already: as before. Where the wave gives them everything, each one's natural part. Side
/// by side, what changes receives nothing anyway: requests stay where they are.
fn share_while_changing(deployment: &Deployment, wave: u32) -> Percent {
    if deployment.plan.side_by_side {
        return share_now(deployment);
    }
    let planned = deployment.plan.waves.get(wave as usize);
    let is_last = planned.is_some_and(|planned| planned.traffic == Some(Percent::ALL));
    match wave.checked_sub(1) {
        Some(_) if is_last => {
            let new = deployment.count(|stage| matches!(stage, Stage::Passed { .. }));
            let changing = deployment.next_to_change(wave);
            let runs = deployment.targets.iter();
            let stays = runs
                .filter(|run| deployment.runs_old(run) && !changing.contains(&run.target))
                .count();
            let old = u32::try_from(stays).unwrap_or(u32::MAX);
            Percent::of(new, new + old)
        }
        Some(before) => deployment.share_after(before),
        None => Percent::default(),
    }
}

/// The share of the changed targets as it was last ordered.
fn share_now(deployment: &Deployment) -> Percent {
    match deployment.traffic.as_ref().map(|ordered| ordered.split) {
        Some(Split::Share { percent, .. }) => percent,
        Some(Split::Even | Split::Unsettled) | None => Percent::default(),
    }
}

/// Whether the targets of `wave`, which changed, receive what they should.
pub(super) fn is_settled(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    holds(view, settled_split(view, wave), decision)
}

fn settled_split(view: &View<'_>, wave: u32) -> Split {
    Split::Share {
        waves: wave + 1,
        percent: view.deployment.share_after(wave),
        drains: false,
    }
}

/// Whether every balancer says that it shares out so. If not, it is ordered, waited for, or has failed.
fn holds(view: &View<'_>, split: Split, decision: &mut Decision) -> bool {
    if !view.deployment.shares_traffic() {
        return true;
    }
    let ordered = view.deployment.traffic.as_ref();
    let as_it_is = ordered.filter(|ordered| ordered.is(view.deployment, split));
    let Some(ordered) = as_it_is else {
        order(split, decision);
        return false;
    };
    let missing = missing(view);
    if missing.is_empty() {
        return true;
    }
    let limits = &view.deployment.plan.limits;
    let until = ordered.since + limits.progress_deadline.as_signed();
    if view.now < until {
        let balancers = missing;
        decision.wait_for(view, Some(WaitingOn::Traffic { balancers, until }));
        return false;
    }
    decision.events.push(match limits.on_failure {
        OnFailure::RollBack => Event::RollbackStarted {
            cause: Cause::Balancers { failed: missing },
        },
        OnFailure::Hold => Event::Held {
            reason: Cause::Balancers { failed: missing }.to_string(),
            by: None,
        },
    });
    false
}

/// Orders a split of every balancer.
fn order(split: Split, decision: &mut Decision) {
    decision.events.push(Event::TrafficShifted { split });
    decision.route = Some(split);
}

/// The balancers that do not say that they share out as ordered, and why.
fn missing(view: &View<'_>) -> Vec<(Name, String)> {
    let nothing = BalancerFacts::default();
    let facts = |i: usize| view.facts.balancers.get(i).unwrap_or(&nothing);
    let runs = view.deployment.balancers.iter().enumerate();
    let missing = runs.filter(|(i, _)| !(facts(*i).current && facts(*i).applied));
    missing
        .map(|(i, run)| {
            let known = facts(i);
            let why = match (&known.failure, known.connected) {
                (Some(failure), true) => failure.clone(),
                (_, false) => "its agent is not in touch".to_owned(),
                (None, true) => "it has not answered".to_owned(),
            };
            (run.target.clone(), why)
        })
        .collect()
}

/// Takes what changed out of the way of requests before it goes back; answers whether it may. Where the old revision was
/// replaced, nobody waits: it serves nobody before it is back. Where it runs beside the new one, requests have to be with
/// it before the new one is stopped.
pub(super) fn is_out_of_the_way(
    view: &View<'_>,
    decision: &mut Decision,
) -> Result<bool, Vec<(Name, String)>> {
    let away = Split::Share {
        waves: 0,
        percent: Percent::default(),
        drains: false,
    };
    let deployment = view.deployment;
    let Some(ordered) = deployment
        .traffic
        .as_ref()
        .filter(|_| deployment.shares_traffic())
    else {
        return Ok(true);
    };
    if !deployment.plan.side_by_side {
        if !ordered.is(deployment, away) {
            order(away, decision);
        }
        return Ok(true);
    }
    let nothing_runs = deployment.count(Stage::is_changed) == 0;
    if nothing_runs
        || deployment.count(|s| matches!(s, Stage::Restoring { .. } | Stage::Restored { .. })) > 0
    {
        return Ok(true);
    }
    if !ordered.is(deployment, away) {
        let dead = not_serving(view);
        if !dead.is_empty() && has_requests(ordered.split) {
            return Err(dead);
        }
        order(away, decision);
        return Ok(false);
    }
    let missing = missing(view);
    if missing.is_empty() {
        return Ok(true);
    }
    let until = ordered.since + deployment.plan.limits.progress_deadline.as_signed();
    if view.now >= until {
        return Err(missing);
    }
    let balancers = missing;
    decision.wait_for(view, Some(WaitingOn::Traffic { balancers, until }));
    Ok(false)
}

/// Whether the changed targets were to receive something.
fn has_requests(split: Split) -> bool {
    match split {
        Split::Share { percent, .. } => percent > Percent::default(),
        Split::Even | Split::Unsettled => false,
    }
}

/// The old slots that requests cannot go back to, and why.
fn not_serving(view: &View<'_>) -> Vec<(Name, String)> {
    let beside = view.targets().filter(|(_, run, _)| run.before.is_some());
    let dead = beside.filter(|(_, _, facts)| facts.health != Some(Health::Healthy));
    dead.map(|(_, run, facts)| {
        let why = format!(
            "the previous revision does not serve beside it: {}",
            facts.detail
        );
        (run.target.clone(), why)
    })
    .collect()
}

/// Gives every target its part again, at the end or where an earlier deployment left it otherwise. Nobody waits for it.
pub(super) fn even_out(view: &View<'_>, decision: &mut Decision) {
    let deployment = view.deployment;
    let ordered = deployment.traffic.as_ref();
    let uneven = ordered.is_some_and(|ordered| !ordered.is(deployment, Split::Even));
    if uneven && !deployment.balancers.is_empty() {
        order(Split::Even, decision);
    }
}
