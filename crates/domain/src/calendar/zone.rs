//! Time zones by their names, and what a local time means in them.

use jiff::{
    Timestamp, Zoned,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A time zone of the IANA database that is compiled into the program, such as `Europe/Amsterdam` or `UTC`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(TimeZone);

/// There is no such time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone: write for instance Europe/Amsterdam or UTC")]
pub struct ZoneError(String);

impl Zone {
    /// The names of all time zones.
    pub fn names() -> Vec<String> {
        let all = TimeZoneDatabase::bundled();
        let names = all.available();
        names.map(|name| name.as_str().to_owned()).collect()
    }

    /// The name in the IANA database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// As jiff knows it.
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// The moment of a local time. RFC 5545 §3.3.5: one that happens twice is the first of both, one that does not
    /// happen is read with the offset before the gap. None at the end of the calendar.
    pub fn at(&self, local: DateTime) -> Option<Zoned> {
        self.0.to_ambiguous_zoned(local).compatible().ok()
    }

    /// The local time of a moment.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }
}

/// UTC.
impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;
    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let found = TimeZoneDatabase::bundled().get(text);
        let wrong = |_| ZoneError(text.chars().take(80).collect());
        found.map(Self).map_err(wrong)
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;
    fn try_from(text: String) -> Result<Self, ZoneError> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_in_gaps_and_folds_follow_the_standard() {
        for (zone, local, expect) in [
            // Both examples of RFC 5545 §3.3.5; its "20070311T023000" is the gap of 2007.
            (
                "America/New_York",
                "2007-11-04T01:30",
                "2007-11-04T05:30:00Z",
            ),
            (
                "America/New_York",
                "2007-03-11T02:30",
                "2007-03-11T07:30:00Z",
            ),
            // The same rule elsewhere: one hour, half an hour (Lord Howe), a whole day that Samoa left out.
            (
                "Europe/Amsterdam",
                "2026-03-29T02:30",
                "2026-03-29T01:30:00Z",
            ),
            (
                "Europe/Amsterdam",
                "2026-10-25T02:30",
                "2026-10-25T00:30:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2026-10-04T02:15",
                "2026-10-03T15:45:00Z",
            ),
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00:00Z"),
            // Nothing special: the moments just outside.
            (
                "Europe/Amsterdam",
                "2026-03-29T01:59",
                "2026-03-29T00:59:00Z",
            ),
            (
                "Europe/Amsterdam",
                "2026-03-29T03:00",
                "2026-03-29T01:00:00Z",
            ),
            ("UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let at = zone.at(local.parse().unwrap()).unwrap();
            assert_eq!(
                at.timestamp().to_string(),
                expect,
                "{local} {}",
                zone.name()
            );
        }
    }

    #[test]
    fn zones_have_names() {
        for good in ["UTC", "Europe/Amsterdam", "Asia/Kathmandu"] {
            assert_eq!(good.parse::<Zone>().unwrap().name(), good);
        }
        assert_eq!(Zone::default(), "UTC".parse().unwrap());
        assert!(Zone::names().contains(&"Europe/Amsterdam".to_owned()));
        for bad in ["", "Mars/Olympus", "../../etc/passwd", "+02:00"] {
            assert!(bad.parse::<Zone>().is_err(), "{bad}");
        }
    }
}
