//! What the checks after a wave come to. Nothing is asked here: what should be asked now is part of the decision.
//!
//! A check ends as soon as its measurements suffice, well or badly, and at its deadline in any case. What has no data
//! never passes and never hangs.

use super::{
    Cause, CheckRun, Decision, Due, Event, Hold, Measurement, Outcome, WaitingOn, decide::View,
    measured::Sign, trials,
};
use crate::{
    name::Name,
    plan::{Check, OnFailure, OnNoData},
};
use jiff::Timestamp;

/// Whether all checks after `wave` are through, so that the next may begin. If not, the decision says what happens or
/// what is waited for. In a hold none begins, but those that began are watched on.
pub(super) fn are_through(
    view: &View<'_>,
    wave: u32,
    hold: Option<&Hold>,
    decision: &mut Decision,
) -> bool {
    let plan = &view.deployment.plan;
    let Some(planned) = plan.waves.get(wave as usize) else {
        return true;
    };
    if view.deployment.fast_track {
        return true;
    }
    let mut bad: Vec<(&Check, &Outcome)> = Vec::new();
    let mut through = true;
    for check in planned.checks.iter().filter_map(|name| plan.check(name)) {
        let Some(run) = view.deployment.check_run(wave, &check.name) else {
            through = false;
            if hold.is_none() {
                let check = check.name.clone();
                decision.events.push(Event::CheckStarted { wave, check });
            }
            continue;
        };
        match &run.ended {
            _ if run.accepted.is_some() => {}
            None => through &= ask(view, (run, check), decision),
            Some((_, Outcome::Passed)) => {}
            Some(_) if check.dry_run => {}
            Some((_, outcome)) => bad.push((check, outcome)),
        }
    }
    if decision.is_idle() && !bad.is_empty() {
        decision.events.extend(consequence(view, &bad, hold));
    }
    through && bad.is_empty()
}

/// What checks that did not pass lead to: one thing, and going back before anything else.
fn consequence(view: &View<'_>, bad: &[(&Check, &Outcome)], hold: Option<&Hold>) -> Option<Event> {
    let limits = &view.deployment.plan.limits;
    let goes_back = |outcome: &Outcome| match outcome {
        Outcome::Failed { .. } => limits.on_failure == OnFailure::RollBack,
        Outcome::NoData { .. } => limits.on_no_data == OnNoData::RollBack,
        Outcome::Passed | Outcome::Inconclusive { .. } => false,
    };
    if let Some((check, outcome)) = bad.iter().find(|(_, outcome)| goes_back(outcome)) {
        let cause = Cause::Check {
            check: check.name.clone(),
            outcome: (*outcome).clone(),
        };
        return Some(Event::RollbackStarted { cause });
    }
    let (check, outcome) = bad.first().filter(|_| hold.is_none())?;
    let reason = format!("check {} {outcome}", check.name);
    Some(Event::Held { reason, by: None })
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
        let number = all().map(|m| m.number).max().unwrap_or(0) + 1;
        match &check.exec {
            Some(exec) => trials::begin(view, (run, number), exec, decision),
            None => decision.due.push(Due {
                wave: run.wave,
                check: run.check.clone(),
                number,
            }),
        }
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
pub(super) struct Tally<'a> {
    /// Of those that count: all, or the last in a row.
    good: u32,
    bad: Vec<&'a Measurement>,
    neither: Vec<&'a Measurement>,
    last: Option<&'a Measurement>,
}

impl<'a> Tally<'a> {
    pub(super) fn of(counted: &[&'a Measurement], check: &Check) -> Self {
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

    pub(super) fn outcome(&self, check: &Check, is_late: bool) -> Option<Outcome> {
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
    /// Whether each of some checks, as it is written there, was asked at least once and always passed by itself.
    pub fn passed_all(&self, checks: &[Check]) -> bool {
        checks.iter().all(|check| {
            let runs = || self.checks.iter().filter(|run| run.check == check.name);
            let passed = |run: &CheckRun| {
                run.accepted.is_none() && matches!(run.ended, Some((_, Outcome::Passed)))
            };
            self.plan.check(&check.name) == Some(check)
                && runs().next().is_some()
                && runs().all(passed)
        })
    }

    /// How far a check after a wave is; none before it began.
    pub fn check_run(&self, wave: u32, check: &Name) -> Option<&CheckRun> {
        let mut runs = self.checks.iter();
        runs.find(|run| run.wave == wave && run.check == *check)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Deployment, Word,
        sample::{plan, requested},
    };
    use super::*;

    const ERRORS: &str =
        r#"{"name":"errors","metric":{"query":"e","passes":{"below":0.5}},"interval":"5s"}"#;

    /// Two waves, and what came of the check after each.
    fn ended(outcomes: [Outcome; 2]) -> Deployment {
        let run = |(wave, outcome)| CheckRun {
            wave,
            check: "errors".parse().unwrap(),
            since: Timestamp::UNIX_EPOCH,
            ended: Some((Timestamp::UNIX_EPOCH, outcome)),
            accepted: None,
        };
        Deployment {
            checks: (0..).zip(outcomes).map(run).collect(),
            ..requested(plan(2, 1, &[ERRORS]))
        }
    }

    #[test]
    fn only_what_always_passed_by_itself_has_passed() {
        let asked = plan(2, 1, &[ERRORS]).checks;
        let passed = ended([Outcome::Passed, Outcome::Passed]);
        assert!(passed.passed_all(&asked));
        let reason = "no answer".to_owned();
        let without = ended([Outcome::Passed, Outcome::NoData { reason }]);
        assert!(!without.passed_all(&asked));
        let mut accepted = passed.clone();
        accepted.checks[1].accepted = Some(Word {
            by: "ada".parse().unwrap(),
            reason: "it moves".into(),
        });
        assert!(!accepted.passed_all(&asked));
        let stricter = plan(2, 1, &[&ERRORS.replace("0.5", "0.1")]).checks;
        assert!(!passed.passed_all(&stricter));
        let never_asked = requested(plan(2, 1, &[ERRORS]));
        assert!(!never_asked.passed_all(&asked));
    }
}
