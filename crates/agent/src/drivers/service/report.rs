//! What a supervisor says of its component.

use serde::{Deserialize, Serialize};
use tidegate_domain::{
    converge::{Health, Slot},
    digest::Digest,
    name::Name,
};

/// Which instance of which component, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) product: Name,
    pub(crate) component: Name,
    pub(crate) slot: Slot,
    /// Counted from 1.
    pub(crate) instance: u32,
}

impl Key {
    /// The first instance, which there always is.
    pub(crate) fn first(product: &Name, component: &Name, slot: Slot) -> Self {
        Self {
            product: product.clone(),
            component: component.clone(),
            slot,
            instance: 1,
        }
    }

    /// Another instance of the same component in the same slot.
    pub(crate) fn numbered(&self, instance: u32) -> Self {
        Self {
            instance,
            ..self.clone()
        }
    }

    /// Whether both are of the same component in the same slot.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        *self == other.numbered(self.instance)
    }
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
