//! Why a member does not count as tested where it ran before.

use crate::{
    id::{DeploymentId, SnapshotNumber},
    name::{Name, listed},
    version::Version,
};
use std::fmt;

/// Why a member does not count as tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untested {
    /// It does not run there.
    NotThere,
    /// Nobody can say what runs there, and why.
    Unknown(String),
    /// These components are other ones there.
    Differs(Vec<Name>),
    /// It is being deployed.
    UnderWay(DeploymentId),
    /// It runs there, and its last deployment did not succeed.
    Failed(DeploymentId),
    /// It runs there, and no deployment of it is on record.
    NoRecord,
    /// It runs there with another configuration, which is this one.
    Configured(SnapshotNumber),
}

impl Untested {
    pub(super) fn remedy(
        &self,
        (product, release): (&Name, &Version),
        environment: &Name,
    ) -> String {
        match self {
            Self::NotThere
            | Self::Differs(_)
            | Self::Failed(_)
            | Self::NoRecord
            | Self::Configured(_) => {
                format!("deploy it there: `tidegate deploy {product} {release} --to {environment}`")
            }
            Self::Unknown(_) => format!("see that its targets in {environment} report"),
            Self::UnderWay(deployment) => {
                format!("wait for it: `tidegate explain {deployment}` says what it waits for")
            }
        }
    }
}

impl fmt::Display for Untested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("it is not there"),
            Self::Unknown(why) => write!(f, "it is not known what runs there: {why}"),
            Self::Differs(components) => write!(f, "other versions run of {}", listed(components)),
            Self::UnderWay(deployment) => write!(f, "deployment {deployment} is under way"),
            Self::Failed(deployment) => write!(f, "deployment {deployment} did not succeed"),
            Self::NoRecord => f.write_str("it runs there, but no deployment of it is on record"),
            Self::Configured(there) => write!(f, "it runs there with configuration {there}"),
        }
    }
}
