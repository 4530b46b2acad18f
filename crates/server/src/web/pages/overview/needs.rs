//! What needs a person: deployments that are held, those that ended badly, targets out of touch, and what should be done by now about
//! suppliers' changes.

use super::super::super::{
    parts::{Prose, counted, without_cause},
    state::State,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_protocol::api::{DeploymentView, ResponseView, StatusView, TargetView};

/// How many targets are named before the rest is counted.
const NAMED: usize = 4;

/// One thing that needs a person.
#[derive(Debug)]
pub(super) struct Need {
    pub state: State,
    pub what: Prose,
    pub remedy: Prose,
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

/// A server that was put back from a backup needs a person before anything else.
pub(super) fn resting() -> Need {
    Need {
        state: State::new("held", "rests"),
        what: Prose::exactly(
            "What is shown is as it was when the backup was made. Nothing changes, and nobody is told anything, until a person lets it \
             go on; what runs goes on.",
        ),
        remedy: Prose::exactly(
            "tidegate incarnation show tells what would become of it, tidegate incarnation begin lets it go on.",
        ),
        href: None,
    }
}

/// What should be done by now about a supplier's change.
pub(super) fn late((supplier, response): &(String, ResponseView)) -> Need {
    let ResponseView {
        id,
        what,
        product,
        environment,
        about,
        reason,
        ..
    } = response;
    Need {
        state: State::new("failing", "overdue"),
        what: Prose::of(&format!(
            "{what} for {product} in {environment}, because of {about} of {supplier}: {reason}"
        )),
        remedy: Prose::of(&format!(
            "`tidegate supplier response done {id} --note HOW` once that is settled"
        )),
        href: Some(format!("/suppliers/{supplier}")),
    }
}

fn held(status: &StatusView) -> Vec<Need> {
    let mut needs = Vec::new();
    for product in &status.products {
        for place in &product.environments {
            let Some(deployment) = &place.deployment else {
                continue;
            };
            let what = format!(
                "{} {} to {}",
                product.product, deployment.release, place.environment
            );
            let mut cleared = deployment.waiting_on.iter();
            needs.extend(
                cleared
                    .find(|wait| wait.kind == "clearance")
                    .map(|wait| Need {
                        state: State::new("waiting", "waits"),
                        what: Prose::exactly(&format!("{what} waits for {}.", wait.sentence)),
                        remedy: Prose::of(&wait.remedy),
                        href: Some(format!("/deployments/{}/approvals", deployment.id)),
                    }),
            );
            let waiting = deployment.waiting_on.iter().filter(|w| w.kind == "person");
            needs.extend(waiting.map(|waiting| Need {
                state: State::new("held", "held"),
                what: Prose::exactly(&format!("{what} waits for {}.", waiting.sentence)),
                remedy: Prose::of(&waiting.remedy),
                href: Some(format!("/deployments/{}", deployment.id)),
            }));
        }
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
            what: Prose::exactly(&without_cause(view)),
            remedy: Prose::exactly(&format!(
                "{remedy} Why: {}.",
                view.cause.as_deref().unwrap_or("it is not known")
            )),
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
            what: Prose::of(&format!("{count} in {environment} out of touch: {list}")),
            remedy: Prose::of("What runs there runs on; look whether host and agent are up."),
            href: None,
        };
    }
    Need {
        state: State::new("waiting", "no agent"),
        what: Prose::of(&format!(
            "{count} in {environment} without an agent: {list}"
        )),
        remedy: Prose::of(&format!(
            "Run `tidegate enrolment create --environment {environment}`, then `tidegate agent enroll` on the host."
        )),
        href: None,
    }
}
