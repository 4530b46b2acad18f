//! Declared things.

use crate::samples::{documents, environment, name, product, target};
use tidegate_domain::catalog::{Document, Environment, Kind, Product, Target};
use tidegate_store::Store;

pub(crate) async fn documents_are_replaced_and_listed_by_key(store: &Store) {
    for text in ["live-x", "live", "live0", "edge"] {
        let document = Document::Environment(environment(text));
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    }
    let listed: Vec<Environment> =
        view!(store, (), |tx, ()| tx.documents(Kind::Environment).await?);
    let names: Vec<_> = listed.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(
        names,
        ["edge", "live", "live-x", "live0"],
        "by bytes on both databases"
    );
    let by_name = view!(store, (), |tx, ()| tx.environments().await?);
    assert_eq!(by_name[&name("live")], environment("live"));

    for title in ["Old", "New"] {
        let document = Document::Product(Box::new(product(title)));
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    }
    let kept = view!(store, (), |tx, ()| tx.product(&name("storefront")).await?);
    assert_eq!(kept, Some(product("New")));
    let all: Vec<Product> = view!(store, (), |tx, ()| tx.documents(Kind::Product).await?);
    assert_eq!(all.len(), 1);
    assert_eq!(
        view!(store, (), |tx, ()| tx.product(&name("other")).await?),
        None
    );
}

pub(crate) async fn every_kind_of_document_comes_back(store: &Store) {
    for (_, document) in documents() {
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    }
    for (kind, document) in documents() {
        let input = (kind, document.key());
        let found: Option<serde_json::Value> = view!(store, input, |tx, (kind, key)| tx
            .document(*kind, key)
            .await?);
        assert_eq!(
            found.unwrap(),
            serde_json::to_value(&document).unwrap(),
            "{kind}"
        );
    }
}

pub(crate) async fn windows_and_freezes_are_listed_apart_and_removed(store: &Store) {
    for (_, document) in documents() {
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    }
    let (windows, freezes) = view!(store, (), |tx, ()| (
        tx.windows().await?,
        tx.freezes().await?
    ));
    let windows: Vec<_> = windows.iter().map(|w| w.name.as_str()).collect();
    let freezes: Vec<_> = freezes.iter().map(|f| f.name.as_str()).collect();
    assert_eq!((windows, freezes), (vec!["office-hours"], vec!["year-end"]));
    for expect in [true, false] {
        let removed = commit!(store, (), |tx, ()| {
            tx.record_document_removed(Kind::Freeze, "year-end").await?
        });
        assert_eq!(removed, expect);
    }
    let left = view!(store, (), |tx, ()| (
        tx.windows().await?.len(),
        tx.freezes().await?.len()
    ));
    assert_eq!(left, (1, 0));
}

pub(crate) async fn targets_are_those_of_the_environment_and_counted_as_people_count(
    store: &Store,
) {
    let texts = [
        "live-x/live-1",
        "live/live-10",
        "live/live-2",
        "live0/a",
        "live/live-1",
        "liv/b",
    ];
    for text in texts {
        let document = Document::Target(target(text));
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    }
    let targets = view!(store, (), |tx, ()| tx.targets_in(&name("live")).await?);
    let expected = ["live/live-1", "live/live-2", "live/live-10"].map(target);
    assert_eq!(targets, expected);
    let other: Vec<Target> = view!(store, (), |tx, ()| tx.targets_in(&name("live-x")).await?);
    assert_eq!(other, [target("live-x/live-1")]);
    assert!(view!(store, (), |tx, ()| tx.targets_in(&name("none")).await?).is_empty());
}
