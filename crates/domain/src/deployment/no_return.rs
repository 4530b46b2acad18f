//! The point of no return: what was done that the old revision cannot live with.
//!
//! Behind it nothing goes back by itself. The deployment stops and says why; people go on, take its place with something
//! better, or sign that going back is right all the same.

use super::transition::Illegal;
use super::{Decision, Deployment, Event, JobStage, Status, WaitingOn, Word, decide::View};
use crate::{
    id::DeploymentId,
    plan::{JobName, Reversible},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job that cannot be undone any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoReturn {
    /// Of which deployment: an earlier one, where that left it to this.
    pub deployment: DeploymentId,
    /// Which job.
    pub job: JobName,
}

impl Deployment {
    /// What keeps it from going back by itself at `now`, if something does.
    pub fn no_return(&self, now: Timestamp) -> Option<NoReturn> {
        let is_past = |job: &JobName, reversible: Reversible| {
            let run = self.job_run(job)?;
            let past = match (reversible, &run.stage) {
                (Reversible::Yes, _) => false,
                // Whatever came of it, it may have done a part of its work.
                (Reversible::No, _) => true,
                (Reversible::Until(length), JobStage::Ended { at, .. }) => {
                    now >= *at + length.as_signed()
                }
                (Reversible::Until(_), JobStage::Running { .. } | JobStage::Again { .. }) => false,
            };
            past.then(|| run.job.clone())
        };
        let mut planned = self.plan.jobs.iter();
        let own = planned.find_map(|planned| is_past(&planned.job, planned.reversible));
        let own = own.map(|job| NoReturn {
            deployment: self.id,
            job,
        });
        own.or_else(|| self.inherited.clone())
    }

    /// What it leaves to the next deployment there: where it ended halfway, behind a point of no return.
    pub fn leaves_no_return(&self, now: Timestamp) -> Option<NoReturn> {
        let halfway = match self.status {
            Status::Cancelled { .. } | Status::Superseded { .. } | Status::Failed { .. } => true,
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Succeeded { .. }
            | Status::RolledBack { .. } => false,
        };
        let unsigned = halfway && self.return_signed.is_none();
        unsigned.then(|| self.no_return(now)).flatten()
    }

    pub(super) fn sign_return(&mut self, word: &Word, now: Timestamp) -> Result<(), Illegal> {
        let illegal = |state| Illegal {
            event: "return_signed",
            state,
        };
        if self.status.is_terminal() || matches!(self.status, Status::RollingBack { .. }) {
            return Err(illegal(self.status.word()));
        }
        if self.no_return(now).is_none() {
            return Err(illegal("nothing keeps it from going back"));
        }
        self.return_signed = Some(word.clone());
        Ok(())
    }

    /// Whether it may go back at `now`.
    pub(super) fn may_return(&self, now: Timestamp) -> bool {
        self.return_signed.is_some() || self.no_return(now).is_none()
    }
}

/// Whatever leads to going back leads to a stop instead, behind the point of no return.
pub(super) fn keep(view: &View<'_>, mut decision: Decision) -> Decision {
    if view.deployment.may_return(view.now) {
        return decision;
    }
    let Some(past) = view.deployment.no_return(view.now) else {
        return decision;
    };
    let goes_back = |event: &mut Event| matches!(event, Event::RollbackStarted { .. });
    let Some(Event::RollbackStarted { cause }) = decision.events.extract_if(.., goes_back).next()
    else {
        return decision;
    };
    match view.deployment.status.hold() {
        Some(hold) => decision
            .waiting_on
            .push(WaitingOn::Person { hold: hold.clone() }),
        None => {
            let reason = format!("{cause}; it does not go back by itself, because {past}");
            decision.events.push(Event::Held { reason, by: None });
        }
    }
    decision
}

impl fmt::Display for NoReturn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "job {} of deployment {} cannot be undone",
            self.job, self.deployment
        )
    }
}
