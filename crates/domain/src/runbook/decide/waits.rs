//! What an idle decision waits for.

use super::{
    super::{Course, Kind, Step, StepStatus, Wait},
    Decision, View,
};
use crate::name::Name;
use jiff::Timestamp;

impl View<'_> {
    /// Says what an idle decision waits for.
    pub(super) fn wait(&self, decision: &mut Decision) {
        let waits = self
            .steps()
            .filter_map(|(_, step, status)| self.wait_for(step, status));
        let has_ended = matches!(self.facts.course, Course::Ended { .. });
        if decision.waiting_on.is_empty() {
            decision.waiting_on.extend(waits);
        }
        if !decision.waiting_on.is_empty() || (has_ended && self.run.is_settled(self.runbook)) {
            return;
        }
        let is_next = |(place, step, status): &(usize, &Step, &StepStatus)| {
            let waits_for = self.order.waits_for(*place);
            let may_begin = waits_for.iter().all(|need| self.is_over(*need));
            step.phase().is_some() && status.is_pending() && may_begin
        };
        let next = self.steps().find(is_next);
        decision.waiting_on.push(match next {
            Some((_, step, _)) => Wait::Engine {
                step: step.name.clone(),
                title: step.title().to_owned(),
            },
            None => Wait::End,
        });
    }

    fn wait_for(&self, step: &Step, status: &StepStatus) -> Option<Wait> {
        let (name, title) = (step.name.clone(), step.title().to_owned());
        match (status, &step.kind) {
            (StepStatus::Waiting | StepStatus::Done { .. } | StepStatus::Skipped { .. }, _) => None,
            (_, Kind::Automatic(_)) => {
                let is_pending = status.is_pending();
                is_pending.then_some(Wait::Engine { step: name, title })
            }
            (StepStatus::Ready { at }, _) => Some(self.turn_of(step, None, *at)),
            (StepStatus::Started { by, at }, _) => Some(self.turn_of(step, by.as_ref(), *at)),
            (StepStatus::Failed { at, .. } | StepStatus::TimedOut { at }, _) => {
                let (_, issue) = self.objection(step, status)?;
                let matters = matches!(self.facts.course, Course::Forward);
                matters.then_some(Wait::Issue {
                    step: name,
                    issue,
                    since: *at,
                })
            }
        }
    }

    /// What a step waits for whose turn has come, or that somebody is at.
    fn turn_of(&self, step: &Step, by: Option<&Name>, since: Timestamp) -> Wait {
        let (name, title) = (step.name.clone(), step.title().to_owned());
        let until = self.until(step, self.run.status(&step.name));
        match &step.kind {
            Kind::Decision(decision) => Wait::Answer {
                step: name,
                title,
                owner: step.owner.clone(),
                since,
                until,
                otherwise: decision.otherwise,
            },
            Kind::Message(message) => Wait::Message {
                step: name,
                message: message.clone(),
                since,
            },
            Kind::Manual(_) | Kind::Automatic(_) => Wait::People {
                step: name,
                title,
                owner: step.owner.clone(),
                by: by.cloned(),
                since,
                until,
            },
        }
    }
}
