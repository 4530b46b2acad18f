//! A group run: a parent of ordinary deployments that move in lockstep.
//!
//! All prepare everywhere before any changes. Then they change in the order of their dependencies, and succeed together. When
//! one fails, all go back in reverse order. Where something was done that cannot be undone, the group freezes and asks.
//!
//! [`decide`] looks at the group and at where its members stand, and answers what happens to the group and what is said to
//! which member; [`GroupRun::apply`] is the one transition function.

mod decide;
mod explain;
mod facts;
mod order;
mod status;

pub use decide::{GroupDecision, decide};
pub use explain::GroupWait;
pub use facts::MemberFacts;
pub use order::{Asked, OrderError, in_order};
pub use status::{GroupCause, GroupEvent, GroupIllegal, GroupStatus};

use crate::{
    id::{DeploymentId, GroupRunId},
    name::Name,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The record of a group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRun {
    /// Its number.
    pub id: GroupRunId,
    /// In the order in which they may change: no one depends on a later one.
    pub members: Vec<Member>,
    /// Who asked for it.
    pub requested_by: Name,
    /// When.
    pub requested_at: Timestamp,
    /// How far it is.
    pub status: GroupStatus,
}

/// A deployment of a group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// It.
    pub deployment: DeploymentId,
    /// Of which product.
    pub product: Name,
    /// Of which release.
    pub release: Version,
    /// Where.
    pub environment: Name,
    /// The members that it depends on, by their places in the list: it changes after them, and goes back before them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<u32>,
}

impl Member {
    /// `shop in live`.
    pub fn place(&self) -> String {
        format!("{} in {}", self.product, self.environment)
    }
}

impl GroupRun {
    /// Makes `event` happen, at `now`.
    ///
    /// # Errors
    /// When it cannot happen in this status; the record is unchanged then.
    pub fn apply(&mut self, event: &GroupEvent, now: Timestamp) -> Result<(), GroupIllegal> {
        self.status = self.status.after(event, now)?;
        Ok(())
    }

    /// The members that depend on one, by their places, be it through others.
    pub fn dependents(&self, place: u32) -> BTreeSet<u32> {
        let mut found = BTreeSet::from([place]);
        // Nobody depends on a later one, so one pass finds all.
        for (other, member) in (0..).zip(&self.members) {
            if member.after.iter().any(|before| found.contains(before)) {
                found.insert(other);
            }
        }
        found.remove(&place);
        found
    }
}
