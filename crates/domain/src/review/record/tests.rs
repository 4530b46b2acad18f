//! Retrospectives, told step by step and at random.

use super::*;
use crate::{
    id::NoteId,
    review::{Column, Regrouping},
    text::Line,
};
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn review() -> Review {
    let begun = Begun {
        by: name("ada"),
        at: at(0),
        participants: [name("ben"), name("cy")].into(),
        votes_each: 3,
    };
    Review::begin(name("shop"), "1.0.0".parse().unwrap(), begun).unwrap()
}

fn said(text: &str) -> (Column, Paragraphs) {
    (Column::Badly, Paragraphs::of(text))
}

fn closing(by: &str) -> ReviewEvent {
    ReviewEvent::Closed {
        by: name(by),
        report: crate::digest::Digest::of(b"report"),
    }
}

/// Ada, Ben and Cy wrote a note each.
fn written() -> Review {
    let mut review = review();
    for (by, text) in [
        ("ada", "Staging data was stale\nagain"),
        ("ben", "stale data"),
        ("cy", "Lunch"),
    ] {
        review = review.wrote(&name(by), said(text), at(1)).unwrap().0;
    }
    review
}

fn revealed() -> Review {
    written().after(&ReviewEvent::Revealed, &[], at(2)).unwrap()
}

/// The first two notes together, the third alone.
fn voting() -> Review {
    let together = [NoteId(1), NoteId(2)].into();
    let titled = (Line::of("Stale data"), Some(name("stale-data")));
    let (review, group) = revealed().grouped(titled, &together).unwrap();
    assert_eq!(group, GroupId(1));
    review
        .after(&ReviewEvent::VotingOpened, &[], at(3))
        .unwrap()
}

#[test]
fn notes_are_written_silently_and_then_revealed() {
    let review = written();
    let seen = review.seen_by(&name("ben"));
    assert_eq!((seen.notes, seen.took_part), (3, 3));
    let own: Vec<&str> = seen
        .review
        .notes
        .iter()
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(own, ["stale data"]);
    assert!(review.seen_by(&name("dee")).review.notes.is_empty());
    let all = revealed().seen_by(&name("dee"));
    assert_eq!(all.review.notes.len(), 3);
}

#[test]
fn votes_are_hidden_until_all_are_given_and_decide_the_order() {
    let mut review = voting();
    let titles: Vec<&str> = review.groups.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Stale data", "Lunch"]);
    for (by, given) in [("ada", [(1, 1)]), ("ben", [(2, 3)]), ("cy", [(1, 1)])] {
        let given = given.map(|(group, votes)| (GroupId(group), votes)).into();
        review = review.voted(&name(by), &given).unwrap();
    }
    let seen = review.seen_by(&name("ada"));
    assert_eq!((seen.tally.len(), seen.review.votes.len()), (0, 1));
    // Whoever votes again takes back what they gave before.
    review = review
        .voted(&name("ben"), &[(GroupId(2), 1)].into())
        .unwrap();
    let discussed = review.after(&ReviewEvent::Discussed, &[], at(4)).unwrap();
    let seen = discussed.seen_by(&name("ada"));
    assert_eq!(seen.tally, [(GroupId(1), 2), (GroupId(2), 1)]);
    assert_eq!(seen.review.votes.len(), 1);
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let review = written();
    let error = |result: Result<(), ReviewError>| result.unwrap_err().to_string();
    let drop_it = |result: Result<Review, ReviewError>| error(result.map(drop));
    let wrote = |review: &Review, by: &str, text: &str| {
        error(review.wrote(&name(by), said(text), at(1)).map(drop))
    };
    assert_eq!(
        wrote(&review, "dee", "me, too"),
        "dee is not among those who take part: whoever leads the review can invite them"
    );
    assert_eq!(
        wrote(&review, "ada", " "),
        "the note says nothing: write what you saw"
    );
    assert_eq!(
        wrote(&voting(), "ada", "late"),
        "the review is voting, and notes are written only while it is written, grouped or discussed"
    );
    assert_eq!(
        drop_it(review.took_back(&name("ada"), NoteId(2))),
        "there is no note 2 of yours"
    );
    assert_eq!(
        drop_it(revealed().took_back(&name("ada"), NoteId(1))),
        "the review is grouping, and notes are taken back only while it is written"
    );
    let many = [(GroupId(1), 2), (GroupId(2), 2)].into();
    assert_eq!(
        drop_it(voting().voted(&name("ada"), &many)),
        "that is 4 votes, and everybody has 3"
    );
    assert_eq!(
        drop_it(voting().voted(&name("ada"), &[(GroupId(9), 1)].into())),
        "there is no group 9: look at the review again"
    );
    assert_eq!(
        drop_it(review.after(&closing("ada"), &[], at(2))),
        "the review is writing: it cannot be closed now; reveal the notes once everybody has written theirs"
    );
    assert_eq!(
        drop_it(review.without(&name("ben"))),
        "ben wrote or voted, and stays among those who take part"
    );
    let seen = review
        .concluded(Paragraphs::of("Fine."), Edition(0))
        .unwrap();
    assert_eq!(
        drop_it(seen.concluded(Paragraphs::of("Bad."), Edition(0))),
        "the conclusion was changed since edition 0: it is edition 1 now; look at it and write yours again"
    );
}

#[test]
fn a_review_is_closed_once_its_objectives_are_judged() {
    let objective = Objective {
        name: name("faster"),
        title: String::new(),
        measure: "half the time".to_owned(),
    };
    let planned = [objective];
    let discussed = revealed()
        .after(&ReviewEvent::Discussed, &planned, at(3))
        .unwrap();
    let open = discussed
        .after(&closing("ada"), &planned, at(4))
        .unwrap_err();
    assert_eq!(
        open.to_string(),
        "not judged yet: faster; say of each whether it was met"
    );
    let found = (Verdict::Partly, Paragraphs::of("a third less"));
    let by = (&name("ada"), at(4));
    let judged = discussed
        .judged((&planned, &name("faster")), found, by)
        .unwrap();
    let closed = judged.after(&closing("ada"), &planned, at(5)).unwrap();
    assert!(closed.stage.is_closed());
    assert!(closed.with(&name("dee")).is_err());
    let again = |reason: &str| {
        let (by, reason) = (name("ben"), reason.to_owned());
        closed.after(&ReviewEvent::Reopened { by, reason }, &planned, at(6))
    };
    assert_eq!(
        again(" ").unwrap_err().to_string(),
        "say why it is taken up again"
    );
    assert_eq!(
        again("a figure was wrong").unwrap().stage,
        Stage::Discussing
    );
    // What was judged was another objective.
    let mut other = planned;
    other[0].measure = "a quarter".to_owned();
    assert!(judged.after(&closing("ada"), &other, at(5)).is_err());
}

/// One step of somebody; what is refused changes nothing.
fn step(review: &Review, (what, who, which): (u8, usize, u64)) -> Option<Review> {
    let by = name(["ada", "ben", "cy", "dee"][who]);
    let (note, group) = (NoteId(which), GroupId(which));
    match what {
        0..=3 => review
            .wrote(&by, said("it smokes"), at(1))
            .ok()
            .map(|it| it.0),
        4 => review.took_back(&by, note).ok(),
        5 => review.after(&ReviewEvent::Revealed, &[], at(1)).ok(),
        6 => review.after(&ReviewEvent::VotingOpened, &[], at(1)).ok(),
        7 => review.after(&ReviewEvent::Discussed, &[], at(1)).ok(),
        8 => review.after(&closing("ada"), &[], at(1)).ok(),
        9 => {
            let reason = "again".to_owned();
            let event = ReviewEvent::Reopened { by, reason };
            review.after(&event, &[], at(1)).ok()
        }
        10 => {
            let notes = [note, NoteId(which + 1)].into();
            review
                .grouped((Line::of("smoke"), None), &notes)
                .ok()
                .map(|it| it.0)
        }
        11 => {
            let change = Regrouping {
                add: [NoteId(which / 2 + 1)].into(),
                remove: [NoteId(which)].into(),
                ..Regrouping::default()
            };
            review.regrouped(group, &change).ok()
        }
        12 => review
            .voted(&by, &[(group, 2), (GroupId(which + 1), 1)].into())
            .ok(),
        13 => review.without(&by).ok(),
        _ => review.with(&by).ok(),
    }
}

proptest! {
    #[test]
    fn whatever_is_done_nobody_sees_too_much_and_nothing_is_lost(
        steps in prop::collection::vec((0..15_u8, 0..4_usize, 0..6_u64), 0..60)
    ) {
        let mut review = review();
        for it in steps {
            let Some(next) = step(&review, it) else { continue };
            for person in ["ada", "ben", "cy", "dee"].map(name) {
                let seen = next.seen_by(&person);
                prop_assert!(seen.review.votes.keys().all(|by| *by == person));
                if next.stage == Stage::Writing {
                    prop_assert!(seen.review.notes.iter().all(|note| note.by == person));
                }
                prop_assert_eq!(seen.tally.is_empty(), next.stage == Stage::Voting || next.groups.is_empty());
            }
            let grouped: Vec<NoteId> = next.groups.iter().flat_map(|it| it.notes.iter().copied()).collect();
            let mut once = grouped.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), grouped.len());
            prop_assert!(grouped.iter().all(|id| next.notes.iter().any(|note| note.id == *id)));
            if matches!(next.stage, Stage::Voting | Stage::Discussing | Stage::Closed { .. }) {
                prop_assert_eq!(grouped.len(), next.notes.len());
            }
            for given in next.votes.values() {
                prop_assert!(given.values().map(|it| u64::from(*it)).sum::<u64>() <= 3);
                prop_assert!(given.keys().all(|id| next.groups.iter().any(|group| group.id == *id)));
            }
            if review.stage != Stage::Writing {
                prop_assert!(review.notes.iter().all(|note| next.notes.contains(note)));
            }
            // What was given is taken back by whoever gave it, and by nobody else.
            let given = |it: &Review| it.votes.values().flat_map(|own| own.values()).map(|it| u64::from(*it)).sum::<u64>();
            prop_assert!(it.0 == 12 || given(&next) == given(&review));
            prop_assert!(next.counted >= review.counted);
            let text = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(serde_json::from_str::<Review>(&text).unwrap(), next.clone());
            review = next;
        }
    }
}
