//! Who gets a message, in fixed order, and who does not and why.
//!
//! A recipient gets it once, by the first of its audiences that they are in. Stakeholders are told what they opted in to; a
//! recipient that bounced is left alone until somebody confirms it.

use super::{Answer, Audience, Channel, MailAddress, Means, OptIn, Stakeholder};
use crate::{name::Name, planning::Party};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// To whom a message is delivered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A mailbox.
    Mailbox(MailAddress),
    /// The account of a person, for notices on the pages.
    Account(Name),
    /// The one receiver of a channel: a program, a room, a feed.
    Endpoint(Name),
}

/// A recipient that refused to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// Which.
    pub recipient: Recipient,
    /// When.
    pub at: Timestamp,
    /// In the words of the other side.
    pub reply: String,
}

/// What is known of those whom audiences name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// All channels.
    pub channels: &'a BTreeMap<Name, Channel>,
    /// The members of teams.
    pub teams: &'a BTreeMap<Name, Vec<Name>>,
    /// Those who have an account, and where they are mailed.
    pub people: &'a BTreeMap<Name, Option<MailAddress>>,
    /// All stakeholders.
    pub stakeholders: &'a BTreeMap<Name, Stakeholder>,
    /// What stakeholders said, by stakeholder and audience.
    pub opt_ins: &'a BTreeMap<(Name, Name), Vec<OptIn>>,
    /// Those who bounced and were not confirmed.
    pub bounces: &'a BTreeMap<Recipient, Bounce>,
}

/// Who gets a message and who does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Those who do, in order.
    pub addressed: Vec<Addressed>,
    /// Those who do not, in order.
    pub left_out: Vec<LeftOut>,
}

/// Somebody who gets a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// As a member of which audience.
    pub audience: Name,
    /// By which channel.
    pub channel: Name,
    /// To whom.
    pub recipient: Recipient,
}

/// Somebody who does not get a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// As a member of which audience.
    pub audience: Name,
    /// By which channel.
    pub channel: Name,
    /// Who.
    pub who: String,
    /// Why.
    pub why: Omission,
}

/// Why somebody does not get a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Omission {
    /// They are not there any more.
    Unknown,
    /// Their account has no mail address.
    NoAddress,
    /// They have no account.
    NoAccount,
    /// They were not asked yet whether they want to be told.
    NotAsked,
    /// They were asked and did not say.
    NotConfirmed {
        /// When they were asked.
        asked: Timestamp,
    },
    /// They do not want to be told.
    Withdrawn {
        /// Since when.
        at: Timestamp,
    },
    /// What went there before came back.
    Bounced {
        /// When.
        at: Timestamp,
        /// In the words of the other side.
        reply: String,
    },
    /// They get it as a member of another audience.
    Twice {
        /// Which.
        audience: Name,
    },
}

/// Somebody whom an audience names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Member<'a> {
    Person(&'a Name),
    Stakeholder(&'a Name),
}

impl Recipients {
    /// Who gets a message for these audiences, in their order. Channels that are not declared reach nobody; a sanction is not
    /// given for such.
    pub fn of(audiences: &[&Audience], known: Known<'_>) -> Self {
        let mut walk = Walk {
            known,
            found: Self::default(),
            reached: BTreeMap::new(),
        };
        for audience in audiences {
            let members = members(audience, known);
            let channels = audience.channels.iter();
            for channel in channels.filter_map(|name| known.channels.get(name)) {
                walk.channel(audience, channel, &members);
            }
        }
        walk.found
    }
}

/// Each member once, in the order of the audience; teams by their members.
fn members<'a>(audience: &'a Audience, known: Known<'a>) -> Vec<Member<'a>> {
    let mut seen = BTreeSet::new();
    let people = audience.people.iter().flat_map(|party| match party {
        Party::Person(name) => vec![name],
        Party::Team(team) => known
            .teams
            .get(team)
            .map_or(Vec::new(), |it| it.iter().collect()),
    });
    let stakeholders = audience.stakeholders.iter().map(Member::Stakeholder);
    let all = people.map(Member::Person).chain(stakeholders);
    all.filter(|member| seen.insert(*member)).collect()
}

struct Walk<'a> {
    known: Known<'a>,
    found: Recipients,
    /// Who gets it already, and as a member of which audience.
    reached: BTreeMap<Recipient, &'a Name>,
}

impl<'a> Walk<'a> {
    fn channel(&mut self, audience: &'a Audience, channel: &'a Channel, members: &[Member<'a>]) {
        let place = (audience, &channel.name);
        match &channel.by {
            Means::Mail(_) => {
                for member in members {
                    match member {
                        Member::Person(name) => self.mail_person(place, name),
                        Member::Stakeholder(name) => self.mail_stakeholder(place, name),
                    }
                }
            }
            Means::InApp => {
                for member in members {
                    self.notify(place, *member);
                }
            }
            Means::Webhook(_) | Means::Chat(_) | Means::Feed => {
                self.address(place, Recipient::Endpoint(channel.name.clone()));
            }
        }
    }

    fn mail_person(&mut self, place: (&'a Audience, &Name), name: &Name) {
        match self.known.people.get(name) {
            None => self.leave_out(place, name.to_string(), Omission::Unknown),
            Some(None) => self.leave_out(place, name.to_string(), Omission::NoAddress),
            Some(Some(address)) => self.address(place, Recipient::Mailbox(address.clone())),
        }
    }

    fn mail_stakeholder(&mut self, place: (&'a Audience, &Name), name: &Name) {
        let Some(stakeholder) = self.known.stakeholders.get(name) else {
            return self.leave_out(place, name.to_string(), Omission::Unknown);
        };
        let said = self
            .known
            .opt_ins
            .get(&(name.clone(), place.0.name.clone()));
        for address in &stakeholder.addresses {
            let mut answers = said.into_iter().flatten();
            let answer = answers.find(|it| it.address == *address);
            let why = match answer.map(|it| it.answer) {
                Some(Answer::Confirmed { .. }) => {
                    self.address(place, Recipient::Mailbox(address.clone()));
                    continue;
                }
                None => Omission::NotAsked,
                Some(Answer::Asked { at }) => Omission::NotConfirmed { asked: at },
                Some(Answer::Withdrawn { at }) => Omission::Withdrawn { at },
            };
            self.leave_out(place, address.to_string(), why);
        }
    }

    fn notify(&mut self, place: (&'a Audience, &Name), member: Member<'_>) {
        match member {
            Member::Person(name) if self.known.people.contains_key(name) => {
                self.address(place, Recipient::Account(name.clone()));
            }
            Member::Person(name) => self.leave_out(place, name.to_string(), Omission::Unknown),
            Member::Stakeholder(name) => {
                self.leave_out(place, name.to_string(), Omission::NoAccount);
            }
        }
    }

    fn address(&mut self, place: (&'a Audience, &Name), recipient: Recipient) {
        let (audience, channel) = place;
        if let Some(first) = self.reached.get(&recipient) {
            // Within one audience it is only named in two ways.
            if **first != audience.name {
                let why = Omission::Twice {
                    audience: (*first).clone(),
                };
                self.leave_out(place, recipient.to_string(), why);
            }
            return;
        }
        if let Some(bounce) = self.known.bounces.get(&recipient) {
            let why = Omission::Bounced {
                at: bounce.at,
                reply: bounce.reply.clone(),
            };
            return self.leave_out(place, recipient.to_string(), why);
        }
        self.reached.insert(recipient.clone(), &audience.name);
        self.found.addressed.push(Addressed {
            audience: audience.name.clone(),
            channel: channel.clone(),
            recipient,
        });
    }

    fn leave_out(&mut self, (audience, channel): (&Audience, &Name), who: String, why: Omission) {
        self.found.left_out.push(LeftOut {
            audience: audience.name.clone(),
            channel: channel.clone(),
            who,
            why,
        });
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mailbox(address) => address.fmt(f),
            Self::Account(name) => name.fmt(f),
            Self::Endpoint(channel) => write!(f, "channel {channel}"),
        }
    }
}

/// In words, and what would have to happen.
impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("nobody of that name is there any more"),
            Self::NoAddress => f.write_str("their account has no mail address: they can add one"),
            Self::NoAccount => f.write_str("they have no account to be notified in"),
            Self::NotAsked => f.write_str("they were not asked yet whether they want to be told"),
            Self::NotConfirmed { asked } => {
                write!(f, "they were asked at {asked} and did not confirm")
            }
            Self::Withdrawn { at } => write!(
                f,
                "they do not want to be told since {at}: only they can change that"
            ),
            Self::Bounced { at, reply } => write!(
                f,
                "what went there at {at} came back ({reply}): confirm the address, or change it"
            ),
            Self::Twice { audience } => write!(f, "they get it as a member of {audience}"),
        }
    }
}

/// `ops@acme.example of customers by post: they were …`
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            audience,
            channel,
            who,
            why,
        } = self;
        write!(f, "{who} of {audience} by {channel}: {why}")
    }
}

#[cfg(test)]
mod tests;
