//! What the agent has accepted and activated, kept across its restarts. Never the value of a secret.
//!
//! Decides nothing: [`tidegate_domain::converge::steps`] does, from what [`ProductState::local`] gives it.

use crate::{
    drivers::service::{Memory, Report},
    layout::{Layout, write_atomically},
    prepare,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, io};
use tidegate_domain::{
    converge::{
        DesiredState, PrepareState,
        steps::{Local, LocalComponent, LocalRevision},
    },
    digest::Digest,
    generation::Instruction,
    name::Name,
    revision::{Revision, RevisionId},
};

/// The version of the file that this build writes.
const VERSION: u32 = 1;

/// Everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    version: u32,
    pub(crate) products: BTreeMap<Name, ProductState>,
}

/// One product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProductState {
    /// The newest instruction that was taken.
    pub(crate) desired: DesiredState,
    /// What this target has heard of.
    pub(crate) revisions: BTreeMap<RevisionId, Known>,
    /// What was last activated.
    pub(crate) active: BTreeMap<Name, Activated>,
}

/// A revision this target has heard of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) revision: Revision,
    /// The newest instruction that named it.
    pub(crate) named: Instruction,
    /// Found out anew after a restart.
    #[serde(skip)]
    pub(crate) state: Option<PrepareState>,
}

/// A component that was activated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Activated {
    pub(crate) revision: RevisionId,
    pub(crate) workload: Digest,
    /// The manifest that was verified before it was unpacked.
    pub(crate) artifact: Digest,
    /// Grows when it is to be started anew though it is the same workload.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) attempt: u64,
    #[serde(default)]
    pub(crate) memory: Option<Memory>,
}

/// Why the state cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk.
    #[error("the agent's state cannot be read")]
    Io(#[from] io::Error),
    /// The text.
    #[error("the agent's state is not understood")]
    Form(#[from] serde_json::Error),
    /// Written by a newer agent.
    #[error("the agent's state has version {0}, which this agent does not know; update it")]
    Newer(u32),
}

impl State {
    /// What an earlier agent left, or nothing.
    pub(crate) fn load(layout: &Layout) -> Result<Self, StateError> {
        let text = match fs::read(layout.state()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    version: VERSION,
                    products: BTreeMap::new(),
                });
            }
            other => other?,
        };
        let mut state: Self = serde_json::from_slice(&text)?;
        if state.version != VERSION {
            return Err(StateError::Newer(state.version));
        }
        let known = state
            .products
            .values_mut()
            .flat_map(|p| p.revisions.values_mut());
        for known in known.filter(|k| prepare::is_ready(layout, &k.revision)) {
            known.state = Some(PrepareState::Ready);
        }
        Ok(state)
    }

    /// Makes it durable.
    pub(crate) fn save(&self, layout: &Layout) -> io::Result<()> {
        write_atomically(&layout.state(), &serde_json::to_vec(self)?)
    }
}

impl Activated {
    /// Has it started anew. What was seen of it until now says nothing about that.
    pub(crate) fn start_anew(&mut self) {
        self.attempt += 1;
        self.memory = None;
    }

    /// Whether it is what a report is about.
    pub(crate) fn is_meant_by(&self, report: &Report) -> bool {
        (report.workload, report.attempt) == (Some(self.workload), self.attempt)
    }
}

impl ProductState {
    /// At the first instruction.
    pub(crate) fn new(desired: DesiredState) -> Self {
        Self {
            desired,
            revisions: BTreeMap::new(),
            active: BTreeMap::new(),
        }
    }

    /// As the domain wants to see it.
    pub(crate) fn local(&self) -> Local {
        let known = |k: &Known| LocalRevision {
            revision: k.revision.clone(),
            state: k.state.clone(),
            named: k.named,
        };
        let active = |a: &Activated| LocalComponent {
            revision: a.revision,
            workload: a.workload,
        };
        Local {
            revisions: self
                .revisions
                .iter()
                .map(|(id, k)| (*id, known(k)))
                .collect(),
            active: self
                .active
                .iter()
                .map(|(name, a)| (name.clone(), active(a)))
                .collect(),
        }
    }

    /// Every workload that a known revision needs for `component`.
    pub(crate) fn workloads(&self, component: &Name) -> Vec<Digest> {
        let part = |k: &Known| k.revision.component(component).map(|c| c.workload());
        self.revisions.values().filter_map(part).collect()
    }
}

/// For what is left out of the file, so that it stays as it was for whoever does not use it.
const fn is_zero(number: &u64) -> bool {
    *number == 0
}
