//! What a supervisor says of its component.

use serde::{Deserialize, Serialize};
use tidegate_domain::{
    converge::{Health, Slot},
    digest::Digest,
    name::Name,
};

/// Which component, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) product: Name,
    pub(crate) component: Name,
    pub(crate) slot: Slot,
}

/// What is seen of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it is about; none when the component has stopped and its keeper is gone.
    pub(crate) workload: Option<Digest>,
    /// Which attempt at it.
    pub(crate) attempt: u64,
    pub(crate) health: Health,
    pub(crate) detail: String,
    pub(crate) starts: u32,
    /// The process that was judged, if one runs.
    pub(crate) pid: Option<u32>,
}

/// What an agent that is restarted remembers of a process, so that its health is not judged from nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) pid: u32,
    pub(crate) health: Health,
    pub(crate) detail: String,
}

impl Report {
    /// What is worth remembering of it.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let pid = self.pid?;
        Some(Memory {
            pid,
            health: self.health,
            detail: self.detail.clone(),
        })
    }
}
