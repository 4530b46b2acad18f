//! A file of a release and an exception, and what forgers would make of it: some of them hold the server's key.

use super::*;
use crate::{
    control::WaiverScope,
    id::{PersonId, SnapshotNumber, WaiverId},
    journal::{Frontier, note::Notary},
    lifecycle::{BuildState, What},
    release::Sealed,
    review::Past,
};
use serde_json::json;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn time() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

fn notary() -> Notary {
    Notary::new(&[7; 32])
}

fn release(snapshot: Digest) -> Release {
    let (product, version): (Name, Version) = (name("shop"), "1.0.0".parse().unwrap());
    let contents = crate::release::Contents::new();
    let hash = canonical::hash(&(&product, &version, &contents, snapshot));
    Release {
        product,
        version,
        number: 1,
        contents,
        sealed: Some(Sealed {
            hash,
            snapshot: SnapshotNumber(1),
            at: time(),
            by: name("ada"),
        }),
        reconfigured: Vec::new(),
        blocked: None,
        created_at: time(),
        created_by: name("ada"),
    }
}

fn waiver() -> Waiver {
    Waiver {
        id: WaiverId(1),
        control: name("signed"),
        scope: WaiverScope {
            product: name("shop"),
            environment: None,
            release: None,
        },
        reason: "it hurries".to_owned(),
        by: (name("bob"), PersonId(uuid::Uuid::nil())),
        at: time(),
        expires_at: time(),
        signed: None,
        ended: None,
    }
}

fn entry(action: &str, subject: &str, detail: Value) -> Entry {
    Entry {
        v: 1,
        time: time(),
        actor: "ada".to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail,
        request: None,
    }
}

/// The release sealed and the exception asked for, in a journal of two entries.
fn dossier() -> Dossier {
    let snapshot = Digest::of(b"snapshot");
    let (release, waiver) = (release(snapshot), waiver());
    let sealed = serde_json::to_value(&release.sealed).unwrap();
    let texts = [
        entry("release.sealed", "release/shop/1.0.0", sealed).text(),
        entry("waiver.requested", "waiver/1", json!(waiver)).text(),
    ];
    let leaves = texts.each_ref().map(|text| leaf_hash(text.as_bytes()));
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    let [first, second] = texts;
    let proved = |sequence, text, other| ProvedEntry {
        sequence,
        text,
        proof: vec![other],
    };
    Dossier {
        made_at: time(),
        made_for: name("auditor"),
        release,
        snapshot: Some(snapshot),
        artifacts: BTreeMap::new(),
        key_sets: Vec::new(),
        supplied: Vec::new(),
        deployments: Vec::new(),
        changes: Vec::new(),
        waivers: vec![waiver],
        review: None,
        lifecycle: Vec::new(),
        checkpoint: notary().sign(frontier.size(), frontier.root()),
        entries: vec![proved(0, first, leaves[1]), proved(1, second, leaves[0])],
    }
}

fn signed(dossier: &Dossier, by: &Notary) -> String {
    serde_json::to_string(&EvidenceFile::sign(dossier, by)).unwrap()
}

/// A review that nobody closed, in which all is well.
fn well_reviewed(dossier: &Dossier) -> ReviewRecord {
    let past = Past::bare(dossier.release.clone());
    ReviewRecord {
        report: Report::of(&past, time()),
        findings: Findings {
            objectives: Vec::new(),
            conclusion: crate::text::Paragraphs::of("All is well."),
        },
    }
}

#[test]
fn a_good_file_is_good_however_it_is_written() {
    let file = EvidenceFile::sign(&dossier(), &notary());
    for text in [
        serde_json::to_string(&file).unwrap(),
        serde_json::to_string_pretty(&file).unwrap(),
    ] {
        let verified = verify(&text, Some(&notary().verifier())).unwrap();
        assert_eq!((verified.entries, verified.size), (2, 2));
        assert_eq!(verified.product, name("shop"));
    }
}

#[test]
fn whoever_lacks_the_key_can_change_nothing() {
    let good = signed(&dossier(), &notary());
    let own = Notary::new(&[8; 32]);
    for (from, to) in [
        ("it hurries", "it is sound"),
        ("1.0.0", "1.0.1"),
        ("\"auditor\"", "\"somebody\""),
    ] {
        let bent = good.replace(from, to);
        assert!(verify(&bent, None).is_err(), "{from} became {to}");
    }
    let stranger = signed(&dossier(), &own);
    let expected = notary().verifier();
    let fault = verify(&stranger, Some(&expected)).unwrap_err();
    assert!(matches!(fault, Fault::Stranger(_)), "{fault}");
    // Signed by a key of the forger's, with a checkpoint of the server's.
    let fault = verify(&stranger, None).unwrap_err();
    assert!(
        matches!(fault, Fault::Signature("checkpoint", _)),
        "{fault}"
    );
    for nothing in ["", "{}", "[]", "{\"v\":2}"] {
        assert!(
            matches!(verify(nothing, None), Err(Fault::Form(_))),
            "{nothing}"
        );
    }
}

#[test]
fn whoever_holds_the_key_can_tell_nothing_that_the_journal_does_not_say() {
    let fault = |change: fn(&mut Dossier)| {
        let mut dossier = dossier();
        change(&mut dossier);
        verify(&signed(&dossier, &notary()), None)
            .unwrap_err()
            .to_string()
    };
    let bent = fault(|it| it.waivers[0].reason = "it is sound".to_owned());
    assert!(
        bent.contains("waiver/1: the journal says something else"),
        "{bent}"
    );
    let bent = fault(|it| {
        it.supplied.push(Evidence {
            kind: name("customer-approval"),
            note: "they agreed".to_owned(),
            link: None,
            by: name("ada"),
            at: time(),
        });
    });
    assert!(
        bent.contains("no entry says that customer-approval was supplied"),
        "{bent}"
    );
    let bent = fault(|it| it.review = Some(well_reviewed(it)));
    assert!(
        bent.contains("review/shop/1.0.0: no entry says that it was closed like that"),
        "{bent}"
    );
    let bent = fault(|it| it.snapshot = Some(Digest::of(b"another")));
    assert!(
        bent.contains("do not have the hash that it was sealed with"),
        "{bent}"
    );
    let bent = fault(|it| drop(it.entries.remove(0)));
    assert!(bent.contains("no entry says that it was sealed"), "{bent}");
    let bent = fault(|it| it.entries[0].text = it.entries[0].text.replace("ada", "eve"));
    assert!(bent.contains("entry 0 is not in the journal"), "{bent}");
    let bent = fault(|it| it.entries[1].proof.clear());
    assert!(bent.contains("entry 1 is not in the journal"), "{bent}");
    let bent = fault(|it| {
        let facts = ArtifactFacts::unknown("1.0.0".parse().unwrap(), Digest::of(b"web"));
        let artifact = Artifact {
            manifest: None,
            attachments: Vec::new(),
            facts,
        };
        it.artifacts.insert("web".parse().unwrap(), artifact);
    });
    assert!(
        bent.contains("it is not what the release contains"),
        "{bent}"
    );
}

fn fact(run: &str, digest: Option<&str>) -> Fact {
    let digests: Vec<Digest> = digest
        .map(|it| Digest::of(it.as_bytes()))
        .into_iter()
        .collect();
    let fact = json!({"key": {"source": "ci", "id": format!("{run}-{}", digests.len())},
        "run": {"source": "ci", "id": run}, "digests": digests, "by": "ada", "happened": time(),
        "received": time(), "what": {"is": "build", "state": "finished"}});
    serde_json::from_value(fact).unwrap()
}

/// A release of one component, of which two things were told: the second names the artifact of the run.
fn built() -> Dossier {
    let mut dossier = dossier();
    let content = json!({"web": {"version": "1.0.0", "digest": Digest::of(b"web")}});
    dossier.release.contents = serde_json::from_value(content).unwrap();
    dossier.release.sealed = None;
    dossier.waivers.clear();
    dossier.lifecycle = vec![fact("42", None), fact("42", Some("web"))];
    let facts = ArtifactFacts::unknown("1.0.0".parse().unwrap(), Digest::of(b"web"));
    let artifact = Artifact {
        manifest: None,
        attachments: Vec::new(),
        facts,
    };
    dossier.artifacts.insert(name("web"), artifact);
    journaled(&mut dossier);
    dossier
}

/// With a journal of exactly what is told of builds and tests, which are two.
fn journaled(dossier: &mut Dossier) {
    let text = |fact: &Fact| entry("lifecycle.told", "product/shop", json!(fact)).text();
    let texts: Vec<String> = dossier.lifecycle.iter().map(text).collect();
    let leaves: Vec<Digest> = texts.iter().map(|it| leaf_hash(it.as_bytes())).collect();
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    dossier.checkpoint = notary().sign(frontier.size(), frontier.root());
    let entries = texts.into_iter().zip(0..).map(|(text, sequence)| {
        let other = usize::try_from(1 - sequence).unwrap();
        let proof = vec![leaves[other]];
        let sequence = u64::try_from(sequence).unwrap();
        ProvedEntry {
            sequence,
            text,
            proof,
        }
    });
    dossier.entries = entries.collect();
}

#[test]
fn what_is_told_of_builds_and_tests_is_what_the_journal_says_and_all_of_it() {
    let good = verify(&signed(&built(), &notary()), None).unwrap();
    assert_eq!((good.facts, good.entries), (2, 2));
    let fault = |change: fn(&mut Dossier)| {
        let mut bent = built();
        change(&mut bent);
        verify(&signed(&bent, &notary()), None)
            .unwrap_err()
            .to_string()
    };
    let not_said = "no entry says that it was told like that";
    for bent in [
        fault(|it| {
            let state = BuildState::Failed;
            it.lifecycle[0].what = What::Build { state };
        }),
        fault(|it| it.lifecycle[1].by = name("eve")),
        fault(|it| it.lifecycle.push(it.lifecycle[1].clone())),
        fault(|it| drop(it.entries.remove(0))),
    ] {
        assert!(bent.contains(not_said), "{bent}");
    }
    let bent = fault(|it| drop(it.lifecycle.remove(0)));
    assert!(bent.contains("the file does not say so"), "{bent}");
    let bent = fault(|it| {
        it.lifecycle = vec![fact("42", None), fact("43", Some("others"))];
        journaled(it);
    });
    assert!(
        bent.contains("it is of no artifact of the release"),
        "{bent}"
    );
}
