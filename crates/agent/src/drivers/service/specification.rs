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
    let mut environment = base_environment(surroundings, &key.product, component, &directory);
    environment.insert("TIDEGATE_SLOT".to_owned(), key.slot.to_string());
    environment.insert("TIDEGATE_INSTANCE".to_owned(), key.instance.to_string());
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
    let values = (product, secrets);
    environment.extend(fill_all(&settings.environment, values)?);
    let spec = Spec {
        workload: Digest::from_bytes([0; 32]),
        directory: PathBuf::new(),
        command: fill_each(&settings.command, values)?,
        environment,
        listen: settings.listen.clone(),
        stop: settings.stop.clone(),
        launcher: PathBuf::new(),
        attempt: 0,
        once_within: None,
    };
    let files = fill_all(&settings.files, values)?;
    Ok(Specified { spec, files })
}

/// Every text with its secrets filled in; the error is the first whose value is not known.
pub(super) fn fill_all(
    texts: &BTreeMap<String, String>,
    (product, secrets): (&Name, &Secrets),
) -> Result<BTreeMap<String, String>, String> {
    let filled = |(key, text): (&String, &String)| Ok((key.clone(), secrets.fill(product, text)?));
    texts.iter().map(filled).collect()
}

/// The same for the words of a command.
pub(super) fn fill_each(
    words: &[String],
    (product, secrets): (&Name, &Secrets),
) -> Result<Vec<String>, String> {
    let filled = words.iter().map(|word| secrets.fill(product, word));
    filled.collect()
}

/// Little, and nothing of the agent's own.
pub(super) fn base_environment(
    surroundings: &Surroundings,
    product: &Name,
    component: &ComponentRevision,
    directory: &std::path::Path,
) -> BTreeMap<String, String> {
    [
        ("PATH", PATH.to_owned()),
        ("HOME", directory.display().to_string()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TIDEGATE_PRODUCT", product.to_string()),
        ("TIDEGATE_COMPONENT", component.component.to_string()),
        ("TIDEGATE_VERSION", component.version.to_string()),
        ("TIDEGATE_TARGET", surroundings.target.to_string()),
        ("TIDEGATE_ENVIRONMENT", surroundings.environment.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
