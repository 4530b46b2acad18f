//! What the checks after a wave come to. Nothing is asked here: what should be asked now is part of the decision.
//!
//! A check ends as soon as its measurements suffice, well or badly, and at its deadline in any case. What has no data
//! never passes and never hangs.

use super::{
    Cause, CheckRun, Decision, Due, Event, Measurement, Outcome, WaitingOn, decide::View,
    measured::Sign,
};
use crate::{
    name::Name,
    plan::{Check, OnFailure, OnNoData},
};
use jiff::Timestamp;

/// Whether all checks after `wave` are through, so that the next may begin. If not, the decision says what happens or
/// what is waited for.
pub(super) fn are_through(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let plan = &view.deployment.plan;
    let Some(planned) = plan.waves.get(wave as usize) else {
        return true;
    };
    if view.deployment.fast_track {
        return true;
    }
    let asked = planned.checks.iter().filter_map(|name| plan.check(name));
    let mut through = true;
    for check in asked {
        through &= is_through(view, (wave, check), decision);
    }
    through
}

fn is_through(view: &View<'_>, (wave, check): (u32, &Check), decision: &mut Decision) -> bool {
    let name = check.name.clone();
    let Some(run) = view.deployment.check_run(wave, &check.name) else {
        let check = name;
        decision.events.push(Event::CheckStarted { wave, check });
        return false;
    };
    if run.accepted.is_some() {
        return true;
    }
    let Some((_, outcome)) = &run.ended else {
        return ask(view, (run, check), decision);
    };
    let reason = format!("check {name} {outcome}");
    let goes_back = match outcome {
        _ if check.dry_run => return true,
        Outcome::Passed => return true,
        Outcome::Failed { .. } => view.deployment.plan.limits.on_failure == OnFailure::RollBack,
        Outcome::NoData { .. } => view.deployment.plan.limits.on_no_data == OnNoData::RollBack,
        Outcome::Inconclusive { .. } => false,
    };
    decision.events.push(match goes_back {
        true => Event::RollbackStarted {
            cause: Cause::Check {
                check: name,
                outcome: outcome.clone(),
            },
        },
        false => Event::Held { reason, by: None },
    });
    false
}

/// A check that has not ended: it ends now, or something is to be asked, now or later.
fn ask(view: &View<'_>, (run, check): (&CheckRun, &Check), decision: &mut Decision) -> bool {
    let all = || {
        view.facts
            .measurements
            .iter()
            .filter(|m| m.check == run.check)
    };
    let counted: Vec<&Measurement> = all().filter(|m| m.at >= run.since).collect();
    let until = run.since + check.deadline().as_signed();
    let tally = Tally::of(&counted, check);
    if let Some(outcome) = tally.outcome(check, view.now >= until) {
        let (wave, check) = (run.wave, run.check.clone());
        let ended = Event::CheckEnded {
            wave,
            check,
            outcome,
        };
        decision.events.push(ended);
        return false;
    }
    let next = next_at(run, check, counted.len());
    if next <= view.now {
        let last = all().map(|m| m.number).max();
        decision.due.push(Due {
            wave: run.wave,
            check: run.check.clone(),
            number: last.unwrap_or(0) + 1,
        });
    } else {
        decision.wake(next);
    }
    decision.wake(until);
    decision.waiting_on.push(WaitingOn::Check {
        check: run.check.clone(),
        wave: run.wave,
        good: tally.good,
        needed: check.count.get(),
        last: counted.last().map(|m| m.reading.to_string()),
        until,
    });
    false
}

fn next_at(run: &CheckRun, check: &Check, done: usize) -> Timestamp {
    let intervals = i32::try_from(done + 1).unwrap_or(i32::MAX);
    run.since + check.interval.as_signed() * intervals
}

/// The measurements so far, counted by what they say.
struct Tally<'a> {
    /// Of those that count: all, or the last in a row.
    good: u32,
    bad: Vec<&'a Measurement>,
    neither: Vec<&'a Measurement>,
    last: Option<&'a Measurement>,
}

impl<'a> Tally<'a> {
    fn of(counted: &[&'a Measurement], check: &Check) -> Self {
        let mut tally = Self {
            good: 0,
            bad: Vec::new(),
            neither: Vec::new(),
            last: counted.last().copied(),
        };
        for measurement in counted {
            let sign = measurement.reading.sign(check);
            match sign {
                Sign::Good => tally.good += 1,
                Sign::Bad => tally.bad.push(measurement),
                Sign::Neither => tally.neither.push(measurement),
                Sign::None => {}
            }
            if check.consecutive && sign != Sign::Good {
                tally.good = 0;
            }
        }
        tally
    }

    fn outcome(&self, check: &Check, is_late: bool) -> Option<Outcome> {
        let beyond = |of: &[&Measurement], max: u32| {
            let last = of.last().filter(|_| of.len() > max as usize)?;
            Some(last.reading.to_string())
        };
        if let Some(reason) = beyond(&self.bad, check.failures_max) {
            return Some(Outcome::Failed { reason });
        }
        if let Some(reason) = beyond(&self.neither, check.inconclusive_max) {
            return Some(Outcome::Inconclusive { reason });
        }
        if self.good >= check.count.get() {
            return Some(Outcome::Passed);
        }
        is_late.then(|| Outcome::NoData {
            reason: self.shortfall(check),
        })
    }

    fn shortfall(&self, check: &Check) -> String {
        let last = self.last.map_or_else(
            || "nothing was measured".to_owned(),
            |last| format!("the last: {}", last.reading),
        );
        let (good, count, deadline) = (self.good, check.count, check.deadline());
        format!("{good} of {count} good measurements within {deadline}; {last}")
    }
}

impl super::Deployment {
    /// How far a check after a wave is; none before it began.
    pub fn check_run(&self, wave: u32, check: &Name) -> Option<&CheckRun> {
        let mut runs = self.checks.iter();
        runs.find(|run| run.wave == wave && run.check == *check)
    }
}
