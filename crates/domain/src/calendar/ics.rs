//! Windows and freezes, and what goes out beside them, as text for other calendars: iCalendar, RFC 5545.

use super::{Calendar, Freeze, Interval, Recurrence, Span, When, Window, Zone};
use jiff::{Timestamp, civil::DateTime, tz::Dst};
use std::{collections::BTreeMap, fmt::Write};

/// The longest line in octets, without its end (RFC 5545 §3.1).
const LINE_MAX: usize = 75;

/// Something that happens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// What tells it from others. It stays the same when it moves or is called off.
    pub uid: String,
    /// When.
    pub span: Span,
    /// In a line.
    pub title: String,
    /// In some lines.
    pub description: String,
    /// What kind of thing it is.
    pub category: String,
    /// Whether it does not take place after all.
    pub is_cancelled: bool,
}

/// The `.ics` text of windows, freezes and occasions, made at `now`. The same arguments give the same text.
pub fn text(
    (windows, freezes): (&[Window], &[Freeze]),
    occasions: &[Occasion],
    now: Timestamp,
) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", "-//Tidegate//Calendar//EN");
    let windows = windows.iter().map(|w| Event {
        kind: "window",
        name: w.name.as_str(),
        title: &w.title,
        reason: &w.reason,
        when: &w.when,
    });
    let freezes = freezes.iter().map(|f| Event {
        kind: "freeze",
        name: f.name.as_str(),
        title: &f.title,
        reason: &f.reason,
        when: &f.when,
    });
    let events: Vec<Event<'_>> = windows.chain(freezes).collect();
    let zones: BTreeMap<&str, &Zone> = events.iter().map(|e| (e.zone().name(), e.zone())).collect();
    for zone in zones.into_values().filter(|zone| zone.name() != "UTC") {
        lines.zone(zone, &events, now);
    }
    for event in &events {
        lines.event(event, now);
    }
    for occasion in occasions {
        lines.occasion(occasion, now);
    }
    lines.put("END", "VCALENDAR");
    lines.0
}

/// What a window and a freeze have in common here.
struct Event<'a> {
    kind: &'static str,
    name: &'a str,
    title: &'a str,
    reason: &'a str,
    when: &'a When,
}

impl<'a> Event<'a> {
    fn zone(&self) -> &'a Zone {
        self.when.time_zone()
    }

    /// The first instance. RFC 5545 §3.8.5.3 wants it to match the rule, so it is not the `starts` of the document.
    fn starts(&self) -> DateTime {
        match self.when {
            When::Once(interval) => interval.from(),
            When::Every(recurrence) => recurrence.first(),
        }
    }
}

/// Lines that end in CRLF and are folded (RFC 5545 §3.1).
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn event(&mut self, event: &Event<'_>, now: Timestamp) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &format!("{}.{}@tidegate", event.kind, event.name));
        self.put("DTSTAMP", &utc(now));
        match event.when {
            When::Once(interval) => self.interval(interval),
            When::Every(recurrence) => self.recurrence(recurrence),
        }
        self.put("SUMMARY", &escape(event.title));
        self.put("DESCRIPTION", &escape(event.reason));
        self.put("CATEGORIES", event.kind);
        self.put("TRANSP", "TRANSPARENT");
        self.put("END", "VEVENT");
    }

    fn occasion(&mut self, occasion: &Occasion, now: Timestamp) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &format!("{}@tidegate", escape(&occasion.uid)));
        self.put("DTSTAMP", &utc(now));
        self.put("DTSTART", &utc(occasion.span.start));
        self.put("DTEND", &utc(occasion.span.end));
        self.put("SUMMARY", &escape(&occasion.title));
        self.put("DESCRIPTION", &escape(&occasion.description));
        self.put("CATEGORIES", &escape(&occasion.category));
        let status = match occasion.is_cancelled {
            true => "CANCELLED",
            false => "CONFIRMED",
        };
        self.put("STATUS", status);
        self.put("TRANSP", "TRANSPARENT");
        self.put("END", "VEVENT");
    }

    fn interval(&mut self, interval: &Interval) {
        self.moment("DTSTART", interval.from(), interval.time_zone());
        self.moment("DTEND", interval.to(), interval.time_zone());
    }

    /// By its duration and not its end, so that it is "the same nominal duration" each time (RFC 5545 §3.8.5.3).
    fn recurrence(&mut self, recurrence: &Recurrence) {
        self.moment("DTSTART", recurrence.first(), recurrence.time_zone());
        self.put("DURATION", &recurrence.lasts().to_string());
        self.put("RRULE", &recurrence.rule().to_string());
    }

    /// A DATE-TIME: in UTC, or local with a reference to its time zone (RFC 5545 §3.3.5, forms 2 and 3).
    fn moment(&mut self, name: &str, at: DateTime, zone: &Zone) {
        match zone.name() {
            "UTC" => self.put(name, &format!("{}Z", local(at))),
            zone => self.put(&format!("{name};TZID={zone}"), &local(at)),
        }
    }

    /// A VTIMEZONE, which every TZID needs (RFC 5545 §3.2.19): each change of the clocks from before the first event
    /// until as far as [`Calendar::judge`] looks.
    fn zone(&mut self, zone: &Zone, events: &[Event<'_>], now: Timestamp) {
        let starts = events.iter().filter(|event| event.zone() == zone);
        let starts = starts.filter_map(|event| zone.at(event.starts()));
        let first = starts.map(|at| at.timestamp()).min().unwrap_or(now);
        let last = now
            .max(first)
            .saturating_add(Calendar::AHEAD)
            .unwrap_or(Timestamp::MAX);
        self.put("BEGIN", "VTIMEZONE");
        self.put("TZID", zone.name());
        let tz = zone.time_zone();
        let before = tz
            .preceding(first)
            .next()
            .map_or(Timestamp::UNIX_EPOCH, |t| t.timestamp());
        let later = tz.following(first.max(before)).map(|t| t.timestamp());
        let changes = std::iter::once(before).chain(later.take_while(|at| *at <= last));
        for at in changes {
            let just_before = at.saturating_sub(jiff::SignedDuration::from_secs(1));
            let from = tz.to_offset(just_before.unwrap_or(at));
            let to = tz.to_offset_info(at);
            let kind = match to.dst() {
                Dst::Yes => "DAYLIGHT",
                Dst::No => "STANDARD",
            };
            self.put("BEGIN", kind);
            self.put("DTSTART", &local(from.to_datetime(at)));
            self.put("TZOFFSETFROM", &offset(from.seconds()));
            self.put("TZOFFSETTO", &offset(to.offset().seconds()));
            self.put("TZNAME", to.abbreviation());
            self.put("END", kind);
        }
        self.put("END", "VTIMEZONE");
    }

    /// One content line, folded at 75 octets and never within a character.
    fn put(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if length + character.len_utf8() > LINE_MAX {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(character);
            length += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A TEXT value (RFC 5545 §3.3.11). Control characters, which it cannot hold, are left out.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A UTC-OFFSET (RFC 5545 §3.3.14): seconds only when there are some.
fn offset(seconds: i32) -> String {
    let (sign, total) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let mut text = format!("{sign}{:02}{:02}", total / 3600, total / 60 % 60);
    if total % 60 != 0 {
        // Writing to a string does not fail.
        let _ = write!(text, "{:02}", total % 60);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(zone: &str, title: &str) -> Window {
        serde_json::from_value(serde_json::json!({
            "name": "nights", "title": title, "reason": "few; visitors,\nreally",
            "every": {"starts": "2026-11-02T22:00", "rule": "FREQ=WEEKLY;BYDAY=TU",
                "lasts": "4h", "time_zone": zone},
        }))
        .unwrap()
    }

    #[test]
    fn a_window_is_an_event() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let text = text((&[window("UTC", "Nights")], &[]), &[], now);
        let expect = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Tidegate//Calendar//EN",
            "BEGIN:VEVENT",
            "UID:window.nights@tidegate",
            "DTSTAMP:20261122T000000Z",
            "DTSTART:20261103T220000Z",
            "DURATION:PT4H",
            "RRULE:FREQ=WEEKLY;BYDAY=TU",
            "SUMMARY:Nights",
            r"DESCRIPTION:few\; visitors\,\nreally",
            "CATEGORIES:window",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(text.split("\r\n").collect::<Vec<_>>(), expect);
    }

    #[test]
    fn an_occasion_keeps_its_name_and_nothing_in_it_is_a_line_of_its_own() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let occasion = |is_cancelled| Occasion {
            uid: "release.shop.1.0.0".into(),
            span: Span {
                start: "2026-12-01T20:00:00Z".parse().unwrap(),
                end: "2026-12-01T21:00:00Z".parse().unwrap(),
            },
            title: "shop 1.0.0\r\nEND:VEVENT".into(),
            description: "a; b,\nc".into(),
            category: "release".into(),
            is_cancelled,
        };
        let text = text((&[], &[]), &[occasion(false), occasion(true)], now);
        let event = [
            "BEGIN:VEVENT",
            "UID:release.shop.1.0.0@tidegate",
            "DTSTAMP:20261122T000000Z",
            "DTSTART:20261201T200000Z",
            "DTEND:20261201T210000Z",
            r"SUMMARY:shop 1.0.0\nEND:VEVENT",
            r"DESCRIPTION:a\; b\,\nc",
            "CATEGORIES:release",
        ];
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[3..11], event);
        assert_eq!(lines[14..22], event);
        let [status, cancelled] = [11, 22].map(|at| lines[at]);
        assert_eq!(
            (status, cancelled),
            ("STATUS:CONFIRMED", "STATUS:CANCELLED")
        );
    }

    #[test]
    fn a_time_zone_comes_with_its_changes() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let text = text((&[window("Europe/Amsterdam", "Nights")], &[]), &[], now);
        let observance = "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n";
        assert!(text.contains(observance), "{text}");
        assert!(text.contains("DTSTART:20270328T020000\r\nTZOFFSETFROM:+0100\r\n"));
        assert!(text.contains("DTSTART;TZID=Europe/Amsterdam:20261103T220000\r\n"));
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        for title in [
            "é".repeat(200),
            "x".repeat(66),
            "x".repeat(67),
            "☃𝄞".repeat(40),
        ] {
            let text = text((&[window("UTC", &title)], &[]), &[], now);
            assert!(text.split("\r\n").all(|line| line.len() <= LINE_MAX));
            let unfolded = text.replace("\r\n ", "");
            assert!(unfolded.contains(&format!("SUMMARY:{title}\r\n")));
        }
    }
}
