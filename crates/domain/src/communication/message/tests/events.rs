//! Whatever happens to a message, in whichever order.

use super::*;
use proptest::prelude::*;

/// One letter for each event.
fn event(letter: char) -> Event {
    let by: Name = "ada".parse().unwrap();
    let tally = |delivered, refused| Tally {
        delivered,
        refused,
        ..Tally::default()
    };
    match letter {
        'e' => Event::Edited {
            by: writer("cyd", 3),
            writing: Box::new(writing("Shop", "It is here.", "milestone ready")),
        },
        'u' => Event::Submitted { by },
        'b' => Event::SentBack {
            by,
            note: "the date is wrong".to_owned(),
        },
        's' => Event::Sanctioned {
            sanction: Box::new(sanction()),
        },
        'v' => Event::Voided {
            voided: Voided {
                by,
                changes: vec!["the text".to_owned()],
            },
        },
        'd' => Event::CameDue,
        'h' => Event::Released { by },
        'g' => Event::SendingBegan {
            filled: Box::default(),
        },
        't' => Event::Settled { tally: tally(2, 0) },
        'p' => Event::Settled { tally: tally(1, 1) },
        'f' => Event::Settled { tally: tally(0, 1) },
        'r' => Event::Resumed { by },
        _ => Event::Cancelled {
            by,
            reason: "the release is off".to_owned(),
        },
    }
}

#[test]
fn what_happened_to_a_message_is_told_in_words() {
    for (letters, expect) in [
        ("", "a draft"),
        ("u", "in review since 1970-01-01T00:00:01Z"),
        ("ub", "a draft, sent back: the date is wrong"),
        ("us", "sanctioned by ben"),
        ("use", "a draft"),
        (
            "usv",
            "in review since 1970-01-01T00:00:03Z; what ada sanctioned is not what it is now: the text",
        ),
        ("ush", "due since 1970-01-01T00:00:03Z, sanctioned by ben"),
        ("ushe", "a draft"),
        (
            "ushg",
            "going out since 1970-01-01T00:00:04Z, sanctioned by ben",
        ),
        ("ushgt", "sent at 1970-01-01T00:00:05Z: 2 delivered"),
        (
            "ushgp",
            "sent at 1970-01-01T00:00:05Z, and not to everybody: 1 delivered, 1 refused",
        ),
        ("ushgf", "failed at 1970-01-01T00:00:05Z: 1 refused"),
        (
            "ushgfr",
            "going out since 1970-01-01T00:00:06Z, sanctioned by ben",
        ),
        (
            "ushgc",
            "cancelled by ada at 1970-01-01T00:00:05Z: the release is off",
        ),
        ("eusd", "due since 1970-01-01T00:00:04Z, sanctioned by ben"),
    ] {
        assert_eq!(told(letters), expect, "{letters}");
    }
}

#[test]
fn what_cannot_happen_to_a_message_is_named() {
    for (letters, expect) in [
        (
            "s",
            "`message.sanctioned` cannot happen to a message that is draft",
        ),
        (
            "usg",
            "`message.sending-began` cannot happen to a message that is sanctioned",
        ),
        (
            "usd",
            "`message.came-due` cannot happen to a message that is sanctioned",
        ),
        (
            "eush",
            "`message.released` cannot happen to a message that is sanctioned",
        ),
        (
            "ushge",
            "`message.edited` cannot happen to a message that is sending",
        ),
        (
            "ushgtr",
            "`message.resumed` cannot happen to a message that is sent",
        ),
        (
            "ce",
            "`message.edited` cannot happen to a message that is cancelled",
        ),
    ] {
        assert_eq!(told(letters), expect, "{letters}");
    }
}

fn told(letters: &str) -> String {
    let mut message = draft("by hand");
    let mut why = None;
    for (letter, second) in letters.chars().zip(1..) {
        why = message.apply(&event(letter), at(second)).err();
    }
    why.map_or_else(|| message.status.to_string(), |why| why.to_string())
}

proptest! {
    /// Nothing goes out that is not sanctioned, and cutting and replaying changes nothing.
    #[test]
    fn nothing_goes_out_without_a_sanction(letters in "[eubsvdhgtpfrc]{0,30}", cut in 0_usize..30) {
        let mut message = draft("by hand");
        let mut replayed = message.clone();
        let mut is_sanctioned = false;
        for (place, letter) in letters.chars().enumerate() {
            let when = at(i64::try_from(place).unwrap());
            let event = event(letter);
            if message.apply(&event, when).is_err() {
                continue;
            }
            is_sanctioned = (is_sanctioned || letter == 's') && !"eubv".contains(letter);
            if matches!(message.status, Status::Due { .. } | Status::Sending { .. } | Status::Sent { .. }) {
                prop_assert!(is_sanctioned);
            }
            if place == cut {
                let stored = serde_json::to_string(&replayed).unwrap();
                replayed = serde_json::from_str(&stored).unwrap();
            }
            replayed.apply(&event, when).unwrap();
        }
        prop_assert_eq!(replayed, message);
    }
}
