//! Another person's word that exactly this may go out: bound by hash, and void once anything of it changes.
//!
//! Bound are the text with the names of its open places, to whom it goes by which channels, as both are declared, what it waits
//! for and whether it is urgent; and the target where the text tells it or the schedule counts from it. Who is in a team, and
//! which stakeholders opted in, is not: the one is kept elsewhere, and the other is theirs alone.

use super::{About, Message, Writer};
use crate::{
    canonical,
    communication::{Audience, Channel, Placeholder, Schedule, WritingError},
    digest::Digest,
    id::{MessageId, PersonId},
    name::Name,
    scope,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a sanction is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Of this map; 1.
    pub version: u32,
    /// Which message.
    pub message: MessageId,
    /// What it is about.
    pub about: About,
    /// Subject, body and language.
    pub text: Digest,
    /// What is filled in when it is sent, by name.
    pub open: BTreeSet<Placeholder>,
    /// The audiences as they are declared, in the message's order.
    pub audiences: Vec<(Name, Digest)>,
    /// Their channels as they are declared.
    pub channels: BTreeMap<Name, Digest>,
    /// What it waits for.
    pub on: Schedule,
    /// Whether quiet hours do not hold it up.
    pub urgent: bool,
    /// When the release is to be live, where the message tells it or counts from it.
    pub target: Option<Timestamp>,
}

/// A person's word that a message may go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// Exactly what.
    pub bound: Bound,
    /// Who.
    pub by: Name,
    /// The human being behind that account.
    pub human: PersonId,
    /// When.
    pub at: Timestamp,
}

/// What is declared, as far as messages go.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// All audiences.
    pub audiences: &'a BTreeMap<Name, Audience>,
    /// All channels.
    pub channels: &'a BTreeMap<Name, Channel>,
}

/// Why nothing can be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unbound {
    /// It could not be sent.
    #[error(transparent)]
    Writing(#[from] WritingError),
    /// It is for an audience that is not declared.
    #[error("audience `{0}` is not declared: declare it, or name another")]
    Audience(Name),
    /// An audience is for other products.
    #[error("audience `{audience}` is not for {product}: name another, or add the product to it")]
    Elsewhere {
        /// Which audience.
        audience: Name,
        /// What the message is about.
        product: Name,
    },
    /// Customers would read what went wrong inside.
    #[error(
        "audience `{0}` reads notes for customers, and {open} names targets, checks and people: say why in words of your own",
        open = Placeholder::Reason
    )]
    Inner(Name),
    /// An audience has a channel that is not declared.
    #[error(
        "channel `{channel}` of audience `{audience}` is not declared: declare it, or name another"
    )]
    Channel {
        /// Which audience.
        audience: Name,
        /// Which channel.
        channel: Name,
    },
}

/// Why somebody cannot sanction a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SanctionError {
    /// It is not the time for that.
    #[error("message {id} is {state}: it can be sanctioned while it is in review")]
    NotInReview {
        /// Which.
        id: MessageId,
        /// What it is.
        state: &'static str,
    },
    /// Nobody sanctions their own words, under any account.
    #[error("{by} wrote some of message {id}: somebody else has to sanction it")]
    OwnWords {
        /// Which.
        id: MessageId,
        /// The name that they wrote under.
        by: Name,
    },
    /// What they read is not what it is.
    #[error("message {0} changed since it was read: read it again")]
    Changed(MessageId),
}

impl Bound {
    /// What a sanction of a message is bound to now.
    ///
    /// # Errors
    /// When it could not be sent as it is.
    pub fn of(
        message: &Message,
        declared: Declared<'_>,
        target: Option<Timestamp>,
    ) -> Result<Self, Unbound> {
        let writing = &message.writing;
        let open = writing.open()?;
        let mut audiences = Vec::with_capacity(writing.audiences.len());
        let mut channels = BTreeMap::new();
        for name in &writing.audiences {
            let audience = declared.audiences.get(name);
            let audience = audience.ok_or_else(|| Unbound::Audience(name.clone()))?;
            if let Some(product) = message.about.product()
                && !audience.is_good_for(product)
            {
                let (audience, product) = (name.clone(), product.clone());
                return Err(Unbound::Elsewhere { audience, product });
            }
            if audience.notes == scope::Audience::Customer && open.contains(&Placeholder::Reason) {
                return Err(Unbound::Inner(name.clone()));
            }
            audiences.push((name.clone(), canonical::hash(audience)));
            for channel in &audience.channels {
                let found = declared.channels.get(channel);
                let found = found.ok_or_else(|| Unbound::Channel {
                    audience: name.clone(),
                    channel: channel.clone(),
                })?;
                channels.insert(channel.clone(), canonical::hash(found));
            }
        }
        let tells_target = open.contains(&Placeholder::Target) || writing.on.counts_from_target();
        Ok(Self {
            version: 1,
            message: message.id,
            about: message.about.clone(),
            text: canonical::hash(&(&writing.subject, &writing.body, &writing.language)),
            open,
            audiences,
            channels,
            on: writing.on.clone(),
            urgent: writing.urgent,
            target: target.filter(|_| tells_target),
        })
    }

    /// The hash that people say they saw.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }

    /// What is not as it was, in words.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let Self {
            version,
            message,
            about,
            text,
            open,
            audiences,
            channels,
            on,
            urgent,
            target,
        } = self;
        let parts = [
            ("the text", (text, open) == (&now.text, &now.open)),
            ("the audiences", *audiences == now.audiences),
            ("the channels", *channels == now.channels),
            ("what it waits for", *on == now.on),
            ("its urgency", *urgent == now.urgent),
            ("the target", *target == now.target),
            (
                "what it is about",
                (version, message, about) == (&now.version, &now.message, &now.about),
            ),
        ];
        let changed = parts.into_iter().filter(|(_, is_same)| !is_same);
        changed.map(|(part, _)| part.to_owned()).collect()
    }
}

impl Sanction {
    /// The hash that it binds.
    pub fn hash(&self) -> Digest {
        self.bound.hash()
    }
}

impl Message {
    /// The word of somebody who read what has the hash `seen`, where what it is now is `bound`.
    ///
    /// # Errors
    /// When it is not in review, they wrote some of it, or it is not what they read.
    pub fn sanctioned(
        &self,
        (bound, seen): (Bound, Digest),
        by: &Writer,
        at: Timestamp,
    ) -> Result<Sanction, SanctionError> {
        if !matches!(self.status, super::Status::InReview { .. }) {
            return Err(SanctionError::NotInReview {
                id: self.id,
                state: self.status.word(),
            });
        }
        if let Some(own) = self.writers.iter().find(|it| it.human == by.human) {
            return Err(SanctionError::OwnWords {
                id: self.id,
                by: own.name.clone(),
            });
        }
        match bound.hash() == seen {
            false => Err(SanctionError::Changed(self.id)),
            true => Ok(Sanction {
                bound,
                by: by.name.clone(),
                human: by.human,
                at,
            }),
        }
    }
}
