//! What is attached to artifacts, what bills name, and known vulnerabilities.

use crate::samples::{digest, repository, time};
use std::collections::BTreeSet;
use tidegate_domain::attachment::{
    AttachedContent, Attachment, BillPart, BillSummary, TestSummary,
};
use tidegate_store::{AdvisoryRow, FoundPart, ManifestRecord, Store, UnreadAttachment};

pub(crate) fn attachment(content: AttachedContent) -> Attachment {
    Attachment {
        manifest: digest("attaches"),
        blob: digest("blob"),
        media_type: "application/junit+xml".to_owned(),
        received: time(0),
        content,
    }
}

fn tests(passed: u64) -> Attachment {
    let failures = Vec::new();
    attachment(AttachedContent::Tests {
        tests: TestSummary {
            passed,
            failed: 0,
            skipped: 0,
            failures,
        },
    })
}

fn bill() -> Attachment {
    attachment(AttachedContent::Bill {
        bill: BillSummary {
            format: "CycloneDX 1.6".to_owned(),
            about_it: true,
            parts: 2,
            licences: BTreeSet::new(),
            vulnerabilities: None,
            unmatched: BTreeSet::new(),
            matched_at: None,
            untold: 0,
        },
    })
}

fn part(keys: &[&str], text: &str) -> BillPart {
    BillPart {
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        known_as: BTreeSet::new(),
        text: text.to_owned(),
    }
}

fn waiting(seconds: i64) -> UnreadAttachment {
    UnreadAttachment {
        repository: repository("storefront/web"),
        manifest: digest("attaches"),
        artifact: digest("artifact"),
        since: time(seconds),
    }
}

async fn put(store: &Store, seconds: i64) {
    let manifest = ManifestRecord {
        digest: digest("attaches"),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        artifact_type: None,
        subject: Some(digest("artifact")),
        annotations: None,
        references: Vec::new(),
        body: b"attaches".to_vec(),
    };
    commit!(store, (waiting(seconds), manifest), |tx, (it, manifest)| {
        tx.record_manifest_put(&it.repository, manifest, it.since)
            .await?;
        tx.record_attachment_put(&it.repository, (it.manifest, it.artifact), it.since)
            .await?;
    });
}

async fn read(store: &Store, of: UnreadAttachment, all: Vec<(Attachment, Vec<BillPart>)>) {
    commit!(store, (of, all), |tx, (of, all)| tx
        .record_attachments(of, all)
        .await?);
}

async fn attached(store: &Store) -> Vec<Attachment> {
    view!(store, waiting(0), |tx, it| tx
        .attachments_of(&it.repository, it.artifact)
        .await?)
}

async fn wait(store: &Store) -> Vec<UnreadAttachment> {
    view!(store, (), |tx, ()| tx.unread_attachments(10).await?)
}

pub(crate) async fn what_is_attached_waits_until_it_was_read(store: &Store) {
    put(store, 1).await;
    assert_eq!(wait(store).await, [waiting(1)]);
    let of_it = view!(store, waiting(0), |tx, it| {
        let others = repository("storefront/api");
        (
            tx.unread_attachments_of(&it.repository, it.artifact)
                .await?,
            tx.unread_attachments_of(&others, it.artifact).await?,
        )
    });
    assert_eq!(of_it, (1, 0));
    read(store, waiting(1), vec![(tests(1), vec![])]).await;
    assert_eq!(attached(store).await, [tests(1)]);
    assert_eq!(wait(store).await, []);

    // Put again while it is read: it waits on. What was received first stays so.
    put(store, 9).await;
    let later = Attachment {
        received: time(9),
        ..tests(2)
    };
    read(store, waiting(1), vec![(later, vec![])]).await;
    assert_eq!(attached(store).await, [tests(2)]);
    assert_eq!(wait(store).await, [waiting(9)]);
}

pub(crate) async fn parts_are_found_as_long_as_their_bill_is_attached(store: &Store) {
    put(store, 1).await;
    let many: Vec<BillPart> = (0..450)
        .map(|i| part(&["lodash"], &format!("part {i}")))
        .chain([part(&["openssl", "libssl"], "ssl")])
        .collect();
    read(store, waiting(1), vec![(bill(), many), (tests(1), vec![])]).await;
    let mut found: Vec<FoundPart> = Vec::new();
    loop {
        let next = view!(store, found.last().cloned(), |tx, after| tx
            .bill_parts("lodash", after.as_ref(), 200)
            .await?);
        if next.is_empty() {
            break;
        }
        found.extend(next);
    }
    assert_eq!(found.len(), 450);
    assert_eq!(found[449].text, "part 449");
    assert_eq!(found[0].artifact, digest("artifact"));
    for key in ["openssl", "libssl"] {
        let found = view!(store, key, |tx, key| tx.bill_parts(key, None, 9).await?);
        let found: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(found, ["ssl"], "{key}");
    }
    commit!(store, (), |tx, ()| tx.record_bills_unread().await?);
    let waits = wait(store).await;
    assert_eq!(waits.len(), 1, "bills are matched anew");
    read(store, waits[0].clone(), vec![(tests(1), vec![])]).await;
    commit!(store, (), |tx, ()| tx.record_bills_unread().await?);
    assert_eq!(wait(store).await, [], "and nothing else is");

    read(
        store,
        waiting(1),
        vec![(bill(), vec![part(&["lodash"], "it")])],
    )
    .await;
    commit!(store, waiting(1), |tx, it| tx
        .record_manifest_deleted(&it.repository, it.manifest)
        .await?);
    assert_eq!(attached(store).await, []);
    let gone = view!(store, (), |tx, ()| tx.bill_parts("lodash", None, 9).await?);
    assert_eq!(gone, []);
    commit!(store, (), |tx, ()| {
        tx.collect_registry_rows(time(90_000)).await?;
        tx.record_bills_unread().await?;
    });
    assert_eq!(wait(store).await, [], "nothing is left of it");
}

pub(crate) async fn advisories_are_replaced_and_found_by_package(store: &Store) {
    let advisory = |id: &str, packages: &[(&str, &str)], text: &str| AdvisoryRow {
        id: id.to_owned(),
        packages: packages
            .iter()
            .map(|(ecosystem, name)| ((*ecosystem).to_owned(), (*name).to_owned()))
            .collect(),
        text: text.to_owned(),
    };
    let about = |packages: Vec<(&'static str, &'static str)>| async move {
        let packages: BTreeSet<(String, String)> = packages
            .into_iter()
            .map(|(ecosystem, name)| (ecosystem.to_owned(), name.to_owned()))
            .collect();
        view!(store, packages, |tx, packages| tx
            .advisories_about(packages)
            .await?)
    };
    let many = (0..450).map(|i| advisory(&format!("B-{i}"), &[("npm", "many")], "many"));
    let first = advisory("A-1", &[("npm", "lodash"), ("PyPI", "lodash")], "old");
    let rows: Vec<AdvisoryRow> = many.chain([first]).collect();
    commit!(store, rows, |tx, rows| tx.record_advisories(rows).await?);
    let (count, at) = view!(store, (), |tx, ()| tx.advisories().await?);
    assert_eq!((count, at.is_some()), (451, true));
    assert_eq!(about(vec![("npm", "many")]).await.len(), 450);
    assert_eq!(
        about(vec![("npm", "lodash"), ("PyPI", "lodash")]).await,
        ["old"]
    );

    let wanted: BTreeSet<String> = ["Maven", "PyPI", "npm"].map(str::to_owned).into();
    let known = view!(store, wanted, |tx, wanted| tx
        .ecosystems_with_advisories(wanted)
        .await?);
    assert_eq!(known, ["PyPI", "npm"].map(str::to_owned).into());

    let again = [
        advisory("A-1", &[("npm", "lodash")], "newer"),
        advisory("A-1", &[("npm", "lodash")], "newest"),
    ];
    commit!(store, again, |tx, rows| tx.record_advisories(rows).await?);
    assert_eq!(about(vec![("npm", "lodash")]).await, ["newest"]);
    assert_eq!(about(vec![("PyPI", "lodash")]).await, [""; 0]);
    assert_eq!(about(vec![]).await, [""; 0]);
}
