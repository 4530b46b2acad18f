//! What counts as a deployment, and what is only told.

use super::*;
use crate::{duration::Millis, supplier::probe::Unanswered};
use jiff::SignedDuration;
use proptest::prelude::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn seen(version: &str) -> Sighting {
    Sighting::Version(version.parse().unwrap())
}

fn hang() -> ProbeFault {
    ProbeFault::Unanswered(Unanswered::TimedOut(Millis::from_secs(10)))
}

/// `1.0 1.1 - 1.1`: one answer a minute, `-` for none. Told is what follows, with its minute.
fn told(answers: &str, times: u32) -> Vec<String> {
    let (mut watch, mut told) = (Watch::default(), Vec::new());
    for (minute, answer) in (0..).zip(answers.split_whitespace()) {
        let answer = match answer {
            "-" => Err(hang()),
            version => Ok(seen(version)),
        };
        let (next, signs) = watch.take(answer, times, at(minute));
        watch = next;
        told.extend(signs.iter().map(|sign| format!("{minute}: {sign}")));
    }
    told
}

#[test]
fn a_change_counts_once_it_was_seen_often_enough() {
    for (answers, expect) in [
        (
            "1.0.0 1.0.0",
            &["1: it runs 1.0.0, as first seen at 1970-01-01T00:00:00Z"][..],
        ),
        ("1.0.0", &[]),
        (
            "1.0.0 1.0.0 1.0.0 1.1.0 1.1.0 1.1.0",
            &[
                "1: it runs 1.0.0, as first seen at 1970-01-01T00:00:00Z",
                "4: changed from 1.0.0 to 1.1.0, between 1970-01-01T00:02:00Z and 1970-01-01T00:03:00Z",
            ],
        ),
        (
            "2.0.0 2.0.0 1.9.0 1.9.0",
            &[
                "1: it runs 2.0.0, as first seen at 1970-01-01T00:00:00Z",
                "3: changed from 2.0.0 to 1.9.0, which is an earlier version, between 1970-01-01T00:01:00Z and 1970-01-01T00:02:00Z",
            ],
        ),
        // What hangs in between is no sighting, and takes none away.
        (
            "1.0.0 1.0.0 1.1.0 - 1.1.0",
            &[
                "1: it runs 1.0.0, as first seen at 1970-01-01T00:00:00Z",
                "4: changed from 1.0.0 to 1.1.0, between 1970-01-01T00:01:00Z and 1970-01-01T00:02:00Z",
            ],
        ),
    ] {
        assert_eq!(told(answers, 2), expect, "{answers}");
    }
}

#[test]
fn what_flips_is_no_change() {
    assert_eq!(
        told(
            "1.0.0 1.0.0 1.1.0 1.0.0 1.1.0 1.0.0 1.0.0 1.1.0 1.1.0 1.1.0",
            2
        ),
        [
            "1: it runs 1.0.0, as first seen at 1970-01-01T00:00:00Z",
            "3: it answers 1.0.0 and 1.1.0 in turn: several instances, or a canary. Nothing counts as changed",
        ]
    );
    let ended = format!("1.0.0 1.0.0 1.1.0 1.0.0 {}", "1.1.0 ".repeat(8));
    assert_eq!(
        told(&ended, 2)[2..],
        ["11: changed from 1.0.0 to 1.1.0, between 1970-01-01T00:03:00Z and 1970-01-01T00:04:00Z"]
    );
    let given_up = format!("1.0.0 1.0.0 1.1.0 {}", "1.0.0 ".repeat(8));
    assert_eq!(
        told(&given_up, 2)[2..],
        ["10: it answers 1.0.0 every time again"]
    );
}

#[test]
fn nothing_becomes_unknown_silently() {
    assert_eq!(
        told("1.0.0 1.0.0 - - - 1.0.0", 2),
        [
            "1: it runs 1.0.0, as first seen at 1970-01-01T00:00:00Z",
            "3: not known since 1970-01-01T00:02:00Z, after 2 tries: it did not answer within 10 s. At 1970-01-01T00:01:00Z it ran 1.0.0",
            "5: it says what it runs again since 1970-01-01T00:05:00Z, which it did not from 1970-01-01T00:02:00Z on",
        ]
    );
    assert_eq!(
        told("- -", 2),
        ["1: not known since 1970-01-01T00:00:00Z, after 2 tries: it did not answer within 10 s"]
    );
}

fn says(version: &str, deployed: i64) -> Told {
    Told {
        component: "gateway".parse().unwrap(),
        environment: "live".parse().unwrap(),
        version: version.parse().unwrap(),
        deployed_at: Some(at(deployed)),
    }
}

#[test]
fn whoever_tells_is_not_silent() {
    let fault = ProbeFault::OtherAnswer;
    let (silent, _) = Watch::default().take(Err(fault), 1, at(0));
    assert!(silent.silence.is_some());
    let (watch, _) = silent.told(&says("1.0.0", 1), at(2));
    assert_eq!(watch.silence, None);
}

#[test]
fn a_signed_word_counts_once_and_never_from_the_past() {
    let (watch, signs) = Watch::default().told(&says("1.0.0", 1), at(2));
    assert_eq!(signs.len(), 1);
    let (watch, signs) = watch.told(&says("1.1.0", 5), at(6));
    assert_eq!(
        signs[0].to_string(),
        "changed from 1.0.0 to 1.1.0 at 1970-01-01T00:05:00Z"
    );
    for (version, deployed) in [("1.1.0", 5), ("1.0.0", 1), ("1.1.0", 50), ("0.9.0", 5)] {
        assert_eq!(
            watch.told(&says(version, deployed), at(60)),
            (watch.clone(), Vec::new())
        );
    }
    // A time to come is no time.
    let (_, signs) = watch.told(&says("1.2.0", 5_000), at(60));
    assert!(signs[0].to_string().ends_with("at 1970-01-01T01:00:00Z"));
}

proptest! {
    /// Whatever is answered: a version counts as changed only after it was seen so many times in a row, and what was known stays
    /// known.
    #[test]
    fn nothing_changes_on_a_single_word(answers in prop::collection::vec(0_usize..4, 0..60), times in 1_u32..5) {
        let (mut watch, mut row, mut last) = (Watch::default(), 0, None);
        for (minute, answer) in (0..).zip(&answers) {
            let answer = ["1.0.0", "1.1.0", "2.0.0"].get(*answer).map(|it| seen(it));
            if let Some(seen) = &answer {
                row = if last.as_ref() == Some(seen) { row + 1 } else { 1 };
                last = Some(seen.clone());
            }
            let (next, signs) = watch.take(answer.ok_or_else(hang), times, at(minute));
            prop_assert!(watch.known.is_none() || next.known.is_some());
            let changed = signs.iter().any(|sign| matches!(sign, Sign::Changed(_)));
            let runs = |watch: &Watch| watch.known.clone().map(|it| it.seen);
            prop_assert_eq!(changed, watch.known.is_some() && runs(&watch) != runs(&next));
            prop_assert!(!changed || row >= times);
            if let Some(silence) = &next.silence {
                let told = signs.iter().any(|sign| matches!(sign, Sign::Silent { .. }));
                prop_assert_eq!(told, silence.times == times);
            }
            watch = next;
        }
    }

    /// However often and in which order requests are sent again after all came once, the same is known.
    #[test]
    fn repeats_and_replays_change_nothing(order in prop::collection::vec(0_usize..5, 0..30)) {
        let all: Vec<Told> = (0..5).map(|i| says(&format!("1.{i}.0"), i)).collect();
        let mut watch = Watch::default();
        for told in &all {
            watch = watch.told(told, at(10)).0;
        }
        let first = watch.clone();
        for index in order {
            let (next, signs) = watch.told(&all[index], at(11));
            prop_assert_eq!(signs, Vec::new());
            watch = next;
        }
        prop_assert_eq!(watch, first);
    }
}

#[test]
fn another_question_begins_anew() {
    let (header, tag) = (Digest::of(b"header"), Digest::of(b"tag"));
    let ask = |watch: &Watch, question: Digest, version: &str, minute: i64| {
        let (watch, signs) = watch.asked(question).take(Ok(seen(version)), 1, at(minute));
        let signs: Vec<String> = signs.iter().map(ToString::to_string).collect();
        (watch, signs.join("; "))
    };
    // What was kept before questions were is taken to be of the first one.
    let (old, _) = Watch::default().take(Ok(seen("1.0.0")), 1, at(0));
    let (watch, told) = ask(&old, header, "1.1.0", 1);
    assert_eq!(
        told,
        "changed from 1.0.0 to 1.1.0, between 1970-01-01T00:00:00Z and 1970-01-01T00:01:00Z"
    );
    assert!(watch.is_by(header) && !watch.is_by(tag));
    let (watch, told) = ask(&watch, tag, "v1.1", 2);
    assert_eq!(told, "it runs v1.1, as first seen at 1970-01-01T00:02:00Z");
    let (watch, told) = ask(&watch, tag, "v1.2", 3);
    assert!(told.starts_with("changed from v1.1 to v1.2"), "{told}");
    assert_eq!(ask(&watch, tag, "v1.2", 4).1, "");
}
