//! What messages make of a notice, in whichever order they come.

use super::*;
use crate::{
    communication::MailAddress,
    supplier::notice::{Vouched, Witness},
};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn ada() -> Name {
    "ada".parse().unwrap()
}

fn incoming(intent: Intent, title: &str, count: Option<(u32, i64)>) -> Incoming {
    Incoming {
        number: Line::of("CHG1"),
        intent,
        announcement: serde_json::from_value(json!({"kind": "change", "title": title})).unwrap(),
        sequence: count.map(|it| it.0),
        stamp: count.map(|it| at(it.1)),
        source: Source::Api { by: ada() },
    }
}

fn first() -> Notice {
    let acme = "acme".parse().unwrap();
    Notice::first(
        NoticeId(1),
        acme,
        incoming(Intent::Announce, "one", Some((0, 0))),
        at(1),
    )
}

/// What becomes of the notice, message by message.
fn check(messages: &[Incoming], expect: &[&str]) {
    let mut notice = first();
    for (message, expect) in messages.iter().zip(expect) {
        let said = match notice.receive(message.clone(), at(2)) {
            Received::Changed(changed) => {
                notice = *changed;
                let current = notice.current();
                format!(
                    "{} {} {}",
                    notice.status.word(),
                    current.edition,
                    current.announcement.title
                )
            }
            Received::Unchanged(why) => why.to_string(),
        };
        assert_eq!(said, *expect);
    }
}

#[test]
fn what_is_sent_again_or_late_changes_nothing() {
    use Intent::{Announce, Cancel};
    check(
        &[
            incoming(Announce, "one", Some((0, 0))),
            incoming(Announce, "two", Some((1, 5))),
            incoming(Announce, "one", Some((0, 0))),
            incoming(Announce, "three", Some((1, 4))),
            incoming(Announce, "three", Some((1, 6))),
            incoming(Cancel, "three", Some((3, 9))),
            incoming(Cancel, "three", Some((3, 9))),
            incoming(Announce, "four", Some((2, 8))),
            incoming(Announce, "three", Some((3, 9))),
            incoming(Announce, "five", Some((4, 10))),
        ],
        &[
            "it says what is known already",
            "announced 2 two",
            "it is older than what is known",
            "it is older than what is known",
            "announced 3 three",
            "cancelled 4 three",
            "it says what is known already",
            "it is older than what is known",
            "it is older than what is known",
            "announced 5 five",
        ],
    );
    // Where nobody counts, what comes later is newer.
    check(
        &[
            incoming(Announce, "two", None),
            incoming(Announce, "two", None),
            incoming(Cancel, "", None),
        ],
        &[
            "announced 2 two",
            "it says what is known already",
            "cancelled 3 two",
        ],
    );
}

#[test]
fn a_series_without_an_end_moves_on_without_being_news() {
    let message = |first: i64| {
        let period = |it: i64| json!({"from": at(it * 24), "until": at(it * 24 + 1)});
        let periods: Vec<_> = (first..first + 10).map(period).collect();
        let mut message = incoming(Intent::Announce, "one", Some((0, first)));
        let times = json!({"periods": periods, "cut": true});
        message.announcement.times = Some(serde_json::from_value(times).unwrap());
        message
    };
    let begun = Notice::first(NoticeId(1), ada(), message(0), at(0));
    let seen = begun
        .after(&NoticeEvent::Acknowledged { by: ada() }, at(1))
        .unwrap();
    let Received::Changed(later) = seen.receive(message(5), at(2)) else {
        panic!("it has further times");
    };
    assert_eq!(
        (later.status.word(), later.editions().len()),
        ("acknowledged", 1)
    );
    assert_eq!(later.current().announcement, message(5).announcement);
    let Received::Changed(other) = later.receive(message(50), at(2)) else {
        panic!("it has other times");
    };
    assert_eq!(other.status.word(), "announced");
}

#[test]
fn a_stranger_changes_nothing() {
    let from: MailAddress = "eve@elsewhere.example".parse().unwrap();
    let mut forged = incoming(Intent::Cancel, "one", Some((9, 9)));
    forged.source = Source::Mail {
        from,
        vouched: Vouched::Stranger,
    };
    check(
        &[forged],
        &[
            "whoever sent it is no contact of the supplier: look at it, and write it down yourself if it is right",
        ],
    );
}

#[test]
fn a_stranger_does_not_keep_the_supplier_from_speaking() {
    let from: MailAddress = "eve@elsewhere.example".parse().unwrap();
    let source = Source::Mail {
        from,
        vouched: Vouched::Stranger,
    };
    let forged = Incoming {
        source,
        ..incoming(Intent::Announce, "one", Some((u32::MAX, 99)))
    };
    let notice = Notice::first(NoticeId(1), ada(), forged, at(1));
    assert!(notice.is_doubtful());
    let seen = notice
        .after(&NoticeEvent::Acknowledged { by: ada() }, at(2))
        .unwrap();
    assert!(!seen.is_doubtful());
    for title in ["one", "two"] {
        for notice in [&notice, &seen] {
            let message = incoming(Intent::Announce, title, Some((0, 0)));
            let Received::Changed(changed) = notice.receive(message.clone(), at(3)) else {
                panic!("the supplier said it");
            };
            assert!(!changed.is_doubtful());
            assert_eq!(changed.current().sequence, 0);
            assert_eq!(
                changed.receive(message, at(4)),
                Received::Unchanged(Unchanged::Same)
            );
        }
    }
}

#[test]
fn another_edition_was_not_seen_yet_and_what_is_over_stays() {
    let seen = first()
        .after(&NoticeEvent::Acknowledged { by: ada() }, at(2))
        .unwrap();
    let Received::Changed(notice) = seen.receive(incoming(Intent::Announce, "two", None), at(3))
    else {
        panic!("it is news");
    };
    assert_eq!(notice.status, NoticeStatus::Announced { since: at(3) });
    let witness = Witness::Person(ada());
    let happened = notice
        .after(&NoticeEvent::Happened { witness }, at(4))
        .unwrap();
    let received = happened.receive(incoming(Intent::Cancel, "", None), at(5));
    assert_eq!(received, Received::Unchanged(Unchanged::Over("happened")));
    assert_eq!(
        Unchanged::Over("happened").to_string(),
        "the notice is happened already"
    );
    let again = happened.after(&NoticeEvent::Lapsed, at(5)).unwrap_err();
    assert_eq!(
        again.to_string(),
        "`lapsed` cannot happen to a notice that is happened"
    );
}

#[test]
fn each_event_happens_in_some_statuses_only() {
    use NoticeStatus::{Acknowledged, Announced, Cancelled, Closed, Happened, Overdue, Withdrawn};
    let (by, text) = (ada(), String::new);
    let witness = Witness::Person(by.clone());
    let states = [
        Announced { since: at(0) },
        Acknowledged {
            by: by.clone(),
            at: at(0),
        },
        Overdue { since: at(0) },
        Happened {
            witness: witness.clone(),
            at: at(0),
        },
        Closed {
            by: by.clone(),
            at: at(0),
            note: text(),
        },
        Cancelled { at: at(0) },
        Withdrawn {
            by: by.clone(),
            at: at(0),
            reason: text(),
        },
    ];
    for (event, expect) in [
        (
            NoticeEvent::Updated,
            "announced announced announced announced - announced -",
        ),
        (
            NoticeEvent::Acknowledged { by: by.clone() },
            "acknowledged - acknowledged - - - -",
        ),
        (NoticeEvent::Lapsed, "overdue overdue - - - - -"),
        (
            NoticeEvent::Happened { witness },
            "happened happened happened - - - -",
        ),
        (
            NoticeEvent::Closed {
                by: by.clone(),
                note: text(),
            },
            "- - closed closed - - -",
        ),
        (
            NoticeEvent::Cancelled,
            "cancelled cancelled cancelled - - - -",
        ),
        (
            NoticeEvent::Withdrawn { by, reason: text() },
            "withdrawn withdrawn withdrawn - - - -",
        ),
    ] {
        let after = |state: &NoticeStatus| state.after(&event, at(1)).map_or("-", |it| it.word());
        let found: Vec<&str> = states.iter().map(after).collect();
        assert_eq!(found.join(" "), expect, "{}", event.word());
    }
}

proptest! {
    /// In whatever order and however often counted messages come: what counts highest is what is known.
    #[test]
    fn the_highest_count_wins(order in prop::collection::vec(1_u32..12, 1..60)) {
        let mut notice = first();
        for count in &order {
            let intent = if count % 3 == 0 { Intent::Cancel } else { Intent::Announce };
            let message = incoming(intent, &count.to_string(), Some((*count, i64::from(*count))));
            if let Received::Changed(changed) = notice.receive(message, at(2)) {
                notice = *changed;
            }
        }
        let last = order.iter().max().copied().unwrap_or_default();
        let is_cancelled = matches!(notice.status, NoticeStatus::Cancelled { .. });
        prop_assert_eq!(is_cancelled, last % 3 == 0);
        if !is_cancelled {
            prop_assert_eq!(notice.current().announcement.title.as_str(), last.to_string());
        }
        let again: Notice = serde_json::from_value(serde_json::to_value(&notice).unwrap()).unwrap();
        prop_assert_eq!(again, notice);
    }
}
