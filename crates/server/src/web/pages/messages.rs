//! What people are told about a release: its messages, and beginning one; and what the visitor was told.

pub(in crate::web) mod message;
pub(in crate::web) mod notices;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place, typed},
    parts::Prose,
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::communication::{MessagesOf, Part},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{AudienceView, MessageRequest, MessageView, WritingRequest};

/// How many messages are listed.
const LISTED: u64 = 100;

#[derive(Template)]
#[template(path = "messages.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    here: String,
    sentence: String,
    rows: Vec<Row>,
    templates: Vec<(String, String)>,
    audiences: Vec<AudienceView>,
    /// Why the visitor begins none.
    barred: Option<Prose>,
}

struct Row {
    id: u64,
    subject: String,
    state: Shown,
    to: String,
    waits: String,
}

/// What the form to begin one holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(default)]
    template: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    on: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let of = MessagesOf {
        product: product.clone(),
        version: Some(version.clone()),
    };
    let part = Part {
        from: None,
        limit: LISTED,
    };
    let messages = app.messages(&request, &of, part).await?;
    let place = Place::product(&product);
    let barred = offer::barred(&app, &request, (Action::WriteMessage, place)).await?;
    let here = format!("/products/{product}/releases/{version}/messages");
    answer(&Page {
        frame: Frame::new(
            &format!("Messages about {product} {version}"),
            Section::Elsewhere,
            &request,
        )
        .twins(
            format!("/api/v1/products/{product}/messages?version={version}"),
            format!("tidegate message list {product} {version}"),
        ),
        sentence: sentence(&version, &messages),
        rows: messages.iter().map(Row::of).collect(),
        templates: app.message_templates(&request, &product).await?,
        audiences: app.audiences(&request).await?,
        barred,
        here,
        product,
        version,
    })
}

pub(in crate::web) async fn begin(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases/{version}/messages");
    let wanted = MessageRequest {
        product,
        version: Some(version),
        template: typed(&wish.template),
        planned: None,
        writing: WritingRequest {
            subject: typed(&wish.subject),
            body: typed(&wish.body),
            audiences: typed(&wish.to).map(|to| named(&to)),
            on: typed(&wish.on),
            ..WritingRequest::default()
        },
    };
    let begun = app.begin_message(request, &wanted).await;
    let view = begun.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&format!("/messages/{}", view.id)))
}

/// Names with commas or spaces between them.
fn named(text: &str) -> Vec<String> {
    let all = text.split([',', ' ', '\n']).map(str::trim);
    all.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

impl Row {
    fn of(message: &MessageView) -> Self {
        Self {
            id: message.id,
            subject: subject(message),
            state: state(message),
            to: message.audiences.join(", "),
            waits: message.waits_for.clone().unwrap_or_default(),
        }
    }
}

/// A message's subject, or that it has none.
fn subject(message: &MessageView) -> String {
    match message.subject.is_empty() {
        true => format!("Message {}", message.id),
        false => message.subject.clone(),
    }
}

/// How far a message is: a shape and a word.
fn state(message: &MessageView) -> Shown {
    let shape = match message.state.as_str() {
        "sent" => "steady",
        "sending" => "moving",
        "partly failed" | "failed" => "failing",
        "cancelled" => "back",
        "sanctioned" | "due" => "held",
        _ => "waiting",
    };
    Shown::new(shape, message.state.clone())
}

fn sentence(version: &str, messages: &[MessageView]) -> String {
    let sent = messages.iter().filter(|it| it.state == "sent").count();
    let waits = |what: &str| messages.iter().filter(|it| it.state == what).count();
    match (messages.len(), sent, waits("in review")) {
        (0, _, _) => format!("Nobody is told anything about {version} yet."),
        (all, _, review @ 1..) => format!("{review} of {all} messages wait to be sanctioned."),
        (all, sent, 0) => format!("{sent} of {all} messages about {version} are sent."),
    }
}
