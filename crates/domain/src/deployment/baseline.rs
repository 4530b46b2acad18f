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
    /// Whether it is down, or about to be, because it is started anew to be compared with.
    pub(super) fn is_refreshing(&self) -> bool {
        self.is_old() && self.fresh.is_some_and(|fresh| fresh.stands().is_none())
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
    /// Whether any target may be started anew to be compared with.
    fn may_start_anew(&self) -> bool {
        let mut checks = self.plan.checks.iter();
        checks.any(Check::wants_fresh_baseline)
    }

    /// How many more targets may be down at once, beside those that are, or are started anew.
    pub(super) fn room(&self) -> usize {
        let refreshing = match self.may_start_anew() {
            true => self
                .targets
                .iter()
                .filter(|run| run.is_refreshing())
                .count(),
            false => 0,
        };
        let down = self.count(Stage::is_disturbed) as usize + refreshing;
        (self.plan.limits.max_unavailable as usize).saturating_sub(down)
    }

    /// The first check after a wave that compares with a fresh baseline and has not begun. Once one has, its baseline stays as
    /// it is.
    fn compares_after(&self, wave: u32) -> Option<&Check> {
        let planned = self.plan.waves.get(wave as usize)?;
        let mut checks = planned
            .checks
            .iter()
            .filter_map(|name| self.plan.check(name));
        let has_begun = |check: &Check| self.check_run(wave, &check.name).is_some();
        checks.find(|check| check.wants_fresh_baseline() && !self.fast_track && !has_begun(check))
    }

    /// The new targets and the old ones that a check after a wave compares.
    pub fn compared(&self, check: &Check, wave: u32) -> (Vec<Name>, Vec<Name>) {
        let those = |is_it: &dyn Fn(&TargetRun) -> bool| -> Vec<Name> {
            let runs = self.targets.iter().filter(|run| is_it(run));
            runs.map(|run| run.target.clone()).collect()
        };
        // A fresh baseline is compared with what was there when the check began, and not with who came later.
        let begun = self.check_run(wave, &check.name).map(|run| run.since);
        let begun = begun.filter(|_| check.wants_fresh_baseline());
        let in_time = |at: Timestamp| begun.is_none_or(|begun| at <= begun);
        let is_old = |run: &TargetRun| match check.wants_fresh_baseline() {
            true => run.is_old() && run.is_fresh_for(wave).is_some_and(in_time),
            false => matches!(run.stage, Stage::Waiting | Stage::Prepared),
        };
        let is_new = |run: &TargetRun| matches!(run.stage, Stage::Passed { at } if in_time(at));
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
}

/// Chooses who is started anew next, and others in place of those that do not come back; answers whether nobody more
/// has to be now.
pub(super) fn is_chosen(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let deployment = view.deployment;
    let Some(check) = deployment.compares_after(wave) else {
        return true;
    };
    let count = |what: &dyn Fn(&TargetRun) -> bool| {
        deployment.targets.iter().filter(|run| what(run)).count()
    };
    let of_this_wave = |run: &TargetRun| run.fresh.is_some_and(|fresh| fresh.wave == wave);
    let counts = |run: &TargetRun| run.is_old() && of_this_wave(run) && !is_late(view, run);
    let canary = count(&|run| matches!(run.stage, Stage::Passed { .. }));
    let missing = canary.saturating_sub(count(&counts));
    let old = view.targets().collect::<Vec<_>>().into_iter().rev();
    let (in_touch, others): (Vec<_>, Vec<_>) = old
        .filter(|(_, run, _)| run.is_old() && !run.is_refreshing() && !of_this_wave(run))
        .partition(|(_, _, facts)| facts.connected);
    let left = in_touch.len() + others.len();
    let mut room = deployment.room();
    if deployment.shares_traffic() {
        // Somebody of the old ones goes on serving their share.
        let serving = count(&|run| run.is_old() && !run.is_refreshing());
        room = room.min(serving.saturating_sub(1));
    }
    let comes_back = count(&|run| counts(run) && run.is_refreshing()) > 0;
    let why = match (left < missing, room) {
        (true, _) => Some(format!(
            "too few targets of the old revision are left to be started anew and compared with: {}, and {canary} have changed",
            canary - missing + left
        )),
        (false, 0) if missing > 0 && !comes_back => {
            let why = "no target may be started anew to compare with: others are down already, or nobody else serves";
            Some(why.to_owned())
        }
        (false, _) => None,
    };
    if let Some(why) = why {
        let late = deployment.targets.iter().filter(|run| is_late(view, run));
        let late = listed(late.map(|run| &run.target));
        let why = match late.as_str() {
            "" => why,
            late => format!("{why}; {late} was not healthy in time after it was started anew"),
        };
        decision.events.push(no_data((wave, check), why));
        return false;
    }
    let next = in_touch.iter().chain(&others).take(missing.min(room));
    let chosen = next.map(|(target, ..)| Event::BaselineChosen { target: *target });
    decision.events.extend(chosen);
    decision.is_idle()
}

/// Whether a target was told to start anew and did not come back in time.
fn is_late(view: &View<'_>, run: &TargetRun) -> bool {
    matches!(starts_until(view, run), Some(until) if until <= view.now)
}

/// Until when a target that was told to start anew is waited for.
fn starts_until(view: &View<'_>, run: &TargetRun) -> Option<Timestamp> {
    let fresh = run.fresh.filter(|_| run.is_refreshing())?;
    match fresh.stage {
        FreshStage::Starting { since } => {
            Some(since + view.deployment.plan.limits.progress_deadline.as_signed())
        }
        FreshStage::Chosen | FreshStage::Stands { .. } => None,
    }
}

/// Notes who is well again that was started anew, whatever else goes on, and however late.
pub(super) fn watch(view: &View<'_>, decision: &mut Decision) {
    if !view.deployment.may_start_anew() {
        return;
    }
    let back = view.targets().filter(|(_, run, facts)| {
        let starting = run
            .fresh
            .is_some_and(|fresh| matches!(fresh.stage, FreshStage::Starting { .. }));
        starting && run.is_old() && is_back(run, facts)
    });
    let back = back.map(|(target, ..)| Event::BaselineStands { target });
    decision.events.extend(back);
}

/// Whether all that were chosen have been started anew and stand. If not, they are told, or waited for.
pub(super) fn stands(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let deployment = view.deployment;
    let chosen = |run: &TargetRun| {
        let fresh = run.fresh.filter(|_| run.is_refreshing());
        fresh.is_some_and(|fresh| fresh.wave == wave && fresh.stage == FreshStage::Chosen)
    };
    for (target, ..) in view.targets().filter(|(_, run, _)| chosen(run)) {
        decision.events.push(Event::BaselineStarted { target });
        decision.effects.push(Effect::Prepare(target));
    }
    if !decision.is_idle() {
        return false;
    }
    let of_this_wave = |run: &&TargetRun| run.fresh.is_some_and(|fresh| fresh.wave == wave);
    let runs = deployment.targets.iter().filter(of_this_wave);
    let waited = runs.filter_map(|run| {
        let until = starts_until(view, run).filter(|until| *until > view.now)?;
        Some((run.target.clone(), until))
    });
    let (targets, untils): (Vec<Name>, Vec<Timestamp>) = waited.unzip();
    let first = untils.into_iter().min();
    match (deployment.compares_after(wave), first) {
        (Some(_), Some(until)) => {
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

/// A check that has nothing to compare with ends without data before it begins.
fn no_data((wave, check): (u32, &Check), reason: String) -> Event {
    Event::CheckEnded {
        wave,
        check: check.name.clone(),
        outcome: Outcome::NoData { reason },
    }
}
