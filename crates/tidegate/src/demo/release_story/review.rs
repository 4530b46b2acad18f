//! The review: what happened by the record, what people make of it, and what is to be better next time.

use super::{
    VERSION, release_path,
    scene::{Scene, holds},
};
use crate::demo::DemoError;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use tidegate_cli::Client;
use tidegate_protocol::api::{
    ReviewActionRequest, ReviewConclusionRequest, ReviewDeedRequest, ReviewGroupRequest,
    ReviewNoteRequest, ReviewObjectiveRequest, ReviewRequest, ReviewView, ReviewVotesRequest,
};

/// How the review ended.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) stage: String,
    objectives: BTreeMap<String, String>,
    /// What got most votes.
    first: String,
    votes: u64,
    /// The tasks that came of it.
    pub(super) actions: Vec<u64>,
    pub(super) timeline: usize,
    report_hash: String,
}

pub(super) async fn tell(scene: &Scene<'_>) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/review");
    scene.act("They look back", &page);
    let ada = &scene.people.ada;
    let request = ReviewRequest {
        participants: ["ben", "mia", "olaf"].map(str::to_owned).into(),
        votes_each: None,
    };
    ada.tell(&path(""), &request).await?;
    written(scene).await?;
    voted(scene).await?;
    agreed(ada).await?;
    let closed = moved(ada, "close").await?;
    scene.line(format_args!(
        "{} moments by the record, {} notes, {} action; the review is closed",
        closed.report.timeline.len(),
        closed.retrospective.map_or(0, |it| it.notes_in_all),
        closed.actions.len()
    ));
    Ok(())
}

/// Notes are written in silence: ada, who leads the review, sees that there are some and none of them.
async fn written(scene: &Scene<'_>) -> Result<(), DemoError> {
    let people = &scene.people;
    for (who, column, text) in [
        (&people.ben, "badly", "The cache was cold in staging"),
        (&people.mia, "well", "Everybody knew in time"),
    ] {
        let note = ReviewNoteRequest {
            column: column.to_owned(),
            text: text.to_owned(),
        };
        who.tell(&path("/notes"), &note).await?;
    }
    let seen: ReviewView = people.ada.get(&path("")).await?;
    let silent = seen
        .retrospective
        .is_some_and(|it| it.notes_in_all == 2 && it.notes.is_empty());
    holds(silent, || {
        "notes are silent while they are written".to_owned()
    })?;
    let revealed = moved(&people.ada, "reveal").await?;
    let seen = revealed.retrospective.map_or(0, |it| it.notes.len());
    holds(seen == 2, || "all see all notes".to_owned())
}

/// What belongs together is put together, and people vote.
async fn voted(scene: &Scene<'_>) -> Result<(), DemoError> {
    let people = &scene.people;
    let group = ReviewGroupRequest {
        title: Some("Staging is not like live".to_owned()),
        theme: Some("staging".to_owned()),
        add: vec![1],
        remove: Vec::new(),
    };
    people.ada.tell(&path("/groups"), &group).await?;
    moved(&people.ada, "vote").await?;
    for (who, votes) in [(&people.ben, 2), (&people.olaf, 1)] {
        let votes = ReviewVotesRequest {
            votes: BTreeMap::from([(1, votes)]),
        };
        who.replace(&path("/votes"), &votes).await?;
    }
    moved(&people.ada, "discuss").await?;
    Ok(())
}

/// What comes of it: an action, the verdict on the objective, and a conclusion.
async fn agreed(ada: &Client) -> Result<(), DemoError> {
    let due = Timestamp::now() + SignedDuration::from_hours(14 * 24);
    let action = ReviewActionRequest {
        title: "Warm the cache in staging as in live".to_owned(),
        owner: "ben".to_owned(),
        due: due.to_string(),
        group: Some(1),
        changes: vec!["release-template:planned".to_owned()],
        ..ReviewActionRequest::default()
    };
    ada.tell(&path("/actions"), &action).await?;
    let met = ReviewObjectiveRequest {
        verdict: "met".to_owned(),
        note: "One step it is.".to_owned(),
    };
    ada.replace(&path("/objectives/faster"), &met).await?;
    let conclusion = ReviewConclusionRequest {
        text: "It went well, and staging is to be more like live.".to_owned(),
        edition: 0,
    };
    Ok(ada.replace(&path("/conclusion"), &conclusion).await?)
}

/// It is closed, the objective is met, and an action came of what got most votes.
pub(super) async fn check(scene: &Scene<'_>) -> Result<Fact, DemoError> {
    let review: ReviewView = scene.fleet.client().get(&path("")).await?;
    holds(review.stage == "closed", || {
        format!("the review is closed: {}", review.stage)
    })?;
    let judged = review.objectives.iter();
    let objectives: BTreeMap<_, _> = judged
        .map(|it| (it.name.clone(), it.verdict.clone().unwrap_or_default()))
        .collect();
    holds(objectives.values().all(|it| it == "met"), || {
        format!("every objective is met: {objectives:?}")
    })?;
    let none = || DemoError::Fact("there was a retrospective".to_owned());
    let retrospective = review.retrospective.ok_or_else(none)?;
    let first = retrospective.groups.first().ok_or_else(none)?;
    let votes = first.votes.unwrap_or_default();
    holds(votes == 3, || {
        format!("what came first got three votes: {first:?}")
    })?;
    let actions: Vec<u64> = review.actions.iter().map(|it| it.task).collect();
    holds(!actions.is_empty(), || "an action came of it".to_owned())?;
    Ok(Fact {
        stage: review.stage,
        objectives,
        first: first.title.clone(),
        votes,
        actions,
        timeline: review.report.timeline.len(),
        report_hash: retrospective.report_hash.unwrap_or_default(),
    })
}

async fn moved(client: &Client, deed: &str) -> Result<ReviewView, DemoError> {
    let word = ReviewDeedRequest::default();
    let path = path(&format!("/move/{deed}"));
    Ok(client.post(&path, &word).await?)
}

fn path(rest: &str) -> String {
    let release = release_path("storefront", Some(VERSION));
    format!("{release}/review{rest}")
}
