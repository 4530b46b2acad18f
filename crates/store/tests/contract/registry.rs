//! What the registry knows: blobs, manifests, tags, referrers, pins and garbage.

use crate::{
    samples::{digest, repository, time},
    trust::{attachment, signature},
};
use std::collections::BTreeSet;
use tidegate_domain::{
    attachment::{Attachment, SignatureForm},
    catalog::Tagged,
    digest::Digest,
};
use tidegate_store::{
    CollectedRows, GRACE, LEASE, ManifestRecord, Pin, ReferrerPage, Repository, Store,
};

pub(crate) async fn a_blob_is_visible_only_where_it_is_linked(store: &Store) {
    let (web, api) = (repository("storefront/web"), repository("storefront/api"));
    push_blob(store, "storefront/web", "blob").await;
    let (in_web, in_api) = view!(store, (web.clone(), api.clone()), |tx, (web, api)| {
        let blob = digest("blob");
        (
            tx.blob_size(web, blob).await?,
            tx.blob_size(api, blob).await?,
        )
    });
    assert_eq!((in_web, in_api), (Some(4), None));
    let mounts = commit!(store, (web.clone(), api.clone()), |tx, (web, api)| {
        let missing = tx
            .record_blob_mounted(api, web, digest("blob"), time(0))
            .await?;
        (
            missing,
            tx.record_blob_mounted(web, api, digest("blob"), time(0))
                .await?,
        )
    });
    assert_eq!(mounts, (false, true));
    let gone = commit!(store, web, |tx, web| {
        let first = tx.record_blob_deleted(web, digest("blob")).await?;
        (first, tx.record_blob_deleted(web, digest("blob")).await?)
    });
    assert_eq!(gone, (true, false));
    let (size, shard, exists) = view!(store, api, |tx, api| {
        let blob = digest("blob");
        let shard = tx.blobs_of_shard(blob.as_bytes()[0]).await?;
        (
            tx.blob_size(api, blob).await?,
            shard,
            tx.blob_exists(blob).await?,
        )
    });
    assert_eq!((size, shard, exists), (Some(4), vec![digest("blob")], true));
    let leases = view!(store, (), |tx, ()| {
        let just_before = time(-1) + LEASE;
        let blob = digest("blob");
        (
            tx.leased_beyond(blob, just_before).await?,
            tx.leased_beyond(blob, time(0) + LEASE).await?,
        )
    });
    assert_eq!(leases, (true, false));
}

pub(crate) async fn a_manifest_keeps_its_tags_and_what_it_names(store: &Store) {
    let web = repository("storefront/web");
    put(store, "storefront/web", manifest("first", &["blob"])).await;
    put(store, "storefront/web", manifest("second", &["blob"])).await;
    tag(store, "storefront/web", "latest", "first").await;
    tag(store, "storefront/web", "latest", "second").await;
    tag(store, "storefront/web", "1.0.0", "first").await;
    let (latest, found, names, naming) = view!(store, web.clone(), |tx, web| {
        let latest = tx.resolve_tag(web, &"latest".parse().unwrap()).await?;
        let found = tx.manifest_tagged(web, &"1.0.0".parse().unwrap()).await?;
        let names = (
            tx.manifest_references(digest("first"), digest("blob"))
                .await?,
            tx.manifest_references(digest("first"), digest("other"))
                .await?,
        );
        (
            latest,
            found,
            names,
            tx.manifest_naming(web, digest("blob")).await?,
        )
    });
    assert_eq!(latest, Some(digest("second")));
    let found = found.expect("it is tagged");
    assert_eq!(
        (found.digest, found.body.as_slice()),
        (digest("first"), b"first".as_slice())
    );
    assert_eq!(names, (true, false));
    assert_eq!(
        naming,
        [digest("first"), digest("second")].into_iter().min()
    );

    let elsewhere = view!(store, repository("storefront/api"), |tx, api| {
        tx.manifest_in(api, digest("first")).await?
    });
    assert_eq!(elsewhere, None, "another repository does not show it");
    let gone = commit!(store, web.clone(), |tx, web| {
        let tag = tx
            .record_tag_deleted(web, &"1.0.0".parse().unwrap())
            .await?;
        (
            tag,
            tx.record_manifest_deleted(web, digest("second")).await?,
        )
    });
    assert_eq!(gone, (true, true));
    let (tags, first, second) = view!(store, web, |tx, web| {
        let first = tx.manifest_in(web, digest("first")).await?.is_some();
        (
            tx.tags(web, "", 9).await?,
            first,
            tx.manifest_in(web, digest("second")).await?,
        )
    });
    assert!(
        tags.is_empty(),
        "the tag of a deleted manifest goes with it"
    );
    assert_eq!((first, second), (true, None));
}

pub(crate) async fn tags_and_repositories_are_paged_in_byte_order(store: &Store) {
    for text in ["shop/web", "shop-a/web", "shop/a-b", "shop/ab", "shop/a"] {
        put(store, text, manifest("one", &[])).await;
    }
    for text in ["b", "B", "a", "_x", "1.10", "1.2", "a-1", "a1"] {
        tag(store, "shop/web", text, "one").await;
    }
    let (mut tags, mut after) = (Vec::new(), String::new());
    loop {
        let input = (repository("shop/web"), after.clone());
        let page = view!(store, input, |tx, (web, after)| tx
            .tags(web, after, 3)
            .await?);
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        tags.extend(page);
    }
    assert_eq!(tags, ["1.10", "1.2", "B", "_x", "a", "a-1", "a1", "b"]);

    let (mut seen, mut after) = (Vec::new(), (String::new(), String::new()));
    loop {
        let input = after.clone();
        let page = view!(store, input, |tx, (p, c)| tx
            .repositories((p.as_str(), c.as_str()), 2)
            .await?);
        let Some(last) = page.last() else { break };
        after = (last.product.to_string(), last.component.to_string());
        seen.extend(page.iter().map(Repository::to_string));
    }
    assert_eq!(
        seen,
        ["shop/a", "shop/a-b", "shop/ab", "shop/web", "shop-a/web"]
    );
}

pub(crate) async fn referrers_are_filtered_and_paged(store: &Store) {
    put(store, "storefront/web", manifest("image", &[])).await;
    for (text, artifact_type) in [
        ("s1", "sbom"),
        ("s2", "sbom"),
        ("s3", "sbom"),
        ("g", "signature"),
    ] {
        let referrer = ManifestRecord {
            subject: Some(digest("image")),
            artifact_type: Some(artifact_type.into()),
            annotations: Some(r#"{"by":"ada"}"#.into()),
            ..manifest(text, &[])
        };
        put(store, "storefront/web", referrer).await;
    }
    let mut expected = ["s1", "s2", "s3"].map(digest);
    expected.sort_unstable();
    let mut page = ReferrerPage {
        repository: repository("storefront/web"),
        subject: digest("image"),
        artifact_type: Some("sbom".into()),
        after: None,
        limit: 2,
    };
    let first = view!(store, page.clone(), |tx, page| tx.referrers(page).await?);
    page.after = first.last().map(|referrer| referrer.digest);
    let second = view!(store, page.clone(), |tx, page| tx.referrers(page).await?);
    let seen: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|referrer| referrer.digest)
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(
        (first[0].size, first[0].annotations.as_deref()),
        (2, Some(r#"{"by":"ada"}"#))
    );
    let all = ReferrerPage {
        artifact_type: None,
        after: None,
        limit: 9,
        ..page.clone()
    };
    assert_eq!(
        view!(store, all, |tx, page| tx.referrers(page).await?).len(),
        4
    );
    let elsewhere = ReferrerPage {
        repository: repository("storefront/api"),
        after: None,
        ..page
    };
    assert!(view!(store, elsewhere, |tx, page| tx.referrers(page).await?).is_empty());
}

pub(crate) async fn a_pin_holds_a_manifest_all_it_names_and_its_tag(store: &Store) {
    put(store, "storefront/web", manifest("child", &["blob"])).await;
    put(store, "storefront/web", manifest("index", &["child"])).await;
    let web = repository("storefront/web");
    let pin = Pin {
        digest: digest("index"),
        reason: "release storefront 1.0.0".into(),
        tag: Some((web.clone(), "1.0.0".parse().unwrap())),
    };
    let missing = Pin {
        digest: digest("nothing"),
        tag: None,
        ..pin.clone()
    };
    assert!(!commit!(store, missing, |tx, pin| tx
        .pin_manifest(pin)
        .await?));
    for _ in 0..2 {
        assert!(commit!(store, pin.clone(), |tx, pin| tx
            .pin_manifest(pin)
            .await?));
    }
    assert_eq!(pin_reason(store, "index").await, Some(pin.reason.clone()));
    assert_eq!(
        pin_reason(store, "child").await,
        Some(pin.reason.clone()),
        "it is named"
    );
    assert_eq!(pin_reason(store, "other").await, None);
    let held = view!(store, web, |tx, web| tx
        .tag_pin(web, &"1.0.0".parse().unwrap())
        .await?);
    assert_eq!(held.map(|held| held.digest), Some(digest("index")));
    commit!(store, pin, |tx, pin| tx
        .unpin_manifest(pin.digest, &pin.reason)
        .await?);
    assert_eq!(pin_reason(store, "child").await, None);
}

pub(crate) async fn tags_are_told_with_whether_they_are_needed_and_go_as_they_were_seen(
    store: &Store,
) {
    put(store, "storefront/web", manifest("child", &[])).await;
    put(store, "storefront/web", manifest("index", &["child"])).await;
    put(store, "storefront/web", manifest("loose", &[])).await;
    for (name, text) in [("1", "child"), ("2", "index"), ("3", "loose")] {
        tag(store, "storefront/web", name, text).await;
    }
    tag(store, "storefront/api", "1", "loose").await;
    let pin = Pin {
        digest: digest("index"),
        reason: "release storefront 1.0.0".to_owned(),
        tag: None,
    };
    assert!(commit!(store, pin, |tx, pin| tx.pin_manifest(pin).await?));
    let tagged = async |limit: u32| {
        let input = (repository("storefront/web"), limit);
        view!(store, input, |tx, (web, limit)| tx
            .tagged(web, *limit)
            .await?)
    };
    let all = tagged(10).await;
    let told = |it: &Tagged| (it.tag.clone(), it.digest, it.is_needed);
    let expect = [
        ("3", "loose", false),
        ("2", "index", true),
        ("1", "child", true),
    ];
    let expect = expect.map(|(tag, text, needed)| (tag.to_owned(), digest(text), needed));
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), expect);
    assert_eq!(tagged(1).await, all[..1]);

    let seen = all[0].clone();
    let retire = async |seen: &Tagged| {
        let input = (repository("storefront/web"), seen.clone());
        commit!(store, input, |tx, (web, seen)| tx
            .record_tag_retired(web, seen)
            .await?)
    };
    let moved = Tagged {
        digest: digest("child"),
        ..seen.clone()
    };
    let pushed_again = Tagged {
        since: time(1),
        ..seen.clone()
    };
    for changed in [moved, pushed_again] {
        assert!(!retire(&changed).await);
    }
    assert!(retire(&seen).await && !retire(&seen).await);
    assert_eq!(tagged(10).await, all[1..]);
}

pub(crate) async fn garbage_is_only_what_nobody_needs(store: &Store) {
    for blob in ["kept", "pinned-blob", "loose", "held"] {
        push_blob(store, "storefront/web", blob).await;
    }
    put(store, "storefront/web", manifest("tagged", &["kept"])).await;
    tag(store, "storefront/web", "latest", "tagged").await;
    let signature = ManifestRecord {
        subject: Some(digest("tagged")),
        ..manifest("signature", &[])
    };
    put(store, "storefront/web", signature).await;
    put(
        store,
        "storefront/web",
        manifest("pinned", &["pinned-blob"]),
    )
    .await;
    put(store, "storefront/web", manifest("child", &["loose"])).await;
    put(store, "storefront/web", manifest("index", &["child"])).await;
    let pin = Pin {
        digest: digest("pinned"),
        reason: "rollback".into(),
        tag: None,
    };
    commit!(store, pin, |tx, pin| tx.pin_manifest(pin).await?);

    let nothing = collect(store, 0).await;
    assert_eq!(
        nothing,
        CollectedRows::default(),
        "all of it is young or leased"
    );
    let later = GRACE.as_secs() + 1;
    commit!(store, later, |tx, later| tx
        .lease(digest("held"), time(*later))
        .await?);
    let gone = collect(store, later).await;
    assert_eq!(
        gone.manifests,
        [digest("index"), digest("child")],
        "the index frees its child"
    );
    assert_eq!(gone.blobs, [digest("loose")]);
    assert_eq!(
        collect(store, later).await,
        CollectedRows::default(),
        "a second look finds nothing"
    );
    for (text, stays) in [
        ("kept", true),
        ("pinned-blob", true),
        ("held", true),
        ("loose", false),
    ] {
        let there = view!(store, digest(text), |tx, digest| tx
            .blob_exists(*digest)
            .await?);
        assert_eq!(there, stays, "{text}");
    }
    let signed = view!(store, (), |tx, ()| tx.manifest(digest("signature")).await?);
    assert!(signed.is_some(), "it speaks of what stays");
}

pub(crate) async fn what_is_attached_by_a_tag_stays_when_the_tag_moves_on(store: &Store) {
    push_blob(store, "storefront/web", "payload").await;
    put(store, "storefront/web", manifest("artifact", &[])).await;
    tag(store, "storefront/web", "1.0.0", "artifact").await;
    let signatures = format!("sha256-{}.sig", digest("artifact").hex());
    for (text, references) in [
        ("good", &["payload"][..]),
        ("unread", &[]),
        ("strange", &[]),
    ] {
        put(store, "storefront/web", manifest(text, references)).await;
        tag(store, "storefront/web", &signatures, text).await;
        wait(store, "storefront/web", (text, "artifact")).await;
    }
    read(store, "storefront/web", ("good", "artifact")).await;
    // Attached to what this repository does not show, or to itself.
    put(store, "storefront/api", manifest("elsewhere", &[])).await;
    wait(store, "storefront/api", ("elsewhere", "artifact")).await;
    put(store, "storefront/web", manifest("of itself", &[])).await;
    wait(store, "storefront/web", ("of itself", "of itself")).await;

    let later = 2 * GRACE.as_secs();
    let gone = collect(store, later).await;
    let loose: BTreeSet<Digest> = ["elsewhere", "of itself"].map(digest).into();
    assert_eq!(gone.manifests.into_iter().collect::<BTreeSet<_>>(), loose);
    assert_eq!(gone.blobs, []);

    // Once its artifact goes, it goes too, but for what has the tag.
    let input = (repository("storefront/web"), "1.0.0".parse().unwrap());
    commit!(store, input, |tx, (web, tag)| tx
        .record_tag_deleted(web, tag)
        .await?);
    let gone = collect(store, later).await;
    let with_it: BTreeSet<Digest> = ["artifact", "good", "unread"].map(digest).into();
    assert_eq!(gone.manifests.into_iter().collect::<BTreeSet<_>>(), with_it);
    assert_eq!(gone.blobs, [digest("payload")]);
}

pub(crate) async fn what_is_attached_is_listed_as_it_came(store: &Store) {
    put(store, "storefront/web", manifest("artifact", &[])).await;
    let signatures = format!("sha256-{}.sig", digest("artifact").hex());
    let names = ["first", "second", "refers", "third"];
    for (text, seconds) in names.into_iter().zip(0..) {
        let subject = (text == "refers").then(|| digest("artifact"));
        let record = ManifestRecord {
            subject,
            artifact_type: Some("kind".to_owned()),
            ..manifest(text, &[])
        };
        put(store, "storefront/web", record).await;
        if subject.is_none() {
            tag(store, "storefront/web", &signatures, text).await;
        }
        wait_since(store, "storefront/web", (text, "artifact", seconds)).await;
    }
    // What was read keeps its place.
    read(store, "storefront/web", ("second", "artifact")).await;
    wait_since(store, "storefront/web", ("second", "artifact", 9)).await;
    wait(store, "storefront/web", ("artifact", "another")).await;

    for limit in [3, 10] {
        let input = (repository("storefront/web"), limit);
        let attached = view!(store, input, |tx, (web, limit)| tx
            .manifests_attached_to(web, digest("artifact"), *limit)
            .await?);
        let kind = |text| (text == "refers").then(|| "kind".to_owned());
        let expect = names.map(|text| (digest(text), kind(text)));
        let limit = names.len().min(usize::try_from(limit).unwrap());
        assert_eq!(attached, expect[..limit]);
    }
}

pub(crate) fn manifest(text: &str, references: &[&str]) -> ManifestRecord {
    ManifestRecord {
        digest: digest(text),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        artifact_type: None,
        subject: None,
        annotations: None,
        references: references.iter().map(|text| digest(text)).collect(),
        body: text.as_bytes().to_vec(),
    }
}

pub(crate) async fn put(store: &Store, place: &str, manifest: ManifestRecord) {
    commit!(
        store,
        (repository(place), manifest),
        |tx, (place, manifest)| tx.record_manifest_put(place, manifest, time(0)).await?
    );
}

async fn tag(store: &Store, place: &str, tag: &str, text: &str) {
    let input = (repository(place), tag.parse().unwrap(), digest(text));
    commit!(store, input, |tx, (place, tag, digest)| {
        tx.record_tag_moved(place, tag, *digest, time(0)).await?;
    });
}

/// A manifest that speaks of an artifact waits to be read.
pub(crate) async fn wait(store: &Store, place: &str, attaches: (&str, &str)) {
    wait_since(store, place, (attaches.0, attaches.1, 0)).await;
}

async fn wait_since(store: &Store, place: &str, (text, artifact, seconds): (&str, &str, i64)) {
    let input = (repository(place), (digest(text), digest(artifact)), seconds);
    commit!(store, input, |tx, (place, attaches, seconds)| {
        tx.record_attachment_put(place, *attaches, time(*seconds))
            .await?;
    });
}

/// It was read, and holds a signature.
pub(crate) async fn read(store: &Store, place: &str, (text, artifact): (&str, &str)) {
    let unread = view!(store, (), |tx, ()| tx.unread_attachments(10).await?);
    let speaks = (repository(place), digest(text), digest(artifact));
    let of = unread
        .into_iter()
        .find(|it| (it.repository.clone(), it.manifest, it.artifact) == speaks)
        .unwrap();
    let signature = Attachment {
        manifest: of.manifest,
        received: of.received,
        ..attachment(signature(SignatureForm::SimpleSigning))
    };
    commit!(store, (of, signature), |tx, (of, signature)| tx
        .record_attachments(of, &[(signature.clone(), Vec::new())])
        .await?);
}

async fn push_blob(store: &Store, place: &str, text: &str) {
    let input = (repository(place), digest(text), text.len() as u64);
    commit!(store, input, |tx, (place, digest, size)| {
        tx.record_blob_stored(place, *digest, *size, time(0))
            .await?;
    });
}

async fn pin_reason(store: &Store, text: &str) -> Option<String> {
    view!(store, digest(text), |tx, digest| tx
        .pin_reason(*digest)
        .await?)
}

async fn collect(store: &Store, seconds: i64) -> CollectedRows {
    commit!(store, seconds, |tx, seconds| tx
        .collect_registry_rows(time(*seconds))
        .await?)
}
