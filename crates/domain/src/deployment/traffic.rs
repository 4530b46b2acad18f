//! How load balancers share out requests while a deployment goes on.
//!
//! Where a plan says so, the targets of a wave receive nothing while they change, then the share that the wave gives to
//! all changed targets. A split is ordered of every balancer at once and counts when each has said that it shares out
//! so. Going back takes the changed targets out of the way first, and waits for no balancer.

use super::{BalancerFacts, Cause, Decision, Deployment, Event, Stage, WaitingOn, decide::View};
use crate::{
    converge::{Balancer, traffic::shares},
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

impl Deployment {
    /// What each target weighs in a split, in the deployment's order. Somebody always receives something.
    pub fn weights(&self, split: Split) -> Vec<u16> {
        let total = self.targets.len();
        let Split::Share {
            waves,
            percent,
            drains,
        } = split
        else {
            return vec![EVEN; total];
        };
        let is_new = |wave: u32| wave < waves;
        let is_drained = |wave: u32| drains && wave == waves;
        let count = |is_it: &dyn Fn(u32) -> bool| {
            let count = self.targets.iter().filter(|run| is_it(run.wave)).count();
            u16::try_from(count).unwrap_or(u16::MAX)
        };
        let (new, drained) = (count(&is_new), count(&is_drained));
        let old = u16::try_from(total).unwrap_or(u16::MAX) - new - drained;
        let shared = shares(percent.get(), new, old);
        let (mut new, mut old) = (shared.new.into_iter(), shared.old.into_iter());
        let weight = |run: &super::TargetRun| match (is_new(run.wave), is_drained(run.wave)) {
            (true, _) => new.next(),
            (false, true) => Some(0),
            (false, false) => old.next(),
        };
        let weights: Vec<u16> = self
            .targets
            .iter()
            .map(weight)
            .map(|w| w.unwrap_or(0))
            .collect();
        match weights.iter().all(|weight| *weight == 0) {
            true => vec![EVEN; total],
            false => weights,
        }
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

/// Takes changed targets out of the way of requests, once, before they go back. Nobody waits for it.
pub(super) fn leave_changed(view: &View<'_>, decision: &mut Decision) {
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
    let ordered = view.deployment.traffic.map(|ordered| ordered.split);
    if view.deployment.shares_traffic() && ordered.is_some_and(|split| split != away) {
        order(away, decision);
    }
}

/// Gives every target its part again, at the end. Nobody waits for it.
pub(super) fn even_out(view: &View<'_>, decision: &mut Decision) {
    let ordered = view.deployment.traffic.map(|ordered| ordered.split);
    if view.deployment.shares_traffic() && ordered.is_some_and(|split| split != Split::Even) {
        order(Split::Even, decision);
    }
}
