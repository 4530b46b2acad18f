//! Quarantine as the journal was told of it, and what it rests on.

use crate::{
    controls::waiver,
    registry::{manifest, put, read, wait},
    samples::{digest, repository, time},
};
use std::collections::BTreeSet;
use tidegate_domain::control::{Stop, StopKind};
use tidegate_store::{Nature, QuarantineDue, Store};

pub(crate) fn stop() -> Stop {
    Stop {
        kind: StopKind::Control,
        name: "signed".to_owned(),
        what: "web: no trusted signature".to_owned(),
        remedy: "sign it".to_owned(),
    }
}

pub(crate) async fn what_the_journal_was_told_of_quarantine_is_kept_until_the_artifact_goes(
    store: &Store,
) {
    let of = repository("storefront/web");
    let told = |store: Store| async move {
        view!(store, repository("storefront/web"), |tx, of| (
            tx.quarantined(of, digest("image"))
                .await?
                .map(|it| it.stops),
            tx.has_quarantined().await?
        ))
    };
    put(store, "storefront/web", manifest("image", &[])).await;
    assert_eq!(told(store.clone()).await, (None, false));
    for stops in [vec![stop()], Vec::new()] {
        commit!(store, (of.clone(), stops.clone()), |tx, (of, stops)| tx
            .record_quarantine(of, digest("image"), stops)
            .await?);
        let is_held = !stops.is_empty();
        assert_eq!(told(store.clone()).await, (Some(stops), is_held));
    }
    commit!(store, of, |tx, of| assert!(
        tx.record_manifest_deleted(of, digest("image")).await?
    ));
    assert_eq!(told(store.clone()).await, (None, false));
}

pub(crate) async fn all_that_name_a_blob_are_found_and_those_in_quarantine_last(store: &Store) {
    let names: Vec<String> = (0..102).map(|number| format!("image-{number}")).collect();
    for name in &names {
        put(store, "storefront/web", manifest(name, &["layer"])).await;
    }
    put(store, "storefront/api", manifest("elsewhere", &["layer"])).await;
    let of = repository("storefront/web");
    let held = BTreeSet::from([digest("image-0"), digest("image-7")]);
    for it in &held {
        commit!(store, (of.clone(), *it), |tx, (of, it)| tx
            .record_quarantine(of, *it, &[stop()])
            .await?);
    }
    let found = view!(store, of, |tx, of| tx
        .manifests_naming(of, digest("layer"))
        .await?);
    let all: BTreeSet<_> = found.iter().copied().collect();
    assert_eq!(all, names.iter().map(|it| digest(it)).collect());
    let last: BTreeSet<_> = found.iter().skip(100).copied().collect();
    assert_eq!((found.len(), last), (102, held));
}

pub(crate) async fn what_trust_rests_on_is_counted_when_it_changes(store: &Store) {
    let changes =
        |store: Store| async move { view!(store, (), |tx, ()| tx.trust_changes().await?) };
    put(store, "storefront/web", manifest("image", &[])).await;
    let before = changes(store.clone()).await;
    commit!(store, waiver(1), |tx, it| tx.record_waiver(it).await?);
    let excepted = changes(store.clone()).await;
    assert!(excepted > before);
    let of = repository("storefront/web");
    commit!(store, of, |tx, of| assert!(
        tx.record_manifest_deleted(of, digest("image")).await?
    ));
    assert!(changes(store.clone()).await > excepted);
}

pub(crate) async fn an_artifact_is_whole_unless_another_names_it(store: &Store) {
    for (text, named) in [
        ("image", &["layer"][..]),
        ("index", &["image"]),
        ("other", &[]),
    ] {
        put(store, "storefront/web", manifest(text, named)).await;
    }
    // What names it in another repository counts for nothing here.
    put(store, "storefront/api", manifest("image", &["layer"])).await;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let some = view!(store, after, |tx, after| tx
            .whole_artifacts_after(after.as_ref(), 2)
            .await?);
        found.extend(some.iter().map(|(of, digest)| (of.to_string(), *digest)));
        after = some.into_iter().last();
        if after.is_none() {
            break;
        }
    }
    let mut expected = [("api", "image"), ("web", "index"), ("web", "other")]
        .map(|(of, text)| (format!("storefront/{of}"), digest(text)));
    expected.sort();
    assert_eq!(found, expected);
    let naming = view!(store, repository("storefront/web"), |tx, of| tx
        .manifests_naming(of, digest("layer"))
        .await?);
    assert_eq!(naming, [digest("image")]);
}

pub(crate) async fn what_is_attached_is_what_it_was_read_as(store: &Store) {
    let nature = |text: &'static str| async move {
        let input = (repository("storefront/web"), digest(text));
        view!(store, input, |tx, (of, digest)| tx
            .nature_of(of, *digest)
            .await?)
    };
    for text in ["image", "says"] {
        put(store, "storefront/web", manifest(text, &["layer"])).await;
    }
    assert_eq!(nature("layer").await, Nature::Blob);
    assert_eq!(nature("image").await, Nature::Artifact);
    assert_eq!(nature("says").await, Nature::Artifact);
    wait(store, "storefront/web", ("says", "image")).await;
    assert_eq!(nature("says").await, Nature::Unread);
    let of = view!(store, (), |tx, ()| tx.unread_attachments(1).await?);
    read(store, "storefront/web", ("says", "image")).await;
    assert_eq!(
        nature("says").await,
        Nature::Artifact,
        "it was read as nothing"
    );
    commit!(store, of[0].clone(), |tx, of| tx
        .record_is_evidence(of)
        .await?);
    let evidence = Nature::Evidence(vec![digest("image")]);
    assert_eq!(nature("says").await, evidence);
    // What waits to be read again is what it was until then.
    wait(store, "storefront/web", ("says", "image")).await;
    wait(store, "storefront/web", ("says", "other")).await;
    assert_eq!(nature("says").await, evidence);
}

pub(crate) async fn what_changed_is_looked_at_until_it_was(store: &Store) {
    let due = || async move {
        let found = view!(store, (), |tx, ()| tx.quarantine_due(9).await?);
        let texts = ["image", "says", "held"];
        let text = |it: &QuarantineDue| texts.into_iter().find(|text| digest(text) == it.digest);
        (
            found.iter().filter_map(text).collect::<BTreeSet<_>>(),
            found,
        )
    };
    let look = |found: Vec<QuarantineDue>| async move {
        for it in found {
            commit!(store, it, |tx, it| tx
                .record_quarantine_looked_at(it)
                .await?);
        }
    };
    put(store, "storefront/web", manifest("image", &[])).await;
    put(store, "storefront/web", manifest("says", &[])).await;
    let (texts, found) = due().await;
    assert_eq!(texts, BTreeSet::from(["image", "says"]));
    // What changed again while somebody looked is looked at again.
    put(store, "storefront/web", manifest("image", &[])).await;
    look(found).await;
    let (texts, found) = due().await;
    assert_eq!(texts, BTreeSet::from(["image"]));
    look(found).await;
    // What is attached changes what it is about, when it is read and when it goes.
    wait(store, "storefront/web", ("says", "image")).await;
    read(store, "storefront/web", ("says", "image")).await;
    let (texts, found) = due().await;
    assert_eq!(texts, BTreeSet::from(["image", "says"]));
    look(found).await;
    let of = repository("storefront/web");
    commit!(store, of.clone(), |tx, of| tx
        .record_manifest_deleted(of, digest("says"))
        .await?);
    let (texts, found) = due().await;
    assert_eq!(texts, BTreeSet::from(["image"]));
    // What fails waits, and counts.
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let put_off = |at| {
        let of = of.clone();
        async move {
            commit!(store, (of, at), |tx, (of, at)| tx
                .record_quarantine_put_off((of, digest("image")), *at)
                .await?);
        }
    };
    put_off(later).await;
    assert_eq!(due().await.1, []);
    put_off(time(1)).await;
    assert_eq!(due().await.1[0].tries, found[0].tries + 2);
    look(due().await.1).await;
    // An exception concerns whatever was held.
    commit!(store, of, |tx, of| tx
        .record_quarantine(of, digest("held"), &[stop()])
        .await?);
    let held = view!(store, (), |tx, ()| tx.quarantined_after(None, 9).await?);
    assert_eq!(held, [(repository("storefront/web"), digest("held"))]);
    let behind = view!(store, held, |tx, held| tx
        .quarantined_after(held.first(), 9)
        .await?);
    assert_eq!(behind, []);
    commit!(store, waiver(1), |tx, it| tx.record_waiver(it).await?);
    assert_eq!(due().await.0, BTreeSet::from(["held"]));
    commit!(store, (), |tx, ()| tx.record_quarantine_unwatched().await?);
    assert_eq!(due().await.1, []);
}
