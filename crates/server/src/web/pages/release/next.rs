//! The next environment on the path, and what would change there.

use super::super::super::parts::{Change, Changes, counted};
use crate::app::plans::StrategyChoice;
use std::collections::BTreeSet;
use tidegate_protocol::api::{ContentView, DeploymentView, EnvironmentStatus, ReleaseView};

/// The deployment that is expected next.
#[derive(Debug)]
pub(super) struct Next {
    pub environment: String,
    pub targets: String,
    pub changes: Changes,
    pub strategies: StrategyChoice,
    /// A deployment that has to end first.
    pub busy: Option<u64>,
    /// The deployment by which it was there before, and did not stay.
    pub before: Option<u64>,
}

/// The first environment on the path where the release neither runs nor has passed.
pub(super) fn of(
    release: &ReleaseView,
    places: &[EnvironmentStatus],
    deployments: &[DeploymentView],
) -> Option<Next> {
    if release.state != "sealed" {
        return None;
    }
    let place = places.iter().find(|place| {
        let runs = place.release.as_ref() == Some(&release.version);
        !runs && !has_passed(&place.environment, deployments)
    })?;
    Some(Next {
        environment: place.environment.clone(),
        strategies: StrategyChoice::default(),
        targets: counted(place.targets.len(), "target"),
        changes: Changes(
            release
                .components
                .iter()
                .map(|c| change(c, place))
                .collect(),
        ),
        before: last_to(&place.environment, deployments).map(|last| last.id),
        busy: place.deployment.as_ref().map(|deployment| deployment.id),
    })
}

fn has_passed(environment: &str, deployments: &[DeploymentView]) -> bool {
    last_to(environment, deployments).is_some_and(|last| last.status == "succeeded")
}

/// The last attempt to bring the release there.
fn last_to<'a>(environment: &str, deployments: &'a [DeploymentView]) -> Option<&'a DeploymentView> {
    let mut here = deployments.iter();
    here.find(|d| d.environment == environment && d.purpose == "promotion")
}

fn change(content: &ContentView, place: &EnvironmentStatus) -> Change {
    let components = place.targets.iter().flat_map(|target| &target.components);
    let now: Vec<_> = components
        .filter(|component| component.component == content.component)
        .collect();
    let versions: BTreeSet<_> = now
        .iter()
        .filter_map(|component| component.version.as_deref())
        .collect();
    let before = versions.into_iter().collect::<Vec<_>>().join(", ");
    let is_same = now.len() == place.targets.len()
        && now
            .iter()
            .all(|component| component.digest.as_ref() == Some(&content.digest));
    Change {
        component: content.component.clone(),
        before: match before.as_str() {
            "" => "nothing".to_owned(),
            _ => before,
        },
        after: content.version.clone(),
        is_changed: !is_same,
    }
}
