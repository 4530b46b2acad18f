//! What a supplier announces.

use crate::{
    calendar::{Interval, When, Zone},
    catalog::Provides,
    name::Name,
    supplier::{ChangeKind, Line, Paragraphs, Supplier},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// What a supplier announces. What it leaves open is taken to concern everything that it may concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// What kind of change.
    pub kind: ChangeKind,
    /// In a line.
    pub title: Line,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Paragraphs::is_empty")]
    pub description: Paragraphs,
    /// Which of its components; all of them when none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub components: BTreeSet<Name>,
    /// Where; everywhere when no environment is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<Name>,
    /// When; none while that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
    /// The version that is to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The contracts that are to be provided; as before where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provides: Option<Provides>,
}

/// When something is changed: one or several periods, in the time zone of whoever said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TimesDocument")]
pub struct Times {
    time_zone: Zone,
    /// By their beginning; at least one.
    periods: Vec<Period>,
    /// Whether there are more of them than were kept.
    #[serde(skip_serializing_if = "is_false")]
    cut: bool,
}

/// From a moment until another, which may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first moment.
    pub from: Timestamp,
    /// The last.
    pub until: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimesDocument {
    #[serde(default)]
    time_zone: Zone,
    periods: Vec<Period>,
    #[serde(default)]
    cut: bool,
}

/// What is wrong with an announcement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementError {
    /// Nobody would know what it is about.
    #[error("an announcement has no title: say in a line what is to be changed")]
    NoTitle,
    /// The supplier has no such component.
    #[error("`{supplier}` has no component `{component}`: it has {known}")]
    UnknownComponent {
        /// Who.
        supplier: Name,
        /// Which.
        component: Name,
        /// Those that it has.
        known: String,
    },
    /// The component is not there.
    #[error("`{supplier}` has nothing in environment `{environment}` that this concerns")]
    NotThere {
        /// Who.
        supplier: Name,
        /// Where.
        environment: Name,
    },
    /// It says not when, or too often.
    #[error("say when by 1 to {max} periods of `from` and `until`", max = Times::PERIODS_MAX)]
    Periods,
    /// It ends before it begins.
    #[error("a period ends at {until}, before it begins at {from}")]
    Backwards {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
    },
}

impl Announcement {
    /// Whether it is about something that the supplier has.
    ///
    /// # Errors
    /// The first thing that it has not.
    pub fn check(&self, supplier: &Supplier) -> Result<(), AnnouncementError> {
        if self.title.is_empty() {
            return Err(AnnouncementError::NoTitle);
        }
        let named = self.components.iter();
        if let Some(unknown) = named.clone().find(|it| supplier.component(it).is_none()) {
            return Err(AnnouncementError::UnknownComponent {
                supplier: supplier.name.clone(),
                component: unknown.clone(),
                known: crate::name::listed(supplier.components.iter().map(|it| &it.name)),
            });
        }
        let all = supplier.components.iter();
        let concerned: Vec<_> = all.filter(|it| self.concerns_component(&it.name)).collect();
        let is_there = |environment: &&Name| {
            concerned
                .iter()
                .any(|it| it.environments.contains_key(*environment))
        };
        match self.environments.iter().find(|it| !is_there(it)) {
            Some(environment) => Err(AnnouncementError::NotThere {
                supplier: supplier.name.clone(),
                environment: environment.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Whether it concerns a component in an environment.
    pub fn concerns(&self, component: &Name, environment: &Name) -> bool {
        let there = self.environments.is_empty() || self.environments.contains(environment);
        there && self.concerns_component(component)
    }

    /// When it begins.
    pub fn begins(&self) -> Option<Timestamp> {
        Some(self.times.as_ref()?.begins())
    }

    /// When it is over.
    pub fn ends(&self) -> Option<Timestamp> {
        Some(self.times.as_ref()?.ends())
    }

    /// Whether it says the same as another; of a series without an end, in the times that both have.
    pub fn is_like(&self, other: &Self) -> bool {
        let times = match (&self.times, &other.times) {
            (Some(one), Some(other)) => one.continues(other),
            (one, other) => one == other,
        };
        let bare = |it: &Self| Self {
            times: None,
            ..it.clone()
        };
        times && bare(self) == bare(other)
    }

    /// Whether it means the same as another for whoever decides about it, however either is worded: the same change, at the same
    /// time.
    pub fn means(&self, other: &Self) -> bool {
        let times = match (&self.times, &other.times) {
            (Some(one), Some(other)) => one.are(other) || one.continues(other),
            (one, other) => one == other,
        };
        let places = self.components == other.components && self.environments == other.environments;
        times && places && self.changes(other)
    }

    /// Whether the same is there after it as after another, whenever and wherever.
    pub fn changes(&self, other: &Self) -> bool {
        let Self {
            kind,
            version,
            provides,
            ..
        } = self;
        (kind, version, provides) == (&other.kind, &other.version, &other.provides)
    }

    fn concerns_component(&self, component: &Name) -> bool {
        self.components.is_empty() || self.components.contains(component)
    }
}

impl Times {
    /// As many periods are kept.
    pub const PERIODS_MAX: usize = 60;

    /// Some periods in a time zone, brought into order.
    ///
    /// # Errors
    /// When there is none, there are too many, or one is none.
    pub fn new(time_zone: Zone, mut periods: Vec<Period>) -> Result<Self, AnnouncementError> {
        periods.sort();
        periods.dedup();
        if let Some(Period { from, until }) = periods.iter().find(|it| it.until < it.from).copied()
        {
            return Err(AnnouncementError::Backwards { from, until });
        }
        match (1..=Self::PERIODS_MAX).contains(&periods.len()) {
            true => Ok(Self {
                time_zone,
                periods,
                cut: false,
            }),
            false => Err(AnnouncementError::Periods),
        }
    }

    /// The same, of which there are more than were kept.
    #[must_use]
    pub fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    /// The one period that a person writes down in local time.
    pub fn once(interval: &Interval) -> Self {
        let time_zone = interval.time_zone().clone();
        let all = When::Once(interval.clone());
        let spans = all.spans(Timestamp::MIN, Timestamp::MAX);
        let period = |it: crate::calendar::Span| Period {
            from: it.start,
            until: it.end,
        };
        let periods = spans.map(period).collect();
        Self {
            time_zone,
            periods,
            cut: false,
        }
    }

    /// Where its local times are.
    pub const fn time_zone(&self) -> &Zone {
        &self.time_zone
    }

    /// By their beginning.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// Whether there are more periods than these.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// When the first begins.
    pub fn begins(&self) -> Timestamp {
        self.periods.first().map_or(Timestamp::MAX, |it| it.from)
    }

    /// When the last is over.
    pub fn ends(&self) -> Timestamp {
        let ends = self.periods.iter().map(|it| it.until);
        ends.max().unwrap_or(Timestamp::MIN)
    }

    /// The first period that is not over at a moment; the last one when all are.
    pub fn next(&self, at: Timestamp) -> Option<Period> {
        let next = self.periods.iter().find(|it| it.until >= at);
        next.or_else(|| self.periods.last()).copied()
    }

    /// Whether these are the same moments, in whichever time zone they are told.
    fn are(&self, other: &Self) -> bool {
        (&self.periods, self.cut) == (&other.periods, other.cut)
    }

    /// Whether these are the same times, or both a part of more and the same where they overlap.
    fn continues(&self, other: &Self) -> bool {
        if !self.cut || !other.cut {
            return self == other;
        }
        let last = |it: &Self| it.periods.last().map_or(Timestamp::MIN, |last| last.from);
        let from = self.begins().max(other.begins());
        let until = last(self).min(last(other));
        let shared = |it: &Self| -> Vec<Period> {
            let all = it.periods.iter().copied();
            all.filter(|it| (from..=until).contains(&it.from)).collect()
        };
        from <= until && self.time_zone == other.time_zone && shared(self) == shared(other)
    }

    /// Whether one of them has a moment in common with the time between two moments.
    pub fn meets(&self, from: Timestamp, until: Timestamp) -> bool {
        self.periods
            .iter()
            .any(|it| it.from <= until && it.until >= from)
    }
}

impl TryFrom<TimesDocument> for Times {
    type Error = AnnouncementError;
    fn try_from(document: TimesDocument) -> Result<Self, AnnouncementError> {
        let TimesDocument {
            time_zone,
            periods,
            cut,
        } = document;
        let times = Self::new(time_zone, periods)?;
        Ok(Self { cut, ..times })
    }
}

/// `2026-12-01 22:00 to 2026-12-02 02:00 (Europe/Berlin), and 3 more times`.
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = |at| self.time_zone.local(at).strftime("%Y-%m-%d %H:%M");
        let Some(first) = self.periods.first() else {
            return f.write_str("never");
        };
        write!(
            f,
            "{} to {} ({})",
            local(first.from),
            local(first.until),
            self.time_zone.name()
        )?;
        match (self.periods.len() - 1, self.cut) {
            (0, false) => Ok(()),
            (more, false) => write!(f, ", and {more} more times"),
            (more, true) => write!(f, ", and more than {more} more times"),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_announcement_is_about_what_the_supplier_has() {
        let supplier: Supplier = serde_json::from_value(json!({
            "name": "acme", "components": [{"name": "gateway", "environments": {"live": {}}}],
        }))
        .unwrap();
        let check = |announced: serde_json::Value| {
            let read =
                serde_json::from_value::<Announcement>(announced).map_err(|why| why.to_string());
            read.and_then(|it| it.check(&supplier).map_err(|why| why.to_string()))
        };
        for (announced, expect) in [
            (json!({"kind": "change", "title": "x"}), Ok(())),
            (
                json!({"kind": "end-of-life", "title": "x", "components": ["gateway"], "environments": ["live"]}),
                Ok(()),
            ),
            (
                json!({"kind": "change", "title": "\u{200b}"}),
                Err("an announcement has no title: say in a line what is to be changed"),
            ),
            (
                json!({"kind": "change", "title": "x", "components": ["ledger"]}),
                Err("`acme` has no component `ledger`: it has gateway"),
            ),
            (
                json!({"kind": "change", "title": "x", "environments": ["moon"]}),
                Err("`acme` has nothing in environment `moon` that this concerns"),
            ),
            (
                json!({"kind": "change", "title": "x", "times": {"periods": []}}),
                Err("say when by 1 to 60 periods of `from` and `until`"),
            ),
            (
                json!({"kind": "change", "title": "x", "times": {"periods": [{"from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}]}}),
                Err(
                    "a period ends at 2026-12-01T00:00:00Z, before it begins at 2026-12-02T00:00:00Z",
                ),
            ),
        ] {
            assert_eq!(check(announced), expect.map_err(str::to_owned));
        }
    }

    #[test]
    fn times_are_told_where_they_are() {
        let interval = json!({"from": "2026-12-01T22:00", "to": "2026-12-02T02:00", "time_zone": "Europe/Berlin"});
        let once = Times::once(&serde_json::from_value(interval).unwrap());
        assert_eq!(
            once.to_string(),
            "2026-12-01 22:00 to 2026-12-02 02:00 (Europe/Berlin)"
        );
        let first = once.periods()[0];
        let later = Period {
            from: first.until,
            until: first.until,
        };
        let cut = Times::new(Zone::default(), vec![later, first])
            .unwrap()
            .cut();
        assert_eq!(
            cut.to_string(),
            "2026-12-01 21:00 to 2026-12-02 01:00 (UTC), and more than 1 more times"
        );
        assert_eq!(
            serde_json::from_value::<Times>(serde_json::to_value(&cut).unwrap()).unwrap(),
            cut
        );
    }
}
