//! Certificates are renewed before they end, with a new key, and a crash at any moment leaves a usable identity.

use crate::stage::{Stage, eventually};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};
use tidegate_domain::digest::Digest;

fn file(stage: &Stage) -> PathBuf {
    stage.data().join("identity/identity.json")
}

fn identity(stage: &Stage) -> Value {
    serde_json::from_slice(&fs::read(file(stage)).unwrap()).unwrap()
}

/// The certificate that lies on the agent's disk.
fn stored(stage: &Stage) -> Digest {
    let identity = identity(stage);
    let pem = identity["certificate"].as_str().unwrap();
    Digest::of(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
}

/// The certificates that were issued, oldest first, each with the hash of its key.
fn issued(stage: &Stage) -> Vec<(Digest, Digest)> {
    stage.server.memory.issued.lock().unwrap().clone()
}

/// The certificate of each connection, oldest first.
fn presented(stage: &Stage) -> Vec<Digest> {
    stage.server.memory.presented.lock().unwrap().clone()
}

/// Waits until the agent has `count` certificates behind it and speaks with the newest.
async fn renewed(stage: &mut Stage, count: usize) -> Digest {
    let newest = eventually(async || {
        let issued = issued(stage);
        (issued.len() == count).then(|| issued[count - 1].0)
    })
    .await;
    // The next connection is the next request's, and it may wait for the end of a long poll.
    while presented(stage).last() != Some(&newest) {
        stage.logs(1).await;
    }
    newest
}

#[tokio::test]
async fn a_renewed_certificate_is_used_at_once_and_after_a_restart() {
    let mut stage = Stage::new().await;
    // The first is due at once.
    let newest = renewed(&mut stage, 2).await;
    assert_eq!(stored(&stage), newest);
    let [enrolled, second] = issued(&stage)[..] else {
        panic!("{:?}", issued(&stage))
    };
    assert_ne!(enrolled.1, second.1, "a renewal makes a new key");

    stage.kill_agent().await;
    let connections = presented(&stage).len();
    stage.start_agent();
    eventually(async || (presented(&stage).len() > connections).then_some(())).await;
    assert_eq!(presented(&stage).last(), Some(&newest));
    assert_eq!(issued(&stage).len(), 2, "it is not due again");
}

#[tokio::test]
async fn a_crash_while_the_identity_is_stored_leaves_a_working_one() {
    let mut stage = Stage::new().await;
    renewed(&mut stage, 2).await;
    stage.kill_agent().await;
    // As if it had been killed in the middle of storing the next one.
    let mut due = identity(&stage);
    due["renew_after"] = "2020-01-01T00:00:00Z".into();
    let whole = due.to_string();
    fs::write(file(&stage), &whole).unwrap();
    let half = file(&stage).with_extension("partial");
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();

    stage.start_agent();
    let newest = renewed(&mut stage, 3).await;
    assert_eq!(stored(&stage), newest);
    assert!(!half.exists());
    let mode = fs::metadata(file(&stage)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
