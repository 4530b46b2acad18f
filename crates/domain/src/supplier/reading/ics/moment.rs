//! Times in calendars (RFC 5545 §3.3.4 and §3.3.5).

use super::{Reading, text};
use crate::{
    calendar::Zone,
    supplier::{Line, reading::Doubt},
};
use icalendar::parser::Property;
use jiff::{Timestamp, civil::DateTime};

/// A time as it is written, with the zone that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) local: DateTime,
    pub(super) zone: Zone,
    pub(super) is_date: bool,
}

/// Why a time is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// It is written otherwise.
    #[error(
        "`{0}` is no time: write 20261201T220000, with a Z behind it for UTC or a TZID before it, or 20261201 for a day"
    )]
    Malformed(Line),
    /// Nobody knows the zone.
    #[error(
        "time zone `{0}` is not known: say which one it is under `time_zones` of the supplier, or send times in UTC"
    )]
    UnknownZone(Line),
    /// It could be anywhere.
    #[error(
        "`{0}` says not in which time zone it is: declare `time_zone` of the supplier, or send a TZID or times in UTC"
    )]
    Floating(Line),
    /// There is no such day.
    #[error("`{0}` is beyond the end of the calendar")]
    Beyond(Line),
}

impl Moment {
    /// The time that a property gives.
    pub(super) fn of(property: &Property<'_>, reading: &Reading<'_>) -> Result<Self, MomentError> {
        Self::read(property.val.as_str(), property, reading)
    }

    /// The times that a property gives, with commas between them.
    pub(super) fn list(
        property: &Property<'_>,
        reading: &Reading<'_>,
    ) -> Result<Vec<Self>, MomentError> {
        let all = property.val.as_str().split(',');
        all.map(|it| Self::read(it, property, reading)).collect()
    }

    fn read(
        value: &str,
        property: &Property<'_>,
        reading: &Reading<'_>,
    ) -> Result<Self, MomentError> {
        let value = value.trim();
        let bare = value.strip_suffix(['Z', 'z']);
        let malformed = || MomentError::Malformed(Line::of(value));
        let (local, is_date) = local(bare.unwrap_or(value)).ok_or_else(malformed)?;
        let zone = match (bare, text::parameter(property, "TZID")) {
            (Some(_), _) => Zone::default(),
            (None, Some(name)) => zone(name, reading)?,
            (None, None) => {
                let floating = || MomentError::Floating(Line::of(value));
                reading.supplier.time_zone.clone().ok_or_else(floating)?
            }
        };
        Ok(Self {
            local,
            zone,
            is_date,
        })
    }

    /// The moment, and what is doubtful about it.
    pub(super) fn at(&self, doubts: &mut Vec<Doubt>) -> Result<Timestamp, MomentError> {
        let beyond = || MomentError::Beyond(Line::of(&self.local.to_string()));
        let at = self.zone.at(self.local).ok_or_else(beyond)?;
        let written = || format!("{} in {}", self.local, self.zone.name());
        if at.datetime() != self.local {
            doubts.push(Doubt::Skipped(written()));
        } else if self
            .zone
            .time_zone()
            .to_ambiguous_zoned(self.local)
            .is_ambiguous()
        {
            doubts.push(Doubt::Twice(written()));
        }
        Ok(at.timestamp())
    }
}

/// A local time or day.
pub(super) fn local(text: &str) -> Option<(DateTime, bool)> {
    let is_plain = |it: &str, length| it.len() == length && it.bytes().all(|b| b.is_ascii_digit());
    match text.split_once(['T', 't']) {
        None if is_plain(text, 8) => {
            let day = DateTime::strptime("%Y%m%d%H%M%S", format!("{text}000000")).ok()?;
            Some((day, true))
        }
        Some((day, time)) if is_plain(day, 8) && is_plain(time, 6) => {
            let at = DateTime::strptime("%Y%m%d%H%M%S", format!("{day}{time}")).ok()?;
            Some((at, false))
        }
        None | Some(_) => None,
    }
}

/// The zone that the supplier's calendars call so. A name that is to be unique in the world ends in one of the IANA database, such as
/// `/example.org/2026/Europe/Berlin` (RFC 5545 §3.2.19). What a calendar itself says about its zones is not believed.
fn zone(name: &str, reading: &Reading<'_>) -> Result<Zone, MomentError> {
    if let Some(zone) = reading.supplier.time_zones.get(name) {
        return Ok(zone.clone());
    }
    let ends = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
    let ends = ends.filter(|_| name.starts_with('/')).take(10);
    let mut found = [name]
        .into_iter()
        .chain(ends)
        .filter_map(|it| it.parse().ok());
    found
        .next()
        .ok_or_else(|| MomentError::UnknownZone(Line::of(name)))
}
