//! What happens next to the steps of a runbook, and what that means for the engine.
//!
//! A decision is one pass: the caller applies its events and decides again until there are none. An idle decision says what it
//! waits for. Whatever a runbook says, its run ends within [`CLOSING`] after its deployment, and the way back waits at most for as
//! long as a backout plan may say.

mod verdict;
mod waits;

pub use verdict::Verdict;

use super::{
    Course, Ending, Facts, Gate, Kind, Progress, Run, Runbook, Step, StepEvent, StepStatus, Wait,
    Way, order::Order, run::Happened,
};
use crate::{duration::Millis, name::Name};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeSet, fmt};

/// How long what comes after the end of a deployment may be done: a day.
pub const CLOSING: SignedDuration = SignedDuration::from_hours(24);

/// What happens next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Decision {
    /// To be applied in this order, as the engine.
    pub events: Vec<Happened>,
    /// The messages whose turn has come, and their steps. Whoever has sent one finishes its step, or says what is wrong.
    pub messages: Vec<(Name, Name)>,
    /// What it waits for; empty only when it is over or something happens.
    pub waiting_on: Vec<Wait>,
    /// Where the engine has to wait, and for which steps. Never anywhere on the way back for longer than the backout plan says.
    pub holds: Vec<Held>,
    /// What people's answers come to.
    pub verdict: Verdict,
    /// When to decide again if nothing is heard until then.
    pub wake_at: Option<Timestamp>,
}

/// A gate at which the engine has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub gate: Gate,
    /// The steps that stand before it and are not over; never empty.
    pub steps: Vec<Name>,
}

/// Decides what happens next in a run of `runbook`.
pub fn decide(runbook: &Runbook, run: &Run, facts: &Facts, now: Timestamp) -> Decision {
    let view = View::new((runbook, run), facts, now);
    let mut decision = Decision::default();
    match view.standing() {
        Standing::Asleep => decision.waiting_on.push(Wait::Return),
        Standing::Active => {
            view.follow_engine(&mut decision);
            view.turn(&mut decision);
            view.holds(&mut decision);
            decision.verdict = view.verdict();
        }
        Standing::Closing { until } if now < until => {
            view.follow_engine(&mut decision);
            view.turn(&mut decision);
            decision.wake(until);
        }
        Standing::Closing { .. } => view.settle(&StepEvent::TimedOut, &mut decision),
        Standing::Closed { reason } => view.settle(&StepEvent::Skipped { reason }, &mut decision),
    }
    if decision.events.is_empty() {
        view.wait(&mut decision);
    }
    decision
}

impl Decision {
    /// Whether the engine has to wait at a gate.
    pub fn holds_at(&self, gate: Gate) -> Option<&Held> {
        self.holds.iter().find(|held| held.gate == gate)
    }

    fn wake(&mut self, at: Timestamp) {
        self.wake_at = Some(self.wake_at.map_or(at, |sooner| sooner.min(at)));
    }

    fn happens(&mut self, step: &Step, event: StepEvent) {
        let step = step.name.clone();
        self.events.push(Happened { step, event });
    }
}

/// Whether a runbook is run at all.
enum Standing {
    /// It is for the way back, and nothing goes back.
    Asleep,
    /// It is run.
    Active,
    /// Its deployment has ended; what comes after that is done.
    Closing { until: Timestamp },
    /// What is left of it is not done any more.
    Closed { reason: String },
}

struct View<'a> {
    runbook: &'a Runbook,
    run: &'a Run,
    facts: &'a Facts,
    now: Timestamp,
    order: Order<'a>,
    /// The steps of the engine that are over because it stands at a gate behind them.
    passed: BTreeSet<usize>,
}

impl<'a> View<'a> {
    fn new((runbook, run): (&'a Runbook, &'a Run), facts: &'a Facts, now: Timestamp) -> Self {
        let order = Order::of(runbook);
        let at = facts.stands_at.and_then(|gate| {
            let mut steps = 0..runbook.steps.len();
            steps.find(|step| order.gate(*step) == Some(gate))
        });
        let passed = at.map(|step| order.all_before(step)).unwrap_or_default();
        Self {
            runbook,
            run,
            facts,
            now,
            order,
            passed,
        }
    }

    fn standing(&self) -> Standing {
        let closing = |at: Timestamp| Standing::Closing {
            until: at.checked_add(CLOSING).unwrap_or(Timestamp::MAX),
        };
        let reason = |how: &str| Standing::Closed {
            reason: format!("the deployment {how}"),
        };
        match (self.runbook.way, self.facts.course) {
            (Way::Forward, Course::Forward) | (Way::Back, Course::Back { .. }) => Standing::Active,
            (Way::Back, Course::Forward | Course::Stopping) => Standing::Asleep,
            (Way::Forward, Course::Stopping) => reason("is being cancelled"),
            (Way::Forward, Course::Back { .. }) => reason("went back"),
            (
                Way::Forward,
                Course::Ended {
                    at,
                    ending: Ending::Succeeded,
                },
            )
            | (
                Way::Back,
                Course::Ended {
                    at,
                    ending: Ending::Returned,
                },
            ) => closing(at),
            (_, Course::Ended { ending, .. }) => reason(&ending.to_string()),
        }
    }

    fn steps(&self) -> impl Iterator<Item = (usize, &'a Step, &'a StepStatus)> {
        let steps = self.runbook.steps.iter().enumerate();
        steps.map(|(place, step)| (place, step, self.run.status(&step.name)))
    }

    fn is_over(&self, place: usize) -> bool {
        let step = self.runbook.steps.get(place);
        step.is_some_and(|step| self.run.status(&step.name).is_over())
    }

    /// Notes down what the engine began and ended.
    fn follow_engine(&self, decision: &mut Decision) {
        for (place, step, status) in self.steps() {
            let Some(phase) = step.phase() else { continue };
            let progress = match self.passed.contains(&place) {
                true => Progress::Over,
                false => self.facts.progress(phase),
            };
            if !status.is_pending() || progress == Progress::Ahead {
                continue;
            }
            if !matches!(status, StepStatus::Started { .. }) {
                decision.happens(step, StepEvent::Started);
            }
            if progress == Progress::Over {
                decision.happens(
                    step,
                    StepEvent::Finished {
                        note: String::new(),
                    },
                );
            }
        }
    }

    /// Has the turn of people's steps come, and go.
    fn turn(&self, decision: &mut Decision) {
        for (place, step, status) in self.steps() {
            let is_to_come = status.is_pending() && !self.is_kept(step, status);
            if step.phase().is_some() || !is_to_come {
                continue;
            }
            let until = self.until(step, status);
            if until.is_some_and(|until| until <= self.now) {
                decision.happens(step, StepEvent::TimedOut);
                continue;
            }
            if let Some(until) = until {
                decision.wake(until);
            }
            let needs = self.order.waits_for(place);
            match status {
                StepStatus::Waiting if needs.iter().all(|need| self.is_over(*need)) => {
                    decision.happens(step, StepEvent::Ready);
                }
                StepStatus::Ready { .. } => {
                    if let Kind::Message(message) = &step.kind {
                        decision.messages.push((step.name.clone(), message.clone()));
                    }
                }
                StepStatus::Waiting
                | StepStatus::Started { .. }
                | StepStatus::Done { .. }
                | StepStatus::Failed { .. }
                | StepStatus::Skipped { .. }
                | StepStatus::TimedOut { .. } => {}
            }
        }
    }

    /// Whether a decision is for later because something else than people keeps the deployment where it stands.
    fn is_kept(&self, step: &Step, status: &StepStatus) -> bool {
        let stands = self.facts.stands_at.is_some() && !self.facts.is_free;
        let waits = matches!(status, StepStatus::Waiting);
        stands && waits && matches!(step.kind, Kind::Decision(_))
    }

    /// When the time of a step is over, if it ever is.
    fn until(&self, step: &Step, status: &StepStatus) -> Option<Timestamp> {
        let until = match &step.kind {
            Kind::Decision(decision) => {
                let clock = (&self.runbook.time_zone, self.run.began);
                let over = |name: &Name| self.run.status(name).ended();
                decision.by.place(clock, status.since(), over)
            }
            Kind::Manual(manual) => self.gives_up(manual.waits?),
            Kind::Automatic(_) | Kind::Message(_) => None,
        };
        // Whoever comes back to it after its time takes the time that it takes.
        until.filter(|until| status.since().is_none_or(|since| since < *until))
    }

    /// When the way back no longer waits.
    fn gives_up(&self, waits: Millis) -> Option<Timestamp> {
        let Course::Back { since } = self.facts.course else {
            return None;
        };
        let waits = waits.min(super::check::WAITS_MAX);
        since.checked_add(waits.as_signed()).ok()
    }

    fn holds(&self, decision: &mut Decision) {
        for (place, _, _) in self.steps() {
            let Some(gate) = self.order.gate(place) else {
                continue;
            };
            let standing = self.order.standing_before(place);
            let steps = standing.filter_map(|it| self.runbook.steps.get(it));
            let steps = steps.filter(|step| self.is_waited_for(step));
            let steps: Vec<Name> = steps.map(|step| step.name.clone()).collect();
            if !steps.is_empty() {
                decision.holds.push(Held { gate, steps });
            }
        }
    }

    /// Whether the engine waits for a step that stands before its own: going back only where the backout plan says so, and for
    /// as long.
    fn is_waited_for(&self, step: &Step) -> bool {
        let status = self.run.status(&step.name);
        match (self.runbook.way, &step.kind) {
            (Way::Forward, _) => !status.is_over(),
            (Way::Back, Kind::Manual(manual)) => {
                let until = manual.waits.and_then(|waits| self.gives_up(waits));
                status.is_pending() && until.is_some_and(|until| self.now < until)
            }
            (Way::Back, Kind::Automatic(_) | Kind::Decision(_) | Kind::Message(_)) => false,
        }
    }

    /// The same happens to all that is left.
    fn settle(&self, event: &StepEvent, decision: &mut Decision) {
        for (_, step, status) in self.steps() {
            if status.is_pending() {
                decision.happens(step, event.clone());
            }
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = crate::name::listed(&self.steps);
        write!(f, "the engine waits {} for {steps}", self.gate)
    }
}

#[cfg(test)]
mod tests;
