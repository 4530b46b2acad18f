//! What stays open in a message until it is sent: `{{ began }}`, `{{ ended }}`, `{{ reached }}`, `{{ reason }}`, `{{ target }}`.
//!
//! Everything else in a message is text, and sanctioned as such. Of these the names are sanctioned, and of the target the value
//! too. A value is filled in behind the reader of Markdown: whatever it is, it means nothing but itself.

use super::{Occasions, Schedule};
use crate::{appearance::shown, calendar::Zone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What stays open in a message until it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placeholder {
    /// When the deployment began.
    Began,
    /// When the deployment ended.
    Ended,
    /// When the milestone was reached.
    Reached,
    /// Why the deployment went back or failed.
    Reason,
    /// When the release is to be live.
    Target,
}

/// What is written between braces and is no placeholder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// A name that stands for nothing.
    #[error(
        "line {line}, column {column}: `{{{{ {name} }}}}` stands for nothing: what stays open is one of {known}",
        known = Placeholder::known()
    )]
    Unknown {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is written.
        name: String,
    },
    /// Braces without an end.
    #[error(
        "line {line}, column {column}: `{{{{` has no `}}}}` behind it: close it, or write `\\{{\\{{` for the braces themselves"
    )]
    Unclosed {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
    },
}

/// What open places are filled with, in an audience's local time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling(BTreeMap<Placeholder, String>);

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Open(Placeholder),
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Began,
        Self::Ended,
        Self::Reached,
        Self::Reason,
        Self::Target,
    ];

    /// As people write it between the braces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Ended => "ended",
            Self::Reached => "reached",
            Self::Reason => "reason",
            Self::Target => "target",
        }
    }

    /// What it stands for, for people who write messages.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Began => "when the deployment began",
            Self::Ended => "when the deployment ended",
            Self::Reached => "when the milestone was reached",
            Self::Reason => "why the deployment went back or failed",
            Self::Target => "when the release is to be live",
        }
    }

    /// Those that a text leaves open.
    ///
    /// # Errors
    /// At the first pair of braces that is none.
    pub fn all_in(text: &str) -> Result<BTreeSet<Self>, PlaceholderError> {
        let open = |piece: Piece<'_>| match piece {
            Piece::Open(placeholder) => Some(placeholder),
            Piece::Text(_) => None,
        };
        Ok(pieces(text)?.into_iter().filter_map(open).collect())
    }

    fn known() -> String {
        let words = Self::ALL.map(Self::word);
        words.join(", ")
    }
}

/// The text in pieces.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, PlaceholderError> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(begin) = text[from..].find("{{").map(|at| from + at) {
        let (line, column) = line_and_column(text, begin);
        let end = text[begin..].find("}}");
        let end = end.ok_or(PlaceholderError::Unclosed { line, column })? + begin;
        let name = text[begin + 2..end].trim();
        let found = Placeholder::ALL.into_iter().find(|it| it.word() == name);
        let open = found.ok_or_else(|| PlaceholderError::Unknown {
            line,
            column,
            name: name.chars().take(40).collect(),
        })?;
        pieces.push(Piece::Text(&text[from..begin]));
        pieces.push(Piece::Open(open));
        from = end + 2;
    }
    pieces.push(Piece::Text(&text[from..]));
    Ok(pieces)
}

/// Where in a text a byte is, in lines and characters counted from 1.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (line, before[start..].chars().count() + 1)
}

/// What open places stand for, whoever reads it. It is kept when a message begins to go out, so that everybody is told the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// Moments, which each audience reads in its local time.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    moments: BTreeMap<Placeholder, Timestamp>,
    /// Words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    words: BTreeMap<Placeholder, String>,
    /// The release plan's time zone, for an audience that is not declared any more.
    #[serde(default)]
    pub zone: Zone,
}

impl Filled {
    /// What is known by now, for a message that waits for `schedule`.
    pub fn of(schedule: &Schedule, known: &Occasions) -> Self {
        let occasion = match schedule {
            Schedule::Deployment(moment, environment) => {
                let key = (environment.clone(), *moment);
                known.deployments.get(&key)
            }
            Schedule::ByHand | Schedule::At(_) | Schedule::Milestone(_) => None,
        };
        let reached = match schedule {
            Schedule::Milestone(name) => known.milestones.get(name).copied(),
            Schedule::ByHand | Schedule::At(_) | Schedule::Deployment(..) => None,
        };
        let moments = [
            (
                Placeholder::Target,
                known.target.as_ref().map(Zoned::timestamp),
            ),
            (Placeholder::Reached, reached),
            (Placeholder::Began, occasion.map(|it| it.began)),
            (Placeholder::Ended, occasion.map(|it| it.at)),
        ];
        let fills = schedule.fills();
        let moments = moments
            .into_iter()
            .filter_map(|(open, at)| Some((open, at?)))
            .filter(|(open, _)| fills.contains(open));
        let reason = occasion.and_then(|it| it.reason.clone());
        let words = reason.filter(|_| fills.contains(&Placeholder::Reason));
        Self {
            moments: moments.collect(),
            words: words
                .map(|it| (Placeholder::Reason, it))
                .into_iter()
                .collect(),
            zone: known.zone.clone(),
        }
    }

    /// As an audience in that time zone reads it.
    pub fn in_zone(&self, zone: &Zone) -> Filling {
        let mut filling = Filling::default();
        for (open, at) in &self.moments {
            filling.put_time(*open, *at, zone);
        }
        let words = self.words.iter();
        words.fold(filling, |filling, (open, text)| filling.with(*open, text))
    }

    /// Those of the open places that there is nothing for.
    pub fn missing(&self, open: &BTreeSet<Placeholder>) -> Vec<Placeholder> {
        let is_missing = |open: &&Placeholder| {
            !self.moments.contains_key(open) && !self.words.contains_key(open)
        };
        open.iter().filter(is_missing).copied().collect()
    }
}

impl Filling {
    /// What is known by now, for a message that waits for `schedule`.
    pub fn of(schedule: &Schedule, known: &Occasions, zone: &Zone) -> Self {
        Filled::of(schedule, known).in_zone(zone)
    }

    /// With something for an open place.
    #[must_use]
    pub fn with(mut self, open: Placeholder, value: &str) -> Self {
        let words: Vec<&str> = value.split_whitespace().collect();
        self.0.insert(open, shown(&words.join(" ")).into_owned());
        self
    }

    /// What there is for these open places, and for no others.
    #[must_use]
    pub(super) fn only(&self, open: &BTreeSet<Placeholder>) -> Self {
        let mut filling = self.clone();
        filling.0.retain(|it, _| open.contains(it));
        filling
    }

    /// What an open place is filled with.
    pub fn get(&self, open: Placeholder) -> Option<&str> {
        self.0.get(&open).map(String::as_str)
    }

    /// Figures only, so that it reads in every language, and the offset, so that it is clear where the clocks go back.
    fn put_time(&mut self, open: Placeholder, at: Timestamp, zone: &Zone) {
        let local = at.to_zoned(zone.time_zone().clone());
        let text = match zone.name() {
            "UTC" => local.strftime("%Y-%m-%d %H:%M (UTC)").to_string(),
            _ => local.strftime("%Y-%m-%d %H:%M (%Q, UTC%:z)").to_string(),
        };
        self.0.insert(open, text);
    }
}

/// As people write it.
impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{ {} }}}}", self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::communication::{Moment, Occasion};

    fn open(text: &str) -> String {
        match Placeholder::all_in(text) {
            Ok(all) => all.iter().map(ToString::to_string).collect(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn what_stays_open_is_one_of_five() {
        for (text, expect) in [
            ("", ""),
            ("It began at {{ began }}.", "{{ began }}"),
            ("{{ended}} {{ began }}{{ ended }}", "{{ began }}{{ ended }}"),
            ("\\{\\{ began \\}\\}", ""),
            (
                "a\nbé {{ begann }}",
                "line 2, column 4: `{{ begann }}` stands for nothing: what stays open is one of began, ended, reached, reason, target",
            ),
            (
                "a {{ began",
                "line 1, column 3: `{{` has no `}}` behind it: close it, or write `\\{\\{` for the braces themselves",
            ),
        ] {
            assert_eq!(open(text), expect);
        }
    }

    #[test]
    fn open_places_are_filled_with_what_the_schedule_is_about() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let zone: Zone = "Europe/Amsterdam".parse().unwrap();
        let occasion = Occasion {
            began: at("2026-10-25T00:20:00Z"),
            at: at("2026-10-25T01:20:00Z"),
            reason: Some("the check  `errors`\nfailed".to_owned()),
        };
        let mut known = Occasions {
            target: Zone::default().at("2026-12-04T20:00".parse().unwrap()),
            ..Occasions::default()
        };
        let live = || "live".parse().unwrap();
        known
            .deployments
            .insert((live(), Moment::RolledBack), occasion.clone());
        known.deployments.insert((live(), Moment::Began), occasion);
        let fill = |schedule: &str| {
            let filling = Filling::of(&schedule.parse().unwrap(), &known, &zone);
            filling.0.into_values().collect::<Vec<_>>().join("; ")
        };
        assert_eq!(
            fill("deployment rolled back in live"),
            "2026-10-25 02:20 (Europe/Amsterdam, UTC+02:00); 2026-10-25 02:20 (Europe/Amsterdam, UTC+01:00); the check `errors` failed; 2026-12-04 21:00 (Europe/Amsterdam, UTC+01:00)"
        );
        assert_eq!(
            fill("deployment began in live"),
            "2026-10-25 02:20 (Europe/Amsterdam, UTC+02:00); 2026-12-04 21:00 (Europe/Amsterdam, UTC+01:00)"
        );
        assert_eq!(
            fill("by hand"),
            "2026-12-04 21:00 (Europe/Amsterdam, UTC+01:00)"
        );
        let all = Placeholder::ALL.into_iter().collect();
        let filled = Filled::of(&"deployment began in live".parse().unwrap(), &known);
        let open = [
            Placeholder::Ended,
            Placeholder::Reached,
            Placeholder::Reason,
        ];
        assert_eq!(filled.missing(&all), open);
        let kept = serde_json::to_string(&filled).unwrap();
        assert_eq!(serde_json::from_str::<Filled>(&kept).unwrap(), filled);
    }
}
