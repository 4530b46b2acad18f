//! A delivery goes through its states, is tried again, and never twice without somebody knowing.

use super::*;
use crate::communication::{
    Opens,
    message::{Status, Tally},
};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn delivery(state: DeliveryState) -> Delivery {
    let to = Addressed {
        audience: "customers".parse().unwrap(),
        channel: "post".parse().unwrap(),
        recipient: Recipient::Mailbox("ada@example.org".parse().unwrap()),
    };
    let begun = Delivery::begin(DeliveryId(1), (MessageId(7), &Digest::of(b"")), to, at(0));
    Delivery { state, ..begun }
}

fn ben() -> Name {
    "ben".parse().unwrap()
}

/// One letter for each event.
fn event(letter: char, second: i64) -> DeliveryEvent {
    let reply = "so it is".to_owned();
    match letter {
        'a' => DeliveryEvent::Attempted,
        'd' => DeliveryEvent::Delivered { reply },
        'f' => DeliveryEvent::Refused {
            blame: Blame::Recipient,
            reply,
        },
        'p' => DeliveryEvent::Postponed {
            until: at(second + 60),
            reply,
        },
        'g' => DeliveryEvent::GaveUp { reply },
        'l' => DeliveryEvent::Lost { reply },
        'r' => DeliveryEvent::Resent { by: ben() },
        's' => DeliveryEvent::Settled {
            by: ben(),
            word: Word::Arrived,
            note: "they answered".to_owned(),
        },
        _ => DeliveryEvent::Cancelled { reason: None },
    }
}

fn told(letters: &str) -> String {
    let mut it = delivery(DeliveryState::queued(at(0)));
    for (letter, second) in letters.chars().zip(1..) {
        match it.after(&event(letter, second), at(second)) {
            Ok(state) => it.state = state,
            Err(why) => return why.to_string(),
        }
    }
    it.state.to_string()
}

#[test]
fn what_happened_to_a_delivery_is_told_in_words() {
    for (letters, expect) in [
        ("", "waits for its turn at 1970-01-01T00:00:00Z"),
        ("a", "attempt 1 is under way since 1970-01-01T00:00:01Z"),
        (
            "ap",
            "is tried again at 1970-01-01T00:01:02Z, 1 times so far: so it is",
        ),
        ("apa", "attempt 2 is under way since 1970-01-01T00:00:03Z"),
        ("ad", "delivered at 1970-01-01T00:00:02Z: so it is"),
        (
            "af",
            "refused at 1970-01-01T00:00:02Z, no such recipient: so it is",
        ),
        (
            "apag",
            "gave up at 1970-01-01T00:00:04Z after 2 attempts: so it is",
        ),
        (
            "al",
            "unknown since 1970-01-01T00:00:02Z, waits for somebody to say whether it arrived: so it is",
        ),
        ("als", "arrived by the word of ben: they answered"),
        ("alr", "waits for its turn at 1970-01-01T00:00:03Z"),
        ("agr", "waits for its turn at 1970-01-01T00:00:03Z"),
        ("c", "cancelled at 1970-01-01T00:00:01Z"),
        (
            "l",
            "unknown since 1970-01-01T00:00:01Z, waits for somebody to say whether it arrived: so it is",
        ),
        (
            "ada",
            "`delivery.attempted` cannot happen to a delivery that is delivered",
        ),
        (
            "afr",
            "`delivery.resent` cannot happen to a delivery that is refused",
        ),
        (
            "ala",
            "`delivery.attempted` cannot happen to a delivery that is unknown",
        ),
        (
            "ac",
            "`delivery.cancelled` cannot happen to a delivery that is attempting",
        ),
        (
            "d",
            "`delivery.delivered` cannot happen to a delivery that is queued",
        ),
    ] {
        assert_eq!(told(letters), expect, "{letters}");
    }
}

#[test]
fn what_follows_an_attempt_is_decided_by_what_it_came_to() {
    let attempting = |attempts, since| {
        let (at, since) = (at(100), at(since));
        delivery(DeliveryState::Attempting {
            at,
            attempts,
            since,
        })
    };
    let reply = || "451 4.3.0 later".to_owned();
    let later = Outcome::Later {
        after: None,
        reply: reply(),
    };
    let patience = Patience::MAIL;
    assert_eq!(
        attempting(1, 100).answered(&later, patience, 0, at(100)),
        DeliveryEvent::Postponed {
            until: at(160),
            reply: reply()
        }
    );
    assert_eq!(
        attempting(9, 100).answered(&later, patience, 0, at(100 + 4 * 86_400)),
        DeliveryEvent::GaveUp { reply: reply() }
    );
    let lost = Outcome::Lost {
        reply: "x".repeat(1_000),
    };
    assert_eq!(
        attempting(1, 100).answered(&lost, patience, 0, at(100)),
        DeliveryEvent::Lost {
            reply: "x".repeat(300)
        }
    );
}

#[test]
fn a_delivery_waits_for_its_turn_and_for_the_quiet_hours() {
    use crate::communication::message::tests::sanction;
    let sending = Status::Sending {
        sanction: sanction(),
        at: at(0),
    };
    let cancelled = Status::Cancelled {
        by: ben(),
        at: at(0),
        reason: String::new(),
    };
    let queued = |second| DeliveryState::queued(at(second));
    for (state, status, opens, expect) in [
        (queued(10), &sending, Opens::Now, Step::Attempt),
        (queued(11), &sending, Opens::Now, Step::Wait(at(11))),
        (queued(5), &sending, Opens::At(at(20)), Step::Wait(at(20))),
        (queued(30), &sending, Opens::At(at(20)), Step::Wait(at(30))),
        (queued(30), &cancelled, Opens::Now, Step::Cancel),
        (
            DeliveryState::Cancelled {
                at: at(1),
                reason: None,
            },
            &sending,
            Opens::Now,
            Step::Rest,
        ),
    ] {
        let step = delivery(state).step(status, opens, at(10));
        assert_eq!(step, expect);
    }
}

#[test]
fn deliveries_are_counted_by_what_they_came_to() {
    let state = |letters: &str| {
        let mut it = delivery(DeliveryState::queued(at(0)));
        for letter in letters.chars() {
            it.state = it.after(&event(letter, 1), at(1)).unwrap();
        }
        it.state
    };
    let states = ["", "a", "ad", "ad", "af", "ag", "al", "als", "c"].map(state);
    let tally = Tally::of(&states);
    assert_eq!(
        tally.to_string(),
        "3 delivered, 2 under way, 1 unknown, 1 refused, 1 gave up, 1 cancelled"
    );
    assert!(!tally.is_settled());
    assert_eq!(
        Tally::default().to_string(),
        "there was nobody to send it to"
    );
}

proptest! {
    /// Whatever happens, nothing is attempted after it was delivered or refused, nor after it was lost unless a person said so;
    /// and cutting and replaying the events from the stored form of any state changes nothing.
    #[test]
    fn what_ended_is_not_attempted(letters in "[adfpglrsc]{0,30}", cut in 0_usize..30) {
        let mut it = delivery(DeliveryState::queued(at(0)));
        let mut replayed = it.clone();
        for (place, letter) in letters.chars().enumerate() {
            let second = i64::try_from(place).unwrap();
            let event = event(letter, second);
            let Ok(next) = it.after(&event, at(second)) else { continue };
            let was = std::mem::replace(&mut it.state, next);
            if matches!(it.state, DeliveryState::Attempting { .. }) {
                let fits = matches!(was, DeliveryState::Queued { .. });
                prop_assert!(fits);
            }
            if matches!(it.state, DeliveryState::Queued { .. }) && !matches!(was, DeliveryState::Attempting { .. }) {
                prop_assert_eq!(letter, 'r');
                let fits = matches!(was, DeliveryState::Unknown { .. } | DeliveryState::GaveUp { .. });
                prop_assert!(fits);
            }
            if place == cut {
                let stored = serde_json::to_string(&replayed.state).unwrap();
                replayed.state = serde_json::from_str(&stored).unwrap();
            }
            replayed.state = replayed.after(&event, at(second)).unwrap();
        }
        prop_assert_eq!(replayed.state, it.state);
    }
}
