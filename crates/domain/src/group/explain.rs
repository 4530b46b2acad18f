//! What a group run waits for, in words.

use super::GroupCause;
use crate::{deployment::NoReturn, id::DeploymentId};
use std::fmt;

/// What a group run waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupWait {
    /// Members that are on their way.
    Members {
        /// Which: `shop in live`.
        members: Vec<String>,
        /// To do what: `to lie ready`.
        to: &'static str,
    },
    /// A member waits for people, or for its calendar.
    Asks {
        /// Which: `shop in live`.
        member: String,
        /// Its deployment.
        deployment: DeploymentId,
        /// For what.
        what: String,
    },
    /// People have to say how it goes on.
    Person {
        /// Why it stands still.
        cause: GroupCause,
        /// What cannot be undone.
        past: NoReturn,
    },
}

impl GroupWait {
    /// What would end it sooner, for a person who reads this.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Members { .. } => "`tidegate explain DEPLOYMENT` says what each waits for",
            Self::Asks { .. } => "`tidegate explain DEPLOYMENT` says what helps",
            Self::Person { .. } => {
                "deal with what failed, if that member still goes forward, and the group goes on; or sign that going back is right: `tidegate group-run rollback NUMBER --past-no-return --reason WHY`; or `tidegate group-run cancel NUMBER`"
            }
        }
    }
}

impl fmt::Display for GroupWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Members { members, to } => write!(f, "{} {to}", members.join(", ")),
            Self::Asks {
                member,
                deployment,
                what,
            } => write!(
                f,
                "{member} (deployment {deployment}), which waits for {what}"
            ),
            Self::Person { cause, past } => {
                write!(
                    f,
                    "a person: {cause}; it does not go back by itself, because {past}"
                )
            }
        }
    }
}
