//! What people do to a train, and what they are refused.

use super::super::{
    Bill, Departure, Line, Places, Train, TrainError, TrainEvent, TrainPlan, TrainStatus, Word,
    sample::{ABOARD, facts, name, place, time, train},
};
use crate::{
    id::{GroupRunId, SnapshotNumber},
    name::Name,
};
use std::collections::BTreeMap;

fn word(reason: &str) -> Word {
    Word {
        by: Some(name("ben")),
        reason: reason.to_owned(),
        at: time(50),
    }
}

fn bill() -> Bill {
    facts(ABOARD).bill(&train())
}

fn closed() -> Train {
    train().closed(bill(), (name("ada"), time(10))).unwrap()
}

fn dropped(train: &Train, product: &str, places: &Places) -> Result<Train, TrainError> {
    train.dropped(&name(product), (&bill(), places), word("it smokes"))
}

#[test]
fn closing_fixes_what_goes() {
    let train = closed();
    assert_eq!(train.status.word(), "closed");
    let edition = train.bill().unwrap();
    assert_eq!((edition.edition.0, edition.at), (1, time(10)));
    let releases = train.plan.members.iter().map(|it| it.release.as_ref());
    assert!(releases.flatten().all(|it| it.as_str() == "2.1.0"));
    assert_eq!(train.plan.members.len(), 3);
    let text = serde_json::to_string(&train).unwrap();
    assert_eq!(serde_json::from_str::<Train>(&text).unwrap(), train);
}

#[test]
fn what_is_not_fixed_does_not_go() {
    let refused = |change: fn(&mut Bill)| {
        let mut bill = bill();
        change(&mut bill);
        train()
            .closed(bill, (name("ada"), time(10)))
            .unwrap_err()
            .to_string()
    };
    let line = |bill: &mut Bill, product| bill.0.get_mut(&name(product)).unwrap().clone().unwrap();
    let put = |bill: &mut Bill, product: &str, line| bill.0.insert(name(product), Some(line));
    let said = [
        refused(|bill| {
            bill.0.insert(name("stock"), None);
        }),
        refused(|bill| {
            bill.0.remove(&name("stock"));
        }),
    ];
    let expect = "stock has no release yet: make one, or drop it, before boarding is closed";
    assert_eq!(said, [expect, expect]);
    let with = |product, release: &str, hash| {
        let mut bill = bill();
        let mut it = line(&mut bill, product);
        it.release = release.parse().unwrap();
        it.hash = it.hash.filter(|_| hash);
        put(&mut bill, product, it);
        train()
            .closed(bill, (name("ada"), time(10)))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        with("shop", "2.1.0", false),
        "shop 2.1.0 is not sealed: seal it, or drop it, before boarding is closed"
    );
    assert_eq!(
        with("orders", "2.2.0", true),
        "the plan says orders 2.1.0, and the bill brings 2.2.0: plan what is to go"
    );
    let mut more = bill();
    let stock = line(&mut more, "stock");
    put(&mut more, "bank", stock);
    assert_eq!(
        train()
            .closed(more, (name("ada"), time(10)))
            .unwrap_err()
            .to_string(),
        "`bank` is no member of the train"
    );
    let again = closed()
        .closed(bill(), (name("ada"), time(11)))
        .unwrap_err();
    assert_eq!(again.to_string(), "a train that is closed cannot be closed");
    let circle = "orders/web 3.4.0 +orders-api=2.1.0 -shop-api^1\n stock/web 1.0.0\n shop/web 2.1.0 +shop-api=1.0.0 -orders-api^2";
    let circle = train().closed(facts(circle).bill(&train()), (name("ada"), time(10)));
    assert_eq!(
        circle.unwrap_err().to_string(),
        "these come after each other in a circle: orders after shop, because orders/web 3.4.0 needs shop-api ^1, which shop/web gives; shop after orders, because the plan says so"
    );
}

#[test]
fn a_dropped_member_makes_another_edition_and_leaves_a_trace() {
    let mut train = closed();
    let now = time(20);
    let left = TrainEvent::Left {
        environment: name("staging"),
        run: GroupRunId(1),
    };
    train.apply(&left, now).unwrap();
    let early = dropped(&train, "stock", &Places::new()).unwrap_err();
    assert_eq!(
        early.to_string(),
        "a train that is under way cannot be amended"
    );
    train.apply(&TrainEvent::Reached, now).unwrap();
    assert_eq!(train.way().unwrap().voided, None);
    let without = dropped(&train, "stock", &Places::new()).unwrap();
    let edition = without.bill().unwrap();
    assert_eq!((edition.edition.0, edition.bill.0.len()), (2, 2));
    assert_eq!(without.editions[0], train.editions[0]);
    let [amendment] = without.amendments.as_slice() else {
        panic!("one change");
    };
    assert_eq!(amendment.word, word("it smokes"));
    assert_eq!(amendment.edition, Some(edition.edition));
    assert_eq!(
        (amendment.product.as_str(), &amendment.replaced_by),
        ("stock", &None)
    );
    // It begins again, and what ran together before does not count.
    let way = without.way().unwrap();
    assert_eq!(
        (way.to.as_str(), way.voided),
        ("staging", Some((edition.edition, time(50))))
    );
}

#[test]
fn while_boarding_is_open_a_dropped_member_leaves_a_trace_too() {
    let train = dropped(&train(), "stock", &Places::new()).unwrap();
    assert_eq!((train.editions.len(), train.plan.members.len()), (0, 2));
    assert_eq!(train.amendments[0].edition, None);
    assert_eq!(train.status, TrainStatus::Planned { hold: None });
}

#[test]
fn whom_others_need_is_not_dropped() {
    let said = dropped(&closed(), "orders", &Places::new()).unwrap_err();
    assert_eq!(
        said.to_string(),
        "orders cannot be dropped, because shop/web 2.1.0 needs orders-api ^2: drop shop as well, or keep it"
    );
    // What runs there anyway serves as well: everywhere, or it is no help.
    let there = |environments: &[&str]| {
        let runs = |it: &&str| (name(it), place("orders/web 2.0.0 +orders-api=2.0.0"));
        environments.iter().map(runs).collect::<BTreeMap<_, _>>()
    };
    assert!(dropped(&closed(), "orders", &there(&["staging"])).is_err());
    assert!(dropped(&closed(), "orders", &there(&["staging", "live"])).is_ok());
}

#[test]
fn a_drop_says_why_and_leaves_a_train() {
    let train = closed();
    let quiet = train.dropped(&name("stock"), (&bill(), &Places::new()), word(" "));
    assert_eq!(
        quiet.unwrap_err().to_string(),
        "say why, for those who read the train"
    );
    let stranger = dropped(&train, "bank", &Places::new()).unwrap_err();
    assert_eq!(stranger.to_string(), "`bank` is no member of the train");
    let two = dropped(&train, "stock", &Places::new()).unwrap();
    let one = dropped(&two, "shop", &Places::new()).unwrap_err();
    assert_eq!(
        one.to_string(),
        "a train has at least two members: one release alone is deployed without a train"
    );
}

#[test]
fn a_release_is_replaced_by_another_sealed_one() {
    let mut line = bill().line(&name("shop")).unwrap().clone();
    line.release = "2.1.1".parse().unwrap();
    let replaced = |train: &Train, line| train.replaced(&name("shop"), line, word("2.1.0 leaks"));
    let train = replaced(&closed(), line.clone()).unwrap();
    assert_eq!(train.amendments[0].replaced_by, Some(line.release.clone()));
    assert_eq!(train.plan.members[2].release, Some(line.release.clone()));
    assert!(replaced(&super::super::sample::train(), line.clone()).is_err());
    line.hash = None;
    assert!(matches!(
        replaced(&closed(), line),
        Err(TrainError::Draft { .. })
    ));
}

#[test]
fn once_boarding_is_closed_the_plan_keeps_its_members() {
    let train = closed();
    let mut plan = train.plan.clone();
    plan.departures[1].at = "2026-12-04T20:00".parse().unwrap();
    plan.members.reverse();
    assert!(train.replanned(plan.clone(), &name("ben")).is_ok());
    plan.members[0].release = None;
    let fixed = train.replanned(plan.clone(), &name("ben")).unwrap_err();
    assert_eq!(
        fixed.to_string(),
        "boarding is closed, and the plan changes its members: drop one or replace its release, with a reason"
    );
    assert!(
        super::super::sample::train()
            .replanned(plan.clone(), &name("ben"))
            .is_ok()
    );
    let mut ended = train;
    let cancelled = TrainEvent::Cancelled {
        by: name("ada"),
        reason: "no".to_owned(),
    };
    ended.apply(&cancelled, time(20)).unwrap();
    let late = ended.replanned(plan, &name("ben")).unwrap_err();
    assert_eq!(
        late.to_string(),
        "a train that is cancelled is not planned any more"
    );
    let names: Vec<&Name> = ended.plan.members.iter().map(|it| &it.product).collect();
    assert_eq!(names.len(), 3);
}

/// A closed train that is in staging.
fn staged() -> Train {
    let mut train = closed();
    let left = TrainEvent::Left {
        environment: name("staging"),
        run: GroupRunId(1),
    };
    for event in [left, TrainEvent::Reached] {
        train.apply(&event, time(20)).unwrap();
    }
    train
}

#[test]
fn what_a_train_has_behind_it_stays_as_it_was_planned() {
    let train = staged();
    let departures = &train.plan.departures;
    let [first, last] = [0, 1].map(|it| departures[it].clone());
    let other = Departure {
        at: "2026-11-30T10:00".parse().unwrap(),
        ..first
    };
    for departures in [vec![last.clone()], vec![other, last]] {
        let plan = TrainPlan {
            departures,
            ..train.plan.clone()
        };
        assert_eq!(
            train.replanned(plan, &name("ben")).unwrap_err().to_string(),
            "the train has staging behind it: the departures up to there stay as they are"
        );
    }
    let mut short = train.plan.clone();
    short.departures.pop();
    assert!(train.replanned(short, &name("ben")).is_ok());
}

#[test]
fn a_train_leaves_only_for_where_it_goes_next() {
    let left = |environment: &str| TrainEvent::Left {
        environment: name(environment),
        run: GroupRunId(1),
    };
    let mut train = closed();
    let before = train.clone();
    for elsewhere in ["live", "moon"] {
        let refused = train.apply(&left(elsewhere), time(20)).unwrap_err();
        assert_eq!(refused.to_string(), "a train that is closed cannot be left");
        assert_eq!(train, before);
    }
    train.plan.departures.remove(0);
    assert!(train.apply(&left("staging"), time(20)).is_err());
    train.apply(&left("live"), time(20)).unwrap();
}

#[test]
fn whoever_changes_where_it_goes_answers_for_it() {
    let train = closed();
    assert_eq!(train.goes_for, Some(name("ada")));
    let mut plan = train.plan.clone();
    assert_eq!(
        train.replanned(plan.clone(), &name("ben")).unwrap(),
        train,
        "nothing changes"
    );
    plan.departures[1].at = "2026-12-04T20:00".parse().unwrap();
    let later = train.replanned(plan.clone(), &name("ben")).unwrap();
    assert_eq!(later.goes_for, Some(name("ben")));
    let open = super::super::sample::train();
    let open = open.replanned(plan, &name("ben")).unwrap();
    assert_eq!(open.goes_for, None);
}

#[test]
fn who_was_ever_a_member_is_remembered() {
    let open = train();
    let mut plan = open.plan.clone();
    plan.members.retain(|it| it.product != name("stock"));
    let open = open.replanned(plan, &name("ben")).unwrap();
    assert_eq!(open.parted, [name("stock")].into());
    let without = dropped(&closed(), "stock", &Places::new()).unwrap();
    for train in [open, without] {
        let all = ["orders", "shop", "stock"].map(name);
        assert_eq!(train.products(), all.iter().collect());
    }
}

#[test]
fn what_goes_already_is_not_replaced_by_itself() {
    let line = bill().line(&name("shop")).unwrap().clone();
    let same = closed().replaced(&name("shop"), line.clone(), word("again"));
    assert_eq!(
        same.unwrap_err().to_string(),
        "shop 2.1.0 goes already, exactly as it is"
    );
    // With another configuration it is something else.
    let line = Line {
        snapshot: Some(SnapshotNumber(2)),
        ..line
    };
    let other = closed().replaced(&name("shop"), line, word("configured anew"));
    assert_eq!(other.unwrap().editions.len(), 2);
}

#[test]
fn whom_others_may_need_is_not_dropped_before_it_is_made() {
    let mut unmade = bill();
    unmade.0.insert(name("orders"), None);
    let train = train();
    let without = |product: &str| {
        let known = (&unmade, &Places::new());
        train.dropped(&name(product), known, word("it is not made"))
    };
    assert!(matches!(without("orders"), Err(TrainError::Needed { .. })));
    assert!(without("stock").is_ok());
}
