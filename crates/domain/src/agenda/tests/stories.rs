//! Each rule by itself, and what moving something changes.

use super::{super::*, sample::*};
use crate::calendar::Scope;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn nothing_goes_out_in_a_freeze_that_applies_to_it() {
    let everything = freeze(Scope::Organisation, (10, 20));
    let shop = freeze(Scope::Product(name("shop")), (10, 20));
    let live = freeze(Scope::Environment(name("live")), (10, 20));
    let staging = freeze(Scope::Environment(name("staging")), (10, 20));
    for (frozen, is_met) in [
        (everything, true),
        (shop, true),
        (live, true),
        (staging, false),
    ] {
        let found = told(&agenda(&[frozen.clone(), release("shop 1.0.0", 19)]));
        let expect = "freeze: shop 1.0.0 falls into freeze closing [19-20]";
        assert_eq!(found.len(), usize::from(is_met), "{frozen:?}");
        assert!(found.iter().all(|it| it == expect), "{found:?}");
        // What ends as the other begins does not meet it.
        assert!(told(&agenda(&[frozen.clone(), release("shop 1.0.0", 20)])).is_empty());
        assert!(told(&agenda(&[frozen.clone(), release("shop 1.0.0", 9)])).is_empty());
        // What books an environment for tests does not go out.
        let booked = booking("shop 1.0.0", "live", (9, 30), false);
        assert!(told(&agenda(&[frozen, booked])).is_empty());
    }
}

#[test]
fn a_train_is_frozen_with_any_of_its_members_and_once() {
    let both = train(0, "live", &["orders 2.0.0", "shop 1.0.0"], 10);
    let orders = freeze(Scope::Product(name("orders")), (5, 15));
    let all = agenda(&[orders, both]);
    assert_eq!(
        told(&all),
        ["freeze: train autumn to live falls into freeze closing [10-11]"]
    );
    let clash = Clashes::of(&all, |_| true).conflicts[0];
    let remedy = clash.remedy(&all);
    assert_eq!(remedy.from, Some(at(15)));
    assert!(remedy.words.starts_with("Move it out of the freeze"));
}

#[test]
fn where_there_are_windows_things_go_out_in_one_of_them() {
    let live = Scope::Environment(name("live"));
    let shop = Scope::Product(name("shop"));
    let mut all = agenda(&[release("shop 1.0.0", 10), release("bank 1.0.0", 10)]);
    assert!(told(&all).is_empty(), "without windows all is open");
    all.windows = vec![window("nights", shop, &[(20, 24), (44, 48)])];
    assert_eq!(
        told(&all),
        ["outside-window: shop 1.0.0 is outside of nights [10-11]"]
    );
    let clash = Clashes::of(&all, |_| true).conflicts[0];
    assert_eq!(clash.remedy(&all).from, Some(at(20)));
    // Another window that applies opens it; one that ends too soon does not.
    all.windows.push(window("days", live, &[(8, 12)]));
    assert!(told(&all).is_empty());
    all.windows[1].spans = vec![span(8, 10)];
    assert_eq!(told(&all).len(), 2);
    // Nobody looked so far: nothing is said.
    for hours in &mut all.windows {
        hours.known = span(0, 10);
    }
    assert!(told(&all).is_empty());
}

#[test]
fn what_fits_nowhere_has_no_time_from_which_on_it_fits() {
    let mut all = agenda(&[train(0, "live", &["orders", "shop"], 10)]);
    let of = |text: &str| Scope::Product(name(text));
    all.windows = vec![
        window("evens", of("orders"), &[(12, 14), (20, 22), (30, 40)]),
        window("odds", of("shop"), &[(14, 16), (22, 24), (35, 36)]),
    ];
    let fits = |all: &Agenda| Clashes::of(all, |_| true).conflicts[0].remedy(all).from;
    assert_eq!(fits(&all), Some(at(35)));
    all.windows[1].spans.pop();
    assert_eq!(fits(&all), None);
}

#[test]
fn what_comes_first_in_a_plan_comes_first_in_time() {
    let early = release("shop 1.0.0", 10);
    let leaves = train(1, "live", &["orders 2.0.0", "shop 1.0.0"], 20);
    assert_eq!(
        told(&agenda(&[leaves.clone(), early])),
        ["order: shop 1.0.0 is to be live before train autumn takes it there [10-20]"]
    );
    assert!(told(&agenda(&[leaves.clone(), release("shop 1.0.0", 20)])).is_empty());
    let other = release("shop 1.1.0", 10);
    assert!(told(&agenda(&[leaves.clone(), other])).is_empty());
    assert_eq!(
        told(&agenda(&[
            leaves,
            train(0, "staging", &["orders 2.0.0", "shop 1.0.0"], 30)
        ])),
        [
            "order: train autumn to live comes before train autumn to staging, which is to be first [20-30]"
        ]
    );
    assert_eq!(
        told(&agenda(&[
            release("shop 1.9.0", 50),
            release("shop 1.10.0", 40)
        ])),
        ["order: shop 1.10.0 is to be live before shop 1.9.0, which is older [40-50]"]
    );
}

#[test]
fn what_is_booked_is_had_alone_unless_it_is_shared() {
    let booked = booking("shop 1.0.0", "staging", (10, 20), false);
    let shared = booking("shop 1.0.0", "staging", (10, 20), true);
    let goes = deployment(7, "bank 2.0.0", "staging", (15, 16));
    let expect = "same-environment: the booking of staging for shop 1.0.0 and \
        deployment 7 of bank 2.0.0 to staging want staging at once [15-16]";
    assert_eq!(told(&agenda(&[booked.clone(), goes.clone()])), [expect]);
    assert!(told(&agenda(&[shared.clone(), goes])).is_empty());
    let own = deployment(7, "shop 1.0.0", "staging", (15, 16));
    assert!(told(&agenda(&[booked.clone(), own])).is_empty());
    for (is_shared, clashes) in [(true, 1), (false, 1)] {
        let other = booking("bank 2.0.0", "staging", (0, 30), is_shared);
        assert_eq!(told(&agenda(&[booked.clone(), other])).len(), clashes);
    }
    let other = booking("bank 2.0.0", "staging", (0, 30), true);
    assert!(told(&agenda(&[shared, other])).is_empty());
}

#[test]
fn a_product_goes_out_once_at_a_time_and_others_beside_it() {
    let shop = release("shop 1.0.0", 10);
    let twice = agenda(&[shop.clone(), release("shop 1.1.0", 10)]);
    let expect = "same-environment: shop 1.0.0 and shop 1.1.0 want live at once [10-11]";
    assert_eq!(told(&twice), [expect]);
    let remedy = Clashes::of(&twice, |_| true).conflicts[0].remedy(&twice);
    assert_eq!(remedy.words, "Move one of them behind the other.");
    assert!(told(&agenda(&[shop.clone(), release("bank 1.0.0", 10)])).is_empty());
    // A release, and the train or deployment that brings it, are one undertaking.
    let brings = deployment(7, "shop 1.0.0", "live", (10, 12));
    let carries = train(0, "live", &["bank 1.0.0", "shop 1.0.0"], 10);
    assert!(told(&agenda(&[shop.clone(), brings, carries])).is_empty());
    let not_yet = train(0, "live", &["bank", "shop"], 10);
    assert!(told(&agenda(&[shop, not_yet])).is_empty());
    let two = ["bank 1.0.0", "shop 1.0.0"];
    let mut another = train(0, "live", &two, 10);
    let own = told(&agenda(&[train(1, "live", &two, 10), another.clone()]));
    assert_eq!(own.iter().filter(|it| it.starts_with("same")).count(), 0);
    // Two trains are in each other's way, though they carry the same.
    if let Subject::Departure { train, .. } = &mut another.subject {
        *train = name("winter");
    }
    let both = told(&agenda(&[train(0, "live", &two, 10), another]));
    assert_eq!(both.iter().filter(|it| it.starts_with("same")).count(), 1);
}

#[test]
fn nobody_goes_out_while_another_changes_what_they_need() {
    let shop = release("shop 1.0.0", 10).changing(&["shop/web"]);
    let needs = shop
        .clone()
        .needing(&["orders/core", "acme/gateway", "acme/mail"]);
    let orders = release("orders 1.0.0", 10).changing(&["orders/core", "orders/job"]);
    assert_eq!(
        told(&agenda(&[needs.clone(), orders.clone()])),
        [
            "shared-component: orders 1.0.0 changes orders/core in live, which shop 1.0.0 needs [10-11]"
        ]
    );
    assert!(told(&agenda(&[shop, orders.clone()])).is_empty());
    let elsewhere = Entry {
        environments: vec![name("staging")],
        ..orders
    };
    assert!(told(&agenda(&[needs.clone(), elsewhere])).is_empty());
    let acme = notice(3, &["acme/gateway", "acme/mail"], (5, 12));
    let supplied = agenda(&[acme.clone(), needs]);
    assert_eq!(
        told(&supplied),
        [
            "supplier-change: notice 3 of acme changes acme/gateway and acme/mail in live, which shop 1.0.0 needs [10-11]"
        ]
    );
    let from = Clashes::of(&supplied, |_| true).conflicts[0]
        .remedy(&supplied)
        .from;
    assert_eq!(from, Some(at(12)));
    // Who tests in a booked environment needs it, too.
    let booked = booking("shop 1.0.0", "live", (0, 30), true).needing(&["acme/mail"]);
    assert_eq!(told(&agenda(&[acme, booked])).len(), 1);
}

#[test]
fn people_are_in_one_place_at_a_time() {
    let shop = release("shop 1.0.0", 10).with(&["ada", "team:web"]);
    let bank = release("bank 1.0.0", 10).with(&["team:web", "ben", "ada"]);
    assert_eq!(
        told(&agenda(&[shop.clone(), bank])),
        ["shared-people: shop 1.0.0 and bank 1.0.0 need ada and team:web at once [10-11]"]
    );
    let other = release("bank 1.0.0", 10).with(&["ben", "team:ada"]);
    assert!(told(&agenda(&[shop, other])).is_empty());
}

#[test]
fn what_is_over_or_called_off_is_in_nobodys_way() {
    for progress in [Progress::Over, Progress::CalledOff] {
        let past = Entry {
            progress,
            ..release("shop 1.0.0", 10)
        };
        let frozen = freeze(Scope::Product(name("shop")), (5, 9));
        let mut all = agenda(&[past, release("shop 1.1.0", 10), frozen]);
        assert!(told(&all).is_empty());
        all.entries[0].progress = Progress::Planned;
        assert_eq!(told(&all).len(), 1);
    }
}

#[test]
fn a_release_that_is_live_before_its_time_is_in_nobodys_way() {
    for (is_live, clashes) in [(false, true), (true, false)] {
        let mut early = release("shop 1.0.0", 10);
        early.progress = Progress::of_release(early.span, is_live, at(3));
        let both = agenda(&[early, release("shop 1.1.0", 10)]);
        let found = Clashes::of(&both, |_| true);
        assert_eq!(!found.conflicts.is_empty(), clashes, "live: {is_live}");
    }
}

#[test]
fn what_moves_gains_loses_and_keeps() {
    let before = agenda(&[
        freeze(Scope::Organisation, (30, 40)),
        release("shop 1.0.0", 10).with(&["ada"]),
        release("bank 1.0.0", 10).with(&["ada"]),
        booking("desk 1.0.0", "live", (0, 100), false),
    ]);
    let mut after = before.clone();
    after.entries[1] = before.entries[1].moved(at(30), at(0));
    let moved = BTreeSet::from(["release/shop/1.0.0".to_owned()]);
    let found = Difference::between(&before, &after, &moved);
    let lines = |agenda: &Agenda, all: &[Conflict]| -> Vec<String> {
        all.iter().map(|it| line(agenda, it)).collect()
    };
    assert_eq!(
        lines(&after, &found.gained),
        ["freeze: shop 1.0.0 falls into freeze closing [30-31]"]
    );
    assert_eq!(
        lines(&before, &found.lost),
        ["shared-people: shop 1.0.0 and bank 1.0.0 need ada at once [10-11]"]
    );
    assert_eq!(
        lines(&after, &found.kept),
        [
            "same-environment: shop 1.0.0 and the booking of live for desk 1.0.0 want live at once [30-31]"
        ]
    );
    let nothing = Difference::between(&before, &before, &moved);
    assert!(nothing.gained.is_empty() && nothing.lost.is_empty() && nothing.is_whole);
    assert_eq!(nothing.kept.len(), 2);
}

#[test]
fn moving_a_release_makes_tasks_late_and_others_not() {
    let plan: crate::planning::ReleasePlan = serde_json::from_value(serde_json::json!({
    "target": "2026-01-20T20:00", "time_zone": "Europe/Amsterdam", "tasks": [
        {"name": "build", "owner": "ada", "takes": "3d"},
        {"name": "news", "owner": "ada", "due": "2026-01-01T12:00", "takes": "1d"},
    ]}))
    .unwrap();
    let late =
        |target: &str| late_tasks(&plan, target.parse().unwrap(), &BTreeMap::new(), at(0)).unwrap();
    let sooner = late("2026-01-02T20:00");
    assert_eq!(sooner.gained, BTreeSet::from([name("build")]));
    assert_eq!(sooner.kept, BTreeSet::from([name("news")]));
    assert!(late("2026-02-02T20:00").gained.is_empty());
    // The clocks leave that time out.
    let gap = late_tasks(
        &plan,
        "2026-03-29T02:30".parse().unwrap(),
        &BTreeMap::new(),
        at(0),
    );
    assert!(
        gap.unwrap_err()
            .to_string()
            .contains("does not happen in Europe/Amsterdam")
    );
}

#[test]
fn names_are_stable_and_apart() {
    let all = [
        release("shop 1.0.0", 10),
        train(0, "live", &["bank", "shop"], 10),
        deployment(7, "shop 1.0.0", "live", (10, 12)),
        booking("shop 1.0.0", "live", (0, 30), true),
        freeze(Scope::Organisation, (30, 40)),
        notice(3, &["acme/gateway"], (5, 12)),
    ];
    let names = |hours: i64| -> Vec<String> {
        let moved = all.iter().map(|it| {
            it.moved(
                it.span.start + jiff::SignedDuration::from_hours(hours),
                at(0),
            )
        });
        moved.map(|it| it.subject.to_string()).collect()
    };
    assert_eq!(
        names(0),
        [
            "release/shop/1.0.0",
            "train/autumn/live",
            "deployment/7",
            "booking/shop/1.0.0/1",
            "freeze/closing/2026-01-02T06:00:00Z",
            "notice/3/1",
        ]
    );
    assert_eq!(names(0), names(9));
}
