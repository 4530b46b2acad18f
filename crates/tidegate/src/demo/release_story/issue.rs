//! Something is wrong in staging: an issue, what is said about it, and how it ends.

use super::{
    VERSION,
    scene::{Scene, holds},
};
use crate::demo::DemoError;
use serde::Serialize;
use tidegate_protocol::api::{
    CommentRequest, CommentView, IssueDeedRequest, IssueRequest, IssueView, NewsView,
};

/// What became of the issue, and who was told of it.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    issue: u64,
    told: String,
    named: String,
}

/// Olaf raises it, ben is named and resolves it. Answers its number.
pub(super) async fn tell(scene: &Scene<'_>) -> Result<u64, DemoError> {
    let request = IssueRequest {
        product: Some("storefront".to_owned()),
        version: Some(VERSION.to_owned()),
        deployment: None,
        title: "The total is shown late".to_owned(),
        description: "The first visit in staging took two seconds.".to_owned(),
        severity: "low".to_owned(),
        owner: None,
    };
    let raised: IssueView = scene.people.olaf.post("/api/v1/issues", &request).await?;
    let id = raised.id;
    scene.act("Olaf raises an issue", &format!("/issues/{id}"));
    let comment = CommentRequest {
        subject: format!("issue/{id}"),
        text: "@ben, is it the cache?".to_owned(),
    };
    let said: CommentView = scene.people.olaf.post("/api/v1/comments", &comment).await?;
    holds(said.unreached.is_empty(), || {
        format!("ben is told: {:?}", said.unreached)
    })?;
    let ben = &scene.people.ben;
    for (deed, note) in [("start", ""), ("resolve", "It was cold: it is warmed now.")] {
        let request = IssueDeedRequest {
            note: note.to_owned(),
            ..IssueDeedRequest::default()
        };
        ben.tell(&format!("/api/v1/issues/{id}/{deed}"), &request)
            .await?;
    }
    scene.line("ben is named in a comment, and resolves it");
    Ok(id)
}

/// It is resolved, and ben heard that he was named.
pub(super) async fn check(scene: &Scene<'_>, id: u64) -> Result<Fact, DemoError> {
    let path = format!("/api/v1/issues/{id}");
    let issue: IssueView = scene.fleet.client().get(&path).await?;
    holds(issue.state == "resolved", || {
        format!("the issue is resolved: {}", issue.told)
    })?;
    let news: Vec<NewsView> = scene.people.ben.get("/api/v1/news").await?;
    let subject = format!("issue/{id}");
    let mut news = news.into_iter();
    let named = news.find(|it| it.subject == subject && it.why == "named" && it.by == "olaf");
    let named = named.ok_or_else(|| DemoError::Fact("ben heard that he was named".to_owned()))?;
    Ok(Fact {
        issue: id,
        told: issue.told,
        named: named.line,
    })
}
