//! Messages, what became of them, and whom they reach.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message begins with, or how it is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct MessageRequest {
    /// The product that it is about.
    pub product: String,
    /// The version of the release that it is about; the product as such without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The message template that it begins from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Which message of the release's plan it is: what that says is taken from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<String>,
    /// What it says otherwise than the template.
    #[serde(flatten)]
    pub writing: WritingRequest,
}

/// What a message says, to whom and when; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct WritingRequest {
    /// One line of plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The language of both, such as `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The names of audiences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
    /// What it waits for: `by hand`, `milestone NAME`, `deployment succeeded in live`, `at -1d 09:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Whether quiet hours do not hold it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<bool>,
    /// The hash of the text that was changed, so that nobody's is written over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

/// What somebody says when they do something to a message or a delivery.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageDeedRequest {
    /// Why, or what is to change.
    #[serde(default)]
    pub note: String,
    /// What they read, by its hash; a sanction takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Whether a delivery arrived; settling one takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<bool>,
}

/// A message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Its number.
    pub id: u64,
    /// The product that it is about.
    pub product: String,
    /// The version of the release, if it is about one.
    pub version: Option<String>,
    /// How far it is: `draft`, `in review`, `sanctioned`, `due`, `sending`, `sent`, `partly failed`, `failed`, `cancelled`.
    pub state: String,
    /// The same in a sentence.
    pub told: String,
    /// What it waits for, if it waits.
    pub waits_for: Option<String>,
    /// One line of plain text.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// The language of both.
    pub language: String,
    /// The names of its audiences.
    pub audiences: Vec<String>,
    /// What it waits for once it is sanctioned.
    pub on: String,
    /// Whether quiet hours do not hold it up.
    pub urgent: bool,
    /// What is filled in when it is sent.
    pub open: Vec<String>,
    /// The template that it began from.
    pub template: Option<String>,
    /// Who wrote any of it.
    pub writers: Vec<String>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The hash of what it says, for changes.
    pub base: String,
    /// The hash that a sanction binds now.
    pub hash: Option<String>,
    /// Why none can be given now.
    pub unbound: Option<String>,
    /// Whose sanction it has, and the hash that this binds.
    pub sanction: Option<MessageSanctionView>,
    /// What its deliveries came to.
    pub tally: TallyView,
}

/// A sanction.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageSanctionView {
    /// Whose.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it binds.
    pub hash: String,
}

/// What deliveries came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TallyView {
    /// They wait for their turn, or are under way.
    pub pending: u64,
    /// They arrived, as far as anybody knows.
    pub delivered: u64,
    /// The other side will not have them.
    pub refused: u64,
    /// They were tried for long enough.
    pub gave_up: u64,
    /// Nobody knows whether they arrived.
    pub unknown: u64,
    /// A person stopped them.
    pub cancelled: u64,
}

/// A message as an audience would get it, and who would.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessagePreviewView {
    /// Which audience.
    pub audience: String,
    /// One line of plain text.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a piece of HTML in which nothing foreign means anything.
    pub html: String,
    /// When it would go out if it were sent now.
    pub opens: String,
    /// How many would get it.
    pub recipients: u64,
    /// Who would, at most a hundred of them.
    pub addressed: Vec<AddressedView>,
    /// Who would not, and why; at most a hundred of them.
    pub left_out: Vec<LeftOutView>,
}

/// Somebody who gets a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AddressedView {
    /// By which channel.
    pub channel: String,
    /// Who.
    pub recipient: String,
}

/// Somebody who does not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeftOutView {
    /// As a member of which audience.
    pub audience: String,
    /// By which channel.
    pub channel: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

/// One message to one recipient.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// Its number.
    pub id: u64,
    /// Which message.
    pub message: u64,
    /// By which channel.
    pub channel: String,
    /// For the sake of which audience.
    pub audience: String,
    /// To whom.
    pub recipient: String,
    /// What it is known by to the other side: a Message-ID, a `webhook-id`.
    pub key: String,
    /// How far it is.
    pub state: String,
    /// The same in words.
    pub told: String,
}

/// The record of a message's deliveries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveriesView {
    /// What they came to.
    pub tally: TallyView,
    /// Some of them, by number.
    pub deliveries: Vec<DeliveryView>,
    /// Who did not get it, and why.
    pub left_out: Vec<LeftOutView>,
    /// Behind which number the others are.
    pub next: Option<u64>,
}

/// An audience, and whom it reaches now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AudienceView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Which notes it reads.
    pub notes: String,
    /// Its channels.
    pub channels: Vec<String>,
    /// Its local time.
    pub time_zone: String,
    /// How many it reaches.
    pub recipients: u64,
    /// Whom it reaches, at most a hundred of them.
    pub addressed: Vec<AddressedView>,
    /// Whom it does not, and why; at most a hundred of them.
    pub left_out: Vec<LeftOutView>,
}

/// How many were asked whether they want to be told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct InvitedView {
    /// How many.
    pub invited: u64,
}

/// A recipient that refused to be one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BounceView {
    /// Which.
    pub recipient: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In the words of the other side.
    pub reply: String,
}

/// That a mailbox bounced, or is good again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BounceRequest {
    /// The mailbox, or the name of a channel.
    pub recipient: String,
    /// In the words of the other side; for one that bounced.
    #[serde(default)]
    pub reply: String,
}

/// By which means people are reached.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelView {
    /// Its name.
    pub name: String,
    /// For people; may be empty.
    pub title: String,
    /// `mail`, `webhook`, `chat`, `feed` or `in-app`.
    pub kind: String,
    /// Where it leads, as far as everybody may know; may be empty.
    pub reaches: String,
    /// The secret that it names.
    pub secret: Option<String>,
    /// Whether that is set.
    pub secret_is_set: bool,
    /// What is missing before anything goes out by it.
    pub lacks: Option<String>,
    /// The audiences that name it.
    pub audiences: Vec<String>,
}

/// A secret that channels name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelSecretRequest {
    /// Its value: `whsec_…` for a webhook, an address for a chat.
    pub value: String,
}

/// A message to whoever asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// Which message.
    pub message: u64,
    /// What it is about.
    pub about: String,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// One line of plain text.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a piece of HTML in which nothing foreign means anything.
    pub html: String,
}
