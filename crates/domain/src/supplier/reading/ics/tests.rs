//! Calendars as people, programs and enemies write them.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn acme(zone: Option<&str>) -> Supplier {
    serde_json::from_value(json!({
        "name": "acme",
        "time_zone": zone,
        "time_zones": {"W. Europe Standard Time": "Europe/Berlin"},
        "components": [{"name": "gateway", "environments": {"live": {}, "staging": {}}}],
    }))
    .unwrap()
}

fn read_as(text: &[u8], zone: Option<&str>) -> Result<Contents, CalendarError> {
    let (supplier, source) = (acme(zone), by_ada());
    let reading = Reading {
        supplier: &supplier,
        source: &source,
        now: november(),
    };
    read(text, &reading)
}

fn by_ada() -> Source {
    let by = "ada".parse().unwrap();
    Source::Ics { by }
}

fn november() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// What is in a calendar with these lines in its event, one line each.
fn told(lines: &str) -> Vec<String> {
    let lines = match lines.contains("UID") {
        true => lines.to_owned(),
        false => format!("UID:1\n{lines}"),
    };
    told_of(
        &format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
        ),
        Some("Europe/Berlin"),
    )
}

fn told_of(text: &str, zone: Option<&str>) -> Vec<String> {
    let contents = match read_as(text.as_bytes(), zone) {
        Ok(contents) => contents,
        Err(why) => return vec![why.to_string()],
    };
    let found = contents.found.iter().map(|it| {
        let incoming = &it.incoming;
        let announced = &incoming.announcement;
        let times = announced
            .times
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string);
        let doubts: String = it.doubts.iter().map(|it| format!("; {it}")).collect();
        format!(
            "{} {:?} {}: {times}{doubts}",
            incoming.number, incoming.intent, announced.title
        )
    });
    let refused = contents
        .refused
        .iter()
        .map(|(title, why)| format!("{title}: {why}"));
    found.chain(refused).collect()
}

#[test]
fn an_event_is_a_notice() {
    let text = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n\
        UID:chg-7@acme.example\r\nSEQUENCE:2\r\nDTSTAMP:20261030T120000Z\r\nDTSTART;TZID=Europe/Berlin:20261201T220000\r\nDURATION:PT4H\r\n\
        SUMMARY:Gateway 2.5.0\\, a new ro\r\n llout\r\nDESCRIPTION:Line one\\nline <b>two</b>\xe2\x80\xae\r\nLOCATION:live\r\n\
        BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let contents = read_as(text, None).unwrap();
    assert_eq!(contents.refused, []);
    let [found] = contents.found.as_slice() else {
        panic!("one event is one notice: {contents:?}");
    };
    let incoming = &found.incoming;
    assert_eq!(found.doubts, []);
    assert_eq!(
        (incoming.sequence, incoming.number.as_str()),
        (Some(2), "chg-7@acme.example")
    );
    assert_eq!(incoming.stamp, "2026-10-30T12:00:00Z".parse().ok());
    assert_eq!(
        serde_json::to_value(&incoming.announcement).unwrap(),
        json!({
            "kind": "change",
            "title": "Gateway 2.5.0, a new rollout",
            "description": "Line one\nline <b>two</b>",
            "components": ["gateway"],
            "environments": ["live"],
            "times": {"time_zone": "Europe/Berlin", "periods": [{"from": "2026-12-01T21:00:00Z", "until": "2026-12-02T01:00:00Z"}]},
            "version": "2.5.0",
        })
    );
}

#[test]
fn times_are_read_where_they_are() {
    for (lines, expect) in [
        (
            "DTSTART:20261201T220000Z\nDTEND:20261202T020000Z",
            "2026-12-01 22:00 to 2026-12-02 02:00 (UTC)",
        ),
        (
            "DTSTART;TZID=\"W. Europe Standard Time\":20261201T220000",
            "2026-12-01 22:00 to 2026-12-01 22:00 (Europe/Berlin)",
        ),
        (
            "DTSTART;TZID=/example.org/20260101_1/America/New_York:20261201T220000\nDURATION:PT1H",
            "2026-12-01 22:00 to 2026-12-01 23:00 (America/New_York)",
        ),
        (
            "DTSTART;VALUE=DATE:20261201",
            "2026-12-01 00:00 to 2026-12-02 00:00 (Europe/Berlin)",
        ),
        (
            "DTSTART:20261201T220000\nDURATION:PT1H",
            "2026-12-01 22:00 to 2026-12-01 23:00 (Europe/Berlin)",
        ),
        // A gap and a fold.
        (
            "DTSTART:20270328T023000\nDURATION:PT1H",
            "2027-03-28 03:30 to 2027-03-28 04:30 (Europe/Berlin); clocks skip 2027-03-28T02:30:00 in Europe/Berlin: it is taken as that much later",
        ),
        (
            "DTSTART:20271031T023000\nDURATION:PT1H",
            "2027-10-31 02:30 to 2027-10-31 02:30 (Europe/Berlin); clocks show 2027-10-31T02:30:00 in Europe/Berlin twice: the first is taken",
        ),
    ] {
        let told = told(&format!("SUMMARY:gateway\n{lines}"));
        assert_eq!(told, [format!("1 Announce gateway: {expect}")]);
    }
}

#[test]
fn what_is_no_notice_is_told_with_what_to_do() {
    for (lines, expect) in [
        (
            "SUMMARY:x",
            "x: the event has no DTSTART: say when it begins",
        ),
        (
            "UID:\nSUMMARY:x\nDTSTART:20261201T220000Z",
            "x: the event has no UID: without it another edition of it is not recognised",
        ),
        (
            "DTSTART:tomorrow",
            "1: `tomorrow` is no time: write 20261201T220000, with a Z behind it for UTC or a TZID before it, or 20261201 for a day",
        ),
        (
            "DTSTART:20261301T220000Z",
            "1: `20261301T220000Z` is no time: write 20261201T220000, with a Z behind it for UTC or a TZID before it, or 20261201 for a day",
        ),
        (
            "DTSTART;TZID=Mars/Olympus:20261201T220000",
            "1: time zone `Mars/Olympus` is not known: say which one it is under `time_zones` of the supplier, or send times in UTC",
        ),
        (
            "DTSTART:20261201T220000Z\nDTEND:20261201T210000Z",
            "1: the event ends at 2026-12-01T21:00:00Z, before it begins at 2026-12-01T22:00:00Z",
        ),
        (
            "DTSTART:20261201T220000Z\nDURATION:-PT1H",
            "1: `-PT1H` is no DURATION: write for instance PT4H or P1DT12H",
        ),
        (
            "DTSTART:20261201T220000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY",
            "1: the event does not come back like this: ",
        ),
        (
            "DTSTART:20261201T220000Z\nDURATION:P300D\nRRULE:FREQ=MINUTELY",
            "1: the event does not come back like this: it may overlap itself 432000 times, which is more than 10000: make it rarer or shorter",
        ),
        (
            "DTSTART:20261201T220000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "1: the event does not come back like this: `FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30` does not happen in the 400 years after its start: the parts of the rule exclude each other",
        ),
        (
            "DTSTART:19900101T220000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
            "1: the event has no time from a month ago until 400 days ahead",
        ),
    ] {
        let told = told(lines);
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with(expect), "{}", told[0]);
    }
    let floating =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261201T220000\nEND:VEVENT\nEND:VCALENDAR";
    assert_eq!(
        told_of(floating, None),
        [
            "1: `20261201T220000` says not in which time zone it is: declare `time_zone` of the supplier, or send a TZID or times in UTC"
        ]
    );
}

#[test]
fn what_comes_back_is_kept_as_far_as_it_is_looked_at() {
    let weekly = "SUMMARY:gateway\nDTSTART;TZID=Europe/Berlin:20261020T220000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY";
    for (lines, expect) in [
        (
            format!("{weekly};COUNT=4\nEXDATE;TZID=Europe/Berlin:20261027T220000"),
            "1 Announce gateway: 2026-10-20 22:00 to 2026-10-21 00:00 (Europe/Berlin), and 2 more times",
        ),
        (
            format!("{weekly};UNTIL=20261103"),
            "1 Announce gateway: 2026-10-20 22:00 to 2026-10-21 00:00 (Europe/Berlin), and 2 more times",
        ),
        (
            weekly.to_owned(),
            "1 Announce gateway: 2026-10-20 22:00 to 2026-10-21 00:00 (Europe/Berlin), and more than 58 more times; it happens more often: 59 times are kept",
        ),
        (
            format!("{weekly};INTERVAL=20\nRDATE:20261105T000000Z"),
            "1 Announce gateway: 2026-10-20 22:00 to 2026-10-21 00:00 (Europe/Berlin), and more than 2 more times; it happens more often: 3 times are kept; its RDATE is not read: it may happen more often",
        ),
        (
            "SUMMARY:gateway\nDTSTART:20260101T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY"
                .to_owned(),
            "1 Announce gateway: 2026-10-01 00:00 to 2026-10-01 00:01 (UTC), and more than 59 more times; it happens more often: 60 times are kept",
        ),
    ] {
        assert_eq!(told(&lines), [expect]);
    }
}

#[test]
fn single_times_of_a_series_belong_to_it() {
    let series = "UID:s\nSUMMARY:gateway\nSEQUENCE:1\nDTSTART:20261103T220000Z\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=3";
    let moved = "UID:s\nSEQUENCE:2\nRECURRENCE-ID:20261110T220000Z\nDTSTART:20261111T220000Z\nDURATION:PT1H";
    let off = "UID:s\nRECURRENCE-ID:20261117T220000Z\nSTATUS:CANCELLED\nDTSTART:20261117T220000Z";
    let calendar = |events: &[&str]| {
        let events: String = events
            .iter()
            .map(|it| format!("BEGIN:VEVENT\n{it}\nEND:VEVENT\n"))
            .collect();
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    };
    let all = calendar(&[moved, series, off]);
    assert_eq!(
        told_of(&all, None),
        ["s Announce gateway: 2026-11-03 22:00 to 2026-11-04 00:00 (UTC), and 1 more times"]
    );
    let found = read_as(all.as_bytes(), None)
        .unwrap()
        .found
        .remove(0)
        .incoming;
    assert_eq!(found.sequence, Some(2));
    assert_eq!(
        told_of(&calendar(&[off]), None),
        [
            "s 20261117T220000Z Cancel s: -; it names no component that is known: it is taken to concern all of them; it is about one time of a series that is not in it: change the notice of the series by hand"
        ]
    );
}

#[test]
fn what_is_taken_back_is_cancelled() {
    let event = "BEGIN:VEVENT\nUID:1\nSEQUENCE:3\nSUMMARY:gateway\nEND:VEVENT";
    let cancelled = format!("BEGIN:VCALENDAR\nMETHOD:CANCEL\n{event}\nEND:VCALENDAR");
    assert_eq!(told_of(&cancelled, None), ["1 Cancel gateway: -"]);
    assert_eq!(
        told("SUMMARY:gateway\nSTATUS:cancelled\nDTSTART:20261201T220000Z"),
        ["1 Cancel gateway: 2026-12-01 22:00 to 2026-12-01 22:00 (UTC)"]
    );
    let reply = cancelled.replace("CANCEL", "REPLY");
    assert_eq!(
        told_of(&reply, None),
        ["METHOD:REPLY announces nothing: send PUBLISH, REQUEST or CANCEL (RFC 5546 §1.4)"]
    );
}

#[test]
fn hostile_calendars_are_refused() {
    let within = |inner: &str| format!("BEGIN:VCALENDAR\n{inner}\nEND:VCALENDAR\n");
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20261201T220000Z\nEND:VEVENT\n";
    let deep = format!(
        "{}{}",
        "BEGIN:VEVENT\n".repeat(5_000),
        "END:VEVENT\n".repeat(5_000)
    );
    for (text, expect) in [
        (
            String::new(),
            "this is no calendar (RFC 5545), from here on: ",
        ),
        (
            "<html>".to_owned(),
            "this is no calendar (RFC 5545), from here on: <html>",
        ),
        (
            "BEGIN:".to_owned(),
            "this is no calendar (RFC 5545), from here on: ",
        ),
        (
            "BEGIN:VEVENT\nEND:VEVENT\n".to_owned(),
            "this is no calendar (RFC 5545), from here on: BEGIN:VEVENT",
        ),
        (
            within(&deep),
            "a calendar has components within components, at most 6 deep",
        ),
        (
            within(&event.repeat(1_000)),
            "a calendar has at most 200 events: send those of the notice only",
        ),
        (
            within(&"X".repeat(300_000)),
            "a calendar has at most 256 KiB: send the events of the notice only",
        ),
    ] {
        let told = told_of(&text, None);
        assert!(told.len() == 1 && told[0].starts_with(expect), "{told:?}");
    }
    assert_eq!(
        read_as(b"BEGIN:VCALENDAR\nX:\xff\nEND:VCALENDAR", None)
            .unwrap_err()
            .to_string(),
        "a calendar is text in UTF-8 (RFC 5545 §3.1.4): save it as that"
    );
}

#[test]
fn large_calendars_are_read_in_proportion() {
    let event = |number: usize, rule: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{number}\nDTSTART:20260101T000000Z\nDURATION:PT1H\nSUMMARY:gateway\n{rule}END:VEVENT\n"
        )
    };
    let rule = "RRULE:FREQ=MINUTELY;INTERVAL=7;BYDAY=MO,TU;BYHOUR=1,2,3\n";
    let events: String = (0..150).map(|number| event(number, rule)).collect();
    let many = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    assert_eq!(read_as(many.as_bytes(), None).unwrap().found.len(), 150);
    let lines = "X-PAD;A=B;C=\"D\":padding\n".repeat(9_000);
    let long = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event(1, &lines));
    assert_eq!(read_as(long.as_bytes(), None).unwrap().found.len(), 1);
}

proptest! {
    /// Whatever is sent: it is read or refused, and what is found can be kept and read again.
    #[test]
    fn no_calendar_does_harm(
        lines in prop::collection::vec(
            prop::sample::select(vec![
                "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "UID:1", "UID:2", "DTSTART:20261201T220000Z",
                "DTSTART;TZID=Europe/Berlin:20270328T023000", "DTSTART;VALUE=DATE:20261201", "DTEND:20261201T210000Z", "DURATION:P1D",
                "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z", "RECURRENCE-ID:20261202T220000Z", "EXDATE:20261201",
                "SUMMARY:gateway", " folded", "X;=\":;", "METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:99999999999", "\u{0}é",
            ]),
            0..40,
        )
    ) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n", lines.join("\n"));
        if let Ok(contents) = read_as(text.as_bytes(), Some("UTC")) {
            for found in contents.found {
                let announced = found.incoming.announcement;
                let again = serde_json::from_value(serde_json::to_value(&announced).unwrap());
                prop_assert_eq!(again.ok(), Some(announced));
            }
        }
    }

    /// The same for bytes that are no calendar at all.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read_as(&bytes, None).is_err());
    }
}
