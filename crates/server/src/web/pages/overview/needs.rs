//! What needs a person: deployments that are held, those that ended badly, and targets out of touch.

use super::super::super::{
    parts::{counted, sentence},
    state::State,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_protocol::api::{DeploymentView, StatusView, TargetView};

/// How many targets are named before the rest is counted.
const NAMED: usize = 4;

/// One thing that needs a person.
#[derive(Debug)]
pub(super) struct Need {
    pub state: State,
    pub what: String,
    pub remedy: String,
    /// Where to do something about it.
    pub href: Option<String>,
}

/// All of them, the most pressing first.
pub(super) fn of(
    status: &StatusView,
    targets: &[TargetView],
    latest: &[DeploymentView],
) -> Vec<Need> {
    let mut needs = held(status);
    needs.extend(ended_badly(latest));
    needs.extend(out_of_touch(targets));
    needs
}

fn held(status: &StatusView) -> Vec<Need> {
    let places = status.products.iter().flat_map(|p| &p.environments);
    let mut needs = Vec::new();
    for deployment in places.filter_map(|place| place.deployment.as_ref()) {
        let waiting = deployment.waiting_on.iter().filter(|w| w.kind == "person");
        needs.extend(waiting.map(|waiting| Need {
            state: State::new("held", "held"),
            what: sentence(&waiting.sentence),
            remedy: sentence(&waiting.remedy),
            href: Some(format!("/deployments/{}", deployment.id)),
        }));
    }
    needs
}

/// The last deployment of each place, where it failed or was rolled back.
fn ended_badly(latest: &[DeploymentView]) -> Vec<Need> {
    let mut seen = BTreeSet::new();
    let last = latest
        .iter()
        .filter(|view| seen.insert((&view.product, &view.environment)));
    last.filter_map(|view| {
        let remedy = match view.status.as_str() {
            "failed" => "Some targets need a person's hand: look at which.",
            "rolled_back" => "Everything runs what it ran before; the next release needs a fix.",
            _ => return None,
        };
        Some(Need {
            state: State::of_deployment(&view.status, false),
            what: view.summary.clone(),
            remedy: remedy.to_owned(),
            href: Some(format!("/deployments/{}", view.id)),
        })
    })
    .collect()
}

fn out_of_touch(targets: &[TargetView]) -> Vec<Need> {
    let mut silent: BTreeMap<(&str, bool), Vec<&str>> = BTreeMap::new();
    for target in targets.iter().filter(|target| !target.connected) {
        let key = (target.environment.as_str(), target.enrolled);
        silent.entry(key).or_default().push(&target.name);
    }
    silent
        .into_iter()
        .map(|((environment, enrolled), names)| silence(environment, enrolled, &names))
        .collect()
}

fn silence(environment: &str, enrolled: bool, names: &[&str]) -> Need {
    let mut list = names
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMED {
        list = format!("{list} and {} more", names.len() - NAMED);
    }
    let count = counted(names.len(), "target");
    if enrolled {
        return Need {
            state: State::new("unknown", "out of touch"),
            what: format!("{count} in {environment} out of touch: {list}."),
            remedy: "What runs there runs on; look whether host and agent are up.".to_owned(),
            href: None,
        };
    }
    Need {
        state: State::new("waiting", "no agent"),
        what: format!("{count} in {environment} without an agent: {list}."),
        remedy: format!(
            "Run `tidegate enrolment create --environment {environment}`, then `tidegate agent enroll` on the host."
        ),
        href: None,
    }
}
