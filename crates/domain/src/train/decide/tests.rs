//! What happens to a train, step by step.

use super::super::{
    LatePolicy, Place, Train, TrainAct, TrainDecision, TrainEvent, TrainFacts, decide,
    sample::{ABOARD, facts, name, past, place, time, train},
};
use crate::{
    control::Clearance,
    group::{GroupCause, GroupStatus, in_order},
    id::{GroupRunId, SnapshotNumber},
};
use jiff::Timestamp;

const BEFORE: &str = "2026-11-20T12:00:00Z";
const DEADLINE: &str = "2026-11-29T09:00:00Z";
const STAGING: &str = "2026-12-01T09:00:00Z";
const LIVE: &str = "2026-12-03T19:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn closed() -> Train {
    let bill = facts(ABOARD).bill(&train());
    train().closed(bill, (name("ada"), time(10))).unwrap()
}

/// The events of a train that is in staging.
fn staged() -> Train {
    let mut train = closed();
    let left = TrainEvent::Left {
        environment: name("staging"),
        run: GroupRunId(1),
    };
    for event in [left, TrainEvent::Reached] {
        train.apply(&event, at(STAGING)).unwrap();
    }
    train
}

/// All is in staging, and ran together there.
fn tested() -> TrainFacts {
    let history = "1:orders=3.4.0@10-20 2:stock=1.0.0@10-20 3:shop=2.1.0@10-20";
    let mut facts = facts(ABOARD);
    let staging = Place {
        past: past(history),
        ..place(ABOARD)
    };
    facts.places.insert(name("staging"), staging);
    facts
}

fn waits(decision: &TrainDecision) -> Vec<String> {
    assert_eq!(decision.act, None);
    assert!(!decision.waiting_on.is_empty());
    let said = decision.waiting_on.iter();
    said.map(|it| format!("{it} / {}", it.remedy(&name("autumn"))))
        .collect()
}

#[test]
fn while_boarding_is_open_it_waits_for_members_and_for_somebody_who_closes_it() {
    let mut known = facts(ABOARD);
    known.members.get_mut(&name("stock")).unwrap().line = None;
    let decision = decide(&train(), &known, at(BEFORE));
    assert_eq!(
        waits(&decision),
        [
            "stock: its release is not made / make the release, and name it in the plan of the train",
            "boarding is open: somebody closes it, and fixes what goes / once all are ready: `tidegate train close autumn`",
            "it leaves for staging at 2026-12-01T09:00:00Z / to go sooner, plan an earlier departure",
        ]
    );
    assert_eq!(decision.wake_at, Some(at(DEADLINE)));
}

#[test]
fn it_leaves_at_its_time_in_an_order_that_a_group_run_takes() {
    let (train, known) = (closed(), facts(ABOARD));
    assert_eq!(
        waits(&decide(&train, &known, at(BEFORE))),
        ["it leaves for staging at 2026-12-01T09:00:00Z / to go sooner, plan an earlier departure"]
    );
    let Some(TrainAct::Leaves(leaving)) = decide(&train, &known, at(STAGING)).act else {
        panic!("it leaves");
    };
    assert_eq!(leaving.environment, name("staging"));
    assert_eq!(leaving.bill, train.bill().unwrap().bill.hash());
    let members = leaving.members.iter();
    let members: Vec<String> = members
        .map(|it| format!("{} {} {:?}", it.product, it.release, it.after))
        .collect();
    assert_eq!(
        members,
        ["orders 2.1.0 []", "stock 2.1.0 []", "shop 2.1.0 [0]"]
    );
    let asked: Vec<_> = leaving
        .members
        .iter()
        .map(|it| {
            let after = it
                .after
                .iter()
                .map(|it| leaving.members[*it as usize].product.clone());
            (
                it.product.clone(),
                leaving.environment.clone(),
                after.collect(),
            )
        })
        .collect();
    let places: Vec<usize> = in_order(&asked).unwrap().iter().map(|it| it.0).collect();
    assert_eq!(places, [0, 1, 2]);
}

#[test]
fn nothing_leaves_for_live_before_all_ran_together() {
    let (train, mut known) = (staged(), tested());
    assert!(matches!(
        decide(&train, &known, at(LIVE)).act,
        Some(TrainAct::Leaves(_))
    ));
    known.places.get_mut(&name("staging")).unwrap().past = past("1:orders=3.4.0@10-20");
    let said = waits(&decide(&train, &known, at(LIVE)));
    assert_eq!(
        said,
        [
            "shop does not count as tested in staging: it runs there, but no deployment of it is on record / deploy it there: `tidegate deploy shop 2.1.0 --to staging`",
            "stock does not count as tested in staging: it runs there, but no deployment of it is on record / deploy it there: `tidegate deploy stock 2.1.0 --to staging`",
        ]
    );
    let mut open = train;
    open.plan.departures[1].barrier = super::super::Barrier::Open;
    assert!(matches!(
        decide(&open, &known, at(LIVE)).act,
        Some(TrainAct::Leaves(_))
    ));
}

#[test]
fn what_nobody_looked_at_stops_it() {
    let mut known = facts(ABOARD);
    known.clearance = None;
    known.members.get_mut(&name("shop")).unwrap().clearance = None;
    assert_eq!(
        waits(&decide(&closed(), &known, at(STAGING))),
        [
            "shop is late, and the train waits for it / see that shop gets ready, or drop it, or plan a later departure",
            "shop: it is not known what it lacks / `tidegate doctor` examines what is stored; the server's log says more",
            "control controls: nothing could be judged: nobody looked at the train / `tidegate doctor` examines what is stored; the server's log says more",
        ]
    );
}

/// What happens where one member, which is not made, is late under a policy.
fn late(product: &str, policy: LatePolicy, now: &str) -> TrainDecision {
    let (mut train, mut known) = (train(), facts(ABOARD));
    for member in &mut train.plan.members {
        member.late = None;
    }
    train.plan.late.policy = policy;
    known.members.get_mut(&name(product)).unwrap().line = None;
    decide(&train, &known, at(now))
}

#[test]
fn who_is_late_is_waited_for_dropped_or_stops_the_train() {
    let before = late("stock", LatePolicy::Drop, BEFORE);
    assert_eq!(before.act, None);
    let Some(TrainAct::Drops(who, word)) = late("stock", LatePolicy::Drop, DEADLINE).act else {
        panic!("it is dropped");
    };
    assert_eq!((who, word.by), (name("stock"), None));
    assert_eq!(word.reason, "stock is late, and the train goes without it");
    let reason = "stock is late, and stops the train".to_owned();
    assert_eq!(
        late("stock", LatePolicy::Stop, DEADLINE).act,
        Some(TrainAct::Happens(TrainEvent::Held { reason, by: None }))
    );
    let said = waits(&late("stock", LatePolicy::Wait, LIVE));
    assert_eq!(
        said[0],
        "stock is late, and the train waits for it / see that stock gets ready, or drop it, or plan a later departure"
    );
}

#[test]
fn whom_others_need_is_not_dropped_by_itself() {
    let mut train = closed();
    train.plan.members[0].late = None;
    let mut known = facts(ABOARD);
    let orders = known.members.get_mut(&name("orders")).unwrap();
    orders.blocked = Some(crate::release::Block {
        by: name("zoe"),
        at: time(1),
        reason: "it leaks".to_owned(),
    });
    assert_eq!(
        waits(&decide(&train, &known, at(DEADLINE)))[0..2],
        [
            "orders is late and would be dropped, but shop/web 2.1.0 needs orders-api ^2, and the plan puts shop after it / see that orders gets ready, or drop those who need it as well, or plan a later departure",
            "orders: zoe blocked it: it leaks / take another release aboard, or lift the block",
        ]
    );
}

#[test]
fn the_end_of_the_group_run_is_told_to_the_train() {
    let mut train = closed();
    let leave = |train: &mut Train, to: &str| {
        let left = TrainEvent::Left {
            environment: name(to),
            run: GroupRunId(4),
        };
        train.apply(&left, time(20)).unwrap();
    };
    leave(&mut train, "staging");
    let mut known = facts(ABOARD);
    let expect = [
        "group run 4, which takes it to staging / `tidegate group-run show 4` says what it waits for",
    ];
    assert_eq!(waits(&decide(&train, &known, time(30))), expect);
    known.run = Some(GroupStatus::Preparing { since: time(20) });
    assert_eq!(waits(&decide(&train, &known, time(30))), expect);
    let cause = GroupCause::Member {
        member: "shop in staging".to_owned(),
        reason: "web is unhealthy".to_owned(),
    };
    let happens = |train: &Train, run| {
        let known = TrainFacts {
            run: Some(run),
            ..facts(ABOARD)
        };
        match decide(train, &known, time(40)).act {
            Some(TrainAct::Happens(event)) => event,
            other => panic!("nothing happened: {other:?}"),
        }
    };
    let succeeded = || GroupStatus::Succeeded { at: time(40) };
    assert_eq!(happens(&train, succeeded()), TrainEvent::Reached);
    let back = happens(
        &train,
        GroupStatus::RolledBack {
            cause: cause.clone(),
            at: time(40),
        },
    );
    assert_eq!(back, TrainEvent::RolledBack { cause });
    let by = name("ada");
    let cut = happens(&train, GroupStatus::Cancelled { by, at: time(40) });
    assert_eq!(cut.word(), "failed");
    train.apply(&back, time(40)).unwrap();
    assert_eq!(
        waits(&decide(&train, &known, time(50))),
        [
            "a person, because it is rolled back: shop in staging: web is unhealthy / replace or drop what failed, or try again: `tidegate train resume autumn`; or end it: `tidegate train cancel autumn`"
        ]
    );
    let mut last = staged();
    leave(&mut last, "live");
    assert_eq!(happens(&last, succeeded()), TrainEvent::Arrived);
    last.apply(&TrainEvent::Arrived, time(60)).unwrap();
    assert_eq!(decide(&last, &known, time(60)), TrainDecision::default());
}

#[test]
fn a_train_that_is_held_says_who_and_why() {
    let mut train = closed();
    let held = TrainEvent::Held {
        reason: "shop is late, and stops the train".to_owned(),
        by: None,
    };
    train.apply(&held, time(20)).unwrap();
    assert_eq!(
        waits(&decide(&train, &facts(ABOARD), at(STAGING))),
        [
            "a person, because tidegate held it: shop is late, and stops the train / deal with the reason, then let it go on: `tidegate train resume autumn`"
        ]
    );
}

#[test]
fn it_asks_again_when_a_waiver_ends() {
    let (train, mut known) = (closed(), facts(ABOARD));
    known.clearance = Some(Clearance {
        stops: Vec::new(),
        until: Some(at(BEFORE)),
    });
    let decision = decide(&train, &known, time(100));
    assert_eq!(decision.wake_at, Some(at(BEFORE)));
}

#[test]
fn the_last_two_stay() {
    let mut train = train();
    train.plan = train.plan.without(&name("orders"));
    let mut known = facts("stock/web 1.0.0\n shop/web 1.0.0");
    known.members.get_mut(&name("stock")).unwrap().line = None;
    assert_eq!(
        waits(&decide(&train, &known, at(DEADLINE)))[0],
        "stock is late and would be dropped, but only one member would be left / see that stock gets ready, or cancel the train and deploy the other by itself, or plan a later departure"
    );
}

#[test]
fn fifty_members_leave_one_after_the_other() {
    let mut train = train();
    let member = |number: u32| super::super::Member {
        product: name(&format!("product-{number}")),
        ..train.plan.members[0].clone()
    };
    train.plan.members = (0..50).rev().map(member).collect();
    let parts = |number: u32| {
        let parts = (0..4).map(|part| {
            let next = number.saturating_sub(1);
            let need = if number > 0 {
                format!("-contract-{next}^2")
            } else {
                String::new()
            };
            let given = if part == 0 {
                format!("+contract-{number}=2.1.0")
            } else {
                String::new()
            };
            format!("product-{number}/part-{part} 1.0.0 {given} {need}")
        });
        parts.collect::<Vec<_>>().join("\n")
    };
    let known = facts(&(0..50).map(parts).collect::<Vec<_>>().join("\n"));
    let train = train
        .closed(known.bill(&train), (name("ada"), time(10)))
        .unwrap();
    let Some(TrainAct::Leaves(leaving)) = decide(&train, &known, at(STAGING)).act else {
        panic!("it leaves");
    };
    let after = leaving.members.iter().map(|it| it.after.clone());
    let expect = (0..50_u32).map(|it| it.checked_sub(1).into_iter().collect::<Vec<_>>());
    assert!(after.eq(expect));
    assert_eq!(leaving.members[49].product, name("product-49"));
}

#[test]
fn what_was_configured_anew_after_closing_does_not_go_by_itself() {
    let (train, mut known) = (closed(), facts(ABOARD));
    let shop = known.members.get_mut(&name("shop")).unwrap();
    let line = shop.line.as_mut().unwrap();
    line.snapshot = Some(SnapshotNumber(2));
    assert_eq!(
        waits(&decide(&train, &known, at(BEFORE)))[0],
        "shop: the train brings it with configuration 1, and it goes with 2 now / take release 2.1.0 aboard again, as it is now: `tidegate train replace`"
    );
}

#[test]
fn what_ran_with_another_configuration_was_not_tested() {
    let (mut train, mut known) = (staged(), tested());
    let fixed = train.editions[0].bill.0.values_mut().flatten();
    let members = known.members.values_mut().filter_map(|it| it.line.as_mut());
    for line in fixed.chain(members) {
        line.snapshot = Some(SnapshotNumber(2));
    }
    let staging = known.places.get_mut(&name("staging")).unwrap();
    for past in &mut staging.past {
        let is_shop = past.product == name("shop");
        past.snapshot = SnapshotNumber(if is_shop { 1 } else { 2 });
    }
    assert_eq!(
        waits(&decide(&train, &known, at(LIVE))),
        [
            "shop does not count as tested in staging: it runs there with configuration 1 / deploy it there: `tidegate deploy shop 2.1.0 --to staging`"
        ]
    );
}

#[test]
fn it_arrives_where_its_plan_ends() {
    let mut train = staged();
    assert_ne!(
        decide(&train, &tested(), at(LIVE)).act,
        Some(TrainAct::Happens(TrainEvent::Arrived))
    );
    train.plan.departures.pop();
    assert_eq!(
        decide(&train, &tested(), at(LIVE)).act,
        Some(TrainAct::Happens(TrainEvent::Arrived))
    );
}
