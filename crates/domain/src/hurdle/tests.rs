//! Hurdles of each kind, whose they are, and their order.

use super::*;
use crate::{id::TaskId, planning::TaskState};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn task(owner: &str, assignee: Option<&str>) -> Task {
    Task {
        id: TaskId(7),
        product: name("shop"),
        version: "1.1.0".parse().unwrap(),
        name: None,
        title: "Write the notes".to_owned(),
        document: String::new(),
        owner: owner.parse().unwrap(),
        assignee: assignee.map(name),
        due: None,
        by: name("ada"),
        at: Timestamp::UNIX_EPOCH,
        state: TaskState::Open,
        improvement: None,
    }
}

fn stop(kind: StopKind) -> Stop {
    Stop {
        kind,
        name: "signed".to_owned(),
        what: "web is not signed".to_owned(),
        remedy: "sign it".to_owned(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn each_is_whose_it_is() {
    let of_task = |owner, assignee| Hurdle::of_task(&task(owner, assignee), None).whose;
    assert_eq!(of_task("team:shop", None), Whose::Team(name("shop")));
    assert_eq!(
        of_task("team:shop", Some("ben")),
        Whose::Person(name("ben"))
    );
    assert_eq!(of_task("ada", None), Whose::Person(name("ada")));
    let (shop, live) = (name("shop"), name("live"));
    for (kind, word, whose) in [
        (StopKind::Control, "control", "control signed"),
        (StopKind::Unexamined, "control", "control signed"),
        (StopKind::Approval, "approval", "whoever may approve"),
        (StopKind::Change, "approval", "whoever may approve"),
        (StopKind::Supervision, "approval", "whoever may approve"),
        (StopKind::Refused, "deployment", "whoever plans it"),
        (StopKind::Supplier, "supplier", "supplier: signed"),
    ] {
        let hurdle = Hurdle::of_stop(&stop(kind), (&shop, &live));
        assert_eq!(hurdle.kind.word(), word);
        assert_eq!(hurdle.whose.to_string(), whose);
        assert_eq!(hurdle.environment, Some(live.clone()));
    }
    let stops = [stop(StopKind::Approval), stop(StopKind::Change)];
    let lacking = |names: &[Name]| {
        let all = Hurdle::of_stops((&stops, names), (&shop, &live));
        all.map(|it| it.whose.to_string()).collect::<Vec<_>>()
    };
    let anybody = "whoever may approve";
    assert_eq!(lacking(&[]), [anybody, anybody]);
    assert_eq!(lacking(&[name("ada")]), ["ada", anybody]);
    let both = [name("ada"), name("ben")];
    assert_eq!(lacking(&both), ["one of ada, ben", anybody]);
}

#[test]
fn what_comes_first_decides_first() {
    let (shop, path) = (name("shop"), [name("staging"), name("live")]);
    let planned = |what: &str, place: Option<&Name>| {
        let said = (what.to_owned(), String::new());
        Hurdle::of_planners(HurdleKind::Deployment, said, (&shop, place))
    };
    let with_room = |what: &str, hours| Hurdle {
        room: Some(SignedDuration::from_hours(hours)),
        ..planned(what, None)
    };
    let closed = Hurdle {
        what: "closed".to_owned(),
        ..Hurdle::of_calendar(&[], Edge::At(at(60)), (&shop, &path[1]))
    };
    let mut all = vec![
        closed,
        planned("live", Some(&path[1])),
        with_room("loose", 40),
        planned("elsewhere", Some(&name("moon"))),
        with_room("late", -2),
        planned("staging", Some(&path[0])),
        planned("now", None),
    ];
    in_order(&mut all, &path);
    let order: Vec<&str> = all.iter().map(|it| it.what.as_str()).collect();
    let expected = [
        "late",
        "now",
        "loose",
        "staging",
        "live",
        "closed",
        "elsewhere",
    ];
    assert_eq!(order, expected);
    assert_eq!(
        sentence("shop 1.1.0", &all),
        "7 things stand between shop 1.1.0 and live; the first is late; 1 of them is late already."
    );
    assert_eq!(
        sentence("shop 1.1.0", &[]),
        "Nothing stands between shop 1.1.0 and live."
    );
    let whose = by_whose(&all);
    let counts: Vec<usize> = whose.values().map(Vec::len).collect();
    assert_eq!(
        counts,
        [1, 6],
        "the calendar's, and that of whoever plans it"
    );
}

#[test]
fn a_train_waits_for_somebody_by_name() {
    let (autumn, live) = (name("autumn"), name("live"));
    let lack = Lack::Task {
        title: "Write the notes".to_owned(),
        owner: "team:shop".parse().unwrap(),
        latest: Some(at(90)),
    };
    let wait = TrainWait::Member(name("shop"), lack);
    let hurdle = Hurdle::of_train(&wait, (&autumn, &live), &[]);
    assert_eq!(hurdle.whose, Whose::Team(name("shop")));
    assert_eq!(
        (hurdle.kind, hurdle.until),
        (HurdleKind::Task, Some(at(90)))
    );
    let leaves = TrainWait::Departure(live.clone(), at(99));
    let hurdle = Hurdle::of_train(&leaves, (&autumn, &live), &[]);
    assert_eq!(
        (hurdle.whose, hurdle.until),
        (Whose::Calendar, Some(at(99)))
    );
    let stopped = TrainWait::Clearance(stop(StopKind::Approval));
    let hurdle = Hurdle::of_train(&stopped, (&autumn, &live), &[]);
    assert_eq!(hurdle.whose, Whose::Approvers(Vec::new()));
}
