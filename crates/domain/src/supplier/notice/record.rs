//! A notice with all its editions, and what a message from the supplier makes of it.

mod seen;

pub use seen::Seen;

use super::{Announcement, NoticeEvent, NoticeIllegal, NoticeStatus, Source, TOLERANCE};
use crate::{
    id::{self, NoticeId},
    name::Name,
    supplier::Line,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// A notice of a supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// Whose.
    pub supplier: Name,
    /// The supplier's own number of it: whatever is sent with the same one is the same notice.
    pub number: Line,
    /// What was announced, the newest last; at least one.
    editions: Vec<Edition>,
    /// Where it was seen, each place once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<Seen>,
    /// What became of it.
    pub status: NoticeStatus,
}

/// What was announced at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// 1, 2, 3…
    pub edition: id::Edition,
    /// What.
    pub announcement: Announcement,
    /// The supplier's count of its changes (SEQUENCE, RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// When the supplier wrote it, if it says so (DTSTAMP, §3.8.7.2).
    pub stamp: Option<Timestamp>,
    /// Where it came from.
    pub source: Source,
    /// When it came.
    pub at: Timestamp,
}

/// What a supplier sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The supplier's own number of it.
    pub number: Line,
    /// What for.
    pub intent: Intent,
    /// What it announces.
    pub announcement: Announcement,
    /// The supplier's count of its changes; the next one where it does not count.
    pub sequence: Option<u32>,
    /// When it wrote that.
    pub stamp: Option<Timestamp>,
    /// Where it came from.
    pub source: Source,
}

/// What somebody wants with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To announce something, or something else than before.
    Announce,
    /// To take it back.
    Cancel,
}

/// What a message makes of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It changes the notice, which is now so.
    Changed(Box<Notice>),
    /// It changes nothing.
    Unchanged(Unchanged),
}

/// Why a message changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unchanged {
    /// It says what is known.
    Same,
    /// It is older than what is known.
    Older,
    /// Whoever sent it is no contact of the supplier: a person decides.
    Doubtful,
    /// The notice is over.
    Over(&'static str),
}

impl Notice {
    /// As many editions are kept; of older ones the first.
    pub const EDITIONS_MAX: usize = 50;

    /// A notice that came for the first time.
    pub fn first(id: NoticeId, supplier: Name, incoming: Incoming, at: Timestamp) -> Self {
        let status = match incoming.intent {
            Intent::Announce => NoticeStatus::Announced { since: at },
            Intent::Cancel => NoticeStatus::Cancelled { at },
        };
        let number = incoming.number.clone();
        let editions = vec![edition(1, incoming, 0, at)];
        Self {
            id,
            supplier,
            number,
            editions,
            seen: Vec::new(),
            status,
        }
    }

    /// What is announced now.
    pub fn current(&self) -> &Edition {
        self.editions.last().expect("a notice has an edition")
    }

    /// What was announced first.
    pub fn original(&self) -> &Edition {
        self.editions.first().expect("a notice has an edition")
    }

    /// The first of the last editions that all mean the same: whoever decided since decided about what is announced now.
    pub fn meaning(&self) -> &Edition {
        let current = self.current();
        let all = self.editions.iter().rev();
        let same = all.take_while(|it| it.announcement.means(&current.announcement));
        same.last().unwrap_or(current)
    }

    /// The editions that are kept, the newest last.
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// Whether it counts for nothing yet: a stranger sent it, and nobody of us looked at it.
    pub const fn is_doubtful(&self) -> bool {
        let is_looked_at = match self.status {
            NoticeStatus::Announced { .. }
            | NoticeStatus::Overdue { .. }
            | NoticeStatus::Cancelled { .. } => false,
            NoticeStatus::Acknowledged { .. }
            | NoticeStatus::Happened { .. }
            | NoticeStatus::Closed { .. }
            | NoticeStatus::Withdrawn { .. } => true,
        };
        !is_looked_at && self.is_a_strangers()
    }

    /// What a message with the same number makes of it. The same message twice, or an old one late, changes nothing: newer is what
    /// has the higher SEQUENCE, and of equals the later DTSTAMP (RFC 5546 §2.1.4 and §2.1.5). What a stranger said before the supplier
    /// did is never newer.
    pub fn receive(&self, incoming: Incoming, at: Timestamp) -> Received {
        let event = match incoming.intent {
            Intent::Announce => NoticeEvent::Updated,
            Intent::Cancel => NoticeEvent::Cancelled,
        };
        let is_first_word = self.is_a_strangers() && !incoming.source.is_doubtful();
        if !is_first_word && self.is_older(&incoming) {
            return Received::Unchanged(Unchanged::Older);
        }
        let is_known = !is_first_word && self.says(&incoming);
        if is_known && !self.is_further(&incoming) {
            return Received::Unchanged(Unchanged::Same);
        }
        let status = match is_known {
            true => Ok(self.status.clone()),
            false => self.status.after(&event, at),
        };
        let Ok(status) = status else {
            return Received::Unchanged(Unchanged::Over(self.status.word()));
        };
        if incoming.source.is_doubtful() {
            return Received::Unchanged(Unchanged::Doubtful);
        }
        let mut notice = Self {
            status,
            ..self.clone()
        };
        notice.add(incoming, is_known, at);
        notice.forget_another(&self.current().announcement);
        Received::Changed(Box::new(notice))
    }

    /// The same after something happened.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &NoticeEvent, at: Timestamp) -> Result<Self, NoticeIllegal> {
        let status = self.status.after(event, at)?;
        Ok(Self {
            status,
            ..self.clone()
        })
    }

    /// When it will be overdue, if nothing is observed until then; none while it says not when, or is not awaited.
    pub fn lapses(&self) -> Option<Timestamp> {
        match self.status {
            NoticeStatus::Announced { .. } | NoticeStatus::Acknowledged { .. } => {
                let ends = self.current().announcement.ends()?;
                ends.checked_add(TOLERANCE).ok()
            }
            NoticeStatus::Overdue { .. }
            | NoticeStatus::Happened { .. }
            | NoticeStatus::Closed { .. }
            | NoticeStatus::Cancelled { .. }
            | NoticeStatus::Withdrawn { .. } => None,
        }
    }

    const fn is_a_strangers(&self) -> bool {
        match self.editions.as_slice() {
            [.., last] => last.source.is_doubtful(),
            [] => false,
        }
    }

    /// Whether a message says what is known.
    fn says(&self, incoming: &Incoming) -> bool {
        match incoming.intent {
            Intent::Announce => {
                !self.is_cancelled() && incoming.announcement.is_like(&self.current().announcement)
            }
            Intent::Cancel => self.is_cancelled(),
        }
    }

    const fn is_cancelled(&self) -> bool {
        matches!(self.status, NoticeStatus::Cancelled { .. })
    }

    fn is_older(&self, incoming: &Incoming) -> bool {
        let last = self.current();
        let sequence = incoming.sequence.unwrap_or(last.sequence);
        // What was cancelled takes a higher count to come back; other messages that count alike may just not count.
        let is_announced_again = incoming.intent == Intent::Announce && self.is_cancelled();
        match sequence.cmp(&last.sequence) {
            Ordering::Less => true,
            Ordering::Equal if is_announced_again => incoming.sequence.is_some(),
            Ordering::Equal => incoming.stamp.is_some() && incoming.stamp < last.stamp,
            Ordering::Greater => false,
        }
    }

    /// Whether a message that says what is known counts higher than the last one: then what was written between them is old. Or it
    /// tells of further times of a series without an end.
    fn is_further(&self, incoming: &Incoming) -> bool {
        let last = self.current();
        let sequence = incoming.sequence.unwrap_or(last.sequence);
        let counts = (sequence, incoming.stamp.or(last.stamp)) > (last.sequence, last.stamp);
        let is_announced = incoming.intent == Intent::Announce;
        counts || (is_announced && incoming.announcement != last.announcement)
    }

    /// A cancellation is an edition, too, so that it counts.
    fn add(&mut self, incoming: Incoming, is_known: bool, at: Timestamp) {
        let last = self.editions.last_mut().expect("a notice has an edition");
        if is_known {
            last.sequence = incoming.sequence.unwrap_or(last.sequence);
            last.stamp = incoming.stamp.or(last.stamp);
            if incoming.intent == Intent::Announce {
                last.announcement = incoming.announcement;
            }
            return;
        }
        let announcement = match incoming.intent {
            Intent::Announce => incoming.announcement.clone(),
            Intent::Cancel => last.announcement.clone(),
        };
        let next = (last.edition.0 + 1, last.sequence.saturating_add(1));
        let incoming = Incoming {
            announcement,
            ..incoming
        };
        self.editions.push(edition(next.0, incoming, next.1, at));
        if self.editions.len() > Self::EDITIONS_MAX {
            self.editions.remove(1);
        }
    }
}

fn edition(number: u64, incoming: Incoming, next: u32, at: Timestamp) -> Edition {
    Edition {
        edition: id::Edition(number),
        sequence: incoming.sequence.unwrap_or(next),
        announcement: incoming.announcement,
        stamp: incoming.stamp,
        source: incoming.source,
        at,
    }
}

impl fmt::Display for Unchanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("it says what is known already"),
            Self::Older => f.write_str("it is older than what is known"),
            Self::Doubtful => f.write_str(
                "whoever sent it is no contact of the supplier: look at it, and write it down yourself if it is right",
            ),
            Self::Over(state) => write!(f, "the notice is {state} already"),
        }
    }
}

#[cfg(test)]
mod tests;
