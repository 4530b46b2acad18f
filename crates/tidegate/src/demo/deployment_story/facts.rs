//! The claims of the story, each checked against the running services and the API.

use super::Told;
use crate::demo::{
    DemoError,
    facts::{self, Answers, Journal},
    fleet::Fleet,
};
use serde::Serialize;
use std::collections::BTreeMap;
use tidegate_protocol::api::{DeploymentView, StatusView};

/// What holds at the end of the story.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// The server's address.
    server: String,
    /// What each live target's services answered: target → component → version.
    live: Answers,
    /// Environment → the release that every target attests.
    releases: BTreeMap<String, String>,
    /// The bad release.
    rolled_back: RolledBack,
    /// The journal.
    journal: Journal,
    /// What runs where, as a table.
    #[serde(skip)]
    table: String,
}

#[derive(Debug, Serialize)]
struct RolledBack {
    deployment: u64,
    release: String,
    cause: String,
}

pub(super) async fn check(fleet: &Fleet, told: &Told) -> Result<Facts, DemoError> {
    if told.good.status != "succeeded" {
        return Err(DemoError::Fact(format!(
            "1.1.0 did not succeed in live: {}",
            told.good.summary
        )));
    }
    let status: StatusView = fleet.client().get("/api/v1/status").await?;
    Ok(Facts {
        server: fleet.connection().server.clone(),
        live: facts::services(fleet, "live", &LIVE).await?,
        releases: releases(&status)?,
        rolled_back: rolled_back(fleet, told.bad.id).await?,
        journal: facts::journal(fleet).await?,
        table: table(&status),
    })
}

/// Live answers 1.1.0 on all six targets.
const LIVE: [(&str, &str); 2] = [("web", "1.1.0"), ("api", "1.0.0")];

fn releases(status: &StatusView) -> Result<BTreeMap<String, String>, DemoError> {
    let places = status
        .products
        .iter()
        .flat_map(|product| &product.environments);
    let found: BTreeMap<_, _> = places
        .filter_map(|place| Some((place.environment.clone(), place.release.clone()?)))
        .collect();
    let expected = [
        ("testing", "1.2.0"),
        ("staging", "1.2.0"),
        ("live", "1.1.0"),
    ];
    match expected
        .iter()
        .find(|(place, release)| found.get(*place).map(String::as_str) != Some(release))
    {
        None => Ok(found),
        Some((place, release)) => Err(DemoError::Fact(format!(
            "{place} does not attest {release} everywhere"
        ))),
    }
}

async fn rolled_back(fleet: &Fleet, id: u64) -> Result<RolledBack, DemoError> {
    let bad: DeploymentView = fleet
        .client()
        .get(&format!("/api/v1/deployments/{id}"))
        .await?;
    match (bad.status.as_str(), bad.cause) {
        ("rolled_back", Some(cause)) => Ok(RolledBack {
            deployment: bad.id,
            release: bad.release,
            cause,
        }),
        (status, _) => Err(DemoError::Fact(format!(
            "1.2.0 is {status} in live, not rolled back with a cause"
        ))),
    }
}

fn table(status: &StatusView) -> String {
    let mut lines = vec![format!(
        "{:<12} {:<10} {:<8} {}",
        "ENVIRONMENT", "RELEASE", "HEALTH", "TARGETS"
    )];
    for place in status
        .products
        .iter()
        .flat_map(|product| &product.environments)
    {
        let release = place.release.as_deref().unwrap_or("-");
        lines.push(format!(
            "{:<12} {release:<10} {:<8} {}",
            place.environment,
            place.health,
            place.targets.len()
        ));
    }
    lines.join("\n")
}

pub(super) fn text(facts: &Facts) -> String {
    let bad = &facts.rolled_back;
    format!(
        "\nWhat runs where, asked of the services themselves\n{}\n\nRelease {} went back by itself: {}\n\
         Journal: {} entries, root {}, verified\n",
        facts.table, bad.release, bad.cause, facts.journal.entries, facts.journal.root
    )
}
