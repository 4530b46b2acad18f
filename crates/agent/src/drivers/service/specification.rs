//! From the settings of a component to what a keeper runs.

use super::{Key, Memory, Secrets};
use crate::{keeper::protocol::Spec, layout::Layout};
use std::{collections::BTreeMap, path::PathBuf};
use tidegate_domain::{
    digest::Digest,
    name::Name,
    revision::{ComponentRevision, DriverSettings, HealthCheck, ServiceSettings},
};

/// The search path of a process, unless its settings say otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What every process is told about where it runs.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) layout: Layout,
    pub(crate) environment: Name,
    pub(crate) target: Name,
    /// This program, for the hidden commands.
    pub(crate) program: PathBuf,
}

/// What a supervisor has to see to.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) workload: Digest,
    pub(crate) check: Option<HealthCheck>,
    /// Where the artifact lies.
    pub(crate) directory: PathBuf,
    /// What to run, or the reference to a secret whose value is not known yet.
    pub(crate) specified: Result<Specified, String>,
    /// What an earlier agent remembered.
    pub(crate) memory: Option<Memory>,
    /// Grows when it is to be started anew though it is the same workload.
    pub(crate) attempt: u64,
}

/// What to run.
#[derive(Debug, Clone)]
pub(crate) struct Specified {
    pub(crate) spec: Spec,
    /// Files to write beside the artifact before the start.
    pub(crate) files: BTreeMap<String, String>,
}

/// What the supervisor of a component has to see to.
pub(crate) fn specify(
    surroundings: &Surroundings,
    key: &Key,
    component: &ComponentRevision,
    secrets: &Secrets,
) -> Task {
    let DriverSettings::Service(settings) = &component.driver;
    let workload = component.workload();
    let layout = &surroundings.layout;
    let directory = layout.artifact(&key.product, &key.component, workload);
    let environment = base_environment(surroundings, key, component, &directory);
    let specified = filled(settings, (&key.product, secrets), environment).map(|mut specified| {
        specified.spec.workload = workload;
        specified.spec.directory.clone_from(&directory);
        specified.spec.launcher.clone_from(&surroundings.program);
        specified
    });
    Task {
        workload,
        check: settings.health.clone(),
        directory,
        specified,
        memory: None,
        attempt: 0,
    }
}

fn filled(
    settings: &ServiceSettings,
    (product, secrets): (&Name, &Secrets),
    mut environment: BTreeMap<String, String>,
) -> Result<Specified, String> {
    let fill = |texts: &BTreeMap<String, String>| -> Result<BTreeMap<String, String>, String> {
        texts
            .iter()
            .map(|(key, text)| Ok((key.clone(), secrets.fill(product, text)?)))
            .collect()
    };
    let own = fill(&settings.environment)?;
    environment.extend(own);
    let command = settings
        .command
        .iter()
        .map(|word| secrets.fill(product, word));
    let spec = Spec {
        workload: Digest::from_bytes([0; 32]),
        directory: PathBuf::new(),
        command: command.collect::<Result<_, _>>()?,
        environment,
        listen: settings.listen.clone(),
        stop: settings.stop.clone(),
        launcher: PathBuf::new(),
        attempt: 0,
    };
    let files = fill(&settings.files)?;
    Ok(Specified { spec, files })
}

/// Little, and nothing of the agent's own.
fn base_environment(
    surroundings: &Surroundings,
    key: &Key,
    component: &ComponentRevision,
    directory: &std::path::Path,
) -> BTreeMap<String, String> {
    [
        ("PATH", PATH.to_owned()),
        ("HOME", directory.display().to_string()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TIDEGATE_PRODUCT", key.product.to_string()),
        ("TIDEGATE_COMPONENT", key.component.to_string()),
        ("TIDEGATE_SLOT", key.slot.to_string()),
        ("TIDEGATE_VERSION", component.version.to_string()),
        ("TIDEGATE_TARGET", surroundings.target.to_string()),
        ("TIDEGATE_ENVIRONMENT", surroundings.environment.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
