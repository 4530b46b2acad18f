//! A channel: by which means messages reach people, as a person writes it in a file.

use super::{
    MailAddress, WebAddress,
    delivery::{Patience, Repeats},
};
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// By which means messages reach people.
///
/// ```yaml
/// name: announcements
/// by:
///   mail: { from: releases@example.org, server: relay }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Unique among channels.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// How.
    pub by: Means,
}

/// How a channel reaches people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A mail to each mailbox.
    Mail(Mail),
    /// A signed request to a program.
    Webhook(Webhook),
    /// A request that Slack and those like it show in a room.
    Chat(Chat),
    /// An entry of the Atom feed of the channel.
    Feed,
    /// A notice on the pages, for people who have an account.
    InApp,
}

/// Mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Who it is from. Its host is also the right side of every Message-ID.
    pub from: MailAddress,
    /// Where answers go, unless back to where it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MailAddress>,
    /// The mail server that takes it, by the name that the server's settings give it.
    pub server: Name,
}

/// A signed request to a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to.
    pub url: WebAddress,
    /// The name of the secret that it is signed with.
    pub secret: Name,
}

/// A room of Slack or of those like it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// The name of the secret that holds the address: whoever knows it may write in the room.
    pub secret: Name,
}

impl Means {
    /// Whether it reaches one person after another; the others have one receiver for all.
    pub const fn is_personal(&self) -> bool {
        match self {
            Self::Mail(_) | Self::InApp => true,
            Self::Webhook(_) | Self::Chat(_) | Self::Feed => false,
        }
    }

    /// Whether its other side knows a second attempt: programs by the `webhook-id`, the feed and the pages because they are ours.
    pub const fn repeats(&self) -> Repeats {
        match self {
            Self::Mail(_) | Self::Chat(_) => Repeats::Shown,
            Self::Webhook(_) | Self::Feed | Self::InApp => Repeats::Recognised,
        }
    }

    /// How long it is tried.
    pub const fn patience(&self) -> Patience {
        match self {
            Self::Mail(_) => Patience::MAIL,
            Self::Webhook(_) | Self::Chat(_) | Self::Feed | Self::InApp => Patience::WEB,
        }
    }

    /// As people speak of it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Webhook(_) => "webhook",
            Self::Chat(_) => "chat",
            Self::Feed => "feed",
            Self::InApp => "in-app",
        }
    }
}
