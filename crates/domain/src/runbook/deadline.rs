//! By when a decision is due, and lengths as people write them.

use crate::{calendar::Zone, duration::Millis, name::Name};
use jiff::{
    Timestamp,
    civil::{DateTime, Time},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// By when a decision is due. Written `21:40`, `2026-12-03T21:40`, `30m`, or `30m after wave-1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Deadline {
    /// At the first such local time after the run began.
    By(Time),
    /// At a local time of a day.
    On(DateTime),
    /// So long after its turn came.
    Within(Millis),
    /// So long after a step was over.
    After(Millis, Name),
}

/// The text is not a [`Deadline`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no deadline: write for instance 21:40, 2026-12-03T21:40, 30m, or `30m after wave-1`"
)]
pub struct DeadlineError(String);

impl Deadline {
    /// The moment, as far as it follows from when the run `began`, the decision's `turn` came, and a step was `over`.
    pub(super) fn place(
        &self,
        (zone, began): (&Zone, Timestamp),
        turn: Option<Timestamp>,
        over: impl FnOnce(&Name) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self {
            Self::By(time) => next(*time, zone, began),
            Self::On(local) => Some(zone.at(*local)?.timestamp()),
            Self::Within(length) => turn?.checked_add(length.as_signed()).ok(),
            Self::After(length, step) => over(step)?.checked_add(length.as_signed()).ok(),
        }
    }
}

/// The first such local time at or after a moment.
fn next(time: Time, zone: &Zone, from: Timestamp) -> Option<Timestamp> {
    let today = zone.local(from).date();
    let days = [today, today.tomorrow().ok()?];
    let moments = days
        .into_iter()
        .filter_map(|day| zone.at(day.at(time.hour(), time.minute(), 0, 0)));
    moments.map(|at| at.timestamp()).find(|at| *at >= from)
}

impl FromStr for Deadline {
    type Err = DeadlineError;

    fn from_str(text: &str) -> Result<Self, DeadlineError> {
        let wrong = || DeadlineError(text.chars().take(80).collect());
        let text = text.trim();
        if let Some((length, step)) = text.split_once(" after ") {
            let length = length.parse().map_err(|_| wrong())?;
            return Ok(Self::After(length, step.parse().map_err(|_| wrong())?));
        }
        if text.contains('T') {
            return text.parse().map(Self::On).map_err(|_| wrong());
        }
        match text.contains(':') {
            true => text.parse().map(Self::By).map_err(|_| wrong()),
            false => text.parse().map(Self::Within).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(time) => write!(f, "{}", time.strftime("%H:%M")),
            Self::On(local) => write!(f, "{}", local.strftime("%Y-%m-%dT%H:%M")),
            Self::Within(length) => f.write_str(&spelled(*length)),
            Self::After(length, step) => write!(f, "{} after {step}", spelled(*length)),
        }
    }
}

impl TryFrom<String> for Deadline {
    type Error = DeadlineError;
    fn try_from(text: String) -> Result<Self, DeadlineError> {
        text.parse()
    }
}

impl From<Deadline> for String {
    fn from(deadline: Deadline) -> Self {
        deadline.to_string()
    }
}

/// A length in the one spelling that documents are written in: `1h 30m`.
pub(super) fn spelled(Millis(length): Millis) -> String {
    let parts = [
        (length / 3_600_000, "h"),
        (length / 60_000 % 60, "m"),
        (length / 1000 % 60, "s"),
        (length % 1000, "ms"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    match parts.is_empty() {
        true => "0s".to_owned(),
        false => parts.join(" "),
    }
}

pub(super) fn serialize<S: Serializer>(length: &Millis, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&spelled(*length))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
    Millis::deserialize(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_read_as_they_are_written() {
        for text in [
            "21:40",
            "2026-12-03T21:40",
            "30m",
            "1h 30m",
            "5m after wave-1",
        ] {
            assert_eq!(text.parse::<Deadline>().unwrap().to_string(), text);
        }
        for bad in ["", "soon", "25:00", "5m after Wave 1", "after wave-1"] {
            assert!(bad.parse::<Deadline>().is_err(), "{bad}");
        }
        assert_eq!(spelled(Millis(5_400_500)), "1h 30m 500ms");
    }

    #[test]
    fn a_time_of_day_is_the_first_after_the_run_began() {
        let zone: Zone = "Europe/Amsterdam".parse().unwrap();
        for (began, expect) in [
            ("2026-12-04T19:00:00Z", "2026-12-04T20:40:00Z"),
            ("2026-12-04T20:40:00Z", "2026-12-04T20:40:00Z"),
            ("2026-12-04T20:41:00Z", "2026-12-05T20:40:00Z"),
            // The night when the clocks went back.
            ("2026-10-24T22:00:00Z", "2026-10-25T20:40:00Z"),
        ] {
            let deadline: Deadline = "21:40".parse().unwrap();
            let at = deadline.place((&zone, began.parse().unwrap()), None, |_| None);
            assert_eq!(at, Some(expect.parse().unwrap()), "{began}");
        }
    }
}
