//! The statuses of a deployment, with the data each carries. The stages of its targets are in [`super::Stage`].

use super::{JobOutcome, Outcome};
use crate::{
    id::{DeploymentId, GroupRunId},
    name::Name,
    plan::JobName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a deployment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// Recorded, not begun.
    Requested,
    /// Every target fetches, verifies and unpacks; nothing changes yet.
    Preparing {
        /// Since when.
        since: Timestamp,
        /// A stop, if there is one.
        hold: Option<Hold>,
    },
    /// Waves are being activated.
    Rolling {
        /// The present wave, counted from 0.
        wave: u32,
        /// Since when this wave.
        since: Timestamp,
        /// A stop, if there is one.
        hold: Option<Hold>,
    },
    /// Changed targets return to their previous revision.
    RollingBack {
        /// Why.
        cause: Cause,
        /// Since when.
        since: Timestamp,
    },
    /// Nothing new is begun; what is under way settles.
    Cancelling {
        /// Who asked.
        by: Name,
        /// Since when.
        since: Timestamp,
    },
    /// Every target attests the new revision.
    Succeeded {
        /// When.
        at: Timestamp,
    },
    /// Every changed target is back.
    RolledBack {
        /// Why.
        cause: Cause,
        /// When.
        at: Timestamp,
    },
    /// It ended short of both; a person is needed.
    Failed {
        /// Why.
        cause: Cause,
        /// When.
        at: Timestamp,
    },
    /// A person ended it; targets stay as they are.
    Cancelled {
        /// Who asked.
        by: Name,
        /// When.
        at: Timestamp,
        /// The targets that did not answer in time.
        unreached: Vec<Name>,
    },
    /// Another deployment took its place; what it had changed is for that one to settle.
    Superseded {
        /// Which.
        by: DeploymentId,
        /// When.
        at: Timestamp,
    },
}

/// Why a deployment goes back or ends badly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// More targets failed than allowed.
    Targets {
        /// Those that had failed at that moment, with their reasons.
        failed: Vec<(Name, String)>,
    },
    /// A check did not pass.
    Check {
        /// Which.
        check: Name,
        /// What came of it.
        outcome: Outcome,
    },
    /// A job did not succeed.
    Job {
        /// Which.
        job: JobName,
        /// What came of it.
        outcome: JobOutcome,
    },
    /// Load balancers did not share out requests as they were told.
    Balancers {
        /// Which, with their reasons.
        failed: Vec<(Name, String)>,
    },
    /// Its group run goes back.
    Group {
        /// Which.
        group: GroupRunId,
        /// Why, in words.
        reason: String,
    },
    /// Somebody said no at a decision of the deployment plan, or nobody said yes in time.
    Decision {
        /// Who and why, in words.
        reason: String,
    },
    /// A person asked.
    Person {
        /// Who.
        by: Name,
        /// Their words.
        reason: String,
    },
    /// Going back failed too.
    Rollback {
        /// Why it went back.
        first: Box<Cause>,
        /// The targets that are not back, with their reasons.
        stuck: Vec<(Name, String)>,
    },
}

/// A stop with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// Who; none when the engine itself stopped.
    pub by: Option<Name>,
    /// Since when.
    pub since: Timestamp,
}

impl Status {
    /// Whether it has ended.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. } => false,
            Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => true,
        }
    }

    /// The wave under way; none, unless waves are.
    pub const fn wave(&self) -> Option<u32> {
        match self {
            Self::Rolling { wave, .. } => Some(*wave),
            Self::Requested
            | Self::Preparing { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => None,
        }
    }

    /// Whether it is on its way to what is new.
    pub const fn goes_forward(&self) -> bool {
        match self {
            Self::Requested | Self::Preparing { .. } | Self::Rolling { .. } => true,
            Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => false,
        }
    }

    /// The stop, if there is one.
    pub const fn hold(&self) -> Option<&Hold> {
        match self {
            Self::Preparing { hold, .. } | Self::Rolling { hold, .. } => hold.as_ref(),
            Self::Requested
            | Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => None,
        }
    }

    /// The cause of a bad end or of going back.
    pub const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::RollingBack { cause, .. }
            | Self::RolledBack { cause, .. }
            | Self::Failed { cause, .. } => Some(cause),
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => None,
        }
    }

    /// The targets that did not answer a cancellation in time.
    pub fn unreached(&self) -> &[Name] {
        match self {
            Self::Cancelled { unreached, .. } => unreached,
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Superseded { .. } => &[],
        }
    }

    /// When it ended.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Succeeded { at }
            | Self::RolledBack { at, .. }
            | Self::Failed { at, .. }
            | Self::Cancelled { at, .. }
            | Self::Superseded { at, .. } => Some(*at),
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. } => None,
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Preparing { .. } => "preparing",
            Self::Rolling { .. } => "rolling",
            Self::RollingBack { .. } => "rolling_back",
            Self::Cancelling { .. } => "cancelling",
            Self::Succeeded { .. } => "succeeded",
            Self::RolledBack { .. } => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
            Self::Superseded { .. } => "superseded",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Targets { failed } => sentences(f, failed),
            Self::Balancers { failed } => {
                f.write_str("requests were not shared out: ")?;
                sentences(f, failed)
            }
            Self::Check { check, outcome } => write!(f, "check {check} {outcome}"),
            Self::Group { group, reason } => write!(f, "group run {group} goes back: {reason}"),
            Self::Job { job, outcome } => write!(f, "job {job} {outcome}"),
            Self::Decision { reason } => f.write_str(reason),
            Self::Person { by, reason } if reason.is_empty() => write!(f, "{by} asked"),
            Self::Person { by, reason } => write!(f, "{by} asked: {reason}"),
            Self::Rollback { first, stuck } => {
                f.write_str("rolling back did not bring back ")?;
                sentences(f, stuck)?;
                write!(f, " (it went back because {first})")
            }
        }
    }
}

/// At most three targets with their reasons, then the number of the others.
fn sentences(f: &mut fmt::Formatter<'_>, targets: &[(Name, String)]) -> fmt::Result {
    for (i, (target, reason)) in targets.iter().take(3).enumerate() {
        let comma = if i == 0 { "" } else { "; " };
        write!(f, "{comma}{target}: {reason}")?;
    }
    if targets.len() > 3 {
        write!(f, "; and {} more", targets.len() - 3)?;
    }
    Ok(())
}
