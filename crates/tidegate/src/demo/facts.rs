//! The claims of the story, each checked against the running services and the API.

use super::{
    DemoError,
    fleet::{Fleet, targets},
    story::Told,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io::BufReader};
use tidegate_cli::journal::{Trust, verify};
use tidegate_protocol::api::{DeploymentView, StatusView};

/// What holds at the end of the story.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// The server's address.
    server: String,
    /// What each live target's services answered: target → component → version.
    live: BTreeMap<String, BTreeMap<String, String>>,
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

#[derive(Debug, Serialize)]
struct Journal {
    entries: u64,
    root: String,
    verified: bool,
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
        live: ask_services(fleet).await?,
        releases: releases(&status)?,
        rolled_back: rolled_back(fleet, told.bad.id).await?,
        journal: journal(fleet).await?,
        table: table(&status),
    })
}

/// Live answers 1.1.0 on all six targets: asked of the services themselves.
async fn ask_services(
    fleet: &Fleet,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, DemoError> {
    #[derive(Deserialize)]
    struct Answer {
        version: String,
    }
    let http = reqwest::Client::new();
    let mut live = BTreeMap::new();
    for (target, _) in targets().filter(|(_, environment)| *environment == "live") {
        let mut answers = BTreeMap::new();
        for (component, expected) in [("web", "1.1.0"), ("api", "1.0.0")] {
            let port = fleet.port(&target, component).unwrap_or_default();
            let lost = |why: reqwest::Error| {
                DemoError::Fact(format!("{component} on {target} does not answer: {why}"))
            };
            let response = http
                .get(format!("http://127.0.0.1:{port}/version"))
                .send()
                .await
                .map_err(lost)?;
            let answer: Answer = response.json().await.map_err(lost)?;
            if answer.version != expected {
                let found = answer.version;
                return Err(DemoError::Fact(format!(
                    "{component} on {target} is {found}, not {expected}"
                )));
            }
            answers.insert(component.to_owned(), answer.version);
        }
        live.insert(target, answers);
    }
    Ok(live)
}

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

async fn journal(fleet: &Fleet) -> Result<Journal, DemoError> {
    let export = fleet
        .client()
        .open("/api/v1/journal/export")
        .await?
        .bytes()
        .await;
    let export =
        export.map_err(|why| DemoError::Fact(format!("the journal cannot be read: {why}")))?;
    let verified = verify(BufReader::new(&export[..]), Trust::default());
    let verified = verified
        .map_err(|fault| DemoError::Fact(format!("the journal does not verify: {fault}")))?;
    Ok(Journal {
        entries: verified.entries,
        root: verified.root,
        verified: true,
    })
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
