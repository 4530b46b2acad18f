//! An event with all that is changed of its single times: what has one UID is one notice.

use super::{EventError, Reading, event, moment::Moment, text};
use crate::{
    calendar::Zone,
    digest::Digest,
    supplier::{
        Announcement, Line, Paragraphs,
        notice::{Incoming, Intent, Period, Times},
        reading::{Doubt, Found, guess},
    },
};
use icalendar::parser::Component;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The events of one UID.
pub(super) struct Series<'a> {
    number: &'a str,
    /// The one that all others change; one of these when it is not there.
    main: &'a Component<'a>,
    /// Those that are about one time of it.
    singles: Vec<&'a Component<'a>>,
}

/// The events by their UIDs, in the order that these come first.
pub(super) fn all<'a>(events: &[&'a Component<'a>]) -> Vec<Series<'a>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all: Vec<Series<'a>> = Vec::new();
    for &event in events {
        let number = text::value(event, "UID");
        let is_single = text::property(event, "RECURRENCE-ID").is_some();
        let place = *places.entry(number).or_insert(all.len());
        match all.get_mut(place) {
            None => all.push(Series {
                number,
                main: event,
                singles: is_single.then_some(event).into_iter().collect(),
            }),
            Some(series) if is_single => series.singles.push(event),
            // Several editions in one calendar: the one that counts highest.
            Some(series) if sequence(event) >= sequence(series.main) || series.is_headless() => {
                series.main = event;
            }
            Some(_) => {}
        }
    }
    all
}

fn sequence(event: &Component<'_>) -> u32 {
    text::value(event, "SEQUENCE").parse().unwrap_or(0)
}

impl Series<'_> {
    /// What people know it by.
    pub(super) fn title(&self) -> Line {
        let title = Line::first_of(text::value(self.main, "SUMMARY"));
        match title.is_empty() {
            true => Line::of(self.number),
            false => title,
        }
    }

    fn is_headless(&self) -> bool {
        text::property(self.main, "RECURRENCE-ID").is_some()
    }

    /// The notice that it is.
    pub(super) fn read(&self, intent: Intent, reading: &Reading<'_>) -> Result<Found, EventError> {
        if self.number.is_empty() {
            return Err(EventError::NoNumber);
        }
        let mut doubts = Vec::new();
        let number = match self.is_headless() {
            false => number(self.number),
            true => {
                doubts.push(Doubt::OneOfSeries);
                number(&format!(
                    "{} {}",
                    self.number,
                    text::value(self.main, "RECURRENCE-ID")
                ))
            }
        };
        let is_off = intent == Intent::Cancel || event::is_cancelled(self.main);
        let times = match is_off {
            // What is called off need not say when it would have been.
            true => self.times(reading, &mut Vec::new()).ok().flatten(),
            false => self.times(reading, &mut doubts)?,
        };
        if times.is_none() && !is_off {
            return Err(EventError::NoTimes);
        }
        let announcement = self.announcement(times, reading, &mut doubts);
        if !is_off {
            announcement.check(reading.supplier)?;
        }
        doubts.sort();
        doubts.dedup();
        Ok(Found {
            incoming: Incoming {
                number,
                intent: if is_off {
                    Intent::Cancel
                } else {
                    Intent::Announce
                },
                announcement,
                sequence: Some(self.sequence()),
                stamp: self.stamp(reading),
                source: reading.source.clone(),
            },
            doubts,
        })
    }

    /// All of them count: a single time that was moved is another edition of the notice.
    fn sequence(&self) -> u32 {
        let all = self.singles.iter().chain([&self.main]);
        all.map(|it| sequence(it)).max().unwrap_or(0)
    }

    fn stamp(&self, reading: &Reading<'_>) -> Option<Timestamp> {
        let all = self.singles.iter().chain([&self.main]);
        let stamp = |event: &&Component<'_>| {
            let property = text::property(event, "DTSTAMP")?;
            Moment::of(property, reading).ok()?.at(&mut Vec::new()).ok()
        };
        all.filter_map(stamp).max()
    }

    fn times(
        &self,
        reading: &Reading<'_>,
        doubts: &mut Vec<Doubt>,
    ) -> Result<Option<Times>, EventError> {
        let mut left_out = event::left_out(self.main, reading)?;
        let mut moved: Vec<Period> = Vec::new();
        for &single in &self.singles {
            left_out.extend(event::one_of(single, reading)?);
            if !event::is_cancelled(single) {
                let none = BTreeSet::new();
                moved.extend(event::periods(single, none, reading, doubts)?.0);
            }
        }
        let (mut periods, mut is_cut) = match self.is_headless() {
            true => (Vec::new(), false),
            false => event::periods(self.main, left_out, reading, doubts)?,
        };
        periods.extend(moved);
        periods.sort();
        is_cut |= periods.len() > Times::PERIODS_MAX;
        periods.truncate(Times::PERIODS_MAX);
        if is_cut {
            doubts.push(Doubt::Cut(periods.len()));
        }
        if text::property(self.main, "RDATE").is_some() {
            doubts.push(Doubt::Unread("RDATE"));
        }
        if periods.is_empty() {
            return Ok(None);
        }
        let times = Times::new(self.zone(reading), periods)?;
        Ok(Some(if is_cut { times.cut() } else { times }))
    }

    fn zone(&self, reading: &Reading<'_>) -> Zone {
        let start = text::property(self.main, "DTSTART");
        let moment = start.and_then(|it| Moment::of(it, reading).ok());
        moment.map(|it| it.zone).unwrap_or_default()
    }

    fn announcement(
        &self,
        times: Option<Times>,
        reading: &Reading<'_>,
        doubts: &mut Vec<Doubt>,
    ) -> Announcement {
        let value = |name| text::value(self.main, name);
        let marked = format!("{} {}", value("CATEGORIES"), value("LOCATION"));
        let headline = format!("{} {marked}", value("SUMMARY"));
        let components = guess::components(&headline, reading.supplier);
        if components.is_empty() {
            doubts.push(Doubt::NoComponents);
        }
        Announcement {
            kind: guess::kind(&headline),
            title: self.title(),
            description: Paragraphs::of(value("DESCRIPTION")),
            components,
            // In a sentence, "live" is no environment.
            environments: guess::environments(&marked, reading.supplier),
            times,
            version: guess::version(value("SUMMARY")),
            provides: None,
        }
    }
}

/// The supplier's number of a notice: what is too long for it stands for itself by its hash.
pub(in crate::supplier::reading) fn number(text: &str) -> Line {
    let kept = Line::of(text);
    match kept.as_str() == text.trim() {
        true => kept,
        false => Line::of(&Digest::of(text.as_bytes()).to_string()),
    }
}
