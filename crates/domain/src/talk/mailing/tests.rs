//! When a mail of news is due, and how far it tells.

use super::*;
use crate::communication::{Word, delivery::Blame};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn post() -> NewsPost {
    let text = r#"{"by":"post","time_zone":"Europe/Amsterdam"}"#;
    serde_json::from_str(text).unwrap()
}

fn ada(often: Option<Often>) -> Mailing {
    Mailing {
        often,
        ..Mailing::new("ada".parse().unwrap())
    }
}

fn due(mailing: &Mailing, oldest: &str, newest: &str) -> String {
    let untold = Untold {
        oldest: at(oldest),
        newest: at(newest),
    };
    let due = post().due(mailing, untold);
    due.map_or_else(|| "never".to_owned(), |it| it.to_string())
}

#[test]
fn at_once_is_as_soon_as_it_is_quiet_and_ten_minutes_later_at_most() {
    let mailing = ada(Some(Often::AtOnce));
    let first = "2026-12-01T12:00:00Z";
    for (newest, expect) in [
        (first, "2026-12-01T12:02:00Z"),
        ("2026-12-01T12:01:30Z", "2026-12-01T12:03:30Z"),
        ("2026-12-01T12:09:00Z", "2026-12-01T12:10:00Z"),
    ] {
        assert_eq!(due(&mailing, first, newest), expect);
    }
}

#[test]
fn daily_is_in_the_morning_of_the_organisation_and_once_a_day() {
    let mut mailing = ada(None);
    for (oldest, expect) in [
        // Seven in Amsterdam is six in UTC in winter, and five in summer.
        ("2026-12-01T05:59:59Z", "2026-12-01T06:00:00Z"),
        ("2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z"),
        ("2026-07-01T12:00:00Z", "2026-07-02T05:00:00Z"),
    ] {
        assert_eq!(due(&mailing, oldest, oldest), expect);
    }
    // What a mail did not bring is told by that of the next day.
    mailing.begin(DeliveryId(1), at("2026-12-05T06:00:00Z"));
    let gave_up = DeliveryState::GaveUp {
        at: at("2026-12-09T06:00:00Z"),
        attempts: 40,
        reply: "451 later".to_owned(),
    };
    assert!(mailing.went(DeliveryId(1), &gave_up));
    let old = "2026-12-01T12:00:00Z";
    assert_eq!(due(&mailing, old, old), "2026-12-06T06:00:00Z");
}

#[test]
fn never_is_never_and_what_came_meanwhile_is_not_mailed_later() {
    let mut mailing = ada(Some(Often::Never));
    let when = "2026-12-01T12:00:00Z";
    assert_eq!(due(&mailing, when, when), "never");
    mailing.choose(Often::AtOnce, Some(NewsId(7)));
    assert_eq!((mailing.often(), mailing.up_to), (Often::AtOnce, NewsId(7)));
    // Whoever only changes how often misses nothing.
    mailing.choose(Often::Daily, Some(NewsId(9)));
    assert_eq!((mailing.often(), mailing.up_to), (Often::Daily, NewsId(7)));
}

#[test]
fn what_was_new_before_mails_began_is_told_by_no_mail() {
    let mut mailing = ada(None);
    mailing.leave_out(NewsId(7));
    assert_eq!(mailing.up_to, NewsId(7));
    mailing.leave_out(NewsId(5));
    assert_eq!(mailing.up_to, NewsId(7), "it was told already");
    // The first hour behind what comes after: the same morning, or the next.
    for (oldest, expect) in [
        ("2026-12-01T05:00:00Z", "2026-12-01T06:00:00Z"),
        ("2026-12-01T08:00:00Z", "2026-12-02T06:00:00Z"),
    ] {
        assert_eq!(due(&mailing, oldest, oldest), expect);
    }
    // A mail that began before tells nothing of it, and nothing of it comes back when that mail is given up.
    let begun = at("2026-12-02T06:00:00Z");
    mailing.begin(DeliveryId(5), begun);
    mailing.leave_out(NewsId(9));
    let after = mailing.last.as_ref().map(|it| it.after);
    assert_eq!(after, Some(NewsId(9)));
    let cancelled = DeliveryState::Cancelled {
        at: begun,
        reason: None,
    };
    assert!(mailing.went(DeliveryId(5), &cancelled));
    assert_eq!(mailing.up_to, NewsId(9));
    // A mail that is over stays on record as it was.
    mailing.leave_out(NewsId(11));
    assert_eq!(mailing.last.map(|it| it.after), Some(NewsId(9)));
}

#[test]
fn one_mail_is_under_way_at_a_time_and_only_what_did_not_arrive_is_told_again() {
    let (now, reply) = (at("2026-12-01T12:00:00Z"), String::new);
    let ended = |state: DeliveryState| {
        let mut mailing = ada(Some(Often::AtOnce));
        mailing.up_to = NewsId(3);
        mailing.begin(DeliveryId(5), now);
        mailing.up_to = NewsId(8);
        assert_eq!(
            due(&mailing, "2026-12-01T12:00:00Z", "2026-12-01T12:00:00Z"),
            "never"
        );
        assert!(!mailing.went(DeliveryId(4), &state), "another delivery");
        let follows = mailing.went(DeliveryId(5), &state);
        assert_eq!(follows, !mailing.is_under_way);
        assert!(!mailing.went(DeliveryId(5), &state), "{state} twice");
        (follows, mailing.up_to.0)
    };
    let (attempts, since, blame) = (1, now, Blame::Recipient);
    let at = now;
    for (state, expect) in [
        (DeliveryState::queued(now), (false, 8)),
        (
            DeliveryState::Attempting {
                at,
                attempts,
                since,
            },
            (false, 8),
        ),
        (
            DeliveryState::Delivered {
                at,
                attempts,
                reply: reply(),
            },
            (true, 8),
        ),
        (
            DeliveryState::Refused {
                at,
                blame,
                reply: reply(),
            },
            (true, 8),
        ),
        (DeliveryState::Unknown { at, reply: reply() }, (true, 8)),
        (
            DeliveryState::Settled {
                at,
                by: "ada".parse().unwrap(),
                word: Word::Missing,
                note: reply(),
            },
            (true, 8),
        ),
        (
            DeliveryState::GaveUp {
                at,
                attempts,
                reply: reply(),
            },
            (true, 3),
        ),
        (DeliveryState::Cancelled { at, reason: None }, (true, 3)),
    ] {
        assert_eq!(ended(state.clone()), expect, "{state}");
    }
}

#[test]
fn how_often_is_read_as_it_is_written() {
    for often in Often::ALL {
        assert_eq!(often.word().parse(), Ok(often));
    }
    assert!("hourly".parse::<Often>().is_err());
}
