//! The line from draft over sealed through every environment.

use super::super::super::{moment::Moment, parts::counted, state::State};
use jiff::Timestamp;
use tidegate_protocol::api::{DeploymentView, EnvironmentStatus, ReleaseView};

/// One stop on the line.
#[derive(Debug)]
pub(super) struct Step {
    pub name: String,
    pub state: State,
    pub when: Option<Moment>,
    /// The deployment that brought it here, or tries to.
    pub deployment: Option<u64>,
}

/// The whole line.
pub(super) fn steps(
    release: &ReleaseView,
    places: &[EnvironmentStatus],
    deployments: &[DeploymentView],
    now: Timestamp,
) -> Vec<Step> {
    let seen = |time| Moment::seen(time, now);
    let drafted = Step {
        name: "Drafted".to_owned(),
        state: State::new("steady", format!("by {}", release.created_by)),
        when: Some(seen(release.created_at)),
        deployment: None,
    };
    let sealed = Step {
        name: "Sealed".to_owned(),
        state: match release.sealed_at {
            Some(_) => State::new("steady", "contents fixed"),
            None => State::new("waiting", "may still change"),
        },
        when: release.sealed_at.map(seen),
        deployment: None,
    };
    let place = |place| step(release, place, deployments, now);
    [drafted, sealed]
        .into_iter()
        .chain(places.iter().map(place))
        .collect()
}

fn step(
    release: &ReleaseView,
    place: &EnvironmentStatus,
    deployments: &[DeploymentView],
    now: Timestamp,
) -> Step {
    let mut here = deployments.iter();
    let last = here.find(|d| d.environment == place.environment && d.purpose == "promotion");
    Step {
        name: place.environment.clone(),
        state: state(release, place, last),
        when: last.map(|d| Moment::seen(d.ended_at.unwrap_or(d.requested_at), now)),
        deployment: last.map(|d| d.id),
    }
}

fn state(release: &ReleaseView, place: &EnvironmentStatus, last: Option<&DeploymentView>) -> State {
    let runs = place.release.as_ref() == Some(&release.version);
    match last {
        None if runs => State::new("steady", "runs here"),
        None => State::new("waiting", "not yet"),
        Some(last) if last.status == "succeeded" && runs => State::new("steady", "runs here"),
        Some(last) if last.status == "succeeded" => State::new("unknown", "ran here"),
        Some(last) => State::of_deployment(&last.status, last.held.is_some()),
    }
}

/// How far the release is, in a sentence.
pub(super) fn sentence(release: &ReleaseView, places: &[EnvironmentStatus]) -> String {
    let what = format!("{} {}", release.product, release.version);
    if release.state == "draft" {
        return format!("{what} is a draft: its contents may still change.");
    }
    let moving = places.iter().filter_map(|place| place.deployment.as_ref());
    let mut moving = moving.filter(|deployment| deployment.release == release.version);
    if let Some(deployment) = moving.next() {
        return deployment.summary.clone();
    }
    let runs = |place: &&EnvironmentStatus| place.release.as_ref() == Some(&release.version);
    let found: Vec<_> = places.iter().filter(runs).collect();
    let names: Vec<_> = found
        .iter()
        .map(|place| place.environment.as_str())
        .collect();
    match names.as_slice() {
        [] => format!("{what} is sealed and runs nowhere."),
        [one] => format!("{what} runs in {one}."),
        [rest @ .., last] => {
            let total: usize = found.iter().map(|place| place.targets.len()).sum();
            let places = rest.join(", ");
            format!(
                "{what} runs in {places} and {last}, on {}.",
                counted(total, "target")
            )
        }
    }
}
