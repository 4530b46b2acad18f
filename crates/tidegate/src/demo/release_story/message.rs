//! What customers are told: written ahead, sanctioned by somebody else, sent when a milestone is reached.

use super::{
    VERSION, plan,
    scene::{Scene, holds, until},
};
use crate::demo::DemoError;
use serde::Serialize;
use tidegate_protocol::api::{
    FeedView, MessageDeedRequest, MessageRequest, MessageView, NoticeView, WritingRequest,
};

/// What became of the message.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    message: u64,
    subject: String,
    sanctioned_by: String,
    on: String,
    delivered: u64,
}

/// What customers are told for the sake of the supplier.
const PAUSE: &str = "Soon no cards are taken, for an hour.";

/// Mia writes it, and cleo sanctions exactly what it says. Answers its number.
pub(super) async fn tell(scene: &Scene<'_>) -> Result<u64, DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/messages");
    scene.act("Mia writes what customers are told", &page);
    let request = MessageRequest {
        product: "storefront".to_owned(),
        version: Some(VERSION.to_owned()),
        template: Some("here".to_owned()),
        planned: None,
        writing: WritingRequest {
            body: Some(format!("You pay in one step now. {PAUSE}")),
            ..WritingRequest::default()
        },
    };
    let mia = &scene.people.mia;
    let written: MessageView = mia.post("/api/v1/messages", &request).await?;
    let path = path(written.id);
    let deed = MessageDeedRequest::default();
    let ready: MessageView = mia.post(&format!("{path}/submit"), &deed).await?;
    let deed = MessageDeedRequest {
        hash: ready.hash,
        ..MessageDeedRequest::default()
    };
    let cleo = &scene.people.cleo;
    let sanctioned: MessageView = cleo.post(&format!("{path}/sanction"), &deed).await?;
    scene.line(format_args!(
        "“{}”: {}",
        sanctioned.subject, sanctioned.told
    ));
    Ok(written.id)
}

/// Mia does the last task: its milestone is reached, and the message goes out by itself.
pub(super) async fn sent(scene: &Scene<'_>, id: u64) -> Result<(), DemoError> {
    let note = ("news", "It is told to everybody.");
    plan::task_done(&scene.people.mia, "storefront", note).await?;
    let sent = until("the message is sent", async || {
        let message: MessageView = scene.people.mia.get(&path(id)).await?;
        Ok((message.state == "sent").then_some(message))
    })
    .await?;
    scene.line(format_args!("“{}”: {}", sent.subject, sent.told));
    Ok(())
}

/// It stands in the feed and among the notices of olaf, as cleo sanctioned it.
pub(super) async fn check(scene: &Scene<'_>, id: u64) -> Result<Fact, DemoError> {
    let client = scene.fleet.client();
    let message: MessageView = client.get(&path(id)).await?;
    let feed: FeedView = client.get("/api/v1/channels/news/feed").await?;
    let feed = client.text(&feed.path).await?;
    let is_whole = feed.contains(&message.subject) && feed.contains(PAUSE);
    holds(is_whole, || "the feed has the message".to_owned())?;
    let notices: Vec<NoticeView> = scene.people.olaf.get("/api/v1/notices").await?;
    holds(notices.iter().any(|it| it.message == id), || {
        "olaf has it among his notices".to_owned()
    })?;
    let sanction = message.sanction.filter(|it| it.by == "cleo");
    let sanction = sanction.ok_or_else(|| DemoError::Fact("cleo sanctioned it".to_owned()))?;
    holds(message.tally.delivered == 2, || {
        format!("it reached two: {:?}", message.tally)
    })?;
    Ok(Fact {
        message: id,
        subject: message.subject,
        sanctioned_by: sanction.by,
        on: message.on,
        delivered: message.tally.delivered,
    })
}

fn path(id: u64) -> String {
    format!("/api/v1/messages/{id}")
}
