//! From suppliers' notices to entries: one for each time that a notice names.

use super::{entries::bare, gather::Base};
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    agenda::{Entry, Progress, Subject},
    calendar::Span,
    catalog::ComponentName,
    name::Name,
    planning::Party,
    supplier::{
        Announcement, Notice, Supplier,
        notice::{NoticeStatus, Period},
    },
};

/// The times of a notice. One that counts for nothing yet, or says no time, has none.
pub(super) fn entries(
    notice: &Notice,
    supplier: &Supplier,
    (base, now): (&Base, Timestamp),
) -> Vec<Entry> {
    let announcement = &notice.current().announcement;
    let Some(times) = announcement
        .times
        .as_ref()
        .filter(|_| !notice.is_doubtful())
    else {
        return Vec::new();
    };
    let changes: BTreeSet<ComponentName> = components(announcement, supplier).collect();
    let environments: BTreeSet<&Name> = places(announcement, supplier).collect();
    let numbered = times.periods().iter().zip(1..);
    let entry = |(period, number): (&Period, usize)| {
        let subject = Subject::Notice {
            id: notice.id,
            supplier: notice.supplier.clone(),
            number,
        };
        let entry = bare(subject, span(*period), now);
        Entry {
            title: format!("{}: {}", notice.supplier, announcement.title),
            progress: progress(&notice.status, entry.progress),
            environments: environments.iter().copied().cloned().collect(),
            changes: changes.iter().cloned().collect(),
            ..entry
        }
    };
    let all = numbered.map(entry);
    all.map(|it| Entry {
        concerned: concerned(&it, supplier, base),
        ..it
    })
    .collect()
}

/// What begins as it ends is a moment.
pub(super) fn span(period: Period) -> Span {
    match period.from < period.until {
        true => Span {
            start: period.from,
            end: period.until,
        },
        false => Entry::moment(period.from),
    }
}

/// What happened, or was taken back, does so no more.
const fn progress(status: &NoticeStatus, by_time: Progress) -> Progress {
    match status {
        NoticeStatus::Announced { .. }
        | NoticeStatus::Acknowledged { .. }
        | NoticeStatus::Overdue { .. } => by_time,
        NoticeStatus::Happened { .. } | NoticeStatus::Closed { .. } => Progress::Over,
        NoticeStatus::Cancelled { .. } | NoticeStatus::Withdrawn { .. } => Progress::CalledOff,
    }
}

fn components<'a>(
    announcement: &'a Announcement,
    supplier: &'a Supplier,
) -> impl Iterator<Item = ComponentName> + 'a {
    let named = &announcement.components;
    let all = supplier.components.iter().map(|it| &it.name);
    let concerned = all.filter(move |it| named.is_empty() || named.contains(*it));
    concerned.map(|component| ComponentName {
        product: supplier.name.clone(),
        component: component.clone(),
    })
}

fn places<'a>(
    announcement: &'a Announcement,
    supplier: &'a Supplier,
) -> impl Iterator<Item = &'a Name> {
    let used = supplier.components.iter().flat_map(move |it| {
        let here = it.environments.keys();
        here.filter(move |place| announcement.concerns(&it.name, place))
    });
    used.chain(&announcement.environments)
}

/// Who answers for the supplier, and the teams whose products need what is changed.
fn concerned(entry: &Entry, supplier: &Supplier, base: &Base) -> Vec<Party> {
    let touched = base.teams.iter();
    let touched = touched.filter(|(product, _)| base.is_touched(product, entry));
    let teams = touched.map(|(_, team)| Party::Team(team.clone()));
    let all: BTreeSet<Party> = teams.chain(supplier.owner.clone()).collect();
    all.into_iter().collect()
}
