//! Releases and revisions.

use crate::samples::{name, release, revision};
use tidegate_domain::release::Release;
use tidegate_store::Store;

pub(crate) async fn releases_are_kept_changed_and_paged(store: &Store) {
    for number in 1..=5 {
        let next = commit!(store, release(number), |tx, release| {
            let next = tx.next_release_number(&release.product).await?;
            tx.record_release(release).await?;
            next
        });
        assert_eq!(next, number);
    }
    let product = name("storefront");
    let changed = Release {
        created_by: name("bob"),
        ..release(3)
    };
    commit!(store, changed.clone(), |tx, release| tx
        .record_release(release)
        .await?);
    let found = view!(store, (), |tx, ()| {
        tx.release(&name("storefront"), &"1.3.0".parse().unwrap())
            .await?
    });
    assert_eq!(found, Some(changed));
    let missing = view!(store, (), |tx, ()| {
        tx.release(&name("other"), &"1.3.0".parse().unwrap())
            .await?
    });
    assert_eq!(missing, None);

    let mut before = u64::MAX;
    let mut seen = Vec::new();
    loop {
        let page = view!(store, (product.clone(), before), |tx, (product, before)| {
            tx.releases_before(product, *before, 2).await?
        });
        let Some(last) = page.last() else { break };
        before = last.number;
        seen.extend(page.iter().map(|release| release.number));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

pub(crate) async fn a_revision_is_kept_under_its_hash(store: &Store) {
    let record = |port| async move {
        commit!(store, revision(port), |tx, revision| tx
            .record_revision(revision)
            .await?)
    };
    let id = record(8080).await;
    assert_eq!(id, revision(8080).id());
    assert_eq!(record(8080).await, id, "the same again is no conflict");
    assert_ne!(record(8081).await, id);
    let found = view!(store, id, |tx, id| tx.revision(*id).await?);
    assert_eq!(found, Some(revision(8080)));
    let missing = view!(store, revision(1).id(), |tx, id| tx.revision(*id).await?);
    assert_eq!(missing, None);
}

pub(crate) async fn what_a_target_says_is_kept_apart_and_is_not_much(store: &Store) {
    let say = async |target: &str, port: u16| {
        let input = (target.parse().unwrap(), revision(port));
        commit!(store, input, |tx, (key, revision)| {
            tx.record_said_revision(key, revision).await?;
        });
    };
    let is = async |port: u16| {
        view!(store, revision(port).id(), |tx, id| (
            tx.has_revision(*id).await?,
            tx.is_said(*id).await?
        ))
    };
    for port in 1..=65 {
        say("live/live-1", port).await;
    }
    assert_eq!(is(64).await, (true, true));
    assert_eq!(is(65).await, (false, false), "one target says no more");
    say("live/live-2", 65).await;
    assert_eq!(is(65).await, (true, true), "another one does");
    commit!(store, revision(64), |tx, revision| tx
        .record_revision(revision)
        .await?);
    assert_eq!(is(64).await, (true, false), "the server made the same");
    say("live/live-1", 64).await;
    assert_eq!(is(64).await, (true, false), "what it made stays its own");
    say("live/live-1", 66).await;
    assert_eq!(is(66).await, (true, true), "there is room again");
}
