//! The point of no return: what was done that the old revision cannot live with.
//!
//! Behind it nothing goes back by itself. The deployment stops and says why; people go on, take its place with something
//! better, or sign that going back is right all the same.

use super::transition::Illegal;
use super::{Decision, Deployment, Event, JobRun, JobStage, Status, Word, decide::View};
use crate::{
    id::DeploymentId,
    plan::{JobName, Reversible},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job that cannot be undone, from a time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoReturn {
    /// Of which deployment: an earlier one, where that left it to this.
    pub deployment: DeploymentId,
    /// Which job.
    pub job: JobName,
    /// Since when, or from when on.
    #[serde(default)]
    pub from: Timestamp,
}

impl Deployment {
    /// What keeps it from going back by itself at `now`, if something does.
    pub fn no_return(&self, now: Timestamp) -> Option<NoReturn> {
        self.point_of_no_return().filter(|past| past.from <= now)
    }

    /// The first point of no return, ahead or behind; none where all can be undone for ever.
    fn point_of_no_return(&self) -> Option<NoReturn> {
        let own = self.plan.jobs.iter().filter_map(|planned| {
            let run = self.job_run(&planned.job)?;
            let from = self.cannot_be_undone_from(run, planned.reversible)?;
            Some(NoReturn {
                deployment: self.id,
                job: run.job.clone(),
                from,
            })
        });
        let all = own.chain(self.inherited.clone());
        all.min_by_key(|past| past.from)
    }

    /// Whatever came of a job, it may have done a part of its work; and one whose end was never seen ended with its deployment.
    fn cannot_be_undone_from(&self, run: &JobRun, reversible: Reversible) -> Option<Timestamp> {
        let length = match reversible {
            Reversible::Yes => return None,
            Reversible::No => return Some(Timestamp::UNIX_EPOCH),
            Reversible::Until(length) => length,
        };
        let ended = match &run.stage {
            JobStage::Ended { at, .. } => Some(*at),
            JobStage::Running { .. } | JobStage::Again { .. } => self.status.ended_at(),
        };
        let ended = run.first_ended.or(ended)?;
        Some(ended + length.as_signed())
    }

    /// What it leaves to the next deployment there: where it ended halfway, a point of no return behind it or ahead.
    pub fn leaves_no_return(&self) -> Option<NoReturn> {
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
        unsigned.then(|| self.point_of_no_return()).flatten()
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
    let Some(cause) = decision.take_return() else {
        return decision;
    };
    match view.deployment.status.hold() {
        Some(hold) => decision.wait_for_person(hold),
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
