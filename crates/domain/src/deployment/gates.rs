//! What keeps a deployment from beginning something, beside its plan: a blocked release, controls and approvals, the
//! calendar, steps of people, and its group run.
//!
//! Preparing is never kept back, because it changes nothing, and neither is going back.

use super::{Barrier, Decision, Event, Hold, WaitingOn, decide::View, membership, steps};
use crate::{
    calendar::{Closed, InFlight, Opening},
    runbook::Gate,
};

/// What is about to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// The first wave, and with it the change.
    Change,
    /// A later wave, counted from 0.
    Wave(u32),
    /// The jobs behind the last wave.
    Jobs,
    /// The activation of a target in the present wave or an earlier one.
    Target,
}

/// What it has to wait for before it begins something, if there is anything.
pub(super) fn closed(view: &View<'_>, beginning: Beginning) -> Option<WaitingOn> {
    let not_cleared = clearance(view, beginning);
    let closed = not_cleared.or_else(|| calendar(view, beginning));
    let closed = closed.or_else(|| match beginning {
        Beginning::Change => steps::closed(view, Gate::Change),
        Beginning::Wave(wave) => steps::closed(view, Gate::Wave(wave)),
        Beginning::Jobs | Beginning::Target => None,
    });
    closed.or_else(|| membership::group(view, Barrier::Change))
}

/// What controls and people make it wait for, before the first wave and before each later one. A wave that has begun goes on:
/// what was allowed when it began was looked at then.
fn clearance(view: &View<'_>, beginning: Beginning) -> Option<WaitingOn> {
    let asks = match beginning {
        Beginning::Change | Beginning::Wave(_) | Beginning::Jobs => true,
        Beginning::Target => false,
    };
    let stops = &view.facts.clearance.stops;
    (asks && !stops.is_empty()).then(|| WaitingOn::Clearance {
        stops: stops.clone(),
    })
}

/// What the calendar makes it wait for. A rule for what is under way counts only once something is.
fn calendar(view: &View<'_>, beginning: Beginning) -> Option<WaitingOn> {
    let Some(Opening::Closed { reasons, opens }) = &view.facts.calendar else {
        return None;
    };
    let (left, ends) = view.deployment.still_closed(reasons)?;
    let in_flight = left.iter().map(Closed::in_flight).max()?;
    let goes_on = match (beginning, in_flight) {
        (Beginning::Change, _)
        | (
            Beginning::Wave(_) | Beginning::Jobs,
            InFlight::FinishWaveThenHold | InFlight::HoldAtOnce,
        )
        | (Beginning::Target, InFlight::HoldAtOnce) => false,
        (Beginning::Wave(_) | Beginning::Jobs | Beginning::Target, InFlight::Finish)
        | (Beginning::Target, InFlight::FinishWaveThenHold) => true,
    };
    (!goes_on).then(|| WaitingOn::Calendar {
        // Of what was set aside in part, the calendar does not know when the rest opens.
        opens: match left.len() == reasons.len() {
            true => *opens,
            false => ends,
        },
        asked: view.deployment.asked_override(&left).cloned(),
        reasons: left,
    })
}

/// Stops what deploys a blocked release. Whoever lets it go on has it stopped again.
pub(super) fn block(view: &View<'_>, hold: Option<&Hold>, decision: &mut Decision) -> bool {
    let Some(block) = view.facts.blocked.as_ref().filter(|_| hold.is_none()) else {
        return false;
    };
    let release = &view.deployment.release;
    let reason = format!("release {release} must not go out: {block}");
    decision.events.push(Event::Held { reason, by: None });
    true
}
