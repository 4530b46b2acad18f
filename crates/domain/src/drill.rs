//! The rollback drill: a release is deployed, taken back and deployed again, each leg timed, to see that going back works.
//!
//! A leg is an ordinary deployment. What comes next follows from the last leg's deployment alone, so a drill goes on where
//! it was whenever somebody asks [`next`].

use crate::{
    deployment::{Deployment, Status},
    duration::Millis,
    id::{DeploymentId, DrillId},
    name::Name,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The record of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Its number.
    pub id: DrillId,
    /// Of which product.
    pub product: Name,
    /// Which release is deployed and taken back.
    pub release: Version,
    /// Where.
    pub environment: Name,
    /// By which strategy, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Name>,
    /// Who asked for it.
    pub requested_by: Name,
    /// When.
    pub requested_at: Timestamp,
    /// What was begun, in order.
    pub legs: Vec<Leg>,
    /// When it ended, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<(Timestamp, Ending)>,
}

/// One leg of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Which.
    pub kind: LegKind,
    /// The deployment that it is.
    pub deployment: DeploymentId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The legs of a drill, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegKind {
    /// The release is deployed.
    Deploy,
    /// It is taken back.
    RollBack,
    /// It is deployed again.
    DeployAgain,
}

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ending")]
pub enum Ending {
    /// All legs succeeded.
    Passed,
    /// One did not, or could not begin.
    Failed {
        /// Why, one sentence.
        reason: String,
    },
    /// A person ended it.
    Cancelled {
        /// Who.
        by: Name,
    },
}

/// What comes next in a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// The present leg goes on, or the drill has ended.
    Wait,
    /// A leg begins.
    Begin(LegKind),
    /// It ends.
    End(Ending),
}

/// Decides what comes next. `last` is the deployment of the last leg, `newest` that which was begun last in the same place.
pub fn next(drill: &Drill, last: Option<&Deployment>, newest: Option<DeploymentId>) -> Next {
    if drill.ended.is_some() {
        return Next::Wait;
    }
    let Some(leg) = drill.legs.last() else {
        return Next::Begin(LegKind::Deploy);
    };
    let Some(deployment) = last else {
        return failed(format!("deployment {} is gone", leg.deployment));
    };
    match &deployment.status {
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. } => Next::Wait,
        Status::Succeeded { .. } => match (newest.filter(|id| *id != leg.deployment), leg.kind) {
            // What it would take back next is no longer what it deployed.
            (Some(other), LegKind::Deploy | LegKind::RollBack) => {
                failed(format!("deployment {other} came between"))
            }
            (None, LegKind::Deploy) => Next::Begin(LegKind::RollBack),
            (None, LegKind::RollBack) => Next::Begin(LegKind::DeployAgain),
            (_, LegKind::DeployAgain) => Next::End(Ending::Passed),
        },
        Status::RolledBack { cause, .. } => stopped(leg, "was rolled back", &cause.to_string()),
        Status::Failed { cause, .. } => stopped(leg, "failed", &cause.to_string()),
        Status::Cancelled { by, .. } => stopped(leg, "was cancelled", &format!("{by} asked")),
        Status::Superseded { by, .. } => {
            let by = format!("deployment {by} took its place");
            stopped(leg, "was superseded", &by)
        }
    }
}

fn failed(reason: String) -> Next {
    Next::End(Ending::Failed { reason })
}

fn stopped(leg: &Leg, how: &str, why: &str) -> Next {
    let (what, deployment) = (leg.kind.title(), leg.deployment);
    failed(format!("{what}: deployment {deployment} {how}: {why}"))
}

impl Drill {
    /// The stable word for programs: `running`, `passed`, `failed` or `cancelled`.
    pub const fn word(&self) -> &'static str {
        match &self.ended {
            None => "running",
            Some((_, Ending::Passed)) => "passed",
            Some((_, Ending::Failed { .. })) => "failed",
            Some((_, Ending::Cancelled { .. })) => "cancelled",
        }
    }

    /// How long going back took, once it is over.
    pub fn back_in(&self) -> Option<Millis> {
        let back = |leg: &&Leg| leg.kind == LegKind::RollBack;
        self.legs.iter().find(back)?.took()
    }

    /// What a person would say of it.
    pub fn sentence(&self) -> String {
        let what = format!("{} {} in {}", self.product, self.release, self.environment);
        match &self.ended {
            None => {
                let leg = self.legs.last().map_or(LegKind::Deploy, |leg| leg.kind);
                let (count, title) = (self.legs.len(), leg.title());
                format!("The rollback of {what} is drilled: {title}, leg {count} of 3.")
            }
            Some((_, Ending::Passed)) => {
                let back = self.back_in().unwrap_or_default().rough();
                format!("The rollback of {what} was drilled: back in {back}.")
            }
            Some((_, Ending::Failed { reason })) => {
                format!("The rollback drill of {what} failed: {reason}.")
            }
            Some((_, Ending::Cancelled { by })) => {
                format!("The rollback drill of {what} was cancelled by {by}.")
            }
        }
    }
}

impl Leg {
    /// How long it took, once it is over.
    pub fn took(&self) -> Option<Millis> {
        let took = self.ended_at?.duration_since(self.began_at);
        u64::try_from(took.as_millis()).ok().map(Millis)
    }
}

impl LegKind {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::RollBack => "roll_back",
            Self::DeployAgain => "deploy_again",
        }
    }

    /// In words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Deploy => "deploying",
            Self::RollBack => "going back",
            Self::DeployAgain => "deploying again",
        }
    }
}

#[cfg(test)]
mod tests;
