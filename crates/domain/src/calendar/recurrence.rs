//! A span of time that comes back: a rule, in a time zone, for a length.

use super::{Ends, Length, Rule, Span, Zone, window::local_time};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::DateTime};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, iter};

/// What recurs. Whatever is asked about it costs a bounded amount of work, as [`RecurrenceError`] sees to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Draft", try_from = "Draft")]
pub struct Recurrence {
    draft: Draft,
    first: DateTime,
    /// No occurrence is later, when the rule ends.
    last: Option<DateTime>,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    #[serde(deserialize_with = "local_time")]
    starts: DateTime,
    rule: Rule,
    lasts: Length,
    time_zone: Zone,
}

/// Why a rule is no usable recurrence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// Looked for as long as it takes the calendar to repeat itself.
    #[error(
        "`{0}` does not happen in the 400 years after its start: the parts of the rule exclude each other"
    )]
    Never(String),
    /// RFC 5545 §3.3.10: with a time zone "the UNTIL rule part MUST be specified as a date with UTC time".
    #[error("with a time zone UNTIL is in UTC: write a Z behind it")]
    LocalUntil,
    /// So many at once would make every question slow.
    #[error("it may overlap itself {0} times, which is more than {max}: make it rarer or shorter", max = Recurrence::OVERLAPS_MAX)]
    Overlaps(u64),
    /// Fractions of a second have no place in iCalendar.
    #[error("the start has a fraction of a second: leave it out")]
    Fraction,
}

impl Recurrence {
    /// As many spans may be under way at once.
    pub const OVERLAPS_MAX: u64 = 10_000;

    /// The first time it happens.
    pub const fn first(&self) -> DateTime {
        self.first
    }

    /// When it happens.
    pub const fn rule(&self) -> &Rule {
        &self.draft.rule
    }

    /// How long each time.
    pub const fn lasts(&self) -> Length {
        self.draft.lasts
    }

    /// Where it happens.
    pub const fn time_zone(&self) -> &Zone {
        &self.draft.time_zone
    }

    /// Whether nothing begins after `at`.
    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        let last = self.last.and_then(|last| self.draft.time_zone.at(last));
        last.is_some_and(|last| last.timestamp() <= at)
    }

    /// The spans that end after `from` and begin by `to`, by their beginning.
    pub(super) fn spans(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Span> + use<'_> {
        let Draft {
            starts,
            rule,
            lasts,
            time_zone,
        } = &self.draft;
        // A gap moves what falls into it by up to a day.
        let slack = 2.days();
        let days = i32::try_from(lasts.days_max()).unwrap_or(i32::MAX);
        let earliest = time_zone
            .local(from)
            .saturating_sub(days.days())
            .saturating_sub(slack);
        let latest = time_zone.local(to).saturating_add(slack);
        let walk = rule
            .occurrences(*starts)
            .ending(self.last.map_or(latest, |last| last.min(latest)))
            .starting(earliest);
        let until = match rule.ends() {
            Ends::Utc(until) => until.min(to),
            Ends::Never | Ends::Count(_) | Ends::Local(_) => to,
        };
        let spans = walk.filter_map(|local| {
            let start = time_zone.at(local)?;
            let end = lasts.after(&start)?.timestamp();
            let moved = start.datetime() != local;
            Some((
                moved,
                Span {
                    start: start.timestamp(),
                    end,
                },
            ))
        });
        in_order(spans).filter(move |span| span.end > from && span.start <= until)
    }
}

/// What fell into a gap was moved behind it, and with it behind what follows: brings both into order. Two that begin at
/// the same moment are one, as a recurrence set is a set.
fn in_order(spans: impl Iterator<Item = (bool, Span)>) -> impl Iterator<Item = Span> {
    let mut spans = spans.peekable();
    let mut moved: VecDeque<Span> = VecDeque::new();
    let mut last = None;
    iter::from_fn(move || {
        loop {
            while let Some((_, span)) = spans.next_if(|(gap, _)| *gap) {
                moved.push_back(span);
            }
            let ready = match (moved.front(), spans.peek()) {
                (Some(held), Some((_, next))) if next.start < held.start => false,
                (held, _) => held.is_some(),
            };
            let span = match ready {
                true => moved.pop_front()?,
                false => spans.next()?.1,
            };
            if last.replace(span.start) != Some(span.start) {
                return Some(span);
            }
        }
    })
}

impl TryFrom<Draft> for Recurrence {
    type Error = RecurrenceError;

    fn try_from(draft: Draft) -> Result<Self, RecurrenceError> {
        let Draft {
            starts,
            rule,
            lasts,
            time_zone,
        } = &draft;
        if starts.subsec_nanosecond() != 0 {
            return Err(RecurrenceError::Fraction);
        }
        let overlaps = rule.times_per_day_max().saturating_mul(lasts.days_max());
        if overlaps > Self::OVERLAPS_MAX {
            return Err(RecurrenceError::Overlaps(overlaps));
        }
        let mut walk = rule
            .occurrences(*starts)
            .ending(starts.saturating_add(400.years()));
        let never = || RecurrenceError::Never(rule.to_string());
        let first = walk.next().ok_or_else(never)?;
        let last = match rule.ends() {
            Ends::Never => None,
            // Walked once and here, so that later questions need not begin at the start to count.
            Ends::Count(_) => Some(walk.last().unwrap_or(first)),
            Ends::Local(_) => return Err(RecurrenceError::LocalUntil),
            Ends::Utc(until) => {
                let begins = time_zone.at(first).map(|at| at.timestamp());
                if begins.is_none_or(|begins| begins > until) {
                    return Err(never());
                }
                // What happens twice in local time is compared in UTC later.
                Some(
                    time_zone
                        .local(until)
                        .saturating_add(SignedDuration::from_hours(48)),
                )
            }
        };
        Ok(Self { first, last, draft })
    }
}

impl From<Recurrence> for Draft {
    fn from(recurrence: Recurrence) -> Self {
        recurrence.draft
    }
}
