//! (stage, event) → stage, for one target of a deployment.

use super::{
    super::{Event, Stage},
    Illegal,
};
use jiff::Timestamp;

/// The stage of a target after `event`, which is about it. One that `grows` has instances left to change.
pub(super) fn next(
    (stage, grows): (&Stage, bool),
    event: &Event,
    now: Timestamp,
) -> Result<Stage, Illegal> {
    let more = grows && matches!(event, Event::TargetActivated { .. });
    let next = more
        .then_some(Stage::Activating { since: now })
        .or_else(|| forward(stage, event, now))
        .or_else(|| guided(stage, event, now))
        .or_else(|| back(stage, event, now));
    next.ok_or(Illegal {
        event: event.word(),
        state: stage.word(),
    })
}

/// On the way to the new revision.
fn forward(stage: &Stage, event: &Event, now: Timestamp) -> Option<Stage> {
    let failed = |reason: &String, activated| Stage::Failed {
        at: now,
        reason: reason.clone(),
        activated,
        ignored: None,
    };
    Some(match (event, stage) {
        (Event::TargetPreparing { .. }, Stage::Waiting) => Stage::Preparing { since: now },
        (
            Event::TargetPrepared { .. },
            Stage::Preparing { .. }
            | Stage::Failed {
                activated: false, ..
            },
        ) => Stage::Prepared,
        (Event::TargetActivated { .. }, Stage::Prepared) => Stage::Activating { since: now },
        (
            Event::TargetPassed { .. },
            Stage::Activating { .. }
            | Stage::Failed {
                activated: true, ..
            },
        ) => Stage::Passed { at: now },
        (Event::TargetFailed { reason, .. }, Stage::Preparing { .. }) => failed(reason, false),
        (Event::TargetFailed { reason, .. }, Stage::Activating { .. } | Stage::Passed { .. }) => {
            failed(reason, true)
        }
        _ => return None,
    })
}

/// By a person, where something failed or would.
fn guided(stage: &Stage, event: &Event, now: Timestamp) -> Option<Stage> {
    Some(match (event, stage) {
        (Event::TargetRetried { .. }, Stage::Failed { activated, .. }) => match activated {
            true => Stage::Prepared,
            false => Stage::Waiting,
        },
        (
            Event::TargetIgnored { word, .. },
            Stage::Failed {
                at,
                reason,
                activated,
                ignored: None,
            },
        ) => Stage::Failed {
            at: *at,
            reason: reason.clone(),
            activated: *activated,
            ignored: Some(word.clone()),
        },
        (
            Event::TargetExcluded { word, .. },
            Stage::Waiting
            | Stage::Preparing { .. }
            | Stage::Prepared
            | Stage::Activating { .. }
            | Stage::Failed { .. },
        ) => Stage::Excluded {
            at: now,
            word: word.clone(),
            activated: stage.is_changed(),
        },
        _ => return None,
    })
}

/// On the way back.
fn back(stage: &Stage, event: &Event, now: Timestamp) -> Option<Stage> {
    Some(match (event, stage) {
        (
            Event::TargetRestoring { failed, .. },
            Stage::Waiting
            | Stage::Preparing { .. }
            | Stage::Prepared
            | Stage::Activating { .. }
            | Stage::Passed { .. }
            | Stage::Failed { .. },
        ) => Stage::Restoring {
            since: now,
            failed: *failed,
        },
        (Event::TargetRestored { .. }, Stage::Restoring { .. }) => Stage::Restored { at: now },
        (
            Event::TargetStuck {
                reason, old_fails, ..
            },
            Stage::Restoring { .. },
        ) => Stage::Stuck {
            at: now,
            reason: reason.clone(),
            old_fails: *old_fails,
        },
        _ => return None,
    })
}
