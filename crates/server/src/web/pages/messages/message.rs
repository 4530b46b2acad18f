//! One message: how far it is, what each audience would get, who would not, and what became of it.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        offer::{self, Place, typed},
        parts::{Talk, sentence},
        state::State as Shown,
        visitor::{Path, Submitted, Visitor},
    },
    named, state, subject,
};
use crate::{
    app::{
        Error, Request, SharedApp,
        communication::{DeliveryDeed, MessageDeed, Part},
    },
    http::access::State,
    web::pages::audiences::bounces::Said,
};
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use tidegate_domain::{
    access::Action,
    id::{DeliveryId, MessageId},
    talk::Subject,
};
use tidegate_protocol::api::{
    DeliveriesView, DeliveryView, MessageDeedRequest, MessagePreviewView, MessageView,
    WritingRequest,
};

/// How many deliveries are shown of each kind.
const SHOWN: u64 = 50;

#[derive(Template)]
#[template(path = "message.html")]
struct Page {
    frame: Frame,
    sentence: String,
    state: Shown,
    /// Where the messages of its release are.
    list: Option<String>,
    waits_for: Option<String>,
    previews: Vec<MessagePreviewView>,
    deliveries: DeliveriesView,
    /// Those of which nobody knows, or that were given up.
    open: Vec<DeliveryView>,
    /// Mailboxes that it went to, as far as the visitor sees them whole.
    mailboxes: Vec<String>,
    /// What the visitor may do now.
    offers: Vec<&'static str>,
    talk: Talk,
    message: MessageView,
}

impl Page {
    /// Whether the visitor may do this now.
    fn offers(&self, deed: &str) -> bool {
        self.offers.contains(&deed)
    }
}

/// What the form to change one holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Text {
    base: String,
    subject: String,
    body: String,
    to: String,
    on: String,
    #[serde(default)]
    urgent: String,
}

/// What a person says.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
    #[serde(default)]
    hash: String,
    #[serde(default)]
    arrived: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let message = app.message(&request, id).await?;
    let part = Part {
        from: None,
        limit: SHOWN,
    };
    let all = app.deliveries(&request, (id, None), part).await?;
    let mut open = Vec::new();
    for word in ["unknown", "gave-up"] {
        let some = app.deliveries(&request, (id, Some(word)), part).await?;
        open.extend(some.deliveries);
    }
    let list = message.version.as_ref();
    let list = list.map(|it| format!("/products/{}/releases/{it}/messages", message.product));
    answer(&Page {
        frame: Frame::new(&format!("Message {id}"), Section::Elsewhere, &request).twins(
            format!("/api/v1/messages/{id}"),
            format!("tidegate message show {id}"),
        ),
        sentence: sentence(&subject(&message)),
        state: state(&message),
        list,
        waits_for: message.waits_for.as_deref().map(sentence),
        previews: app.preview_message(&request, id, None).await?,
        offers: offers(&app, &request, (&message, &all), !open.is_empty()).await?,
        mailboxes: mailboxes(&all),
        deliveries: all,
        open,
        talk: Talk::of(&app, &request, &Subject::Message(id)).await?,
        message,
    })
}

/// What the visitor may do to a message now.
async fn offers(
    app: &SharedApp,
    request: &Request,
    (message, sent): (&MessageView, &DeliveriesView),
    is_open: bool,
) -> Result<Vec<&'static str>, Error> {
    let place = Place::product(&message.product);
    let may = async |action| -> Result<bool, Error> {
        let barred = offer::barred(app, request, (action, place)).await?;
        Ok(barred.is_none())
    };
    let writes = may(Action::WriteMessage).await?;
    let sanctions = may(Action::SanctionMessage).await?;
    let sends = may(Action::SendMessage).await?;
    let at_large = (Action::Invite, Place::default());
    let reports = offer::barred(app, request, at_large).await?.is_none();
    let me = request.actor.name.as_str();
    let is_own = message.writers.iter().any(|it| it == me);
    let is_whole = message.hash.is_some();
    let state = message.state.as_str();
    let is_early = matches!(state, "draft" | "in review" | "sanctioned" | "due");
    let by_hand = state == "sanctioned" && message.on == "by hand";
    let all = [
        ("edit", writes && is_early),
        ("submit", writes && state == "draft"),
        (
            "sanction",
            sanctions && !is_own && is_whole && state == "in review",
        ),
        ("send", sends && by_hand),
        ("cancel", sends && (is_early || state == "sending")),
        ("settle", sends && is_open),
        ("bounce", reports && !sent.deliveries.is_empty()),
    ];
    let offered = all.into_iter().filter(|(_, is_offered)| *is_offered);
    Ok(offered.map(|(deed, _)| deed).collect())
}

fn mailboxes(sent: &DeliveriesView) -> Vec<String> {
    let all = sent.deliveries.iter().map(|it| &it.recipient);
    let mut whole: Vec<String> = all
        .filter(|it| it.contains('@') && !it.contains('…'))
        .cloned()
        .collect();
    whole.sort_unstable();
    whole.dedup();
    whole
}

pub(in crate::web) async fn edit(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
    Submitted(text): Submitted<Text>,
) -> Result<Redirect, Fault> {
    let here = format!("/messages/{id}");
    let back = |error: Error| Fault::back(error, &here);
    let wanted = WritingRequest {
        subject: Some(text.subject),
        body: Some(text.body),
        audiences: Some(named(&text.to)),
        on: typed(&text.on),
        urgent: Some(!text.urgent.is_empty()),
        language: None,
        base: typed(&text.base),
    };
    let id = number(&id).map_err(back)?;
    app.edit_message(request, id, &wanted).await.map_err(back)?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn carry_out(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/messages/{id}");
    let back = |error: Error| Fault::back(error, &here);
    let (id, deed) = (
        number(&id).map_err(back)?,
        MessageDeed::of(&deed).map_err(back)?,
    );
    let said = MessageDeedRequest {
        note: word.note,
        hash: typed(&word.hash),
        arrived: None,
    };
    app.do_message(request, id, deed, &said)
        .await
        .map_err(back)?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn settle(
    app: State,
    Visitor(request): Visitor,
    Path((message, delivery)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/messages/{message}");
    let back = |error: Error| Fault::back(error, &here);
    let (deed, arrived) = match word.arrived.as_str() {
        "again" => (DeliveryDeed::Resend, None),
        "yes" => (DeliveryDeed::Settle, Some(true)),
        "no" => (DeliveryDeed::Settle, Some(false)),
        _ => return Err(back(Error::invalid("arrived", "say yes, no or again"))),
    };
    let missing = || Error::not_found("delivery-not-found", "delivery", &delivery);
    let id = delivery.parse().map(DeliveryId);
    let id = id.map_err(|_| back(missing()))?;
    let said = MessageDeedRequest {
        note: word.note,
        hash: None,
        arrived,
    };
    app.do_delivery(request, id, deed, &said)
        .await
        .map_err(back)?;
    Ok(Redirect::to(&here))
}

/// Keeps that a mail came back later.
pub(in crate::web) async fn report_bounce(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let here = format!("/messages/{id}");
    let done = app.report_bounce(request, &said.wanted()).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

fn number(text: &str) -> Result<MessageId, Error> {
    let number = text.parse().map(MessageId);
    number.map_err(|_| Error::not_found("message-not-found", "message", text))
}
