//! What is in a release, and on how many targets of each environment it runs.

use super::super::super::parts::Fingerprint;
use tidegate_protocol::api::{ContentView, EnvironmentStatus, ReleaseView};

/// One component.
#[derive(Debug)]
pub(super) struct Content {
    pub component: String,
    pub version: String,
    pub digest: Fingerprint,
    /// The page about the artifact.
    pub href: String,
    pub is_changed: bool,
    /// Whether it is in quarantine, so that the release is not deployed.
    pub is_held: bool,
    pub runs: Vec<Running>,
}

/// How far it is in one environment.
#[derive(Debug)]
pub(super) struct Running {
    pub environment: String,
    pub count: usize,
    pub total: usize,
}

/// Every component of the release.
pub(super) fn of(release: &ReleaseView, places: &[EnvironmentStatus]) -> Vec<Content> {
    let content = |content: &ContentView| Content {
        component: content.component.clone(),
        version: content.version.clone(),
        digest: Fingerprint::of(&content.digest),
        href: format!(
            "/artifacts/{}/{}/{}",
            release.product, content.component, content.digest
        ),
        is_changed: content.changed,
        is_held: content.quarantine.is_some(),
        runs: places
            .iter()
            .map(|place| running(content, place))
            .filter(|running| running.count > 0)
            .collect(),
    };
    release.components.iter().map(content).collect()
}

fn running(content: &ContentView, place: &EnvironmentStatus) -> Running {
    let runs = place.targets.iter().filter(|target| {
        let mut components = target.components.iter();
        components
            .any(|c| c.component == content.component && c.digest.as_ref() == Some(&content.digest))
    });
    Running {
        environment: place.environment.clone(),
        count: runs.count(),
        total: place.targets.len(),
    }
}
