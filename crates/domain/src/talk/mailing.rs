//! News by mail: how often somebody wants it, how far they were told, and when the next mail is due.
//!
//! One mail at a time is under way to a person. It tells everything behind [`UnderWay::after`] that they have not seen by the
//! moment it goes out; [`Mailing::up_to`] is kept before that. Only what surely did not arrive is told by another mail.

use super::News;
use crate::{
    calendar::Zone,
    communication::DeliveryState,
    duration::Millis,
    id::{DeliveryId, NewsId},
    name::Name,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Time, time},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How the people of an organisation are mailed what is new for them, as a person writes it in a file.
///
/// ```yaml
/// kind: Organisation
/// name: acme
/// news: { by: post, gather: 2m, daily_at: "07:00", time_zone: Europe/Amsterdam }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewsPost {
    /// The channel that mails.
    pub by: Name,
    /// How long it is quiet before a mail goes out at once; five times as long at most where it never is.
    #[serde(default = "NewsPost::usual_gather")]
    pub gather: Millis,
    /// When daily mails go out.
    #[serde(default = "NewsPost::usual_hour")]
    pub daily_at: Time,
    /// Whose clock that is; UTC unless set.
    #[serde(default)]
    pub time_zone: Zone,
}

/// How often somebody is mailed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Often {
    /// As soon as nothing more comes for some minutes.
    AtOnce,
    /// Once a day, if there is anything. So it is for whoever says nothing.
    #[default]
    Daily,
    /// Not at all.
    Never,
}

/// The text is not an [`Often`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not how often one is mailed: write at-once, daily or never")]
pub struct OftenError(String);

/// How far a person was told by mail what is new for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// Who.
    pub person: Name,
    /// How often they want it; none while they said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub often: Option<Often>,
    /// The news up to which they were told, or are being told.
    pub up_to: NewsId,
    /// The last mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<UnderWay>,
    /// Whether that is still under way.
    pub is_under_way: bool,
}

/// A mail of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// What it is delivered as.
    pub delivery: DeliveryId,
    /// It tells what is new behind this.
    pub after: NewsId,
    /// When it began.
    pub at: Timestamp,
}

/// What somebody was not told by mail yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold {
    /// When the first of it happened.
    pub oldest: Timestamp,
    /// When the last of it did.
    pub newest: Timestamp,
}

impl NewsPost {
    /// How many times as long as it gathers at most.
    const GATHERS_MAX: u64 = 5;

    const fn usual_gather() -> Millis {
        Millis::from_secs(120)
    }

    const fn usual_hour() -> Time {
        time(7, 0, 0, 0)
    }

    /// When a mail of what is untold is due to a person; none, if that is never.
    pub fn due(&self, mailing: &Mailing, untold: Untold) -> Option<Timestamp> {
        if mailing.is_under_way {
            return None;
        }
        match mailing.often() {
            Often::AtOnce => {
                let longest = Millis(self.gather.0.saturating_mul(Self::GATHERS_MAX));
                let behind = |at: Timestamp, wait: Millis| at.saturating_add(wait.as_signed()).ok();
                let quiet = behind(untold.newest, self.gather)?;
                Some(quiet.min(behind(untold.oldest, longest)?))
            }
            Often::Daily => {
                let last = mailing.last.as_ref().map(|it| it.at);
                self.morning(last.map_or(untold.oldest, |last| last.max(untold.oldest)))
            }
            Often::Never => None,
        }
    }

    /// The first hour of daily mails behind a moment.
    fn morning(&self, at: Timestamp) -> Option<Timestamp> {
        let local = self.time_zone.local(at);
        let days = [0, 1].map(|days| local.date().checked_add(days.days()).ok());
        let mut hours = days.into_iter().flatten().filter_map(|day| {
            let hour = self.time_zone.at(day.to_datetime(self.daily_at))?;
            Some(hour.timestamp())
        });
        hours.find(|hour| *hour > at)
    }
}

impl Mailing {
    /// Of somebody who was never mailed and said nothing.
    pub const fn new(person: Name) -> Self {
        Self {
            person,
            often: None,
            up_to: NewsId(0),
            last: None,
            is_under_way: false,
        }
    }

    /// How often they are mailed.
    pub fn often(&self) -> Often {
        self.often.unwrap_or_default()
    }

    /// They say how often, where `newest` is the last that is new for them. What came while they wanted no mail is not mailed
    /// later.
    pub fn choose(&mut self, often: Often, newest: Option<NewsId>) {
        if let (Often::Never, Some(newest)) = (self.often(), newest) {
            self.leave_out(newest);
        }
        self.often = Some(often);
    }

    /// What is new up to a number is not mailed, nor by the mail that is under way. So nobody is mailed their whole past when
    /// mails begin; the first mail is due by what comes after.
    pub fn leave_out(&mut self, newest: NewsId) {
        self.up_to = self.up_to.max(newest);
        if self.is_under_way
            && let Some(last) = &mut self.last
        {
            last.after = last.after.max(newest);
        }
    }

    /// A mail begins of what is new behind the last one.
    pub fn begin(&mut self, delivery: DeliveryId, now: Timestamp) {
        self.last = Some(UnderWay {
            delivery,
            after: self.up_to,
            at: now,
        });
        self.is_under_way = true;
    }

    /// A delivery is in a state from now on. Answers whether anything follows from that.
    ///
    /// What nobody knows of is not told again by itself, nor what was refused: that is a person's matter, and it is all on the
    /// page.
    pub fn went(&mut self, delivery: DeliveryId, state: &DeliveryState) -> bool {
        let own = self.last.as_ref().filter(|it| it.delivery == delivery);
        let Some(after) = own.map(|it| it.after).filter(|_| self.is_under_way) else {
            return false;
        };
        match state {
            DeliveryState::Queued { .. } | DeliveryState::Attempting { .. } => return false,
            DeliveryState::Delivered { .. }
            | DeliveryState::Refused { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Settled { .. } => {}
            DeliveryState::GaveUp { .. } | DeliveryState::Cancelled { .. } => self.up_to = after,
        }
        self.is_under_way = false;
        true
    }
}

impl Untold {
    /// Of what is new, if there is any.
    pub fn of(news: &[News]) -> Option<Self> {
        Some(Self {
            oldest: news.iter().map(|it| it.at).min()?,
            newest: news.iter().map(|it| it.at).max()?,
        })
    }
}

impl Often {
    /// All, the most often first.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::Never];

    /// The stable word for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Daily => "daily",
            Self::Never => "never",
        }
    }
}

impl fmt::Display for Often {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Often {
    type Err = OftenError;

    fn from_str(text: &str) -> Result<Self, OftenError> {
        let known = Self::ALL.into_iter().find(|it| it.word() == text.trim());
        known.ok_or_else(|| OftenError(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests;
