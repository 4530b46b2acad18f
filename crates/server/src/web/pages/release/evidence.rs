//! What is known beforehand of how the release would do: preflights, rehearsals and rollback drills.

use super::super::super::{moment::Moment, state::State};
use jiff::Timestamp;
use tidegate_protocol::api::{DrillView, PreflightView, RehearsalView};

/// One line of evidence.
#[derive(Debug)]
pub(super) struct Evidence {
    pub state: State,
    pub sentence: String,
    /// The page about it.
    pub href: String,
    pub when: Moment,
}

/// Drills first: what was tried in earnest weighs more than a forecast.
pub(super) fn of(
    drills: &[DrillView],
    (rehearsals, preflights): (&[RehearsalView], &[PreflightView]),
    now: Timestamp,
) -> Vec<Evidence> {
    let drills = drills.iter().map(|drill| Evidence {
        state: match drill.status.as_str() {
            "running" => State::new("moving", "drill runs"),
            "passed" => State::new("steady", "drilled"),
            "failed" => State::new("failing", "drill failed"),
            _ => State::new("held", "drill cancelled"),
        },
        sentence: drill.sentence.clone(),
        href: match drill.legs.last() {
            Some(leg) => format!("/deployments/{}", leg.deployment),
            None => format!("/journal?subject=drill/{}", drill.id),
        },
        when: Moment::seen(drill.ended_at.unwrap_or(drill.requested_at), now),
    });
    let rehearsals = rehearsals.iter().map(|rehearsal| Evidence {
        state: State::new("waiting", "rehearsed"),
        sentence: rehearsal.sentence.clone(),
        href: format!("/rehearsals/{}", rehearsal.id),
        when: Moment::seen(rehearsal.requested_at, now),
    });
    let preflights = preflights.iter().map(|preflight| Evidence {
        state: State::of_preflight(&preflight.verdict),
        sentence: preflight.sentence.clone(),
        href: format!("/preflights/{}", preflight.id),
        when: Moment::seen(preflight.requested_at, now),
    });
    drills.chain(preflights).chain(rehearsals).collect()
}
