//! A revision: what one product should run on one target, named by its hash.
//!
//! A revision is rendered: no variable is left in it. Secrets stay references (`${secret:NAME@VERSION}`), which
//! the agent replaces at the moment a process starts; their values are never part of a hash, a log or a record.

use crate::{
    canonical, digest::Digest, duration::Millis, id::SnapshotNumber, name::Name, version::Version,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The name of a revision: the hash of its canonical JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionId(pub Digest);

/// What one product should run on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The product; several products share a target without knowing of each other.
    pub product: Name,
    /// The release this was rendered from.
    pub release: Version,
    /// The configuration snapshot this was rendered from.
    pub snapshot: SnapshotNumber,
    /// In the order of their names.
    pub components: Vec<ComponentRevision>,
}

/// What one component should run on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentRevision {
    /// Unique within the product.
    pub component: Name,
    /// For people; the digest decides.
    pub version: Version,
    /// The OCI manifest.
    pub artifact: Digest,
    /// How it runs.
    pub driver: DriverSettings,
    /// So many processes of it run side by side.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub instances: u32,
    /// What it can be told to do once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobSettings>,
}

/// As many instances as there are unless somebody says otherwise.
pub(crate) const fn one() -> u32 {
    1
}

/// For what is left out of records, so that whoever does not use it reads and writes what was always written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
pub(crate) const fn is_one(instances: &u32) -> bool {
    *instances == 1
}

/// What a component can be told to do once. Run in the directory of the artifact, with a minimal environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSettings {
    /// Unique within the component.
    pub name: Name,
    /// Program and arguments; never through a shell. A program with a `/` is relative to the unpacked artifact.
    pub command: Vec<String>,
    /// Variables of the process, added to a minimal environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// Rendered settings of the driver that runs a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverSettings {
    /// A process beside the agent, run under a keeper.
    Service(ServiceSettings),
}

/// A process that serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSettings {
    /// Program and arguments; never through a shell. A program with a `/` is relative to the unpacked artifact.
    pub command: Vec<String>,
    /// Variables of the process, added to a minimal environment.
    pub environment: BTreeMap<String, String>,
    /// Files written beside the artifact before the start: relative path → text.
    pub files: BTreeMap<String, String>,
    /// Sockets held by the keeper and passed on in this order from descriptor 3.
    pub listen: Vec<SocketAddr>,
    /// How to tell that it works; without one a process that runs is healthy.
    pub health: Option<HealthCheck>,
    /// How to end it.
    pub stop: StopSettings,
}

/// How to tell that a component works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// What is asked.
    pub probe: Probe,
    /// From one probe to the next.
    pub interval: Millis,
    /// A probe that takes longer has failed.
    pub timeout: Millis,
    /// Successive successes that make it healthy.
    pub healthy_after: u32,
    /// Successive failures that make it unhealthy.
    pub unhealthy_after: u32,
    /// Not healthy this long after its start: failed.
    pub deadline: Millis,
}

/// One question to a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// `GET`; any status from 200 to 399 is a success.
    Http {
        /// Loopback unless set.
        host: String,
        /// The port.
        port: u16,
        /// Path and query.
        path: String,
    },
    /// A connection that opens is a success.
    Tcp {
        /// Loopback unless set.
        host: String,
        /// The port.
        port: u16,
    },
    /// Exit status 0 is a success.
    Exec {
        /// Program and arguments, run in the directory of the artifact.
        command: Vec<String>,
    },
}

/// How to end a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopSettings {
    /// Sent first, to the main process.
    pub signal: StopSignal,
    /// After this the whole process group is killed.
    pub grace: Millis,
}

/// The signals a process may be asked to stop with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StopSignal {
    /// The usual one.
    #[default]
    Term,
    /// As from a terminal.
    Int,
    /// Graceful in nginx and others.
    Quit,
    /// Hang-up.
    Hup,
}

impl Revision {
    /// The hash that names this revision.
    pub fn id(&self) -> RevisionId {
        RevisionId(canonical::hash(self))
    }

    /// The part of `component`, if this revision has it.
    pub fn component(&self, component: &Name) -> Option<&ComponentRevision> {
        self.components.iter().find(|c| c.component == *component)
    }
}

impl ComponentRevision {
    /// Every text of what runs always that may refer to a secret.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let DriverSettings::Service(service) = &self.driver;
        service
            .command
            .iter()
            .chain(service.environment.values())
            .chain(service.files.values())
    }

    /// The addresses of the host that it takes: those that its keeper listens on for it, and, as it listens there itself, where it is
    /// asked how it does.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        let DriverSettings::Service(service) = &self.driver;
        let probed = service.health.as_ref().and_then(|it| it.probe.loopback());
        // A keeper that listens everywhere listens there, too.
        let is_held = |at: &SocketAddr| service.listen.iter().any(|it| it.port() == at.port());
        let probed = probed.filter(|at| !is_held(at));
        service.listen.iter().copied().chain(probed)
    }

    /// The hash of what would run: two revisions with the same workload need no restart between them.
    /// The version's text is left out: it changes nothing that runs. So is the number of instances: more of them start
    /// beside those that run.
    pub fn workload(&self) -> Digest {
        canonical::hash(&(&self.component, &self.artifact, &self.driver))
    }
}

impl Probe {
    /// Where it asks on the host itself. What is elsewhere is not its agent's to look at.
    fn loopback(&self) -> Option<SocketAddr> {
        let (host, port) = match self {
            Self::Http { host, port, .. } | Self::Tcp { host, port } => (host, *port),
            Self::Exec { .. } => return None,
        };
        let ip = match host.as_str() {
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            host => host.parse().ok()?,
        };
        ip.is_loopback().then(|| SocketAddr::new(ip, port))
    }
}

impl JobSettings {
    /// Every text that may refer to a secret.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.command.iter().chain(self.environment.values())
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revision {}", self.0.short())
    }
}
