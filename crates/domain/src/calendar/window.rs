//! Windows and freezes. A person writes them as a [`Document`].

use super::{Recurrence, Rule, Zone, document::Document};
use crate::name::Name;
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::iter;

/// When deployment is allowed. Once one window applies to a deployment, it is allowed in windows only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Document", try_from = "Document")]
pub struct Window {
    /// Unique among windows.
    pub name: Name,
    /// For people.
    pub title: String,
    /// What it applies to.
    pub scope: Scope,
    /// When it is.
    pub when: When,
    /// Why it is, for people.
    pub reason: String,
    /// What becomes of a deployment that is under way when it closes.
    pub in_flight: InFlight,
}

/// When deployment is forbidden, whatever the windows say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Document", try_from = "Document")]
pub struct Freeze {
    /// Unique among freezes.
    pub name: Name,
    /// For people.
    pub title: String,
    /// What it applies to.
    pub scope: Scope,
    /// When it is.
    pub when: When,
    /// Why it is, for people.
    pub reason: String,
    /// What becomes of a deployment that is under way when it begins.
    pub in_flight: InFlight,
}

/// What a window or freeze applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every deployment.
    Organisation,
    /// Deployments of one product, anywhere.
    Product(Name),
    /// Deployments to one environment, of any product.
    Environment(Name),
}

/// What becomes of a deployment that is under way when the calendar closes; the strictest last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InFlight {
    /// It goes on to its end.
    Finish,
    /// It finishes the wave it is in and begins no other.
    #[default]
    FinishWaveThenHold,
    /// It begins nothing more.
    HoldAtOnce,
}

/// When a window or freeze is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// One time.
    Once(Interval),
    /// Again and again. Boxed, because it is much larger.
    Every(Box<Recurrence>),
}

/// From one local time to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Draft", try_from = "Draft")]
pub struct Interval {
    draft: Draft,
    span: Span,
}

/// The document of an [`Interval`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    #[serde(deserialize_with = "local_time")]
    from: DateTime,
    #[serde(deserialize_with = "local_time")]
    to: DateTime,
    time_zone: Zone,
}

/// It ends before it begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`to` is not after `from`: a time has to pass between them")]
pub struct IntervalError;

/// The text is not a local time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a local time: write for instance 2026-12-20T18:00, or 2026-12-20 for its midnight"
)]
struct LocalTimeError(String);

/// A local time of a document. The time zone stands beside it, so an offset has no place in it.
pub(super) fn local_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| D::Error::custom(LocalTimeError(text.chars().take(40).collect()));
    text.trim().parse().map_err(wrong)
}

/// From a moment until just before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Scope {
    /// Whether it concerns a deployment of `product` to `environment`.
    pub fn applies(&self, product: &Name, environment: &Name) -> bool {
        match self {
            Self::Organisation => true,
            Self::Product(name) => name == product,
            Self::Environment(name) => name == environment,
        }
    }
}

impl InFlight {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::FinishWaveThenHold => "finish-wave-then-hold",
            Self::HoldAtOnce => "hold-at-once",
        }
    }
}

impl When {
    /// Where its local times are.
    pub fn time_zone(&self) -> &Zone {
        match self {
            Self::Once(interval) => interval.time_zone(),
            Self::Every(recurrence) => recurrence.time_zone(),
        }
    }

    /// By which rule it comes back, if it does.
    pub fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Once(_) => None,
            Self::Every(recurrence) => Some(recurrence.rule()),
        }
    }

    /// Whether nothing begins after `at`.
    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        match self {
            Self::Once(interval) => interval.span.start <= at,
            Self::Every(recurrence) => recurrence.is_over(at),
        }
    }

    /// The spans that end after `from` and begin by `to`, by their beginning.
    pub fn spans(&self, from: Timestamp, to: Timestamp) -> Box<dyn Iterator<Item = Span> + '_> {
        match self {
            Self::Once(interval) => {
                let span = interval.span;
                Box::new(iter::once(span).filter(move |s| s.end > from && s.start <= to))
            }
            Self::Every(recurrence) => Box::new(recurrence.spans(from, to)),
        }
    }
}

impl Interval {
    /// The local time it begins.
    pub const fn from(&self) -> DateTime {
        self.draft.from
    }

    /// The local time it ends.
    pub const fn to(&self) -> DateTime {
        self.draft.to
    }

    /// Where those local times are.
    pub const fn time_zone(&self) -> &Zone {
        &self.draft.time_zone
    }
}

impl TryFrom<Draft> for Interval {
    type Error = IntervalError;
    fn try_from(draft: Draft) -> Result<Self, IntervalError> {
        let at = |local| draft.time_zone.at(local).map(|at| at.timestamp());
        let (start, end) = at(draft.from).zip(at(draft.to)).ok_or(IntervalError)?;
        if start >= end {
            return Err(IntervalError);
        }
        let span = Span { start, end };
        Ok(Self { draft, span })
    }
}

impl From<Interval> for Draft {
    fn from(interval: Interval) -> Self {
        interval.draft
    }
}
