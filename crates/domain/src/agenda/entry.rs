//! One thing that happens, and all of them in a stretch of time.

use super::{Hours, Lane, Subject};
use crate::{calendar::Span, catalog::ComponentName, name::Name, planning::Party};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Everything of a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    /// What happens, in any order.
    pub entries: Vec<Entry>,
    /// When windows are open, also of those that are not in that time.
    pub windows: Vec<Hours>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub subject: Subject,
    /// When. What has a moment only is taken to last [`Entry::MOMENT`].
    pub span: Span,
    /// In a line, for people.
    pub title: String,
    /// How far it is.
    pub progress: Progress,
    /// Where it happens, by name.
    pub environments: Vec<Name>,
    /// Who has to be there, in order.
    pub busy: Vec<Party>,
    /// Whom it concerns, those who have to be there among them, in order.
    pub concerned: Vec<Party>,
    /// The components that it changes, in order.
    pub changes: Arc<[ComponentName]>,
    /// The components of others that those need, in order.
    pub needs: Arc<[ComponentName]>,
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// It is still to come.
    Planned,
    /// It happens now.
    UnderWay,
    /// It is over: nothing is in its way any more.
    Over,
    /// It does not take place after all.
    CalledOff,
}

impl Progress {
    /// How far what happens in `span` is at `now`.
    pub fn at(span: Span, now: Timestamp) -> Self {
        match (span.start > now, span.end > now) {
            (true, _) => Self::Planned,
            (false, true) => Self::UnderWay,
            (false, false) => Self::Over,
        }
    }

    /// How far a release is that is to be live in `span`: once it is live it is over, however early that is.
    pub fn of_release(span: Span, is_live: bool, now: Timestamp) -> Self {
        match is_live {
            true => Self::Over,
            false => Self::at(span, now),
        }
    }

    /// As programs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::UnderWay => "under-way",
            Self::Over => "over",
            Self::CalledOff => "called-off",
        }
    }

    /// Whether something may still be in its way.
    pub const fn is_ahead(self) -> bool {
        match self {
            Self::Planned | Self::UnderWay => true,
            Self::Over | Self::CalledOff => false,
        }
    }
}

impl Entry {
    /// As long as something is taken to last of which only the moment is known.
    pub const MOMENT: SignedDuration = SignedDuration::from_hours(1);

    /// What has a moment only.
    pub fn moment(at: Timestamp) -> Span {
        let end = at.saturating_add(Self::MOMENT).unwrap_or(Timestamp::MAX);
        Span { start: at, end }
    }

    /// In which lane it stands.
    pub fn lane(&self) -> Lane {
        self.subject.lane()
    }

    /// The same at another time, as long as before.
    #[must_use]
    pub fn moved(&self, to: Timestamp, now: Timestamp) -> Self {
        let lasts = self.span.end.duration_since(self.span.start);
        let end = to.saturating_add(lasts).unwrap_or(Timestamp::MAX);
        let span = Span { start: to, end };
        Self {
            span,
            progress: Progress::at(span, now),
            ..self.clone()
        }
    }

    /// The time that both take up, if there is one. What ends as the other begins does not meet it.
    pub fn meets(&self, other: &Self) -> Option<Span> {
        let span = Span {
            start: self.span.start.max(other.span.start),
            end: self.span.end.min(other.span.end),
        };
        (span.start < span.end).then_some(span)
    }
}
