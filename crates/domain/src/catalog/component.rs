//! A component: what is built and deployed on its own, and how it runs. Texts may hold `${…}` references, which
//! [`crate::release::render`] fills in.

use super::{Need, Provides, Scalar, Source};
use crate::{
    duration::Millis,
    name::Name,
    plan::{JobName, PlannedJob, Reversible, When},
    revision::StopSignal,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A component of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Unique within the product; also the second half of its repository's name.
    pub name: Name,
    /// What runs it.
    pub driver: Driver,
    /// Where the history of what it is made from is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Settings of the `service` driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceTemplate>,
    /// What it does once per deployment, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobTemplate>,
    /// The contracts that others may rely on.
    #[serde(default, skip_serializing_if = "Provides::is_empty")]
    pub provides: Provides,
    /// What it relies on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
}

/// What a component does once per deployment, such as a schema migration. It must bear being run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobTemplate {
    /// Unique within the component.
    pub name: Name,
    /// Program and arguments; never through a shell.
    pub command: Vec<String>,
    /// Variables of the process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Scalar>,
    /// When it runs.
    #[serde(default)]
    pub when: When,
    /// Whether what ran before still runs after it. To be said, because a wrong guess cannot be mended.
    pub reversible: Reversible,
    /// It is stopped after this, and has failed.
    #[serde(default = "job_deadline")]
    pub deadline: Millis,
}

/// What runs a component on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    /// A process beside the agent.
    Service,
}

/// A process that serves, with references still in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceTemplate {
    /// Program and arguments; never through a shell.
    pub command: Vec<String>,
    /// So many processes of it run side by side on each target; one, unless set. Each finds its number, counted from 1, in
    /// `TIDEGATE_INSTANCE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<Scalar>,
    /// Variables of the process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Scalar>,
    /// Files written before the start: relative path → text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Sockets held by the agent and passed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listen: Vec<String>,
    /// Where load balancers send requests to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteTemplate>,
    /// How to tell that it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthTemplate>,
    /// How to end it.
    #[serde(default)]
    pub stop: StopTemplate,
}

/// Where a component receives requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTemplate {
    /// As load balancers reach it. Loopback unless set.
    #[serde(default = "loopback")]
    pub host: String,
    /// The port.
    pub port: Scalar,
}

/// How to tell that a component works. Exactly one of `http`, `tcp`, `exec`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthTemplate {
    /// Ask by HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpProbe>,
    /// Open a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpProbe>,
    /// Run a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exec: Option<ExecProbe>,
    /// From one probe to the next.
    #[serde(default = "interval")]
    pub interval: Millis,
    /// A probe that takes longer has failed.
    #[serde(default = "timeout")]
    pub timeout: Millis,
    /// Successive successes that make it healthy.
    #[serde(default = "successes")]
    pub healthy_after: u32,
    /// Successive failures that make it unhealthy.
    #[serde(default = "failures")]
    pub unhealthy_after: u32,
    /// Not healthy this long after its start: failed.
    #[serde(default = "deadline")]
    pub deadline: Millis,
}

/// `GET` a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpProbe {
    /// Path and query.
    pub path: String,
    /// The port.
    pub port: Scalar,
    /// Loopback unless set.
    #[serde(default = "loopback")]
    pub host: String,
}

/// Open a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TcpProbe {
    /// The port.
    pub port: Scalar,
    /// Loopback unless set.
    #[serde(default = "loopback")]
    pub host: String,
}

/// Run a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecProbe {
    /// Program and arguments.
    pub command: Vec<String>,
}

/// How to end a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopTemplate {
    /// Sent first.
    #[serde(default)]
    pub signal: StopSignal,
    /// Then, after this, the whole process group is killed.
    #[serde(default = "grace")]
    pub grace: Millis,
}

impl Component {
    /// Its jobs, as a plan has them.
    pub fn planned_jobs(&self) -> impl Iterator<Item = PlannedJob> {
        self.jobs.iter().map(|job| PlannedJob {
            job: JobName {
                component: self.name.clone(),
                job: job.name.clone(),
            },
            when: job.when,
            reversible: job.reversible,
            deadline: job.deadline,
        })
    }
}

impl Default for StopTemplate {
    fn default() -> Self {
        Self {
            signal: StopSignal::default(),
            grace: grace(),
        }
    }
}

const fn interval() -> Millis {
    Millis(2_000)
}

const fn timeout() -> Millis {
    Millis(1_000)
}

const fn successes() -> u32 {
    2
}

const fn failures() -> u32 {
    3
}

const fn deadline() -> Millis {
    Millis(60_000)
}

const fn job_deadline() -> Millis {
    Millis(600_000)
}

const fn grace() -> Millis {
    Millis(10_000)
}

fn loopback() -> String {
    "127.0.0.1".to_owned()
}
