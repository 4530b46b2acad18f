//! Quarantine as the journal was told of it, and what it rests on.

use crate::{
    controls::waiver,
    registry::{manifest, put},
    samples::{digest, repository},
};
use tidegate_domain::control::{Stop, StopKind};
use tidegate_store::Store;

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
        .manifests_naming(of, digest("layer"), 9)
        .await?);
    assert_eq!(naming, [digest("image")]);
    let attached = view!(store, repository("storefront/web"), |tx, of| tx
        .attached_to(of, digest("other"))
        .await?);
    assert_eq!(attached, []);
}
