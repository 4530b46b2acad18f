//! What is known of one target: by its agent's answer, and by the record.

use super::HostFacts;
use crate::{converge::Health, digest::Digest, name::Name, version::Version};
use jiff::Timestamp;
use std::{collections::BTreeSet, net::SocketAddr};

/// What is known of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Which.
    pub target: Name,
    /// What its agent says.
    pub answer: Answer,
    /// What it is for.
    pub role: Role,
}

/// What an agent says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// There is none.
    NotEnrolled,
    /// It is refused.
    Revoked,
    /// It is not in touch.
    OutOfTouch {
        /// Since when.
        since: Timestamp,
    },
    /// It is in touch and did not answer in time.
    Silent,
    /// It answered.
    Said {
        /// The server's clock, before it was asked.
        asked: Timestamp,
        /// The same, when the answer had come.
        answered: Timestamp,
        /// What it found.
        host: HostFacts,
    },
}

/// What a target is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It runs the product.
    Runs(Runs),
    /// It shares out requests to these components of it.
    Balances(BTreeSet<Name>),
}

/// What the record knows of a target that runs the product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    /// What it would run.
    pub wanted: Vec<Workload>,
    /// The addresses that have to be free for that, or its own.
    pub listen: Vec<SocketAddr>,
    /// What it does otherwise than it was told.
    pub drift: Option<Drift>,
    /// The components that are not well, how, and in the agent's words.
    pub unwell: Vec<(Name, Health, String)>,
    /// What it would go back to; nothing, where nothing runs yet.
    pub way_back: Option<WayBack>,
}

/// What a target does otherwise than it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// In a sentence about the target.
    pub what: String,
    /// Whether it would not do what it is told next either. What merely runs something else is mended by being deployed to.
    pub refuses: bool,
}

/// What a component would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Which component.
    pub component: Name,
    /// As it is named on disk.
    pub workload: Digest,
    /// Bytes to be fetched for it.
    pub bytes: u64,
}

/// What a target would go back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// Of which release.
    pub release: Version,
    /// As it is named on disk.
    pub workloads: BTreeSet<Digest>,
    /// The components of which the registry does not hold everything any more.
    pub lost: Vec<Name>,
}

impl Inspected {
    /// What its agent found, if it answered.
    pub const fn host(&self) -> Option<&HostFacts> {
        match &self.answer {
            Answer::Said { host, .. } => Some(host),
            Answer::NotEnrolled | Answer::Revoked | Answer::OutOfTouch { .. } | Answer::Silent => {
                None
            }
        }
    }

    /// What the record knows of it, if it runs the product.
    pub const fn runs(&self) -> Option<&Runs> {
        match &self.role {
            Role::Runs(runs) => Some(runs),
            Role::Balances(_) => None,
        }
    }
}

impl Runs {
    /// Bytes to be fetched for what does not lie unpacked on the host.
    pub(super) fn missing(&self, host: &HostFacts) -> u64 {
        let missing = self.wanted.iter();
        let missing = missing.filter(|it| !host.unpacked.contains(&it.workload));
        missing.fold(0, |sum, it| sum.saturating_add(it.bytes))
    }
}
