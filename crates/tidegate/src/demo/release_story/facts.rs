//! The claims of the story, each checked against the running services and the API once all of it was told.

use super::{
    RELEASED, Told, VERSION, build, handover, issue, message, plan, release_path, review, runbook,
    scene::{Scene, holds},
    supplier, train,
};
use crate::demo::{
    DemoError,
    facts::{self, Answers, Journal},
};
use serde::Serialize;
use tidegate_domain::evidence_file::verify;

/// What holds at the end of the story.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// The server's address.
    server: String,
    /// What each live target's services answered: target → component → version.
    live: Answers,
    plans: Vec<plan::Fact>,
    lifecycle: Vec<build::Fact>,
    supplier: supplier::Fact,
    train: train::Fact,
    runbook: runbook::Fact,
    issue: issue::Fact,
    handovers: handover::Fact,
    message: message::Fact,
    review: review::Fact,
    evidence: Evidence,
    journal: Journal,
}

/// The evidence file of the storefront, verified without the server.
#[derive(Debug, Serialize)]
struct Evidence {
    entries: usize,
    deployments: usize,
    words: usize,
    verified: bool,
}

pub(super) async fn check(scene: &Scene<'_>, told: &Told) -> Result<Facts, DemoError> {
    let expected = RELEASED.map(|(_, component)| (component, VERSION));
    let train = train::check(scene, (&told.staging, told.group_run)).await?;
    let deployment = train.deployments.get("storefront").copied();
    let deployment = deployment.unwrap_or_default();
    let journal = facts::journal(scene.fleet).await?;
    Ok(Facts {
        server: scene.fleet.connection().server.clone(),
        live: facts::services(scene.fleet, "live", &expected).await?,
        plans: plan::check(scene).await?,
        lifecycle: build::check(scene).await?,
        supplier: supplier::check(scene, &told.supplier).await?,
        runbook: runbook::check(scene, deployment).await?,
        issue: issue::check(scene, told.issue).await?,
        handovers: handover::check(scene, deployment).await?,
        message: message::check(scene, told.message).await?,
        review: review::check(scene).await?,
        evidence: evidence(scene, &journal.verifier).await?,
        train,
        journal,
    })
}

/// The evidence has to be signed by whoever signs the journal.
async fn evidence(scene: &Scene<'_>, verifier: &str) -> Result<Evidence, DemoError> {
    let release = release_path("storefront", Some(VERSION));
    let client = scene.fleet.client();
    let text = client.text(&format!("{release}/evidence-file")).await?;
    let verified = verify(&text, Some(verifier))
        .map_err(|fault| DemoError::Fact(format!("the evidence does not verify: {fault}")))?;
    holds(verified.approvals > 0, || {
        "the evidence has the approval".to_owned()
    })?;
    Ok(Evidence {
        entries: verified.entries,
        deployments: verified.deployments,
        words: verified.approvals,
        verified: true,
    })
}

pub(super) fn text(facts: &Facts) -> String {
    let Facts { train, review, .. } = facts;
    let handovers = &facts.handovers;
    format!(
        "\nRelease {VERSION} is live on {} targets, asked of the services themselves\n\
         Train {}: {}, {} changed first; its bill {}\n\
         Handed over to Operations and to Marketing; generally available since {}\n\
         Review {}: {} moments, {} action\n\
         Evidence: {} entries, {} deployments, verified\nJournal: {} entries, root {}, verified\n",
        facts.live.len(),
        train.train,
        train.status,
        train.order.first().map_or("-", String::as_str),
        train.bill,
        handovers
            .available_since
            .map_or_else(String::new, |at| at.to_string()),
        review.stage,
        review.timeline,
        review.actions.len(),
        facts.evidence.entries,
        facts.evidence.deployments,
        facts.journal.entries,
        facts.journal.root
    )
}
