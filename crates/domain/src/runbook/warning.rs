//! What somebody should be told of a run before it is too late, as data and in words.

mod words;

use super::{
    Kind, Phase, Run, Runbook, RunbookError, Span, Step, StepStatus, Timeline,
    order::Order,
    timeline::{between, later},
};
use crate::{duration::Millis, name::Name, planning::Party};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A decision is announced so long before it is due.
const SOON: SignedDuration = SignedDuration::from_mins(15);

/// Something that somebody should be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// It ends after the window closes.
    EndsLate {
        /// When it ends.
        ends: Timestamp,
        /// When the window closes.
        closes: Timestamp,
    },
    /// There is a time in which it may go back, and would not be back when the window closes.
    BackTooLate {
        /// From when on; all the time, when none.
        from: Option<Timestamp>,
        /// Until when it may go back: the point of no return, or the end.
        until: Timestamp,
        /// Whether that is the point of no return.
        is_no_return: bool,
        /// When the window closes.
        closes: Timestamp,
    },
    /// A decision may come so late that going back no longer fits into the window.
    DecidedTooLate {
        /// Which.
        step: Name,
        /// Until when somebody may say go.
        due: Timestamp,
        /// Until when going back fits.
        fits_until: Option<Timestamp>,
    },
    /// A decision is due soon.
    Due {
        /// Which.
        step: Name,
        /// Who decides.
        owner: Option<Party>,
        /// Until when.
        due: Timestamp,
    },
    /// A decision was due, and nobody decided.
    Overdue {
        /// Which.
        step: Name,
        /// Who decides.
        owner: Option<Party>,
        /// Until when.
        due: Timestamp,
    },
    /// A step of people takes longer than it should.
    Late {
        /// Which.
        step: Name,
        /// Whose it is.
        owner: Option<Party>,
        /// By how much.
        late_by: Millis,
        /// The next step of the engine that it holds up, if it does.
        holds_up: Option<Name>,
    },
    /// Somebody has two steps at once.
    TwoAtOnce {
        /// Who.
        who: Name,
        /// Both.
        steps: (Name, Name),
        /// From when on.
        from: Timestamp,
    },
}

/// What warnings are looked for in.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    /// The deployment plan.
    pub runbook: &'a Runbook,
    /// How far it is.
    pub run: &'a Run,
    /// The backout plan, if there is one.
    pub backout: Option<&'a Runbook>,
    /// When the window closes, if one does.
    pub closes: Option<Timestamp>,
}

impl Outlook<'_> {
    /// What somebody should be told at `now`, the gravest first.
    ///
    /// # Errors
    /// When one of the runbooks cannot be run.
    pub fn warnings(&self, now: Timestamp) -> Result<Vec<Warning>, RunbookError> {
        let timeline = Timeline::of(self.runbook, self.run, now)?;
        self.backout.map_or(Ok(()), Runbook::check)?;
        let mut warnings = self.of_the_window(&timeline);
        warnings.extend(self.of_decisions(&timeline, now));
        warnings.extend(self.of_people(now));
        warnings.extend(self.two_at_once(&timeline));
        Ok(warnings)
    }

    fn of_the_window(&self, timeline: &Timeline) -> Vec<Warning> {
        let Some(closes) = self.closes else {
            return Vec::new();
        };
        let mut warnings = Vec::new();
        // What people do once it has succeeded, they may do in their own time.
        let success = timeline
            .steps
            .iter()
            .find(|it| it.phase == Some(Phase::Success));
        let ends = success.map_or(timeline.ends, |it| it.ends);
        if ends > closes {
            warnings.push(Warning::EndsLate { ends, closes });
        }
        let Some(backout) = self.backout else {
            return warnings;
        };
        let from = timeline.last_return(backout, closes);
        let until = timeline.no_return.unwrap_or(ends).min(ends);
        if from.is_none_or(|from| from < until) {
            let is_no_return = timeline.no_return == Some(until);
            warnings.push(Warning::BackTooLate {
                from,
                until,
                is_no_return,
                closes,
            });
        }
        let open = timeline.steps.iter().filter(|span| !span.is_settled);
        let due = open.filter_map(|span| Some((span.step.clone(), span.due?)));
        let late = due.filter(|(_, due)| from.is_none_or(|from| from < *due));
        warnings.extend(late.map(|(step, due)| Warning::DecidedTooLate {
            step,
            due,
            fits_until: from,
        }));
        warnings
    }

    fn steps<'b>(&self, timeline: &'b Timeline) -> impl Iterator<Item = (&Step, &'b Span)> {
        self.runbook.steps.iter().zip(&timeline.steps)
    }

    fn of_decisions(&self, timeline: &Timeline, now: Timestamp) -> Vec<Warning> {
        let warn = |(step, span): (&Step, &Span)| {
            let (name, owner) = (step.name.clone(), step.owner.clone());
            let due = span.due?;
            match self.run.status(&step.name) {
                StepStatus::TimedOut { .. } => Some(Warning::Overdue {
                    step: name,
                    owner,
                    due,
                }),
                status if !status.is_pending() => None,
                _ if due <= now => Some(Warning::Overdue {
                    step: name,
                    owner,
                    due,
                }),
                _ if due.duration_since(now) <= SOON => Some(Warning::Due {
                    step: name,
                    owner,
                    due,
                }),
                StepStatus::Waiting
                | StepStatus::Ready { .. }
                | StepStatus::Started { .. }
                | StepStatus::Done { .. }
                | StepStatus::Failed { .. }
                | StepStatus::Skipped { .. } => None,
            }
        };
        self.steps(timeline).filter_map(warn).collect()
    }

    fn of_people(&self, now: Timestamp) -> Vec<Warning> {
        let order = Order::of(self.runbook);
        let late = |(place, step): (usize, &Step)| {
            let (Kind::Manual(_) | Kind::Message(_)) = &step.kind else {
                return None;
            };
            let status = self.run.status(&step.name);
            let since = status.since().filter(|_| status.is_pending())?;
            let late_by = between(later(since, step.takes), now);
            (late_by > Millis(0)).then(|| Warning::Late {
                step: step.name.clone(),
                owner: step.owner.clone(),
                late_by,
                holds_up: self.held_up(place, &order),
            })
        };
        self.runbook
            .steps
            .iter()
            .enumerate()
            .filter_map(late)
            .collect()
    }

    /// The next step of the engine that waits for a step.
    fn held_up(&self, place: usize, order: &Order<'_>) -> Option<Name> {
        let waits = |it: &usize| {
            let step = &self.runbook.steps[*it];
            step.phase().is_some() && order.all_before(*it).contains(&place)
        };
        let next = order.sorted().into_iter().find(waits)?;
        Some(self.runbook.steps[next].name.clone())
    }

    fn two_at_once(&self, timeline: &Timeline) -> Vec<Warning> {
        let mut of: BTreeMap<&Name, Vec<&Span>> = BTreeMap::new();
        for (step, span) in self.steps(timeline) {
            let takes_time = !span.is_settled && span.begins < span.ends;
            if let (Some(Party::Person(name)), true, None) = (&step.owner, takes_time, step.phase())
            {
                of.entry(name).or_default().push(span);
            }
        }
        let mut warnings = Vec::new();
        for (who, mut spans) in of {
            spans.sort_by_key(|span| (span.begins, span.ends));
            let mut last: Option<&Span> = None;
            for span in spans {
                if let Some(before) = last.filter(|last| last.ends > span.begins) {
                    warnings.push(Warning::TwoAtOnce {
                        who: who.clone(),
                        steps: (before.step.clone(), span.step.clone()),
                        from: span.begins,
                    });
                }
                last = last.filter(|last| last.ends > span.ends).or(Some(span));
            }
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
