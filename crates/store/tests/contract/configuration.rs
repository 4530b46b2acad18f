//! Snapshots, secrets and the server's keys.

use crate::samples::{name, snapshot};
use std::collections::BTreeMap;
use tidegate_domain::id::{SecretVersion, SnapshotNumber};
use tidegate_store::{KeyRow, Store};

pub(crate) async fn the_same_configuration_keeps_its_number(store: &Store) {
    for (title, number) in [("one", 1), ("one", 1), ("two", 2), ("two", 2), ("one", 3)] {
        let kept = commit!(store, snapshot(title), |tx, snapshot| {
            tx.record_snapshot(&name("storefront"), snapshot).await?
        });
        assert_eq!(kept, SnapshotNumber(number), "{title}");
    }
    let other = commit!(store, snapshot("one"), |tx, snapshot| {
        tx.record_snapshot(&name("other"), snapshot).await?
    });
    assert_eq!(other, SnapshotNumber(1), "each product counts for itself");
    for (number, expected) in [(1, Some("one")), (2, Some("two")), (4, None)] {
        let found = view!(store, SnapshotNumber(number), |tx, number| {
            tx.snapshot(&name("storefront"), *number).await?
        });
        assert_eq!(found, expected.map(snapshot));
    }
}

pub(crate) async fn a_secret_gets_a_new_version_each_time(store: &Store) {
    for (secret, bytes, version) in [("key", b"a\0", 1), ("key", b"b\xff", 2), ("pin", b"c!", 1)] {
        let kept = commit!(store, (secret, bytes), |tx, (secret, bytes)| {
            tx.record_secret(&name("storefront"), secret, *bytes)
                .await?
        });
        assert_eq!(kept, SecretVersion(version), "{secret}");
    }
    let newest = view!(store, (), |tx, ()| tx
        .newest_secrets(&name("storefront"))
        .await?);
    let expected = [("key", 2), ("pin", 1)].map(|(k, v)| (k.to_owned(), SecretVersion(v)));
    assert_eq!(newest, BTreeMap::from(expected));
    assert!(
        view!(store, (), |tx, ()| tx
            .newest_secrets(&name("other"))
            .await?)
        .is_empty()
    );
    for (version, expected) in [
        (1, Some(b"a\0".to_vec())),
        (2, Some(b"b\xff".to_vec())),
        (3, None),
    ] {
        let found = view!(store, SecretVersion(version), |tx, version| {
            tx.wrapped_secret(&name("storefront"), "key", *version)
                .await?
        });
        assert_eq!(found, expected);
    }
}

pub(crate) async fn concurrent_secrets_get_different_versions(store: &Store) {
    let writers = (0..8u8).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            commit!(store, writer, |tx, writer| {
                tx.record_secret(&name("storefront"), "key", &[*writer])
                    .await?
            })
        })
    });
    let mut versions: Vec<_> = futures::future::join_all(writers)
        .await
        .into_iter()
        .map(|version| version.unwrap().0)
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=8).collect::<Vec<_>>());
}

pub(crate) async fn a_key_is_kept_first_come_first_served(store: &Store) {
    let key = |public: &str| KeyRow {
        name: "authority".into(),
        public: public.into(),
        wrapped: public.as_bytes().to_vec(),
    };
    assert_eq!(view!(store, (), |tx, ()| tx.key("authority").await?), None);
    let first = commit!(store, key("first"), |tx, key| tx.record_key(key).await?);
    let second = commit!(store, key("second"), |tx, key| tx.record_key(key).await?);
    assert_eq!((&first, &second), (&key("first"), &key("first")));
    assert_eq!(
        view!(store, (), |tx, ()| tx.key("authority").await?),
        Some(key("first"))
    );
}
