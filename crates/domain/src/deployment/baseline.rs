//! A baseline as fresh as the canary: as many targets as have changed are started anew on the old revision before the
//! judge compares them, so that what differs is the revision, and not how long it has run.
//!
//! They are those that change last, and as many at a time as may be down. Where load balancers share out requests, each
//! receives none while it starts.

use super::{
    Decision, Deployment, Effect, Event, Illegal, Outcome, Position, Stage, Status, TargetFacts,
    TargetRun, WaitingOn, decide::View, facts::Proof,
};
use crate::{
    converge::Health,
    name::{Name, listed},
    plan::Check,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// That a target is part of a fresh baseline, for the checks after a wave, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// After which wave, counted from 0.
    pub wave: u32,
    /// How far it is.
    pub stage: FreshStage,
}

/// How far a target of a fresh baseline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum FreshStage {
    /// It is to be started anew, and receives no requests any more.
    Chosen,
    /// It was told to start anew.
    Starting {
        /// When.
        since: Timestamp,
    },
    /// It was healthy long enough after that.
    Stands {
        /// When it was told to start.
        since: Timestamp,
        /// When it had been.
        at: Timestamp,
    },
}

impl Fresh {
    /// Names the start that the target was told; 0 before.
    pub(super) fn start(&self) -> u64 {
        match self.stage {
            FreshStage::Chosen => 0,
            FreshStage::Starting { since } | FreshStage::Stands { since, .. } => {
                u64::try_from(since.as_millisecond()).unwrap_or(0)
            }
        }
    }

    const fn stands(&self) -> Option<Timestamp> {
        match self.stage {
            FreshStage::Stands { at, .. } => Some(at),
            FreshStage::Chosen | FreshStage::Starting { .. } => None,
        }
    }
}

impl TargetRun {
    /// Whether it is being started anew to be compared with.
    pub(super) fn is_refreshing(&self) -> bool {
        self.fresh.is_some_and(|fresh| fresh.stands().is_none())
    }

    /// Since when it is part of the fresh baseline for the checks after `wave`.
    pub fn is_fresh_for(&self, wave: u32) -> Option<Timestamp> {
        let fresh = self.fresh.filter(|fresh| fresh.wave == wave);
        fresh.and_then(|fresh| fresh.stands())
    }

    /// Whether it can be compared with: it runs the old revision, and nothing was asked of it but to prepare.
    const fn is_old(&self) -> bool {
        let is_untouched = matches!(
            self.stage,
            Stage::Waiting | Stage::Preparing { .. } | Stage::Prepared
        );
        is_untouched && self.before.is_some()
    }
}

impl Deployment {
    /// The first check after a wave that compares with a fresh baseline and is not over.
    fn compares_after(&self, wave: u32) -> Option<&Check> {
        let planned = self.plan.waves.get(wave as usize)?;
        let mut checks = planned
            .checks
            .iter()
            .filter_map(|name| self.plan.check(name));
        let is_over = |check: &Check| {
            let run = self.check_run(wave, &check.name);
            run.is_some_and(|run| run.ended.is_some() || run.accepted.is_some())
        };
        checks.find(|check| check.wants_fresh_baseline() && !self.fast_track && !is_over(check))
    }

    /// The new targets and the old ones that a check after a wave compares.
    pub fn compared(&self, check: &Check, wave: u32) -> (Vec<Name>, Vec<Name>) {
        let those = |is_it: &dyn Fn(&TargetRun) -> bool| -> Vec<Name> {
            let runs = self.targets.iter().filter(|run| is_it(run));
            runs.map(|run| run.target.clone()).collect()
        };
        let is_old = |run: &TargetRun| match check.wants_fresh_baseline() {
            true => run.is_fresh_for(wave).is_some(),
            false => matches!(run.stage, Stage::Waiting | Stage::Prepared),
        };
        let is_new = |run: &TargetRun| matches!(run.stage, Stage::Passed { .. });
        (those(&is_new), those(&is_old))
    }

    /// Notes that a target becomes part of a fresh baseline, was told to start anew, or stands.
    pub(super) fn note_baseline(
        &mut self,
        event: &Event,
        target: Position,
        now: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = |state| Illegal {
            event: event.word(),
            state,
        };
        let Status::Rolling { wave, .. } = self.status else {
            return Err(illegal(self.status.word()));
        };
        let run = self.targets.get_mut(target.0 as usize);
        let run = run.ok_or_else(|| illegal("without that target"))?;
        if !run.is_old() {
            return Err(illegal(run.stage.word()));
        }
        let known = run.fresh.map(|fresh| (fresh.wave == wave, fresh.stage));
        let stage = match (event, known) {
            (Event::BaselineChosen { .. }, None | Some((false, _))) => FreshStage::Chosen,
            (Event::BaselineStarted { .. }, Some((true, FreshStage::Chosen))) => {
                FreshStage::Starting { since: now }
            }
            // It may come back late, too.
            (Event::BaselineStands { .. }, Some((_, FreshStage::Starting { since }))) => {
                FreshStage::Stands { since, at: now }
            }
            _ => return Err(illegal("it is elsewhere in that")),
        };
        let wave = match stage {
            FreshStage::Chosen => wave,
            FreshStage::Starting { .. } | FreshStage::Stands { .. } => {
                run.fresh.map_or(wave, |fresh| fresh.wave)
            }
        };
        run.fresh = Some(Fresh { wave, stage });
        Ok(())
    }

    /// Those that did not come back are started anew once more.
    pub(super) fn forget_late_baseline(&mut self, wave: u32) {
        let runs = self.targets.iter_mut();
        for run in runs.filter(|run| run.is_fresh_for(wave).is_none()) {
            run.fresh = run.fresh.filter(|fresh| fresh.wave != wave);
        }
    }
}

/// Chooses who is started anew next; answers whether nobody more is to be, for now.
pub(super) fn is_chosen(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let deployment = view.deployment;
    let Some(check) = deployment.compares_after(wave) else {
        return true;
    };
    let count = |what: &dyn Fn(&TargetRun) -> bool| {
        deployment.targets.iter().filter(|run| what(run)).count()
    };
    let of_this_wave = |run: &TargetRun| run.fresh.is_some_and(|fresh| fresh.wave == wave);
    let canary = count(&|run| matches!(run.stage, Stage::Passed { .. }));
    let missing = canary.saturating_sub(count(&|run| run.is_old() && of_this_wave(run)));
    let old = view.targets().collect::<Vec<_>>().into_iter().rev();
    let (in_touch, others): (Vec<_>, Vec<_>) = old
        .filter(|(_, run, _)| run.is_old() && !of_this_wave(run))
        .partition(|(_, _, facts)| facts.connected);
    let left = in_touch.len() + others.len();
    let refreshing = count(&TargetRun::is_refreshing);
    let room = room(deployment, refreshing);
    let why = match (left < missing, room) {
        (true, _) => Some(format!(
            "too few targets of the old revision are left to be started anew and compared with: {}, and {canary} have changed",
            canary - missing + left
        )),
        (false, 0) if missing > 0 && refreshing == 0 => {
            let why = "no target may be started anew to compare with: others are down already, or nobody else serves";
            Some(why.to_owned())
        }
        (false, _) => None,
    };
    if let Some(why) = why {
        decision.events.extend(no_data(view, (wave, check), why));
        return false;
    }
    let next = in_touch.iter().chain(&others).take(missing.min(room));
    let chosen = next.map(|(target, ..)| Event::BaselineChosen { target: *target });
    decision.events.extend(chosen);
    decision.is_idle()
}

/// How many more may be down at once.
fn room(deployment: &Deployment, refreshing: usize) -> usize {
    let down = deployment.count(Stage::is_disturbed) as usize + refreshing;
    let room = (deployment.plan.limits.max_unavailable as usize).saturating_sub(down);
    if !deployment.shares_traffic() {
        return room;
    }
    // Somebody of the old ones goes on serving their share.
    let runs = deployment.targets.iter();
    let serving = runs.filter(|run| run.is_old() && !run.is_refreshing());
    room.min(serving.count().saturating_sub(1))
}

/// Whether all that were chosen have been started anew and stand. If not, they are told, waited for, or come too late.
pub(super) fn stands(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let deployment = view.deployment;
    let (mut starting, mut late) = (Vec::new(), Vec::new());
    let mut last = None;
    for (target, run, facts) in view.targets().filter(|(_, run, _)| run.is_old()) {
        let Some(fresh) = run.fresh else {
            continue;
        };
        match fresh.stage {
            FreshStage::Starting { .. } if is_back(run, facts) => {
                decision.events.push(Event::BaselineStands { target });
            }
            FreshStage::Chosen if fresh.wave == wave => {
                decision.events.push(Event::BaselineStarted { target });
                decision.effects.push(Effect::Prepare(target));
            }
            FreshStage::Starting { since } if fresh.wave == wave => {
                let until = since + deployment.plan.limits.progress_deadline.as_signed();
                match until <= view.now {
                    true => late.push(&run.target),
                    false => starting.push(run.target.clone()),
                }
                last = last.max(Some(until));
            }
            FreshStage::Chosen | FreshStage::Starting { .. } | FreshStage::Stands { .. } => {}
        }
    }
    let compares = deployment.compares_after(wave);
    match (compares, last) {
        _ if !decision.is_idle() => false,
        (Some(check), _) if !late.is_empty() => {
            let why = format!(
                "the old revision was started anew to compare with, and was not healthy in time on {}",
                listed(late)
            );
            decision.events.extend(no_data(view, (wave, check), why));
            false
        }
        (Some(_), Some(until)) => {
            let targets = starting;
            decision.wait_for(view, Some(WaitingOn::Baseline { targets, until }));
            false
        }
        (Some(_), None) | (None, _) => true,
    }
}

/// Whether a target that was told to start anew is well again.
fn is_back(run: &TargetRun, facts: &TargetFacts) -> bool {
    let runs = facts.told == run.before && facts.current && facts.running == run.before;
    let well = facts.health == Some(Health::Healthy) && facts.proof == Proof::Proved;
    runs && well && facts.connected
}

/// A check that has nothing to compare with ends without data.
fn no_data(view: &View<'_>, (wave, check): (u32, &Check), why: String) -> Vec<Event> {
    let name = &check.name;
    let started = view.deployment.check_run(wave, name).is_none();
    let started = started.then(|| Event::CheckStarted {
        wave,
        check: name.clone(),
    });
    let ended = Event::CheckEnded {
        wave,
        check: name.clone(),
        outcome: Outcome::NoData { reason: why },
    };
    started.into_iter().chain([ended]).collect()
}
