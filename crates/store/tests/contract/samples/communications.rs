//! Messages, what became of them, and what is declared for them.

use super::{name, time};
use tidegate_domain::{
    catalog::Document,
    communication::{
        Bounce, Delivery, DeliveryKey, DeliveryState, LeftOut, OptIn, Recipient, Tells, Word,
        delivery::Blame, message::Message,
    },
    digest::Digest,
    id::{DeliveryId, MessageId},
};

/// What is declared for messages, with every optional part.
pub(super) fn documents() -> Vec<Document> {
    let stakeholder = r#"{"name": "acme", "title": "Acme", "addresses": ["ops@acme.example"]}"#;
    let channel = r#"{"name": "post", "title": "Post", "by": {"mail": {"from": "releases@example.org",
        "reply_to": "help@example.org", "server": "relay"}}}"#;
    let audience = r#"{"name": "customers", "title": "Customers", "people": ["team:shop", "ada"], "stakeholders": ["acme"],
        "channels": ["post"], "notes": "customer", "time_zone": "Europe/Amsterdam", "quiet_hours": {"from": "20:00:00",
        "to": "07:00:00", "days": ["sunday"]}}"#;
    let template = r#"{"name": "went-live", "title": "It is live", "products": ["storefront"],
        "on": "deployment succeeded in live", "audiences": ["customers"], "urgent": true, "language": "nl",
        "subject": "{{ release }}", "body": "Since {{ ended }}."}"#;
    let page = r#"{"product": "storefront", "title": "Shop", "environments": [{"environment": "live", "title": "Europe",
        "version": "shown"}], "audience": "customers"}"#;
    vec![
        Document::Stakeholder(serde_json::from_str(stakeholder).unwrap()),
        Document::Channel(serde_json::from_str(channel).unwrap()),
        Document::Audience(Box::new(serde_json::from_str(audience).unwrap())),
        Document::MessageTemplate(Box::new(serde_json::from_str(template).unwrap())),
        Document::StatusPage(serde_json::from_str(page).unwrap()),
    ]
}

const SANCTION: &str = r#"{"bound": {"version": 1, "message": 1, "about": {"release": ["storefront", "1.1.0"]},
    "text": "sha256:0000000000000000000000000000000000000000000000000000000000000000", "open": ["ended"],
    "audiences": [["customers", "sha256:1111111111111111111111111111111111111111111111111111111111111111"]],
    "channels": {"post": "sha256:2222222222222222222222222222222222222222222222222222222222222222"},
    "on": "deployment succeeded in live", "urgent": false, "target": "2026-12-04T20:00:00Z"},
    "by": "ben", "human": "00000000-0000-7000-8000-000000000002", "at": "2026-11-27T10:00:00Z"}"#;
const TALLY: &str =
    r#"{"pending": 0, "delivered": 2, "refused": 1, "gave_up": 0, "unknown": 0, "cancelled": 0}"#;

/// A message in each of its statuses, by the words of those.
pub(crate) fn messages() -> Vec<(&'static str, Message)> {
    let voided = r#"{"by": "ben", "changes": ["the text"]}"#;
    let at = r#""at": "2026-11-27T11:00:00Z""#;
    let said = format!(r#""sanction": {SANCTION}"#);
    let told = format!(r#"{said}, {at}, "tally": {TALLY}"#);
    [
        ("draft", r#""is": "draft", "note": "Say when.""#.to_owned()),
        (
            "in-review",
            format!(r#""is": "in_review", {at}, "voided": {voided}"#),
        ),
        ("sanctioned", format!(r#""is": "sanctioned", {said}"#)),
        ("due", format!(r#""is": "due", {said}, {at}"#)),
        ("sending", format!(r#""is": "sending", {said}, {at}"#)),
        ("sent", format!(r#""is": "sent", {told}"#)),
        ("partly-failed", format!(r#""is": "partly_failed", {told}"#)),
        ("failed", format!(r#""is": "failed", {told}"#)),
        (
            "cancelled",
            format!(r#""is": "cancelled", "by": "ada", {at}, "reason": "Not now""#),
        ),
    ]
    .map(|(word, status)| (word, in_status(&status)))
    .into()
}

fn in_status(status: &str) -> Message {
    let text = format!(
        r#"{{"id": 1, "about": {{"release": ["storefront", "1.1.0"]}}, "writing": {{"subject": "Shop 1.1.0",
        "body": "Since {{{{ ended }}}}.", "audiences": ["customers"], "on": "deployment succeeded in live"}},
        "begun": {{"template": "went-live", "hash": "sha256:3333333333333333333333333333333333333333333333333333333333333333"}},
        "writers": [{{"name": "ada", "human": "00000000-0000-7000-8000-000000000001"}}],
        "at": "2026-11-27T09:00:00Z", "status": {{{status}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// A draft with this number.
pub(crate) fn message(id: u64) -> Message {
    let mut draft = in_status(r#""is": "draft", "note": null"#);
    draft.id = MessageId(id);
    draft
}

/// A delivery of message 1 that is queued.
pub(crate) fn delivery(id: u64, to: &str) -> Delivery {
    let recipient = Recipient::Mailbox(to.parse().unwrap());
    Delivery {
        id: DeliveryId(id),
        message: MessageId(1),
        tells: Tells::Message,
        channel: name("post"),
        audience: name("customers"),
        key: DeliveryKey::of(&Digest::of(b"sanctioned"), &recipient),
        recipient,
        state: DeliveryState::queued(time(0)),
    }
}

/// One in each of its states, by the words of those, and to each kind of recipient.
pub(crate) fn deliveries() -> Vec<(&'static str, Delivery)> {
    let (at, reply) = (time(1), "250 2.0.0 Ok".to_owned());
    let states = [
        (
            "queued",
            DeliveryState::Queued {
                at,
                attempts: 1,
                since: Some(time(0)),
                last: Some("421 Later".to_owned()),
            },
        ),
        (
            "attempting",
            DeliveryState::Attempting {
                at,
                attempts: 2,
                since: time(0),
            },
        ),
        (
            "delivered",
            DeliveryState::Delivered {
                at,
                attempts: 1,
                reply: reply.clone(),
            },
        ),
        (
            "refused",
            DeliveryState::Refused {
                at,
                blame: Blame::Recipient,
                reply: reply.clone(),
            },
        ),
        (
            "gave-up",
            DeliveryState::GaveUp {
                at,
                attempts: 9,
                reply: reply.clone(),
            },
        ),
        ("unknown", DeliveryState::Unknown { at, reply }),
        (
            "settled",
            DeliveryState::Settled {
                by: name("ada"),
                at,
                word: Word::Arrived,
                note: "They called.".to_owned(),
            },
        ),
        ("cancelled", DeliveryState::Cancelled { at, reason: None }),
    ];
    let recipients = [
        Recipient::Account(name("ada")),
        Recipient::Endpoint(name("news")),
    ];
    let mut recipients = recipients.into_iter();
    let one = |(word, state)| {
        let mut delivery = delivery(1, "ops@acme.example");
        delivery.recipient = recipients.next().unwrap_or(delivery.recipient);
        (word, Delivery { state, ..delivery })
    };
    states.into_iter().map(one).collect()
}

/// Who does not get a message, for each reason.
pub(crate) fn left_out() -> Vec<LeftOut> {
    let at = r#""2026-11-27T10:00:00Z""#;
    [
        r#"{"why": "unknown"}"#.to_owned(),
        r#"{"why": "no_address"}"#.to_owned(),
        r#"{"why": "no_account"}"#.to_owned(),
        r#"{"why": "not_asked"}"#.to_owned(),
        format!(r#"{{"why": "not_confirmed", "asked": {at}}}"#),
        format!(r#"{{"why": "withdrawn", "at": {at}}}"#),
        format!(r#"{{"why": "bounced", "at": {at}, "reply": "550 No"}}"#),
        r#"{"why": "twice", "audience": "staff"}"#.to_owned(),
    ]
    .map(|why| LeftOut {
        audience: name("customers"),
        channel: name("post"),
        who: "acme".to_owned(),
        why: serde_json::from_str(&why).unwrap(),
    })
    .into()
}

/// What a stakeholder can say, each once, with the words of that.
pub(crate) fn opt_ins() -> Vec<(&'static str, OptIn)> {
    ["asked", "confirmed", "withdrawn"]
        .map(|word| {
            let text = format!(
                r#"{{"stakeholder": "acme", "audience": "customers", "address": "ops@acme.example",
                "link": "{}", "answer": {{"is": "{word}", "at": "2026-11-27T10:00:00Z"}}}}"#,
                Digest::of(b"secret")
            );
            (word, serde_json::from_str(&text).unwrap())
        })
        .into()
}

/// A mailbox that bounced.
pub(crate) fn bounce(to: &str) -> Bounce {
    Bounce {
        recipient: Recipient::Mailbox(to.parse().unwrap()),
        at: time(1),
        reply: "550 5.1.1 No such mailbox".to_owned(),
    }
}
