//! Who is counted on, and whether they are there.

use super::{after, fleet, name, now, unfit};
use crate::{
    planning::Party,
    preflight::{Call, Duty, calls},
    runbook::Runbook,
};
use std::collections::BTreeSet;

#[test]
fn who_is_called_is_there_until_all_is_over_or_not() {
    let mut fleet = fleet(Vec::new());
    fleet.calls = vec![Call {
        party: Party::Team(name("shop")),
        steps: vec!["Look at the tills".to_owned()],
        people: BTreeSet::from([name("ada"), name("ben")]),
    }];
    let duty = |person: &str, until| Duty {
        product: name("shop"),
        release: "1.1.0".parse().unwrap(),
        environment: name("live"),
        person: name(person),
        confirmed_at: now(),
        until,
        reach: String::new(),
    };
    let mut of = |duties: Vec<Duty>| {
        fleet.duties = duties;
        unfit(&fleet).pop().unwrap_or_default()
    };
    let lacks = "duty failed: team:shop has not said that they are there, for “Look at the tills”";
    assert_eq!(of(Vec::new()), lacks);
    assert_eq!(of(vec![duty("eve", after(9_000))]), lacks);
    assert_eq!(of(vec![duty("ben", after(-1))]), lacks);
    assert_eq!(
        of(vec![duty("ben", after(60))]),
        "duty warning: team:shop is there until 2026-03-02T21:01:00Z, for “Look at the tills”, and it takes until 2026-03-02T22:00:00Z"
    );
    assert_eq!(
        of(vec![duty("ben", after(60)), duty("ada", after(3_600))]),
        ""
    );
}

#[test]
fn whoever_does_or_decides_something_is_called_once() {
    let runbook: Runbook = serde_json::from_value(serde_json::json!({
        "way": "forward",
        "deviations": {"text": "Stop and call.", "decides": "team:ops"},
        "steps": [
            {"name": "look", "owner": "ada", "takes": "5m"},
            {"name": "wave-1", "owner": "eve", "takes": "5m", "automatic": "wave 1"},
            {"name": "go", "title": "Go?", "owner": "ada", "takes": "5m", "decision": "30m", "otherwise": "hold"},
            {"name": "call", "owner": "team:shop", "takes": "5m"},
        ],
    }))
    .unwrap();
    let again = runbook.clone();
    let found = calls([&runbook, &again], |party| match party {
        Party::Person(name) => BTreeSet::from([name.clone()]),
        Party::Team(_) => BTreeSet::new(),
    });
    let told: Vec<String> = found
        .iter()
        .map(|call| format!("{} {}", call.party, call.what()))
        .collect();
    assert_eq!(
        told,
        [
            "ada “look” and “Go?”",
            "team:ops “what to do when it goes otherwise”",
            "team:shop “call”"
        ]
    );
}
