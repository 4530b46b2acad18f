//! How far members are, told by what is known of them.

use super::super::{
    Lateness, Outlook, Stage, TrainFacts,
    sample::{ABOARD, facts, name, past, place, train},
};
use crate::{
    control::{Clearance, Stop, StopKind},
    name::Name,
    planning::{ReleasePlan, Task, TaskState},
};
use jiff::Timestamp;

/// An hour before boarding for staging ends for those who have to be ready two days before: 2026-11-29T09:00Z.
const EARLY: &str = "2026-11-29T08:00:00Z";
const LATE: &str = "2026-11-29T09:00:00Z";

fn outlook(facts: &TrainFacts, now: &str) -> Outlook {
    let now: Timestamp = now.parse().unwrap();
    Outlook::of(&train(), facts, now).unwrap().unwrap()
}

/// `PRODUCT STAGE WORD LATENESS: lacks`.
fn told(facts: &TrainFacts, now: &str) -> Vec<String> {
    let readiness = outlook(facts, now).readiness;
    let line = |it: &super::MemberReadiness| {
        let lacks: Vec<String> = it.lacks.iter().map(ToString::to_string).collect();
        let (stage, lacks) = (it.stage.word(), lacks.join("; "));
        format!(
            "{} {stage}, {}, {:?}: {lacks}",
            it.product,
            it.word(),
            it.lateness
        )
    };
    readiness.members.iter().map(line).collect()
}

fn plan(text: &str) -> ReleasePlan {
    serde_json::from_str(text).unwrap()
}

#[test]
fn members_say_what_they_lack() {
    let mut known = facts(ABOARD);
    let stop = Stop {
        kind: StopKind::Control,
        name: "signed".to_owned(),
        what: "web is not signed".to_owned(),
        remedy: "sign it".to_owned(),
    };
    let member = |facts: &mut TrainFacts, of: &str| facts.members.remove(&name(of)).unwrap();
    let mut orders = member(&mut known, "orders");
    orders.clearance = Some(Clearance {
        stops: vec![stop],
        until: None,
    });
    known.members.insert(name("orders"), orders);
    let mut shop = member(&mut known, "shop");
    shop.line = None;
    known.members.insert(name("shop"), shop);
    let mut stock = member(&mut known, "stock");
    stock.line.as_mut().unwrap().hash = None;
    known.members.insert(name("stock"), stock);
    assert_eq!(
        told(&known, EARLY),
        [
            "orders sealed, controls missing, InTime: control signed: web is not signed",
            "stock draft, draft, InTime: its release is not sealed",
            "shop not_made, not made, InTime: its release is not made",
        ]
    );
    // Shop has until the departure.
    let late = outlook(&known, LATE).readiness;
    let late: Vec<Lateness> = late.members.iter().map(|it| it.lateness).collect();
    assert_eq!(late, [Lateness::Late, Lateness::Late, Lateness::InTime]);
    let mut unknown = facts(ABOARD);
    unknown.members.clear();
    assert_eq!(
        told(&unknown, EARLY)[0],
        "orders not_made, not known, InTime: it is not known what it lacks"
    );
}

#[test]
fn tasks_count_that_have_to_be_over_before_the_next_departure() {
    let mut known = facts(ABOARD);
    let tasks = r#"{"target":"2027-01-01T00:00","tasks":[
        {"name":"notes","owner":"ada","due":"-4d","takes":"3d"},
        {"name":"news","owner":"team:press","needs":["notes"],"due":"-1d"},
        {"name":"look-back","owner":"ada","due":"+1d"}],
        "milestones":[]}"#;
    known.members.get_mut(&name("stock")).unwrap().plan = Some(plan(tasks));
    let found = outlook(&known, EARLY).readiness;
    let stock = &found.members[1];
    let lacks: Vec<String> = stock.lacks.iter().map(ToString::to_string).collect();
    // The last departure, 2026-12-03T19:00Z, is the target of every member.
    assert_eq!(lacks, ["`notes` is open, which falls to ada"]);
    assert_eq!(stock.word(), "tasks open");
    assert_eq!(
        stock.expected,
        Some("2026-12-02T08:00:00Z".parse().unwrap())
    );
    assert_eq!(stock.lateness, Lateness::Expected);
    let path: Vec<(&str, &str)> = found
        .critical_path
        .iter()
        .map(|(product, task)| (product.as_str(), task.name.as_str()))
        .collect();
    assert_eq!(path, [("stock", "notes")]);
    assert_eq!(found.room.unwrap().as_hours(), -61);
    // Done, it is out of the way, and what comes next decides.
    let done = TaskState::Done {
        by: name("ada"),
        at: EARLY.parse().unwrap(),
        started: None,
        note: String::new(),
    };
    let task = |state, named: Option<Name>, due: Option<&str>| Task {
        id: crate::id::TaskId(1),
        product: name("stock"),
        version: "2.1.0".parse().unwrap(),
        name: named,
        title: "call the bank".to_owned(),
        document: String::new(),
        owner: "ada".parse().unwrap(),
        assignee: None,
        due: due.map(|it| it.parse().unwrap()),
        by: name("ada"),
        at: EARLY.parse().unwrap(),
        state,
        improvement: None,
    };
    let stock = known.members.get_mut(&name("stock")).unwrap();
    stock.tasks = vec![
        task(done, Some(name("notes")), None),
        task(TaskState::Open, None, Some("2026-12-01T08:00:00Z")),
        task(TaskState::Open, None, Some("2026-12-02T08:00:00Z")),
    ];
    let found = outlook(&known, EARLY).readiness;
    let lacks = found.members[1].lacks.iter().map(ToString::to_string);
    assert_eq!(
        lacks.collect::<Vec<_>>(),
        ["`call the bank` is open, which falls to ada"]
    );
    assert_eq!(found.critical_path[0].1.name, name("news"));
}

#[test]
fn a_plan_that_cannot_be_scheduled_is_no_pass() {
    let mut known = facts(ABOARD);
    let circle = r#"{"tasks":[{"name":"a","owner":"ada","needs":["b"]},{"name":"b","owner":"ada","needs":["a"]}]}"#;
    known.members.get_mut(&name("stock")).unwrap().plan = Some(plan(circle));
    assert_eq!(
        told(&known, EARLY)[1],
        "stock sealed, tasks open, InTime: its release plan cannot be scheduled: these tasks need each other in a circle: a, b"
    );
}

#[test]
fn a_release_is_in_place_and_then_tested_together() {
    let mut known = facts(ABOARD);
    let mut train = train()
        .closed(known.bill(&train()), (name("ada"), Timestamp::UNIX_EPOCH))
        .unwrap();
    let now: Timestamp = EARLY.parse().unwrap();
    for event in [
        super::super::TrainEvent::Left {
            environment: name("staging"),
            run: crate::id::GroupRunId(1),
        },
        super::super::TrainEvent::Reached,
    ] {
        train.apply(&event, now).unwrap();
    }
    let stages = |known: &TrainFacts| {
        let outlook = Outlook::of(&train, known, now).unwrap().unwrap();
        let members = outlook.readiness.members.iter();
        members.map(|it| it.stage).collect::<Vec<_>>()
    };
    let staged = |runs: &str, history: &str| super::super::Place {
        past: past(history),
        ..place(runs)
    };
    known.places.insert(
        name("staging"),
        staged("orders/web 3.4.0 +orders-api=2.1.0", "1:orders=3.4.0@10-20"),
    );
    assert_eq!(
        stages(&known),
        [Stage::InPlace, Stage::Sealed, Stage::Sealed]
    );
    let history = "1:orders=3.4.0@10-20 2:stock=1.0.0@10-20 3:shop=2.1.0@10-20";
    known
        .places
        .insert(name("staging"), staged(ABOARD, history));
    assert_eq!(stages(&known), [Stage::Together; 3]);
    let outlook = Outlook::of(&train, &known, now).unwrap().unwrap();
    assert_eq!(outlook.readiness.members[0].word(), "ready");
    known.places.remove(&name("staging"));
    assert_eq!(stages(&known), [Stage::Sealed; 3]);
}
