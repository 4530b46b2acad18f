//! Artifacts that the server orders, and that an agent demands signatures of.

use crate::{
    artifact::{Artifact, pack},
    server::{Mischief, Server},
    stage::Stage,
    wares::revision,
};
use rcgen::{KeyPair, SigningKey as _};
use serde_json::{Value, json};
use std::{fs, sync::Arc};
use tidegate_agent::Demands;
use tidegate_domain::{
    converge::{Health, ObservedState, PrepareState},
    digest::Digest,
    revision::Revision,
};

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// A key set of one key called `release`.
fn demanding(key: &KeyPair) -> Demands {
    let pem = key.public_key_pem().replace('\n', "\n    ");
    let yaml = format!(
        "threshold: 1\nkeys:\n- name: release\n  valid_from: 2026-01-01T00:00:00Z\n  public_key: |\n    {pem}\n"
    );
    Demands::read(&yaml).unwrap()
}

async fn stage(key: &KeyPair) -> Stage {
    Stage::with(Server::start().await, Some(demanding(key))).await
}

fn wares(stage: &Stage, mark: &str) -> (Artifact, Revision) {
    let script = format!("#!/bin/sh\n# {mark}\nsleep 1000 & wait\n");
    let artifact = pack(&[("run", true, script.as_bytes())]);
    stage.offer(&artifact);
    let revision = revision(&artifact, &["./run"]);
    (artifact, revision)
}

/// Puts a signature of `key` about `about` beside `artifact`, as cosign does under the tag `sha256-HEX.sig`.
fn sign(stage: &Stage, artifact: &Artifact, signed: (&KeyPair, Digest)) {
    let (layer, payload) = signature(signed);
    stage.server.memory.keep(&payload);
    attach(stage, artifact, &[layer]);
}

/// A layer with a signature of `key` about `about`, and its bytes.
fn signature((key, about): (&KeyPair, Digest)) -> (Value, Vec<u8>) {
    let payload = json!({"critical": {
        "identity": {"docker-reference": ""},
        "image": {"docker-manifest-digest": about},
        "type": "cosign container image signature",
    }, "optional": null});
    let payload = payload.to_string().into_bytes();
    let signature = key.sign(&payload).unwrap();
    let layer = json!({
        "mediaType": SIMPLE_SIGNING, "digest": Digest::of(&payload), "size": payload.len(),
        "annotations": {"dev.cosignproject.cosign/signature": base64(&signature)},
    });
    (layer, payload)
}

/// Puts a manifest of these layers beside `artifact`.
fn attach(stage: &Stage, artifact: &Artifact, layers: &[Value]) -> Digest {
    let manifest = json!({"schemaVersion": 2, "layers": layers}).to_string();
    let holder = stage.server.memory.keep(manifest.as_bytes());
    name(stage, artifact, holder);
    holder
}

/// Says that a manifest holds signatures of `artifact`.
fn name(stage: &Stage, artifact: &Artifact, holder: Digest) {
    let mut signatures = stage.server.memory.signatures.lock().unwrap();
    let known = signatures.entry(artifact.manifest).or_default();
    known.push(holder);
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| {
            bits << 8 | u32::from(*chunk.get(i).unwrap_or(&0))
        });
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            let is_padding = digit > chunk.len();
            text.push(if is_padding {
                '='
            } else {
                DIGITS[value as usize].into()
            });
        }
    }
    text
}

/// Waits until the preparation of a revision fails, and answers why.
async fn refused(stage: &Stage, revision: &Revision) -> String {
    let reason = |state: &ObservedState| {
        let prepared = state
            .prepared
            .iter()
            .find(|p| p.revision == revision.id())?;
        match &prepared.state {
            PrepareState::Failed { reason } => Some(reason.clone()),
            PrepareState::Fetching { .. } | PrepareState::Ready => None,
        }
    };
    let state = stage.until(|state| reason(state).is_some()).await;
    reason(&state).unwrap()
}

#[tokio::test]
async fn what_is_not_signed_as_demanded_is_not_prepared_though_the_server_orders_it() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut stage = stage(&key).await;
    let (unsigned, foreign, elsewhere) = (
        wares(&stage, "unsigned"),
        wares(&stage, "foreign"),
        wares(&stage, "elsewhere"),
    );
    sign(&stage, &foreign.0, (&other, foreign.0.manifest));
    sign(&stage, &elsewhere.0, (&key, unsigned.0.manifest));
    for ((artifact, revision), words) in [
        (
            &unsigned,
            "it is unsigned, and this agent demands signatures",
        ),
        (&foreign, "no key of the set made this signature"),
        (&elsewhere, "it is about another artifact"),
    ] {
        stage.order(&[revision], &[]);
        let reason = refused(&stage, revision).await;
        assert!(reason.contains(words), "{reason}");
        assert!(reason.contains("1 more must sign, of release"), "{reason}");
        assert!(reason.contains(&artifact.manifest.to_string()), "{reason}");
    }
    // Nothing of it was unpacked, nor kept.
    let releases = fs::read_dir(stage.data().join("products/shop/web/releases"));
    assert_eq!(releases.map_or(0, Iterator::count), 0);
    let blobs = fs::read_dir(stage.data().join("blobs/sha256")).unwrap();
    assert_eq!(blobs.count(), 0);

    // Signed after all, it is taken with the next instruction.
    sign(&stage, &unsigned.0, (&key, unsigned.0.manifest));
    stage.order(&[&unsigned.1], &[]);
    stage.until_web(unsigned.1.id(), Health::Healthy).await;
}

#[tokio::test]
async fn a_signature_that_cannot_be_read_is_told_and_hides_no_other() {
    let key = KeyPair::generate().unwrap();
    let mut stage = stage(&key).await;
    let (artifact, revision) = wares(&stage, "signed");
    let memory = Arc::clone(&stage.server.memory);
    let (layer, payload) = signature((&key, artifact.manifest));
    let lost = json!({"mediaType": SIMPLE_SIGNING, "digest": Digest::of(b"lost"), "size": 4});
    let bent = attach(&stage, &artifact, &[json!({"bent": 1})]);
    let corrupt = attach(&stage, &artifact, &[json!({"corrupt": 1})]);
    let failing = attach(&stage, &artifact, &[json!({"failing": 1})]);
    memory.plan(corrupt, Mischief::Corrupt);
    memory.plan(failing, Mischief::Fail);
    name(&stage, &artifact, Digest::of(b"never pushed"));
    // What is kept at another place is not asked for.
    let mut elsewhere = lost.clone();
    elsewhere["urls"] = json!(["https://example.org/"]);
    attach(&stage, &artifact, &[elsewhere, lost, layer]);
    stage.order(&[], &[&revision]);
    let reason = refused(&stage, &revision).await;
    // The four, what is lost, and that of the key, which is not there yet.
    let told = format!("6 of its signatures could not be read, {bent} first");
    assert!(
        reason.contains("it is unsigned") && reason.contains(&told),
        "{reason}"
    );

    memory.keep(&payload);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
}

#[tokio::test]
async fn what_is_attached_without_end_is_given_up_soon() {
    let key = KeyPair::generate().unwrap();
    let mut stage = stage(&key).await;
    let (artifact, revision) = wares(&stage, "signed");
    let memory = Arc::clone(&stage.server.memory);
    // Longer than any signature: each is there, and would be fetched for nothing.
    let long = |n: u64| {
        let digest = memory.keep(format!("long {n}").as_bytes());
        json!({"mediaType": SIMPLE_SIGNING, "digest": digest, "size": 1_u64 << 40})
    };
    attach(&stage, &artifact, &(0..1000).map(long).collect::<Vec<_>>());
    let (layer, payload) = signature((&key, artifact.manifest));
    memory.keep(&payload);
    attach(&stage, &artifact, &[layer]);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;

    // A length that is not that of the bytes is looked at for each of so many, and no more.
    let (artifact, revision) = wares(&stage, "flooded");
    let bent = |n: u64| {
        let digest = memory.keep(format!("bent {n}").as_bytes());
        json!({"mediaType": SIMPLE_SIGNING, "digest": digest, "size": 2})
    };
    attach(&stage, &artifact, &(0..200).map(bent).collect::<Vec<_>>());
    stage.order(&[], &[&revision]);
    let reason = refused(&stage, &revision).await;
    assert!(
        reason.contains("200 of its signatures could not be read"),
        "{reason}"
    );
}

#[tokio::test]
async fn what_was_found_signed_once_needs_no_network_after_a_restart() {
    let key = KeyPair::generate().unwrap();
    let mut stage = stage(&key).await;
    let (artifact, revision) = wares(&stage, "first");
    sign(&stage, &artifact, (&key, artifact.manifest));
    stage.order(&[], &[&revision]);
    stage.until(|state| state.is_prepared(revision.id())).await;
    stage.kill_agent().await;
    stage.server.memory.signatures.lock().unwrap().clear();
    stage.server.memory.blobs.lock().unwrap().clear();
    stage.server.memory.observed.send_replace(Vec::new());
    stage.start_agent();
    stage.until(|state| state.is_prepared(revision.id())).await;
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
}

#[tokio::test]
async fn what_lay_there_before_signatures_were_demanded_is_judged_when_they_are() {
    let (key, mut stage) = (KeyPair::generate().unwrap(), Stage::new().await);
    let (signed, unsigned) = (wares(&stage, "signed"), wares(&stage, "unsigned"));
    sign(&stage, &signed.0, (&key, signed.0.manifest));
    stage.order(&[&unsigned.1], &[&signed.1]);
    stage.until_web(unsigned.1.id(), Health::Healthy).await;
    stage.until(|state| state.is_prepared(signed.1.id())).await;
    stage.kill_agent().await;
    stage.join_again(Some(demanding(&key))).await;
    stage.server.memory.observed.send_replace(Vec::new());
    stage.start_agent();
    // What runs is left alone; it would not be begun again.
    let reason = refused(&stage, &unsigned.1).await;
    assert!(reason.contains("it is unsigned"), "{reason}");
    stage.until_web(unsigned.1.id(), Health::Healthy).await;
    stage.until(|state| state.is_prepared(signed.1.id())).await;
    // Enrolling anew without any demand keeps those it had.
    stage.kill_agent().await;
    stage.join_again(None).await;
    stage.start_agent();
    stage.order(&[&signed.1], &[]);
    stage.until_web(signed.1.id(), Health::Healthy).await;
    stage.order(&[&unsigned.1], &[]);
    assert!(
        refused(&stage, &unsigned.1)
            .await
            .contains("it is unsigned")
    );
}

#[tokio::test]
async fn what_cosign_itself_signed_is_understood_in_both_its_ways() {
    let material = |name: &str| {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../trust/tests/material/");
        fs::read(format!("{directory}{name}")).unwrap()
    };
    let (manifest, payload) = (material("manifest.json"), material("payload.json"));
    let (tag, bundle) = (
        material("tag.manifest.json"),
        material("manifest.first.bundle.json"),
    );
    let layer = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "digest": Digest::of(&bundle), "size": bundle.len(),
    });
    let referrer = json!({"schemaVersion": 2, "layers": [layer]})
        .to_string()
        .into_bytes();
    let artifact = Artifact {
        manifest: Digest::of(&manifest),
        layer: Digest::of(b""),
        blobs: [&manifest, &payload, &tag, &bundle, &referrer]
            .map(|bytes| (Digest::of(bytes), bytes.clone()))
            .into(),
    };
    let revision = revision(&artifact, &["./run"]);
    for (key, is_good) in [("first.pub", true), ("second.pub", false)] {
        let pem = String::from_utf8(material(key))
            .unwrap()
            .replace('\n', "\n    ");
        let yaml = format!(
            "threshold: 1\nkeys:\n- name: release\n  valid_from: 2020-01-01T00:00:00Z\n  public_key: |\n    {pem}\n"
        );
        for holder in [&tag, &referrer] {
            let demands = Demands::read(&yaml).unwrap();
            let mut stage = Stage::with(Server::start().await, Some(demands)).await;
            stage.offer(&artifact);
            let known = [(artifact.manifest, vec![Digest::of(holder)])];
            stage.server.memory.signatures.lock().unwrap().extend(known);
            stage.order(&[], &[&revision]);
            // The image of that material has no layer, which is found out once it is known to be signed.
            let reason = refused(&stage, &revision).await;
            assert_eq!(reason.contains("it has no layer"), is_good, "{reason}");
            assert_eq!(reason.contains("is refused"), !is_good, "{reason}");
        }
    }
}
