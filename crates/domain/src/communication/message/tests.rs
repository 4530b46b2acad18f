//! A message goes from draft to sent, and what changes voids its sanction.

mod events;

use super::*;
use crate::communication::{
    Audience, Channel, Moment, Occasion, Occasions, writing::tests::writing,
};
use crate::{digest::Digest, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn writer(name: &str, human: u128) -> Writer {
    Writer {
        name: name.parse().unwrap(),
        human: PersonId(Uuid::from_u128(human)),
    }
}

pub(in crate::communication) fn draft(on: &str) -> Message {
    Message {
        id: MessageId(7),
        about: About::Release("shop".parse().unwrap(), "1.4.0".parse().unwrap()),
        writing: writing("Shop 1.4.0", "It is here.", on),
        begun: None,
        writers: vec![writer("ada", 1)],
        at: at(0),
        status: Status::Draft { note: None },
        out: None,
    }
}

struct World {
    audiences: BTreeMap<Name, Audience>,
    channels: BTreeMap<Name, Channel>,
    target: Option<Timestamp>,
    embargo: Option<Timestamp>,
}

impl World {
    fn new() -> Self {
        let audience: Audience = serde_json::from_str(
            r#"{"name":"customers","notes":"customer","channels":["news"],"people":["cyd"]}"#,
        )
        .unwrap();
        let channel: Channel = serde_json::from_str(r#"{"name":"news","by":"feed"}"#).unwrap();
        Self {
            audiences: [(audience.name.clone(), audience)].into(),
            channels: [(channel.name.clone(), channel)].into(),
            target: Some(at(1_000)),
            embargo: None,
        }
    }

    fn bound(&self, message: &Message) -> Result<Bound, Unbound> {
        let declared = Declared {
            audiences: &self.audiences,
            channels: &self.channels,
        };
        Bound::of(message, declared, self.target)
    }

    fn audience(&mut self) -> &mut Audience {
        self.audiences.values_mut().next().unwrap()
    }
}

#[test]
fn an_audience_is_told_of_its_products_and_customers_nothing_from_inside() {
    let mut world = World::new();
    let mut message = draft("deployment failed in live");
    assert!(world.bound(&message).is_ok());
    message.writing.body = "Because {{ reason }}.".to_owned();
    let why = world.bound(&message).unwrap_err().to_string();
    assert_eq!(
        why,
        "audience `customers` reads notes for customers, and {{ reason }} names targets, checks and people: say why in words of your own"
    );
    world.audience().notes = scope::Audience::Operator;
    assert!(world.bound(&message).is_ok());
    world.audience().products = vec!["bank".parse().unwrap()];
    let why = world.bound(&message).unwrap_err().to_string();
    assert_eq!(
        why,
        "audience `customers` is not for shop: name another, or add the product to it"
    );
}

/// A message that ben sanctioned, as it is in a world.
fn sanctioned(on: &str, body: &str, world: &World) -> Message {
    let mut message = draft(on);
    message.writing.body = body.to_owned();
    let by: Name = "ada".parse().unwrap();
    message.apply(&Event::Submitted { by }, at(1)).unwrap();
    let bound = world.bound(&message).unwrap();
    let seen = bound.hash();
    let sanction = message
        .sanctioned((bound, seen), &writer("ben", 2), at(2))
        .unwrap();
    message
        .apply(
            &Event::Sanctioned {
                sanction: Box::new(sanction),
            },
            at(2),
        )
        .unwrap();
    message
}

pub(in crate::communication) fn sanction() -> Sanction {
    let message = sanctioned("by hand", "It is here.", &World::new());
    message.status.sanction().unwrap().clone()
}

/// What is next, in words.
fn next(message: &Message, world: &World, known: &Occasions, tally: Tally) -> String {
    let bound = world.bound(message);
    let facts = Facts {
        bound: bound.as_ref(),
        occasions: known,
        tally,
        embargo: world.embargo,
    };
    let Decision {
        event,
        waiting_on,
        wake_at,
    } = message.decide(facts, at(100));
    let event = event.map(|it| {
        if let Event::Voided { voided } = it {
            return voided.to_string();
        }
        it.word().to_owned()
    });
    let waiting = waiting_on.map(|it| it.to_string());
    let wake = wake_at.map(|at| format!(", wakes at {at}"));
    format!(
        "{}{}",
        event.or(waiting).unwrap_or_default(),
        wake.unwrap_or_default()
    )
}

#[test]
fn nobody_sanctions_their_own_words_or_what_they_did_not_read() {
    let world = World::new();
    let mut message = draft("by hand");
    let bound = || world.bound(&draft("by hand")).unwrap();
    let try_it = |message: &Message, seen, by: &Writer| {
        let sanctioned = message.sanctioned((bound(), seen), by, at(5));
        sanctioned.map_or_else(|why| why.to_string(), |_| "good".to_owned())
    };
    let seen = bound().hash();
    assert_eq!(
        try_it(&message, seen, &writer("ben", 2)),
        "message 7 is draft: it can be sanctioned while it is in review"
    );
    let submitted = Event::Submitted {
        by: "ada".parse().unwrap(),
    };
    message.apply(&submitted, at(1)).unwrap();
    for (seen, by, expect) in [
        (seen, writer("ben", 2), "good"),
        (
            seen,
            writer("ada-two", 1),
            "ada wrote some of message 7: somebody else has to sanction it",
        ),
        (
            Digest::of(b"another"),
            writer("ben", 2),
            "message 7 changed since it was read: read it again",
        ),
    ] {
        assert_eq!(try_it(&message, seen, &by), expect);
    }
}

#[test]
fn whoever_changes_a_word_is_a_writer_and_takes_the_sanction_away() {
    let world = World::new();
    let mut message = sanctioned("by hand", "It is here.", &world);
    let edited = Event::Edited {
        by: writer("ben", 2),
        writing: Box::new(writing("Shop 1.4.0", "It is here!", "by hand")),
    };
    message.apply(&edited, at(3)).unwrap();
    assert_eq!(message.status.word(), "draft");
    assert_eq!(message.writers.len(), 2);
    let submitted = Event::Submitted {
        by: "ada".parse().unwrap(),
    };
    message.apply(&submitted, at(4)).unwrap();
    let bound = world.bound(&message).unwrap();
    let seen = bound.hash();
    let own = message.sanctioned((bound, seen), &writer("ben", 2), at(5));
    assert!(matches!(own, Err(SanctionError::OwnWords { .. })));
}

#[test]
fn what_changes_after_a_sanction_voids_it_and_is_named() {
    type Change = fn(&mut Message, &mut World);
    let changes: [(&str, Change, &str); 10] = [
        ("by hand", |_, _| {}, "waits for somebody to send it"),
        (
            "by hand",
            |message, _| message.writing.subject.push('!'),
            "the text",
        ),
        (
            "by hand",
            |message, _| message.writing.urgent = true,
            "its urgency",
        ),
        (
            "by hand",
            |message, _| message.writing.on = "at -1d".parse().unwrap(),
            "what it waits for, the target",
        ),
        (
            "by hand",
            |_, world| world.audience().people.push("dan".parse().unwrap()),
            "the audiences",
        ),
        (
            "by hand",
            |_, world| {
                let channel = world.channels.values_mut().next().unwrap();
                channel.by = crate::communication::Means::InApp;
            },
            "the channels",
        ),
        (
            "by hand",
            |_, world| world.target = None,
            "waits for somebody to send it",
        ),
        (
            "at -1d",
            |_, world| world.target = Some(at(2_000)),
            "the target",
        ),
        (
            "by hand",
            |_, world| world.audiences.clear(),
            "audience `customers` is not declared: declare it, or name another",
        ),
        (
            "by hand",
            |_, world| world.channels.clear(),
            "channel `news` of audience `customers` is not declared: declare it, or name another",
        ),
    ];
    for (on, change, expect) in changes {
        let mut world = World::new();
        let mut message = sanctioned(on, "It is here.", &world);
        change(&mut message, &mut world);
        let told = next(&message, &world, &Occasions::default(), Tally::default());
        let told = told
            .strip_prefix("what ben sanctioned is not what it is now: ")
            .unwrap_or(&told);
        assert_eq!(told, expect);
    }
}

/// A target, and a deployment that failed for no reason that is known.
fn known() -> Occasions {
    let utc = crate::calendar::Zone::default();
    let occasion = Occasion {
        began: at(10),
        at: at(20),
        reason: None,
    };
    Occasions {
        target: utc.at("1970-01-03T00:00".parse().unwrap()),
        deployments: [(("live".parse().unwrap(), Moment::Failed), occasion)].into(),
        ..Occasions::default()
    }
}

#[test]
fn customers_are_told_nothing_before_an_embargo_ends() {
    let mut world = World::new();
    let mut due = sanctioned("by hand", "It is here.", &world);
    let by: Name = "ada".parse().unwrap();
    due.apply(&Event::Released { by }, at(3)).unwrap();
    let told = |world: &World| next(&due, world, &known(), Tally::default());
    for (until, expect) in [
        (None, "message.sending-began"),
        (Some(100), "message.sending-began"),
        (
            Some(101),
            "waits for the embargo to end at 1970-01-01T00:01:41Z: customers are told nothing before, wakes at 1970-01-01T00:01:41Z",
        ),
    ] {
        world.embargo = until.map(at);
        assert_eq!(told(&world), expect);
    }
    // What is wrong with it is told first.
    world.target = None;
    world.audience().channels.clear();
    assert!(told(&world).contains("the audiences"));
}

#[test]
fn an_idle_message_says_what_it_waits_for() {
    let mut world = World::new();
    world.audience().notes = scope::Audience::Operator;
    for (on, body, expect) in [
        ("by hand", "a", "waits for somebody to send it"),
        ("milestone ready", "a", "waits for milestone ready"),
        (
            "at -1d",
            "a",
            "waits until 1970-01-02T00:00:00Z (at -1d), wakes at 1970-01-02T00:00:00Z",
        ),
        ("at -2d", "a", "message.came-due"),
        (
            "deployment succeeded in live",
            "a",
            "waits for deployment succeeded in live",
        ),
        ("deployment failed in live", "a", "message.came-due"),
    ] {
        let message = sanctioned(on, body, &world);
        assert_eq!(next(&message, &world, &known(), Tally::default()), expect);
    }
    let mut due = sanctioned("deployment failed in live", "Because {{ reason }}.", &world);
    due.apply(&Event::CameDue, at(20)).unwrap();
    let told = |message: &Message, tally| next(message, &world, &known(), tally);
    assert_eq!(
        told(&due, Tally::default()),
        "waits until it is known why the deployment went back or failed"
    );
    let mut sending = sanctioned("deployment failed in live", "a", &world);
    sending.apply(&Event::CameDue, at(20)).unwrap();
    assert_eq!(told(&sending, Tally::default()), "message.sending-began");
    let began = Event::SendingBegan {
        filled: Box::default(),
    };
    sending.apply(&began, at(21)).unwrap();
    let tally = |pending, unknown| Tally {
        pending,
        unknown,
        delivered: 1,
        ..Tally::default()
    };
    for (tally, expect) in [
        (tally(2, 1), "waits for 2 deliveries"),
        (
            tally(0, 1),
            "waits for somebody to say whether 1 delivery arrived",
        ),
        (tally(0, 0), "message.settled"),
    ] {
        assert_eq!(told(&sending, tally), expect);
    }
    let timed = sanctioned("at -1d", "a", &world);
    assert_eq!(
        next(&timed, &world, &Occasions::default(), Tally::default()),
        "waits for a target to count from (at -1d)"
    );
    assert_eq!(
        told(&draft("by hand"), Tally::default()),
        "waits for somebody to submit it for review"
    );
}
