//! What is attached to artifacts, what bills name, and known vulnerabilities.

use crate::samples::{digest, repository, time};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::attachment::{
    AttachedContent, Attachment, BillPart, BillSummary, SignatureForm, TestSummary,
};
use tidegate_domain::digest::Digest;
use tidegate_store::{AdvisoryRow, FoundPart, ManifestRecord, Repository, Store, UnreadAttachment};

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
            cut: false,
            remarks: Vec::new(),
            matched_at: None,
            untold: 0,
        },
    })
}

pub(crate) fn signature(form: SignatureForm) -> AttachedContent {
    AttachedContent::Signature {
        form,
        text: "signed".to_owned(),
        annotations: BTreeMap::new(),
    }
}

fn part(keys: &[&str], text: &str) -> BillPart {
    BillPart {
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        known_as: BTreeSet::new(),
        text: text.to_owned(),
    }
}

fn place() -> (Repository, Digest) {
    (repository("storefront/web"), digest("artifact"))
}

async fn put(store: &Store, seconds: i64) {
    put_for(store, "artifact", seconds).await;
}

/// The same manifest may speak of several artifacts, by cosign's tags.
async fn put_for(store: &Store, artifact: &str, seconds: i64) {
    let manifest = ManifestRecord {
        digest: digest("attaches"),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        artifact_type: None,
        subject: None,
        annotations: None,
        references: Vec::new(),
        body: b"attaches".to_vec(),
    };
    let input = (
        repository("storefront/web"),
        manifest,
        digest(artifact),
        time(seconds),
    );
    commit!(store, input, |tx, (repository, manifest, artifact, at)| {
        tx.record_manifest_put(repository, manifest, *at).await?;
        tx.record_attachment_put(repository, (manifest.digest, *artifact), *at)
            .await?;
    });
}

async fn read(store: &Store, of: UnreadAttachment, all: Vec<(Attachment, Vec<BillPart>)>) {
    commit!(store, (of, all), |tx, (of, all)| tx
        .record_attachments(of, all)
        .await?);
}

async fn attached(store: &Store) -> Vec<Attachment> {
    view!(store, place(), |tx, (repository, artifact)| tx
        .attachments_of(repository, *artifact)
        .await?)
}

async fn wait(store: &Store) -> Vec<UnreadAttachment> {
    view!(store, (), |tx, ()| tx.unread_attachments(10).await?)
}

pub(crate) async fn what_is_attached_waits_until_it_was_read(store: &Store) {
    put(store, 1).await;
    let first = wait(store).await;
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].received, first[0].tries), (time(1), 0));
    let of_it = view!(store, place(), |tx, (repository, artifact)| {
        let others = self::repository("storefront/api");
        (
            tx.unread_attachments_of(repository, *artifact).await?,
            tx.unread_attachments_of(&others, *artifact).await?,
        )
    });
    assert_eq!(of_it, (1, 0));
    read(store, first[0].clone(), vec![(tests(1), vec![])]).await;
    assert_eq!(attached(store).await, [tests(1)]);
    assert_eq!(wait(store).await, []);

    // Put again while it is read: it waits on. What was received first stays so.
    put(store, 9).await;
    let before = wait(store).await[0].clone();
    put(store, 10).await;
    let later = Attachment {
        received: time(9),
        ..tests(2)
    };
    read(store, before.clone(), vec![(later, vec![])]).await;
    assert_eq!(attached(store).await, [tests(2)]);
    let waits = wait(store).await;
    assert_eq!(waits.len(), 1);
    assert_ne!(waits[0].version, before.version);

    // What fails waits until its turn, and is counted.
    let (of, later) = (waits[0].clone(), jiff::Timestamp::MAX);
    commit!(store, (of, later), |tx, (of, later)| tx
        .record_attachment_failed(of, *later)
        .await?);
    assert_eq!(wait(store).await, []);
    let all = view!(store, place(), |tx, (repository, artifact)| tx
        .unread_attachments_of(repository, *artifact)
        .await?);
    assert_eq!(all, 1, "it is still to be read");
    put(store, 11).await;
    assert_eq!(wait(store).await[0].tries, 0, "and put again it is new");
}

pub(crate) async fn a_manifest_speaks_of_several_artifacts(store: &Store) {
    for artifact in ["artifact", "another"] {
        put_for(store, artifact, 1).await;
    }
    let waits = wait(store).await;
    assert_eq!(waits.len(), 2);
    for of in waits {
        read(store, of, vec![(bill(), vec![])]).await;
    }
    put_for(store, "third", 2).await;
    commit!(store, (), |tx, ()| tx.record_bills_unread().await?);
    let waits = wait(store).await;
    let order: Vec<_> = waits.iter().map(|it| it.artifact).collect();
    assert_eq!(order.len(), 3, "each bill is matched anew");
    assert_eq!(order[0], digest("third"), "what was never read goes first");
    assert_eq!(waits[1].received, time(0), "and times stay");
}

pub(crate) async fn a_name_as_long_as_a_bill_may_have_one_is_kept(store: &Store) {
    put(store, 1).await;
    let of = wait(store).await[0].clone();
    let mut long = String::new();
    while long.len() < 4096 {
        long += &digest(&long).hex();
    }
    let key = tidegate_domain::attachment::search_key(&long);
    read(store, of, vec![(bill(), vec![part(&[&key], "long")])]).await;
    let found = view!(store, key, |tx, key| tx.bill_parts(key, None, 9).await?);
    assert_eq!(found.len(), 1);
}

pub(crate) async fn parts_are_found_as_long_as_their_bill_is_attached(store: &Store) {
    put(store, 1).await;
    let of = wait(store).await[0].clone();
    let many: Vec<BillPart> = (0..450)
        .map(|i| part(&["lodash"], &format!("part {i}")))
        .chain([part(&["openssl", "libssl"], "ssl")])
        .collect();
    read(store, of.clone(), vec![(bill(), many), (tests(1), vec![])]).await;
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
        of.clone(),
        vec![(bill(), vec![part(&["lodash"], "it")])],
    )
    .await;
    commit!(store, of, |tx, it| tx
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
