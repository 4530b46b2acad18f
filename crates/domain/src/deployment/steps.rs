//! What people's steps make a deployment wait for, and what their answers come to: the deployment plan and the backout plan speak
//! to the engine by this alone.

use super::{Cause, Decision, Event, Hold, WaitingOn, decide::View};
use crate::runbook::{Gate, Held, Verdict};

/// What runbooks say to the engine of a deployment; nothing where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Where it has to wait.
    pub holds: Vec<Held>,
    /// What people's answers come to.
    pub verdict: Verdict,
}

/// The steps that stand before a gate, if any do.
pub(super) fn closed(view: &View<'_>, gate: Gate) -> Option<WaitingOn> {
    let mut holds = view.facts.steps.holds.iter();
    let held = holds.find(|held| held.gate == gate)?;
    Some(WaitingOn::Steps {
        gate,
        steps: held.steps.clone(),
    })
}

/// Goes back, or stops, where people's answers say so. What a person stopped goes back all the same.
pub(super) fn answer(view: &View<'_>, hold: Option<&Hold>, decision: &mut Decision) -> bool {
    let event = match (&view.facts.steps.verdict, hold) {
        (Verdict::RollBack { reason }, _) => Event::RollbackStarted {
            cause: Cause::Decision {
                reason: reason.clone(),
            },
        },
        (Verdict::Hold { reason }, None) => Event::Held {
            reason: reason.clone(),
            by: None,
        },
        (Verdict::Hold { .. }, Some(_)) | (Verdict::Go, _) => return false,
    };
    decision.events.push(event);
    true
}
