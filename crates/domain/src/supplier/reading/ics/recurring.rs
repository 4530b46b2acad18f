//! Events that come back (RFC 5545 §3.8.5).

use super::{AHEAD, BEHIND, EventError, Reading, moment};
use crate::{
    calendar::{Ends, Recurrence, When, Zone},
    supplier::{
        Line,
        notice::{Period, Times},
    },
};
use jiff::{Timestamp, civil::DateTime};
use serde_json::json;
use std::collections::BTreeSet;

/// An event that comes back.
pub(super) struct Recurring<'a> {
    /// Its RRULE.
    pub(super) rule: &'a str,
    /// When it begins first, and where.
    pub(super) starts: (DateTime, &'a Zone),
    /// How long it takes each time, as RFC 5545 §3.3.6 writes it.
    pub(super) lasts: String,
    /// The beginnings that do not happen.
    pub(super) left_out: BTreeSet<Timestamp>,
}

impl Recurring<'_> {
    /// The times around now, and whether there are more. It costs a bounded amount of work, as [`Recurrence`] sees to.
    pub(super) fn periods(&self, reading: &Reading<'_>) -> Result<(Vec<Period>, bool), EventError> {
        let when = When::Every(Box::new(self.recurrence()?));
        let from = reading.now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
        let to = reading.now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let happens = |it: &Period| !self.left_out.contains(&it.from);
        let periods = when.spans(from, to).map(|it| Period {
            from: it.start,
            until: it.end,
        });
        let mut periods: Vec<Period> = periods
            .filter(happens)
            .take(Times::PERIODS_MAX + 1)
            .collect();
        let is_cut = periods.len() > Times::PERIODS_MAX || goes_on(&when, to);
        periods.truncate(Times::PERIODS_MAX);
        Ok((periods, is_cut))
    }

    fn recurrence(&self) -> Result<Recurrence, EventError> {
        let (starts, zone) = self.starts;
        let document = json!({
            "starts": starts.to_string(),
            "rule": in_utc(self.rule, zone),
            "lasts": self.lasts,
            "time_zone": zone,
        });
        let read = serde_json::from_value(document);
        read.map_err(|why| EventError::Recurrence(Line::of(&why.to_string())))
    }
}

/// Whether something happens after the time that is looked at.
fn goes_on(when: &When, to: Timestamp) -> bool {
    let later = to.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    match when {
        When::Once(_) => false,
        When::Every(recurrence) => match recurrence.rule().ends() {
            Ends::Never => true,
            Ends::Count(_) | Ends::Local(_) | Ends::Utc(_) => {
                when.spans(to, later).any(|it| it.start > to)
            }
        },
    }
}

/// A rule whose `UNTIL` is in UTC. Of a day or a local time it is one in the zone of the event (RFC 5545 §3.3.10 wants it to be
/// written like its start), and a day counts to its end.
fn in_utc(rule: &str, zone: &Zone) -> String {
    let parts = rule.split(';').map(|part| {
        let until = part
            .split_once('=')
            .filter(|(name, _)| name.eq_ignore_ascii_case("UNTIL"));
        let local = until.and_then(|(_, until)| moment::local(until.trim()));
        let at = local.and_then(|(local, is_date)| {
            let last = if is_date {
                local.date().at(23, 59, 59, 0)
            } else {
                local
            };
            zone.at(last)
        });
        at.map_or_else(
            || part.to_owned(),
            |at| format!("UNTIL={}", at.timestamp().strftime("%Y%m%dT%H%M%SZ")),
        )
    });
    parts.collect::<Vec<_>>().join(";")
}
