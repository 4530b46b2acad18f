//! (stage, event) → stage, for one target of a deployment.

use super::{
    super::{Event, Stage},
    Illegal,
};
use jiff::Timestamp;

/// The stage of a target after `event`, which is about it.
pub(super) fn next(stage: &Stage, event: &Event, now: Timestamp) -> Result<Stage, Illegal> {
    Ok(match (event, stage) {
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
        (Event::TargetFailed { reason, .. }, Stage::Preparing { .. }) => Stage::Failed {
            at: now,
            reason: reason.clone(),
            activated: false,
        },
        (Event::TargetFailed { reason, .. }, Stage::Activating { .. } | Stage::Passed { .. }) => {
            Stage::Failed {
                at: now,
                reason: reason.clone(),
                activated: true,
            }
        }
        (Event::TargetRestoring { failed, .. }, stage)
            if stage.is_changed() || *stage == Stage::Waiting =>
        {
            Stage::Restoring {
                since: now,
                failed: *failed,
            }
        }
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
        _ => {
            return Err(Illegal {
                event: event.word(),
                state: stage.word(),
            });
        }
    })
}
