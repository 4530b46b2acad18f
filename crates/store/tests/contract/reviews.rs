//! Reviews of releases, their reports, and the actions that came of them.

use crate::samples::{
    name,
    reviews::{improvement, report, review},
    task,
};
use tidegate_domain::{
    canonical,
    planning::{Task, TaskState},
    review::{Report, Review, Stage},
    version::Version,
};
use tidegate_store::Store;

pub(crate) async fn a_review_is_kept_as_it_is_and_its_reports_by_their_hash(store: &Store) {
    let later = Review {
        version: "1.2.0".parse().unwrap(),
        begun: crate::samples::time(100),
        ..review(Stage::Writing)
    };
    for it in [review(Stage::Writing), later.clone()] {
        commit!(store, it, |tx, it| tx.record_review(it).await?);
    }
    let moved = review(Stage::Discussing);
    commit!(store, moved.clone(), |tx, it| tx.record_review(it).await?);
    let version: Version = "1.1.0".parse().unwrap();
    let found = view!(store, version.clone(), |tx, version| {
        let of = (&name("storefront"), version);
        (
            tx.review(of).await?,
            tx.reviews(10).await?,
            tx.reviews(1).await?,
        )
    });
    assert_eq!(found.0, Some(moved.clone()));
    assert_eq!(found.1, [later.clone(), moved]);
    assert_eq!(found.2, [later]);

    let changed = Report {
        went_live: None,
        ..report()
    };
    for it in [report(), report(), changed.clone()] {
        let input = (version.clone(), it.clone());
        let hash = commit!(store, input, |tx, (version, it)| {
            let of = (&name("storefront"), &*version);
            tx.record_review_report(of, it).await?
        });
        assert_eq!(hash, canonical::hash(&it));
    }
    let kept = view!(store, version, |tx, version| {
        let of = (&name("storefront"), version);
        let hash = canonical::hash(&report());
        let other = (&name("shop"), version);
        (
            tx.review_report(of, hash).await?,
            tx.review_report(of, canonical::hash(&0)).await?,
            tx.review_report(other, hash).await?,
        )
    });
    assert_eq!(kept, (Some(report()), None, None));
}

pub(crate) async fn actions_are_found_apart_from_what_releases_need(store: &Store) {
    let action = |number, state| Task {
        improvement: Some(improvement()),
        name: None,
        ..task(number, state)
    };
    let dropped = TaskState::Dropped {
        at: crate::samples::time(0),
    };
    for it in [
        action(1, TaskState::Open),
        task(2, TaskState::Open),
        action(3, dropped),
    ] {
        commit!(store, it, |tx, it| tx.record_task(it).await?);
    }
    let found = view!(store, (), |tx, ()| (
        tx.actions(10).await?,
        tx.actions(1).await?
    ));
    let numbers = |all: &[Task]| all.iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(
        (numbers(&found.0), numbers(&found.1)),
        (vec![3, 1], vec![3])
    );
}
