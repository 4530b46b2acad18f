//! What can happen to a deployment.

use super::{Against, Barrier, Cause, JobOutcome, Outcome, Split, Word};
use crate::{id::DeploymentId, name::Name, plan::JobName};
use serde::{Deserialize, Serialize};

/// A target by its place in the deployment's list, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position(pub u32);

/// What can happen to a deployment. The journal keeps each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// It begins: every target is to prepare.
    Started,
    /// A target was told to prepare.
    TargetPreparing { target: Position },
    /// The new revision lies ready on a target.
    TargetPrepared { target: Position },
    /// A wave may be activated.
    WaveStarted { wave: u32 },
    /// A person finds the waves up to this one good.
    SignedOff { wave: u32, by: Name },
    /// Load balancers were told to share out requests in another way.
    TrafficShifted { split: Split },
    /// A target of the old revision is to be started anew, to be compared with.
    BaselineChosen { target: Position },
    /// It was told to.
    BaselineStarted { target: Position },
    /// It was healthy long enough since.
    BaselineStands { target: Position },
    /// A check is asked from now on.
    CheckStarted { wave: u32, check: Name },
    /// A check has ended.
    CheckEnded {
        wave: u32,
        check: Name,
        outcome: Outcome,
    },
    /// A target was told to run a job, as a measurement of a check.
    TrialStarted {
        check: Name,
        number: u32,
        job: JobName,
        target: Position,
    },
    /// That is over.
    TrialEnded { job: JobName, outcome: JobOutcome },
    /// A person wants a check asked anew.
    CheckRetried { wave: u32, check: Name, by: Name },
    /// A person goes on although a check did not pass.
    CheckAccepted { wave: u32, check: Name, word: Word },
    /// Its group lets it go further.
    BarrierOpened { barrier: Barrier },
    /// Its group stands still.
    GroupFroze,
    /// Its group goes on.
    GroupThawed,
    /// It would go back, and leaves that to its group.
    ReturnWanted { cause: Cause },
    /// A target was told to run a job.
    JobStarted { job: JobName, target: Position },
    /// A job has ended.
    JobEnded { job: JobName, outcome: JobOutcome },
    /// A person wants a job run again.
    JobRetried { job: JobName, by: Name },
    /// A person goes on although a job did not succeed.
    JobAccepted { job: JobName, word: Word },
    /// A person finds going back right although something cannot be undone.
    ReturnSigned { word: Word },
    /// A target was told to run the new revision.
    TargetActivated { target: Position },
    /// A target attests the new revision and was healthy long enough.
    TargetPassed { target: Position },
    /// A target failed.
    TargetFailed { target: Position, reason: String },
    /// A person wants a failed target tried again.
    TargetRetried { target: Position, by: Name },
    /// A person wants a failed target not to count among the failures. It still has to pass, or to be excluded.
    TargetIgnored { target: Position, word: Word },
    /// A person takes a target out of the deployment's scope.
    TargetExcluded { target: Position, word: Word },
    /// Every target in scope attests the new revision.
    Succeeded,
    /// A person wants it to go on although the calendar is closed.
    OverrideAsked {
        by: Name,
        reason: String,
        /// What it sets aside; everything, in entries from before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        against: Option<Against>,
    },
    /// A second person agrees.
    OverrideConfirmed { by: Name },
    /// Somebody lets go what was asked for under supervision.
    Supervised { by: Name },
    /// It stops; nothing new is begun.
    Held { reason: String, by: Option<Name> },
    /// It goes on.
    Resumed { by: Name },
    /// Changed targets are to go back.
    RollbackStarted { cause: Cause },
    /// A target was told to go back.
    TargetRestoring {
        target: Position,
        /// Whether it was down already: such targets go back first.
        failed: bool,
    },
    /// A target is back.
    TargetRestored { target: Position },
    /// A target cannot be brought back by waiting.
    TargetStuck {
        target: Position,
        reason: String,
        old_fails: bool,
    },
    /// Every changed target is back.
    RolledBack,
    /// It ended short of success and of going back.
    Failed { cause: Cause },
    /// A person wants it to end now.
    CancelRequested { by: Name },
    /// It has ended for a person.
    Cancelled { unreached: Vec<Name> },
    /// It has ended because another deployment takes its place.
    Superseded { by: DeploymentId },
}

impl Event {
    /// The stable word for the journal and for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::TargetPreparing { .. } => "target_preparing",
            Self::TargetPrepared { .. } => "target_prepared",
            Self::WaveStarted { .. } => "wave_started",
            Self::SignedOff { .. } => "signed_off",
            Self::TrafficShifted { .. } => "traffic_shifted",
            Self::BaselineChosen { .. } => "baseline_chosen",
            Self::BaselineStarted { .. } => "baseline_started",
            Self::BaselineStands { .. } => "baseline_stands",
            Self::CheckStarted { .. } => "check_started",
            Self::CheckEnded { .. } => "check_ended",
            Self::TrialStarted { .. } => "trial_started",
            Self::TrialEnded { .. } => "trial_ended",
            Self::CheckRetried { .. } => "check_retried",
            Self::CheckAccepted { .. } => "check_accepted",
            Self::BarrierOpened { .. } => "barrier_opened",
            Self::GroupFroze => "group_froze",
            Self::GroupThawed => "group_thawed",
            Self::ReturnWanted { .. } => "return_wanted",
            Self::JobStarted { .. } => "job_started",
            Self::JobEnded { .. } => "job_ended",
            Self::JobRetried { .. } => "job_retried",
            Self::JobAccepted { .. } => "job_accepted",
            Self::ReturnSigned { .. } => "return_signed",
            Self::TargetActivated { .. } => "target_activated",
            Self::TargetPassed { .. } => "target_passed",
            Self::TargetFailed { .. } => "target_failed",
            Self::TargetRetried { .. } => "target_retried",
            Self::TargetIgnored { .. } => "target_ignored",
            Self::TargetExcluded { .. } => "target_excluded",
            Self::Succeeded => "succeeded",
            Self::OverrideAsked { .. } => "override_asked",
            Self::OverrideConfirmed { .. } => "override_confirmed",
            Self::Supervised { .. } => "supervised",
            Self::Held { .. } => "held",
            Self::Resumed { .. } => "resumed",
            Self::RollbackStarted { .. } => "rollback_started",
            Self::TargetRestoring { .. } => "target_restoring",
            Self::TargetRestored { .. } => "target_restored",
            Self::TargetStuck { .. } => "target_stuck",
            Self::RolledBack => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Cancelled { .. } => "cancelled",
            Self::Superseded { .. } => "superseded",
        }
    }

    /// Why it would go back, if that is what it says.
    pub(crate) const fn wanted_return(&self) -> Option<&Cause> {
        if let Self::ReturnWanted { cause } = self {
            Some(cause)
        } else {
            None
        }
    }

    /// The target it is about, if it is about one.
    pub const fn target(&self) -> Option<Position> {
        match self {
            Self::JobStarted { target, .. }
            | Self::TrialStarted { target, .. }
            | Self::BaselineChosen { target }
            | Self::BaselineStarted { target }
            | Self::BaselineStands { target }
            | Self::TargetPreparing { target }
            | Self::TargetPrepared { target }
            | Self::TargetActivated { target }
            | Self::TargetPassed { target }
            | Self::TargetFailed { target, .. }
            | Self::TargetRetried { target, .. }
            | Self::TargetIgnored { target, .. }
            | Self::TargetExcluded { target, .. }
            | Self::TargetRestoring { target, .. }
            | Self::TargetRestored { target }
            | Self::TargetStuck { target, .. } => Some(*target),
            Self::Started
            | Self::WaveStarted { .. }
            | Self::SignedOff { .. }
            | Self::TrafficShifted { .. }
            | Self::CheckStarted { .. }
            | Self::CheckEnded { .. }
            | Self::TrialEnded { .. }
            | Self::CheckRetried { .. }
            | Self::CheckAccepted { .. }
            | Self::BarrierOpened { .. }
            | Self::GroupFroze
            | Self::GroupThawed
            | Self::ReturnWanted { .. }
            | Self::JobEnded { .. }
            | Self::JobRetried { .. }
            | Self::JobAccepted { .. }
            | Self::ReturnSigned { .. }
            | Self::Succeeded
            | Self::OverrideAsked { .. }
            | Self::OverrideConfirmed { .. }
            | Self::Supervised { .. }
            | Self::Held { .. }
            | Self::Resumed { .. }
            | Self::RollbackStarted { .. }
            | Self::RolledBack
            | Self::Failed { .. }
            | Self::CancelRequested { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => None,
        }
    }
}
