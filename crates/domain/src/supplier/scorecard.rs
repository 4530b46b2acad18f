//! A scorecard: how a supplier kept to what it promised over a time.
//!
//! Every number says how it is counted and of how many. Where there is nothing to count there is no data, and never 100 %.

use super::{
    ChangeKind, Observation, Supplier, SupplierTask,
    notice::{Match, Notice, NoticeStatus},
    task::TaskStatus,
};
use crate::duration::Millis;
use jiff::Timestamp;
use std::fmt;

/// What is known of a supplier, of whatever time. Doubtful notices are not put down to it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its notices.
    pub notices: &'a [Notice],
    /// What was observed of it.
    pub observations: &'a [Observation],
    /// When each incident began that was put down to it.
    pub incidents: &'a [Timestamp],
    /// What it was asked to do.
    pub tasks: &'a [SupplierTask],
}

/// How a supplier kept to what it promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scorecard {
    /// Announced changes that were announced early enough, of those whose kind has a promised time.
    pub notice_in_time: Share,
    /// Observed changes that no notice spoke of.
    pub surprises: Share,
    /// Announced changes that were observed when they were announced for.
    pub on_schedule: Share,
    /// Observed changes that lay in agreed windows.
    pub in_windows: Share,
    /// Notices that were never observed to happen, of those whose time is over.
    pub overdue: Share,
    /// Observed changes.
    pub changes: usize,
    /// Incidents that were put down to it.
    pub incidents: usize,
    /// Tasks that it finished when they were due, of those that were due.
    pub tasks_in_time: Share,
    /// How long it took until it said anything to a task: half of them took at most so long.
    pub answer: Answer,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// So many.
    pub count: usize,
    /// Of so many.
    pub of: usize,
}

/// How long answers took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answer {
    /// Half of them took at most so long; none when there is no answer.
    pub median: Option<Millis>,
    /// Tasks that were answered, of those that were asked.
    pub answered: Share,
}

impl Scorecard {
    /// What is counted, in the order in which it is shown: its name and how it is counted.
    pub const COUNTED: [(&'static str, &'static str); 9] = [
        (
            "notice in time",
            "announced changes that begin in this time and were first announced as early as was promised for their kind",
        ),
        (
            "surprises",
            "changes observed in this time that no notice spoke of",
        ),
        (
            "on schedule",
            "announced changes observed in this time that happened when they were announced for, give or take an hour",
        ),
        (
            "in windows",
            "changes observed in this time that may have happened within an agreed window",
        ),
        (
            "overdue",
            "notices whose time ended in this time and that nobody saw happen",
        ),
        ("changes", "changes observed in this time"),
        (
            "incidents",
            "incidents that began in this time and were put down to the supplier",
        ),
        (
            "tasks in time",
            "tasks that were due in this time and finished by then, but for those that were asked for later than the supplier's lead time",
        ),
        (
            "answer",
            "the time from asking to the first answer, of tasks asked in this time: half of them took at most so long",
        ),
    ];

    /// How a supplier kept to what it promised from a moment until another.
    pub fn of(supplier: &Supplier, record: &Record<'_>, from: Timestamp, until: Timestamp) -> Self {
        let is_in = |at: Timestamp| (from..until).contains(&at);
        let changes: Vec<&Observation> = record
            .observations
            .iter()
            .filter(|it| is_in(it.deployed.change.by))
            .collect();
        let timely = changes.iter().filter_map(|it| match &it.matched {
            Match::Announced { fit, .. } => Some(fit.is_timely()),
            Match::Surprise => None,
        });
        let allowed = changes.iter().filter_map(|it| {
            let change = &it.deployed.change;
            supplier.obligations.allows(change.after, change.by)
        });
        let notices = record.notices.iter().filter(|it| !it.is_doubtful());
        let is_surprise = |it: &&Observation| it.matched == Match::Surprise;
        Self {
            notice_in_time: Share::of(
                notices
                    .clone()
                    .filter_map(|it| in_time(it, supplier, is_in)),
            ),
            surprises: Share::of(changes.iter().map(is_surprise)),
            on_schedule: Share::of(timely),
            in_windows: Share::of(allowed),
            overdue: Share::of(notices.filter_map(|it| is_overdue(it, is_in))),
            changes: changes.len(),
            incidents: record.incidents.iter().filter(|at| is_in(**at)).count(),
            tasks_in_time: Share::of(
                record
                    .tasks
                    .iter()
                    .filter_map(|it| finished_in_time(it, is_in)),
            ),
            answer: Answer::of(record.tasks.iter().filter(|it| is_in(it.at))),
        }
    }

    /// Each number in words, in the order of [`Self::COUNTED`].
    pub fn told(&self) -> [String; 9] {
        [
            self.notice_in_time.to_string(),
            self.surprises.to_string(),
            self.on_schedule.to_string(),
            self.in_windows.to_string(),
            self.overdue.to_string(),
            counted(self.changes, "none observed"),
            counted(self.incidents, "none recorded"),
            self.tasks_in_time.to_string(),
            self.answer.to_string(),
        ]
    }
}

fn counted(count: usize, none: &str) -> String {
    match count {
        0 => none.to_owned(),
        count => count.to_string(),
    }
}

/// Whether a notice that counts was given in time; what was announced for another time later counts from when that was said.
fn in_time(
    notice: &Notice,
    supplier: &Supplier,
    is_in: impl Fn(Timestamp) -> bool,
) -> Option<bool> {
    let (begins, kind) = begins(notice, &is_in)?;
    let by = supplier.notice_by(kind, begins)?;
    let editions = notice.editions().iter();
    let said = editions
        .rev()
        .take_while(|it| it.announcement.begins() == Some(begins))
        .last()?;
    Some(said.at <= by)
}

fn begins(notice: &Notice, is_in: impl Fn(Timestamp) -> bool) -> Option<(Timestamp, ChangeKind)> {
    let announcement = &notice.current().announcement;
    let counts = match notice.status {
        NoticeStatus::Announced { .. }
        | NoticeStatus::Acknowledged { .. }
        | NoticeStatus::Overdue { .. }
        | NoticeStatus::Happened { .. }
        | NoticeStatus::Closed { .. } => true,
        NoticeStatus::Cancelled { .. } | NoticeStatus::Withdrawn { .. } => false,
    };
    let begins = announcement.begins().filter(|at| counts && is_in(*at))?;
    Some((begins, announcement.kind))
}

fn is_overdue(notice: &Notice, is_in: impl Fn(Timestamp) -> bool) -> Option<bool> {
    let ends = notice.current().announcement.ends()?;
    match notice.status {
        NoticeStatus::Overdue { .. } => is_in(ends).then_some(true),
        NoticeStatus::Happened { .. } | NoticeStatus::Closed { .. } => is_in(ends).then_some(false),
        NoticeStatus::Announced { .. }
        | NoticeStatus::Acknowledged { .. }
        | NoticeStatus::Cancelled { .. }
        | NoticeStatus::Withdrawn { .. } => None,
    }
}

fn finished_in_time(task: &SupplierTask, is_in: impl Fn(Timestamp) -> bool) -> Option<bool> {
    let due = task.due.filter(|due| is_in(*due))?;
    let is_theirs = !task.is_asked_late();
    match task.status {
        TaskStatus::Finished { at, .. } => (at <= due || is_theirs).then_some(at <= due),
        TaskStatus::Asked | TaskStatus::Acknowledged { .. } => is_theirs.then_some(false),
        TaskStatus::Withdrawn { .. } => None,
    }
}

impl Share {
    /// How many of these are so.
    fn of(all: impl Iterator<Item = bool>) -> Self {
        let mut share = Self::default();
        for is_so in all {
            share.of += 1;
            share.count += usize::from(is_so);
        }
        share
    }

    /// In whole percent, rounded down, so that only all of them are 100; none where there is nothing to count.
    pub const fn percent(self) -> Option<usize> {
        (self.count * 100).checked_div(self.of)
    }
}

impl Answer {
    fn of<'a>(tasks: impl Iterator<Item = &'a SupplierTask>) -> Self {
        let (mut lengths, mut asked) = (Vec::new(), 0);
        for task in tasks {
            asked += 1;
            let length = task
                .answered()
                .map(|at| at.duration_since(task.at).as_millis());
            lengths.extend(length.map(|it| u64::try_from(it).unwrap_or(0)));
        }
        lengths.sort_unstable();
        let middle = lengths.len().saturating_sub(1) / 2;
        Self {
            median: lengths.get(middle).copied().map(Millis),
            answered: Share {
                count: lengths.len(),
                of: asked,
            },
        }
    }
}

/// `3 of 4 (75 %)`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            None => f.write_str("no data"),
            Some(percent) => write!(f, "{} of {} ({percent} %)", self.count, self.of),
        }
    }
}

/// `2 h 10 min, of 3 answered out of 4 asked`.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Share { count, of } = self.answered;
        match (self.median, of) {
            (_, 0) => f.write_str("no data"),
            (None, of) => write!(f, "no answer to any of {of} asked"),
            (Some(median), of) => write!(
                f,
                "{}, of {count} answered out of {of} asked",
                median.rough()
            ),
        }
    }
}

#[cfg(test)]
mod tests;
