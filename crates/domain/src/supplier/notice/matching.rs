//! Which notice an observed deployment belongs to.

use super::{Notice, NoticeStatus, Times};
use crate::{
    id::NoticeId,
    supplier::{Change, ChangeKind, Deployed},
    version::Version,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// So much too early or too late is still in time: clocks differ, and probes look only now and then.
pub const TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// What an observed deployment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Match {
    /// It was announced.
    Announced {
        /// By which notice.
        notice: NoticeId,
        /// How well it keeps to that.
        fit: Fit,
    },
    /// Nobody said that it would happen.
    Surprise,
}

/// How well a deployment keeps to its notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// How far it is from the announced time, if it is.
    pub misplaced: Option<Misplaced>,
    /// The version that was announced, if it is another one.
    pub announced: Option<Version>,
}

/// How far a deployment is from its announced time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misplaced {
    /// No time was announced.
    NoTime,
    /// It came before, by so many seconds.
    Early(u64),
    /// It came after, by so many seconds.
    Late(u64),
}

/// What a deployment is. It happened at some moment between the last sighting of the old version and the first one of the new.
///
/// A notice of the supplier counts that is about the component there and says the version, or else the time, and is not doubtful. Of
/// several the one counts that fits best, and of those the one with the lowest number.
pub fn matched(deployed: &Deployed, notices: &[Notice]) -> Match {
    let fits = notices.iter().filter_map(|notice| {
        let fit = fit(deployed, notice)?;
        Some((badness(&fit), notice.id, fit))
    });
    let best = fits.min_by_key(|(badness, id, _)| (*badness, *id));
    best.map_or(Match::Surprise, |(_, notice, fit)| Match::Announced {
        notice,
        fit,
    })
}

fn fit(deployed: &Deployed, notice: &Notice) -> Option<Fit> {
    let Deployed {
        supplier,
        component,
        environment,
        change,
    } = deployed;
    let announcement = &notice.current().announcement;
    let is_of_it = notice.supplier == *supplier && announcement.concerns(component, environment);
    if !is_of_it || notice.is_doubtful() || !may_be(&notice.status) {
        return None;
    }
    let announced = match announcement.kind {
        ChangeKind::Change => announcement.version.as_ref(),
        ChangeKind::Maintenance => None,
        ChangeKind::EndOfLife => return None,
    };
    let misplaced = match &announcement.times {
        None => Some(Misplaced::NoTime),
        Some(times) => misplaced(change, times),
    };
    let is_other = announced.is_some_and(|it| change.to.version() != Some(it));
    let is_named = announced.is_some() && !is_other;
    let is_timed = misplaced.is_none();
    let may_belong = is_named || is_timed || (announced.is_none() && announcement.times.is_none());
    may_belong.then(|| Fit {
        misplaced,
        announced: announced.filter(|_| is_other).cloned(),
    })
}

/// A notice is about several environments at times, so that one which happened may happen once more.
const fn may_be(status: &NoticeStatus) -> bool {
    match status {
        NoticeStatus::Announced { .. }
        | NoticeStatus::Acknowledged { .. }
        | NoticeStatus::Overdue { .. }
        | NoticeStatus::Happened { .. } => true,
        NoticeStatus::Closed { .. }
        | NoticeStatus::Cancelled { .. }
        | NoticeStatus::Withdrawn { .. } => false,
    }
}

fn misplaced(change: &Change, times: &Times) -> Option<Misplaced> {
    let after = change
        .after
        .saturating_sub(TOLERANCE)
        .unwrap_or(Timestamp::MIN);
    let by = change
        .by
        .saturating_add(TOLERANCE)
        .unwrap_or(Timestamp::MAX);
    if times.meets(after, by) {
        return None;
    }
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs().unsigned_abs();
    let far = times.periods().iter().map(|it| match it.from > change.by {
        true => (
            seconds(change.by, it.from),
            Misplaced::Early(seconds(change.by, it.from)),
        ),
        false => (
            seconds(it.until, change.after),
            Misplaced::Late(seconds(it.until, change.after)),
        ),
    });
    far.min().map(|(_, it)| it)
}

/// What fits worst is the highest: another version, no time, then by how far it is off.
const fn badness(fit: &Fit) -> (bool, bool, u64) {
    let (is_open, far) = match fit.misplaced {
        None => (false, 0),
        Some(Misplaced::NoTime) => (true, 0),
        Some(Misplaced::Early(far) | Misplaced::Late(far)) => (false, far),
    };
    (fit.announced.is_some(), is_open, far)
}

impl Fit {
    /// Whether it happened when it was to happen.
    pub const fn is_timely(&self) -> bool {
        self.misplaced.is_none()
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Surprise => f.write_str("a surprise: no notice says that it would happen"),
            Self::Announced { notice, fit } => {
                write!(f, "announced by notice {notice}")?;
                if let Some(announced) = &fit.announced {
                    write!(f, ", as version {announced}")?;
                }
                fit.misplaced.map_or(Ok(()), |it| write!(f, ", {it}"))
            }
        }
    }
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rough = |seconds: &u64| crate::duration::Millis(seconds.saturating_mul(1000)).rough();
        match self {
            Self::NoTime => f.write_str("without a time"),
            Self::Early(by) => write!(f, "{} too early", rough(by)),
            Self::Late(by) => write!(f, "{} too late", rough(by)),
        }
    }
}

#[cfg(test)]
mod tests;
