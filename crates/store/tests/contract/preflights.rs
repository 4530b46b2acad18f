//! Preflights: kept for good, found by plan and by place; who is on duty.

use crate::samples::{
    name,
    preflights::{duty, facts, preflight, question},
};
use tidegate_domain::{
    id::{PreflightId, SnapshotNumber},
    preflight::Verdict,
};
use tidegate_store::{AboutPlan, Store, TargetKey};

pub(crate) async fn preflights_are_found_by_plan_and_place(store: &Store) {
    let ids = commit!(store, (), |tx, ()| {
        [tx.next_preflight().await?, tx.next_preflight().await?]
    });
    assert_eq!(ids, [PreflightId(1), PreflightId(2)]);
    commit!(store, (), |tx, ()| {
        tx.record_preflight(&preflight(1, "live")).await?;
        tx.record_preflight(&preflight(2, "staging")).await?;
    });
    let read = view!(store, (), |tx, ()| tx.preflight(PreflightId(1)).await?);
    assert_eq!(read, Some(preflight(1, "live")));
    let numbers = async |of: AboutPlan| {
        let found = view!(store, of, |tx, of| {
            tx.preflights_before(PreflightId(9), 10, of).await?
        });
        found.into_iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    let all = AboutPlan::default();
    assert_eq!(numbers(all.clone()).await, [2, 1]);
    let plan = Some(preflight(2, "staging").plan);
    assert_eq!(
        numbers(AboutPlan {
            plan,
            ..all.clone()
        })
        .await,
        [2]
    );
    let place = AboutPlan {
        product: Some(name("storefront")),
        release: Some("1.1.0".parse().unwrap()),
        environment: Some(name("live")),
        ..all
    };
    assert_eq!(numbers(place.clone()).await, [1]);
    let product = Some(name("other"));
    assert!(numbers(AboutPlan { product, ..place }).await.is_empty());
}

pub(crate) async fn who_is_on_duty_is_who_said_so_last(store: &Store) {
    commit!(store, (), |tx, ()| {
        for (person, until) in [("ben", 5), ("ada", 9), ("ben", 7)] {
            tx.record_duty(&duty(person, until)).await?;
        }
    });
    let of = async |release: &str, environment: &str| {
        let of = (release.parse().unwrap(), name(environment));
        view!(store, of, |tx, (release, environment)| {
            let product = name("storefront");
            tx.duties_of((&product, release), environment).await?
        })
    };
    assert_eq!(of("1.1.0", "live").await, [duty("ada", 9), duty("ben", 7)]);
    assert!(of("1.1.0", "staging").await.is_empty());
    assert!(of("1.0.0", "live").await.is_empty());
}

pub(crate) async fn whether_a_preflight_passed_is_told_without_what_it_found(store: &Store) {
    let with = |id, snapshot, fit: bool| {
        let mut it = preflight(id, "live");
        it.snapshot = SnapshotNumber(snapshot);
        it.findings
            .retain(|found| !fit || found.verdict == Verdict::Passed);
        it
    };
    for it in [with(1, 2, true), with(2, 3, true), with(3, 2, false)] {
        commit!(store, it, |tx, it| tx.record_preflight(it).await?);
    }
    let of = AboutPlan {
        plan: Some(preflight(1, "live").plan),
        product: Some(name("storefront")),
        release: Some("1.1.0".parse().unwrap()),
        environment: Some(name("live")),
    };
    let passed = async |of: &AboutPlan, snapshot, limit| {
        let input = (of.clone(), SnapshotNumber(snapshot), limit);
        let made = view!(store, input, |tx, (of, snapshot, limit)| {
            tx.preflights_passed(of, *snapshot, *limit).await?
        });
        made.into_iter()
            .map(|(_, passed)| passed)
            .collect::<Vec<_>>()
    };
    assert_eq!(passed(&of, 2, 9).await, [false, true]);
    assert_eq!(passed(&of, 2, 1).await, [false]);
    assert_eq!(passed(&of, 3, 9).await, [true]);
    assert!(passed(&of, 4, 9).await.is_empty());
    let elsewhere = AboutPlan {
        environment: Some(name("staging")),
        ..of
    };
    assert!(passed(&elsewhere, 2, 9).await.is_empty());
}

pub(crate) async fn a_question_about_a_host_is_handed_out_once_and_answered_by_its_target(
    store: &Store,
) {
    let key = |target: &str| TargetKey {
        environment: name("live"),
        target: name(target),
    };
    let asked = ["a", "b", "a"].map(|target| (key(target), question(target)));
    let first = commit!(store, asked.to_vec(), |tx, asked| tx
        .ask_hosts(asked)
        .await?);
    let waiting = async |target: &str| {
        let of = key(target);
        let found = view!(store, of, |tx, of| tx.host_questions_of(of).await?);
        found
            .into_iter()
            .map(|(number, _)| number - first)
            .collect::<Vec<_>>()
    };
    assert_eq!(waiting("a").await, [0, 2]);
    assert_eq!(waiting("b").await, [1]);
    let handed_out = commit!(store, first, |tx, first| {
        [
            tx.hand_out_host_question(*first).await?,
            tx.hand_out_host_question(*first).await?,
        ]
    });
    assert_eq!(handed_out, [true, false]);
    assert_eq!(waiting("a").await, [2]);
    let said = (first, key("a"), key("b"));
    commit!(store, said, |tx, (first, a, b)| {
        tx.record_host_answer((b, *first), &facts(1)).await?;
        tx.record_host_answer((a, *first), &facts(2)).await?;
        tx.record_host_answer((a, *first), &facts(3)).await?;
        tx.record_host_answer((a, *first + 9), &facts(4)).await?;
    });
    let all = (first, first + 2);
    let answers = view!(store, all, |tx, all| tx.host_answers(*all).await?);
    let told: Vec<_> = answers
        .iter()
        .map(|it| (it.question - first, &it.host))
        .collect();
    assert_eq!(told, [(0, &facts(2))]);
    assert!(answers[0].asked <= answers[0].answered);
    commit!(store, all, |tx, all| tx.forget_host_questions(*all).await?);
    assert!(waiting("b").await.is_empty());
}
