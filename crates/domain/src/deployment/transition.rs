//! The one transition function: (status, event) → status; `stage` holds the same for the stage of a target.
//!
//! Every pair that is not listed is [`Illegal`]. Nothing here looks at facts; [`super::decide`](fn@super::decide) did.

mod stage;

use super::{Deployment, Event, Hold, Ordered, Purpose, SignOff, Split, Status};
use crate::name::Name;
use jiff::Timestamp;

/// An event that cannot happen now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen while {state}")]
pub struct Illegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status or stage.
    pub state: &'static str,
}

/// That an event cannot happen, for a reason.
pub(super) fn illegal(event: &'static str) -> impl Fn(&'static str) -> Illegal {
    move |state| Illegal { event, state }
}

pub(super) fn apply(
    deployment: &mut Deployment,
    event: &Event,
    now: Timestamp,
) -> Result<(), Illegal> {
    if let Some(noted) = note(deployment, event, now) {
        return noted;
    }
    let status = next_status(deployment, event, now)?;
    if let Some(position) = event.target() {
        let present = deployment.status.wave().unwrap_or(0);
        let grows = deployment.targets.get(position.0 as usize);
        let grows = grows.is_some_and(|run| deployment.lags(run, present));
        let in_steps = deployment.plan.shares_instances();
        let run = deployment.targets.get_mut(position.0 as usize);
        let run = run.ok_or(Illegal {
            event: event.word(),
            state: "without that target",
        })?;
        run.stage = stage::next((&run.stage, grows), event, now)?;
        if in_steps && matches!(event, Event::TargetActivated { .. }) {
            run.grown = present;
        }
    }
    if let Some(status) = status {
        deployment.status = status;
        deployment.forget_return();
        if matches!(
            event,
            Event::CancelRequested { .. } | Event::Superseded { .. }
        ) {
            // It was given for going back, which this is not.
            deployment.return_signed = None;
        }
    }
    Ok(())
}

/// Notes down a person's word, which leaves the status as it is; none, when the event is something else.
fn note(deployment: &mut Deployment, event: &Event, now: Timestamp) -> Option<Result<(), Illegal>> {
    if let Event::SignedOff { wave, by } = event {
        Some(sign_off(deployment, *wave, by, now))
    } else if let Event::TrafficShifted { split } = event {
        Some(shift(deployment, *split, now))
    } else if let Event::BaselineChosen { target }
    | Event::BaselineStarted { target }
    | Event::BaselineStands { target } = event
    {
        Some(deployment.note_baseline(event, *target, now))
    } else if let Event::CheckStarted { wave, check } = event {
        Some(deployment.begin_check((*wave, check), now))
    } else if let Event::CheckEnded {
        wave,
        check,
        outcome,
    } = event
    {
        Some(deployment.end_check((*wave, check), outcome, now))
    } else if let Event::CheckRetried { wave, check, .. } = event {
        Some(deployment.retry_check((*wave, check), now))
    } else if let Event::CheckAccepted { wave, check, word } = event {
        Some(deployment.accept_check((*wave, check), word))
    } else if let Event::BarrierOpened { barrier } = event {
        Some(deployment.open_barrier(*barrier, now))
    } else if matches!(event, Event::GroupFroze | Event::GroupThawed) {
        Some(deployment.freeze(*event == Event::GroupFroze))
    } else if let Event::ReturnWanted { cause } = event {
        Some(deployment.want_back(cause))
    } else if let Event::TrialStarted {
        check,
        number,
        job,
        target,
    } = event
    {
        Some(deployment.begin_trial((check, *number), (job, *target), now))
    } else if let Event::TrialEnded { job, outcome } = event {
        Some(deployment.end_trial(job, outcome))
    } else if let Event::JobStarted { job, target } = event {
        Some(deployment.begin_job((job, *target), now))
    } else if let Event::JobEnded { job, outcome } = event {
        Some(deployment.end_job((job, outcome), now))
    } else if let Event::JobRetried { job, by } = event {
        Some(deployment.retry_job((job, by), now))
    } else if let Event::JobAccepted { job, word } = event {
        Some(deployment.accept_job(job, word))
    } else if let Event::ReturnSigned { word } = event {
        Some(deployment.sign_return(word, now))
    } else if let Event::OverrideAsked {
        by,
        reason,
        against,
    } = event
    {
        Some(deployment.ask_override((by, reason), against.as_ref(), now))
    } else if let Event::OverrideConfirmed { by } = event {
        Some(deployment.confirm_override(by))
    } else if let Event::Supervised { by } = event {
        Some(deployment.let_go(by, now))
    } else {
        None
    }
}

impl Deployment {
    /// Once, while it goes forward, and only what was asked for under supervision.
    fn let_go(&mut self, by: &Name, at: Timestamp) -> Result<(), Illegal> {
        let event = "supervised";
        let refuse = |state| Err(Illegal { event, state });
        if !self.status.goes_forward() {
            return refuse(self.status.word());
        }
        let Some(supervision) = &mut self.supervision else {
            return refuse("nobody supervises it");
        };
        if supervision.released.is_some() {
            return refuse("it was let go already");
        }
        supervision.released = Some((by.clone(), at));
        Ok(())
    }
}

/// Only the present wave, only where the plan asks for it, only once it is over, and only once.
fn sign_off(
    deployment: &mut Deployment,
    wave: u32,
    by: &Name,
    at: Timestamp,
) -> Result<(), Illegal> {
    let illegal = |state| Illegal {
        event: "signed_off",
        state,
    };
    if !matches!(deployment.status, Status::Rolling { wave: now, .. } if now == wave) {
        return Err(illegal(deployment.status.word()));
    }
    if !deployment.lacks_sign_off(wave) {
        return Err(illegal("nothing waits for it"));
    }
    if !deployment.wave_is_over(wave) {
        return Err(illegal("the wave is not over"));
    }
    let by = by.clone();
    deployment.sign_offs.push(SignOff { wave, by, at });
    Ok(())
}

/// Only on the way forward or back.
fn shift(deployment: &mut Deployment, split: Split, since: Timestamp) -> Result<(), Illegal> {
    if !matches!(
        deployment.status,
        Status::Preparing { .. } | Status::Rolling { .. } | Status::RollingBack { .. }
    ) {
        return Err(Illegal {
            event: "traffic_shifted",
            state: deployment.status.word(),
        });
    }
    let weights = deployment
        .weights(split)
        .iter()
        .map(|server| server.weight)
        .collect();
    deployment.traffic = Some(Ordered {
        split,
        weights,
        since,
    });
    Ok(())
}

/// The status after `event`; none when it stays.
fn next_status(
    deployment: &Deployment,
    event: &Event,
    now: Timestamp,
) -> Result<Option<Status>, Illegal> {
    let status = &deployment.status;
    let illegal = || Illegal {
        event: event.word(),
        state: status.word(),
    };
    if event.target().is_some() {
        if !suits(event, status) {
            return Err(illegal());
        }
        return Ok(is_guidance(event)
            .then(|| without_own_hold(status))
            .flatten());
    }
    let next = match (event, status) {
        (Event::Started, Status::Requested) => Status::Preparing {
            since: now,
            hold: None,
        },
        (Event::WaveStarted { wave: 0 }, Status::Preparing { hold: None, .. }) => Status::Rolling {
            wave: 0,
            since: now,
            hold: None,
        },
        (
            Event::WaveStarted { wave: next },
            Status::Rolling {
                wave, hold: None, ..
            },
        ) if *next == wave + 1 => Status::Rolling {
            wave: *next,
            since: now,
            hold: None,
        },
        (Event::Held { reason, by }, _) => {
            hold(status, reason, by.as_ref(), now).ok_or_else(illegal)?
        }
        (Event::Resumed { .. }, _) => resume(status).ok_or_else(illegal)?,
        (Event::RollbackStarted { .. }, _) if !deployment.may_return(now) => {
            return Err(Illegal {
                event: event.word(),
                state: "something was done that cannot be undone",
            });
        }
        (
            Event::RollbackStarted { cause },
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::Cancelling { .. },
        ) => Status::RollingBack {
            cause: cause.clone(),
            since: now,
        },
        (
            Event::CancelRequested { by },
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. },
        ) => Status::Cancelling {
            by: by.clone(),
            since: now,
        },
        _ => ending(deployment, event, now).ok_or_else(illegal)?,
    };
    Ok(Some(next))
}

/// The terminal status that `event` leads to, if it does.
fn ending(deployment: &Deployment, event: &Event, at: Timestamp) -> Option<Status> {
    let takes_back = matches!(deployment.purpose, Purpose::Rollback { .. });
    match (event, &deployment.status) {
        (Event::Succeeded, Status::Rolling { hold: None, .. }) => Some(Status::Succeeded { at }),
        (Event::Succeeded, Status::RollingBack { .. }) if takes_back => {
            Some(Status::Succeeded { at })
        }
        (Event::RolledBack, Status::RollingBack { cause, .. }) => Some(Status::RolledBack {
            cause: cause.clone(),
            at,
        }),
        (Event::Failed { cause }, Status::RollingBack { .. }) => Some(Status::Failed {
            cause: cause.clone(),
            at,
        }),
        (Event::Superseded { by }, status) if !status.is_terminal() => {
            Some(Status::Superseded { by: *by, at })
        }
        (Event::Cancelled { unreached }, Status::Cancelling { by, .. }) => {
            Some(Status::Cancelled {
                by: by.clone(),
                at,
                unreached: unreached.clone(),
            })
        }
        _ => None,
    }
}

/// Whether a person says what is to become of a failed target.
const fn is_guidance(event: &Event) -> bool {
    matches!(
        event,
        Event::TargetRetried { .. } | Event::TargetIgnored { .. } | Event::TargetExcluded { .. }
    )
}

/// What the engine stopped for a failure goes on when a person has dealt with it.
pub(super) fn without_own_hold(status: &Status) -> Option<Status> {
    let own = status.hold().is_some_and(|hold| hold.by.is_none());
    own.then(|| resume(status)).flatten()
}

/// Whether an event about one target can happen in `status`, which it leaves as it is.
fn suits(event: &Event, status: &Status) -> bool {
    matches!(
        (event, status),
        (
            Event::TargetPreparing { .. }
                | Event::TargetPrepared { .. }
                | Event::TargetFailed { .. }
                | Event::TargetRetried { .. }
                | Event::TargetIgnored { .. }
                | Event::TargetExcluded { .. },
            Status::Preparing { .. } | Status::Rolling { .. },
        ) | (
            Event::TargetActivated { .. } | Event::TargetPassed { .. },
            Status::Rolling { .. }
        ) | (
            Event::TargetRestoring { .. }
                | Event::TargetRestored { .. }
                | Event::TargetStuck { .. },
            Status::RollingBack { .. },
        )
    )
}

fn hold(status: &Status, reason: &str, by: Option<&Name>, now: Timestamp) -> Option<Status> {
    let hold = Some(Hold {
        reason: reason.to_owned(),
        by: by.cloned(),
        since: now,
    });
    match *status {
        Status::Preparing { since, hold: None } => Some(Status::Preparing { since, hold }),
        Status::Rolling {
            wave,
            since,
            hold: None,
        } => Some(Status::Rolling { wave, since, hold }),
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. }
        | Status::Succeeded { .. }
        | Status::RolledBack { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => None,
    }
}

fn resume(status: &Status) -> Option<Status> {
    match *status {
        Status::Preparing {
            since,
            hold: Some(_),
        } => Some(Status::Preparing { since, hold: None }),
        Status::Rolling {
            wave,
            since,
            hold: Some(_),
        } => Some(Status::Rolling {
            wave,
            since,
            hold: None,
        }),
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. }
        | Status::Succeeded { .. }
        | Status::RolledBack { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => None,
    }
}
