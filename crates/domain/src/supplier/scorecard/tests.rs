//! How each number is counted.

use super::*;
use crate::{
    id::{NoticeId, ObservationId},
    supplier::{
        Change, Deployed, Line, Sighting,
        notice::{Fit, Incoming, Intent, Misplaced, NoticeEvent, Source},
        task::Lead,
    },
};
use jiff::SignedDuration;
use serde_json::json;

/// Days of January 2026, from its first.
fn at(days: i64) -> Timestamp {
    let first: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    first + SignedDuration::from_hours(24 * days)
}

fn acme() -> Supplier {
    serde_json::from_value(json!({
        "name": "acme",
        "obligations": {
            "notice": {"change": "10d"},
            "windows": [{"every": {"starts": "2026-01-01T00:00", "rule": "FREQ=DAILY;INTERVAL=10", "lasts": "1d", "time_zone": "UTC"}}],
        },
    }))
    .unwrap()
}

fn notice(id: u64, kind: &str, said: i64, begins: i64) -> Notice {
    let incoming = Incoming {
        number: Line::of("1"),
        intent: Intent::Announce,
        announcement: serde_json::from_value(json!({
            "kind": kind, "title": "x", "times": {"periods": [{"from": at(begins), "until": at(begins)}]},
        }))
        .unwrap(),
        sequence: None,
        stamp: None,
        source: Source::Form { by: "ada".parse().unwrap() },
    };
    Notice::first(NoticeId(id), "acme".parse().unwrap(), incoming, at(said))
}

fn observed(day: i64, matched: Match) -> Observation {
    let seen = |version: &str| Sighting::Version(version.parse().unwrap());
    let change = Change {
        from: seen("1"),
        to: seen("2"),
        after: at(day),
        by: at(day),
        is_back: false,
    };
    Observation {
        id: ObservationId(1),
        deployed: Deployed {
            supplier: "acme".parse().unwrap(),
            component: "gateway".parse().unwrap(),
            environment: "live".parse().unwrap(),
            change,
        },
        matched,
    }
}

fn announced(misplaced: Option<Misplaced>) -> Match {
    let fit = Fit {
        misplaced,
        announced: None,
    };
    Match::Announced {
        notice: NoticeId(1),
        fit,
    }
}

fn task(asked: i64, due: i64, status: &serde_json::Value) -> SupplierTask {
    serde_json::from_value(json!({
        "id": 1, "supplier": "acme", "title": "x", "by": "ada", "at": at(asked), "due": at(due), "status": status,
    }))
    .unwrap()
}

/// A task of the second day that had to be asked for on the first.
fn hurried(due: i64, status: &serde_json::Value) -> SupplierTask {
    let lead = Lead {
        what: "certificate".parse().unwrap(),
        ask_by: at(1),
    };
    SupplierTask {
        lead: Some(lead),
        ..task(2, due, status)
    }
}

#[test]
fn each_number_says_of_how_many_it_is() {
    let mut overdue = notice(3, "maintenance", 0, 20);
    overdue = overdue.after(&NoticeEvent::Lapsed, at(21)).unwrap();
    let cancelled = notice(4, "change", 0, 20)
        .after(&NoticeEvent::Cancelled, at(5))
        .unwrap();
    let notices = [
        notice(1, "change", 1, 20),
        notice(2, "change", 15, 20),
        overdue,
        cancelled,
        notice(5, "change", 1, 50),
    ];
    let observations = [
        observed(10, announced(None)),
        observed(12, announced(Some(Misplaced::Late(9_000)))),
        observed(20, Match::Surprise),
        observed(40, Match::Surprise),
    ];
    let finished = |day| json!({"is": "finished", "by": "eve@acme.example", "at": at(day), "answered": at(day - 1), "note": ""});
    let tasks = [
        task(1, 10, &finished(9)),
        task(1, 10, &finished(11)),
        task(2, 12, &json!({"is": "asked"})),
        task(2, 12, &json!({"is": "withdrawn", "by": "ada", "at": at(3)})),
        // Asked for too late: that it comes late is not theirs, and that it comes in time all the same is.
        hurried(12, &finished(13)),
        hurried(12, &json!({"is": "asked"})),
        hurried(12, &finished(11)),
    ];
    let record = Record {
        notices: &notices,
        observations: &observations,
        incidents: &[at(3), at(99)],
        tasks: &tasks,
    };
    let card = Scorecard::of(&acme(), &record, at(0), at(31));
    assert_eq!(
        card.told(),
        [
            "1 of 2 (50 %)",
            "1 of 3 (33 %)",
            "1 of 2 (50 %)",
            "2 of 3 (66 %)",
            "1 of 1 (100 %)",
            "3",
            "1",
            "2 of 4 (50 %)",
            "192 h 0 min, of 4 answered out of 7 asked",
        ]
    );
}

#[test]
fn where_nothing_is_to_count_there_is_no_data() {
    let record = Record {
        notices: &[],
        observations: &[],
        incidents: &[],
        tasks: &[],
    };
    let card = Scorecard::of(&acme(), &record, at(0), at(31));
    assert_eq!(
        card.told(),
        [
            "no data",
            "no data",
            "no data",
            "no data",
            "no data",
            "none observed",
            "none recorded",
            "no data",
            "no data"
        ]
    );
    let nothing_promised: Supplier = serde_json::from_value(json!({"name": "acme"})).unwrap();
    let notices = [notice(1, "change", 1, 20)];
    let record = Record {
        notices: &notices,
        observations: &[observed(10, announced(None))],
        ..record
    };
    let card = Scorecard::of(&nothing_promised, &record, at(0), at(31));
    assert_eq!(
        (card.notice_in_time.percent(), card.in_windows.percent()),
        (None, None)
    );
    assert_eq!(card.surprises.to_string(), "0 of 1 (0 %)");
}

#[test]
fn what_is_moved_counts_from_when_that_was_said() {
    let first = notice(1, "change", 0, 20);
    let later = notice(1, "change", 15, 22);
    let moved = Incoming {
        number: first.number.clone(),
        intent: Intent::Announce,
        announcement: later.current().announcement.clone(),
        sequence: None,
        stamp: None,
        source: later.current().source.clone(),
    };
    let crate::supplier::notice::Received::Changed(moved) = first.receive(moved, at(15)) else {
        panic!("it is news");
    };
    let notices = [*moved];
    let record = Record {
        notices: &notices,
        observations: &[],
        incidents: &[],
        tasks: &[],
    };
    let card = Scorecard::of(&acme(), &record, at(0), at(31));
    assert_eq!(card.notice_in_time.to_string(), "0 of 1 (0 %)");
}
