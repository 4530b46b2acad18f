//! How load balancers share out requests while a deployment goes on.
//!
//! Where a plan says so, the targets of a wave receive nothing while they change, then the share that the wave gives to
//! all changed targets. A split is ordered of every balancer at once and counts when each has said that it shares out
//! so. Going back takes the changed targets out of the way first, and waits for no balancer.

use super::{
    BalancerFacts, Cause, Decision, Deployment, Event, Position, Stage, TargetRun, WaitingOn,
    decide::View,
};
use crate::{
    converge::{Balancer, Slot, traffic::shares},
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ordered {
    /// It.
    pub split: Split,
    /// When.
    pub since: Timestamp,
}

/// What one server weighs: a target, in one of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// The target.
    pub target: Position,
    /// The slot.
    pub slot: Slot,
    /// As load balancers count.
    pub weight: u16,
}

impl Deployment {
    /// What each server weighs in a split, in the deployment's order. Somebody always receives something.
    pub fn weights(&self, split: Split) -> Vec<Weighed> {
        let servers = if self.plan.side_by_side {
            self.weigh_slots(split)
        } else {
            self.weigh_waves(split)
        };
        match servers.iter().all(|server| server.weight == 0) {
            true => self.weigh_waves(Split::Even),
            false => servers,
        }
    }

    /// Every target has two servers: the share is that of the new slots.
    fn weigh_slots(&self, split: Split) -> Vec<Weighed> {
        let percent = match split {
            Split::Share { percent, .. } => percent,
            // Where it ends: the new slots once it has succeeded, and what was there before it otherwise.
            Split::Even if self.status.goes_forward() => Percent::ALL,
            Split::Even => Percent::default(),
        };
        let total = u16::try_from(self.targets.len()).unwrap_or(u16::MAX);
        let old = if self.targets.iter().all(|run| run.before.is_none()) {
            0
        } else {
            total
        };
        let shared = shares(percent.get(), total, old);
        let both = self.positioned().zip(shared.new);
        let mut old = shared.old.into_iter();
        both.flat_map(|((target, run), new)| {
            let server = |slot, weight| Weighed {
                target,
                slot,
                weight,
            };
            let before = old.next().map(|weight| server(run.slot_before, weight));
            [Some(server(run.slot, new)), before]
        })
        .flatten()
        .collect()
    }

    /// Every target has one server: the share is that of the changed waves.
    fn weigh_waves(&self, split: Split) -> Vec<Weighed> {
        let weights: Vec<u16> = match split {
            Split::Even => vec![EVEN; self.targets.len()],
            Split::Share {
                waves,
                percent,
                drains,
            } => self.shared_by_waves((waves, drains), percent),
        };
        let server = |((target, run), weight): ((Position, &TargetRun), u16)| Weighed {
            target,
            slot: run.slot,
            weight,
        };
        self.positioned().zip(weights).map(server).collect()
    }

    fn shared_by_waves(&self, (waves, drains): (u32, bool), percent: Percent) -> Vec<u16> {
        let is_new = |run: &TargetRun| run.wave < waves;
        let is_drained = |run: &TargetRun| drains && run.wave == waves;
        let count = |is_it: &dyn Fn(&TargetRun) -> bool| {
            let count = self.targets.iter().filter(|run| is_it(run)).count();
            u16::try_from(count).unwrap_or(u16::MAX)
        };
        let others = |run: &TargetRun| !is_new(run) && !is_drained(run);
        let shared = shares(percent.get(), count(&is_new), count(&others));
        let (mut new, mut old) = (shared.new.into_iter(), shared.old.into_iter());
        let weight = |run: &TargetRun| match (is_new(run), is_drained(run)) {
            (true, _) => new.next(),
            (false, true) => Some(0),
            (false, false) => old.next(),
        };
        self.targets
            .iter()
            .map(weight)
            .map(|weight| weight.unwrap_or(0))
            .collect()
    }

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

const EVEN: u16 = 100;

/// Whether the targets of `wave` may change: they receive nothing any more.
pub(super) fn is_drained(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let percent = match wave.checked_sub(1) {
        Some(before) => view.deployment.share_after(before),
        None => Percent::default(),
    };
    let split = Split::Share {
        waves: wave,
        percent,
        drains: true,
    };
    let past = settled_split(view, wave);
    let ordered = view.deployment.traffic.map(|ordered| ordered.split);
    let changes_nothing = view.deployment.wave(wave).next().is_none();
    changes_nothing || ordered == Some(past) || holds(view, split, decision)
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
    let ordered = view
        .deployment
        .traffic
        .filter(|ordered| ordered.split == split);
    let Some(ordered) = ordered else {
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
    began: Timestamp,
    decision: &mut Decision,
) -> Result<bool, Vec<(Name, String)>> {
    let changed = view
        .deployment
        .targets
        .iter()
        .filter(|run| run.stage != Stage::Prepared);
    let waves = changed.map(|run| run.wave + 1).max().unwrap_or(0);
    let away = Split::Share {
        waves,
        percent: Percent::default(),
        drains: false,
    };
    let Some(ordered) = view
        .deployment
        .traffic
        .filter(|_| view.deployment.shares_traffic())
    else {
        return Ok(true);
    };
    let side_by_side = view.deployment.plan.side_by_side;
    let sent_back = |split| match split {
        Split::Share { percent, .. } => percent == Percent::default(),
        Split::Even => false,
    };
    if ordered.split != away && !(side_by_side && sent_back(ordered.split)) {
        order(away, decision);
    }
    if !side_by_side {
        return Ok(true);
    }
    let missing = missing(view);
    let until = began + view.deployment.plan.limits.progress_deadline.as_signed();
    if decision.is_idle() && missing.is_empty() {
        return Ok(true);
    }
    if view.now >= until {
        return Err(missing);
    }
    let balancers = missing;
    decision.wait_for(view, Some(WaitingOn::Traffic { balancers, until }));
    Ok(false)
}

/// Gives every target its part again, at the end. Nobody waits for it.
pub(super) fn even_out(view: &View<'_>, decision: &mut Decision) {
    let ordered = view.deployment.traffic.map(|ordered| ordered.split);
    if view.deployment.shares_traffic() && ordered.is_some_and(|split| split != Split::Even) {
        order(Split::Even, decision);
    }
}
