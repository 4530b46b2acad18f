//! The matrix: a row per product, a column per environment.

use super::super::super::{moment::Moment, parts::counted, state::State};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_protocol::api::{
    DeploymentInProgress, EnvironmentStatus, ProductStatus, StatusView, TargetStatus,
};

/// A product.
#[derive(Debug)]
pub(super) struct Row {
    pub product: String,
    pub cells: Vec<Cell>,
}

/// A product in an environment.
#[derive(Debug)]
pub(super) struct Cell {
    pub environment: String,
    /// None where the product's path does not lead.
    pub place: Option<Place>,
}

/// What is there.
#[derive(Debug)]
pub(super) struct Place {
    pub version: String,
    /// The release's page, where one release runs on every target.
    pub href: Option<String>,
    pub is_empty: bool,
    pub state: State,
    pub targets: String,
    pub since: Option<Moment>,
    pub moving: Option<Moving>,
}

/// What is coming.
#[derive(Debug)]
pub(super) struct Moving {
    pub id: u64,
    pub state: State,
    pub release: String,
    pub done: u32,
    pub total: u32,
}

/// Every environment of any product, in promotion order as far as the products agree.
pub(super) fn columns(status: &StatusView) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for product in &status.products {
        let mut at = 0;
        for place in &product.environments {
            let name = &place.environment;
            match columns.iter().position(|column| column == name) {
                Some(found) => at = found + 1,
                None => {
                    columns.insert(at, name.clone());
                    at += 1;
                }
            }
        }
    }
    columns
}

/// A row for every product.
pub(super) fn rows(status: &StatusView, now: Timestamp) -> Vec<Row> {
    let columns = columns(status);
    let row = |product: &ProductStatus| Row {
        product: product.product.clone(),
        cells: columns
            .iter()
            .map(|name| cell(product, name, now))
            .collect(),
    };
    status.products.iter().map(row).collect()
}

fn cell(product: &ProductStatus, environment: &str, now: Timestamp) -> Cell {
    let mut places = product.environments.iter();
    let found = places.find(|place| place.environment == environment);
    Cell {
        environment: environment.to_owned(),
        place: found.map(|found| place(&product.product, found, now)),
    }
}

fn place(product: &str, status: &EnvironmentStatus, now: Timestamp) -> Place {
    let runs = status.targets.iter().any(|t| !t.components.is_empty());
    let href = status
        .release
        .as_ref()
        .map(|release| format!("/products/{product}/releases/{release}"));
    Place {
        version: version(status, runs),
        href,
        is_empty: !runs,
        state: match (status.targets.is_empty(), runs) {
            (true, _) => State::of_health("empty"),
            (false, false) => State::new("waiting", "nothing runs"),
            (false, true) => State::of_health(&status.health),
        },
        targets: counted(status.targets.len(), "target"),
        since: status.since.map(|since| Moment::seen(since, now)),
        moving: status.deployment.as_ref().map(moving),
    }
}

/// The release, or how many targets run each where they differ.
fn version(status: &EnvironmentStatus, runs: bool) -> String {
    match (&status.release, runs) {
        (Some(release), _) => return release.clone(),
        (None, false) => return "–".to_owned(),
        (None, true) => {}
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let release = |target: &TargetStatus| target.release.is_some();
    for target in status.targets.iter().filter(|target| release(target)) {
        *counts
            .entry(target.release.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let parts: Vec<_> = counts
        .iter()
        .map(|(release, count)| format!("{release} × {count}"))
        .collect();
    match parts.is_empty() {
        true => "mixed".to_owned(),
        false => parts.join(", "),
    }
}

fn moving(deployment: &DeploymentInProgress) -> Moving {
    let is_held = deployment.waiting_on.iter().any(|w| w.kind == "person");
    Moving {
        id: deployment.id,
        state: State::of_deployment(&deployment.status, is_held),
        release: deployment.release.clone(),
        done: deployment.targets_done,
        total: deployment.targets_total,
    }
}
