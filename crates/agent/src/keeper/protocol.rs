//! The words between agent and keeper: one JSON object per line, a request and its answer in turn.
//!
//! Both sides are this program, but an older keeper may meet a newer agent: fields are only ever added, with a
//! default.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};
use tidegate_domain::{digest::Digest, duration::Millis, revision::StopSettings};

/// What the agent asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// Run this, in place of what runs. Harmless when it runs already.
    Start(Box<Spec>),
    /// Stop what runs and end; answered when nothing runs any more.
    Stop,
    /// Answered at once when the status is newer than `after`, otherwise when it changes.
    Watch {
        /// The sequence of the last status seen; 0 at first.
        after: u64,
    },
}

/// What a keeper runs. The environment may hold the values of secrets: it stays in memory.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// Names it: the same workload is not started a second time by the same attempt.
    pub(crate) workload: Digest,
    /// The working directory: the unpacked artifact.
    pub(crate) directory: PathBuf,
    /// Program and arguments.
    pub(crate) command: Vec<String>,
    /// The whole environment.
    pub(crate) environment: BTreeMap<String, String>,
    /// Sockets to hold and pass on, in this order.
    pub(crate) listen: Vec<SocketAddr>,
    /// How to end it.
    pub(crate) stop: StopSettings,
    /// The program whose hidden command `launch` passes sockets on.
    pub(crate) launcher: PathBuf,
    /// Grows when it is to be started anew though it is the same workload.
    #[serde(default)]
    pub(crate) attempt: u64,
    /// It is to run once, and is stopped after so long. Without, it is to run always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) once_within: Option<Millis>,
}

/// What a keeper says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Grows with each change.
    pub(crate) sequence: u64,
    /// The workload it was last told to run.
    pub(crate) workload: Option<Digest>,
    /// The attempt it was last told to make of it.
    #[serde(default)]
    pub(crate) attempt: u64,
    /// When it was told, on the shared clock.
    pub(crate) activated_ms: u64,
    /// What it does.
    pub(crate) phase: Phase,
    /// Starts since it was told.
    pub(crate) starts: u32,
    /// How the workload ended last, if it did.
    pub(crate) last_exit: Option<String>,
    /// Processes of older workloads that have not ended yet.
    pub(crate) retiring: Vec<u32>,
}

/// What a keeper does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub(crate) enum Phase {
    /// It has not been told to run anything, or waits for an older process to end.
    #[default]
    Idle,
    /// The process runs.
    Running {
        /// Its id, and that of its group.
        pid: u32,
        /// Its start, on the shared clock.
        since_ms: u64,
    },
    /// The process ended and will be started again.
    BackingOff,
    /// The process could not be started; it is tried again.
    Refused {
        /// One sentence for people.
        reason: String,
    },
    /// What was to run once is over.
    Ended {
        /// Why it did not end with status 0, one sentence for people; none when it did.
        failure: Option<String>,
    },
}

impl Spec {
    /// What makes it another start.
    pub(crate) const fn start(&self) -> (Digest, u64) {
        (self.workload, self.attempt)
    }

    /// The program, for logs: the arguments may hold secrets.
    pub(super) fn program(&self) -> &str {
        self.command.first().map_or("nothing", String::as_str)
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Environment and arguments are left out: they may hold secrets.
        f.debug_struct("Spec")
            .field("workload", &self.workload)
            .field("program", &self.program())
            .finish_non_exhaustive()
    }
}
