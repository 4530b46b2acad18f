//! What is suggested, what stands, and what that blocks.

use super::*;
use crate::supplier::{Harm, Notice, impact::Breach};
use jiff::SignedDuration;
use serde_json::json;

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn response(id: u64, about: u64, what: What, due: Option<i64>) -> Response {
    let response = Response {
        id: ResponseId(id),
        about: About::Notice(NoticeId(about)),
        edition: Some(Edition(1)),
        product: name("shop"),
        environment: name("live"),
        what,
        reason: "payments".to_owned(),
        by: name("ada"),
        at: at(0),
        due: due.map(at),
        message: None,
        status: ResponseStatus::Open,
    };
    response.decided().unwrap()
}

/// A notice that is announced at the first hour, and otherwise at the second and third…
fn notice(id: u64, otherwise: &[serde_json::Value]) -> Notice {
    let first = json!({"kind": "change", "title": "2.5.0", "version": "2.5.0"});
    let editions: Vec<_> = std::iter::once(&first).chain(otherwise).zip(1..).map(|(announced, number)| json!({
        "edition": number, "announcement": announced, "sequence": number, "stamp": null, "source": {"api": {"by": "ada"}},
        "at": at(number),
    })).collect();
    serde_json::from_value(
        json!({"id": id, "supplier": "acme", "number": "CHG1", "editions": editions,
        "status": {"is": "announced", "since": at(1)}}),
    )
    .unwrap()
}

#[test]
fn what_was_accepted_is_what_was_announced_then() {
    let times = |day: u8| json!({"periods": [{"from": format!("2026-12-0{day}T22:00:00Z"), "until": format!("2026-12-0{day}T23:00:00Z")}]});
    let same = json!({"kind": "change", "title": "Gateway 2.5.0", "version": "2.5.0", "description": "Better worded"});
    let later = json!({"kind": "change", "title": "2.5.0", "version": "2.5.0", "times": times(2)});
    let shown = json!({"kind": "change", "title": "2.5.0", "version": "2.5.0", "times": times(2), "description": "x"});
    let narrow =
        json!({"kind": "change", "title": "2.5.0", "version": "2.5.0", "components": ["gateway"]});
    let ends = json!({"kind": "end-of-life", "title": "2.5.0", "version": "2.5.0"});
    let hold = response(1, 1, What::Hold { until: None }, None);
    for (edition, otherwise, stands) in [
        (Some(1), vec![], false),
        (Some(1), vec![same.clone()], false),
        (Some(1), vec![later.clone()], true),
        (Some(1), vec![narrow], true),
        (Some(1), vec![ends], true),
        (Some(2), vec![later.clone(), shown], false),
        (Some(1), vec![later.clone(), same.clone()], true),
        // Responses from before say only when they were decided: at the second hour here.
        (None, vec![], false),
        (None, vec![same, later.clone()], true),
        (None, vec![later], false),
    ] {
        let accept = Response {
            edition: edition.map(Edition),
            at: at(2),
            ..response(2, 1, What::Accept, None)
        };
        let meanings = Meanings::of(&[notice(1, &otherwise)]);
        let all = [hold.clone(), accept];
        let is_held = !standing(&all, &meanings, at(9)).is_empty();
        assert_eq!(is_held, stands, "{edition:?} {otherwise:?}");
    }
    let accept = response(2, 1, What::Accept, None);
    let unknown = [hold, accept];
    assert_eq!(standing(&unknown, &Meanings::default(), at(9)).len(), 1);
}

fn reverify() -> What {
    What::Reverify {
        environment: name("staging"),
    }
}

fn inform() -> What {
    What::Inform {
        audience: name("customers"),
    }
}

#[test]
fn what_is_usual_follows_from_how_bad_it_is() {
    let (staging, customers) = (name("staging"), name("customers"));
    let given = Circumstances {
        begins: Some(at(10)),
        ends: Some(at(12)),
        before: Some(&staging),
        audience: Some(&customers),
        now: at(1),
    };
    let told = |harm, given: &Circumstances<'_>| {
        let all = suggested(harm, given).into_iter();
        all.map(|it| format!("{} by {}", it.what, it.due))
            .collect::<Vec<_>>()
    };
    for (harm, expect) in [
        (
            Harm::Breaks(Breach::Gone),
            &[
                "hold deployments by 1970-01-01T10:00:00Z",
                "verify again in staging by 1970-01-01T10:00:00Z",
                "inform customers by 1970-01-01T10:00:00Z",
            ][..],
        ),
        (
            Harm::Interrupted,
            &[
                "hold deployments until 1970-01-01T12:00:00Z by 1970-01-01T10:00:00Z",
                "inform customers by 1970-01-01T10:00:00Z",
            ],
        ),
        (
            Harm::NotKnown,
            &[
                "verify again in staging by 1970-01-01T10:00:00Z",
                "inform customers by 1970-01-01T10:00:00Z",
            ],
        ),
        (
            Harm::DoesWithout,
            &["inform customers by 1970-01-01T10:00:00Z"],
        ),
        (Harm::Fits, &["accept it by 1970-01-01T10:00:00Z"]),
    ] {
        assert_eq!(told(harm, &given), expect);
    }
    // What has happened is due at once, and what is not there is not suggested.
    let bare = Circumstances {
        begins: None,
        ends: None,
        before: None,
        audience: None,
        now: at(1),
    };
    assert_eq!(
        told(Harm::Breaks(Breach::Gone), &bare),
        ["hold deployments by 1970-01-01T01:00:00Z"]
    );
    assert_eq!(told(Harm::NotKnown, &bare), [""; 0]);
}

#[test]
fn what_stands_is_told_by_when_and_what_it_stops() {
    let mut all = vec![
        response(1, 1, inform(), None),
        response(2, 1, reverify(), Some(9)),
        response(
            3,
            1,
            What::Hold {
                until: Some(at(20)),
            },
            Some(5),
        ),
        response(4, 2, What::Hold { until: None }, None),
    ];
    let place = (&name("shop"), &name("live"));
    let meanings = Meanings::of(&[notice(1, &[]), notice(2, &[])]);
    let ids = |all: &[&Response]| all.iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(ids(&standing(&all, &meanings, at(10))), [3, 2, 1, 4]);
    assert_eq!(ids(&overdue(&all, &meanings, at(9))), [3]);
    let told = |all: &[Response], now| {
        blocks(all, &meanings, place, at(now))
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let forever =
        "ada holds shop in live for notice 2 of a supplier until they say otherwise: payments";
    let verified = "shop is to be verified again in staging before it goes to live, for notice 1 of a supplier: payments";
    assert_eq!(
        told(&all, 10),
        [
            forever,
            "ada holds shop in live for notice 1 of a supplier until 1970-01-01T20:00:00Z: payments",
            verified
        ]
    );
    assert_eq!(told(&all, 20), [forever, verified]);
    let elsewhere = (&name("shop"), &name("staging"));
    assert_eq!(blocks(&all, &meanings, elsewhere, at(10)), []);
    // What is accepted sets aside what was to be done about the same thing there.
    all.push(response(5, 1, What::Accept, None));
    assert_eq!(told(&all, 10), [forever]);
    // Who holds after that has seen something else.
    all.push(response(6, 1, What::Hold { until: None }, None));
    assert_eq!(told(&all, 10).len(), 2);
    all.pop();
    let by = name("ada");
    let reopened = all[4]
        .after(&ResponseEvent::Reopened { by }, at(11))
        .unwrap();
    all[4] = reopened;
    assert_eq!(told(&all, 10).len(), 3);
}

#[test]
fn each_event_happens_in_some_statuses_only() {
    let (by, text) = (name("ada"), String::new);
    let states = [
        ResponseStatus::Open,
        ResponseStatus::Done {
            by: by.clone(),
            at: at(0),
            note: text(),
        },
        ResponseStatus::Dropped {
            by: by.clone(),
            at: at(0),
            reason: text(),
        },
    ];
    for (event, expect) in [
        (
            ResponseEvent::Done {
                by: by.clone(),
                note: text(),
            },
            "done - -",
        ),
        (
            ResponseEvent::Dropped {
                by: by.clone(),
                reason: text(),
            },
            "dropped - -",
        ),
        (ResponseEvent::Reopened { by: by.clone() }, "- open open"),
    ] {
        let after = |state: &ResponseStatus| state.after(&event, at(1)).map_or("-", |it| it.word());
        assert_eq!(
            states.iter().map(after).collect::<Vec<_>>().join(" "),
            expect
        );
    }
    let why = states[1]
        .after(&ResponseEvent::Done { by, note: text() }, at(1))
        .unwrap_err();
    assert_eq!(
        why.to_string(),
        "`done` cannot happen to a response that is done"
    );
}

#[test]
fn a_response_says_why() {
    let mut response = response(1, 1, What::Accept, None);
    response.reason = " ".to_owned();
    assert_eq!(
        response.decided().unwrap_err().to_string(),
        "say why: whoever is held up or surprised by it later reads that"
    );
}
