//! Downloads that break, lie or attack. The revision that runs is never touched.

use crate::{
    artifact::{Artifact, of_tar, pack},
    server::Mischief,
    stage::Stage,
    wares::revision,
};
use tidegate_domain::{
    converge::{Health, PrepareState},
    revision::Revision,
};

const SLEEP: (&str, bool, &[u8]) = ("run", true, b"#!/bin/sh\nsleep 1000\n");

/// Noise, so that it does not compress.
fn large() -> Artifact {
    let mut noise = vec![0; 300_000];
    getrandom::fill(&mut noise).unwrap();
    pack(&[SLEEP, ("noise", false, &noise)])
}

async fn failure(stage: &mut Stage, artifact: &Artifact, running: &Revision) -> String {
    stage.offer(artifact);
    let bad = revision(artifact, &["./run"]);
    stage.order(&[&bad], &[]);
    let why = |state: &PrepareState| match state {
        PrepareState::Failed { reason } => Some(reason.clone()),
        PrepareState::Fetching { .. } | PrepareState::Ready => None,
    };
    let is_it = |p: &tidegate_domain::converge::Prepared| p.revision == bad.id();
    let state = stage
        .until(|s| {
            s.prepared
                .iter()
                .any(|p| is_it(p) && why(&p.state).is_some())
        })
        .await;
    // What ran before runs still, and says so.
    let attested = &state.active[0];
    assert_eq!(
        (attested.revision, attested.health),
        (Some(running.id()), Health::Healthy)
    );
    let state = state.prepared.into_iter().find(is_it).unwrap().state;
    why(&state).unwrap()
}

async fn with_one_running() -> (Stage, Revision) {
    let mut stage = Stage::new().await;
    let artifact = pack(&[SLEEP]);
    stage.offer(&artifact);
    let revision = revision(&artifact, &["./run"]);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    (stage, revision)
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_broke() {
    let mut stage = Stage::new().await;
    let artifact = large();
    stage.offer(&artifact);
    let memory = &stage.server.memory;
    let mischief = Mischief::BreakAfter(100_000);
    memory.plan(artifact.layer, mischief);
    let revision = revision(&artifact, &["./run"]);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    let ranges = stage.server.memory.ranges.lock().unwrap().clone();
    assert_eq!(ranges, ["bytes=100000-"]);
    assert!(
        stage
            .data()
            .join("blobs/sha256")
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );
}

#[tokio::test]
async fn what_does_not_hash_is_thrown_away() {
    let (mut stage, running) = with_one_running().await;
    let artifact = large();
    let memory = &stage.server.memory;
    memory.plan(artifact.layer, Mischief::Corrupt);
    let said = failure(&mut stage, &artifact, &running).await;
    let digest = artifact.layer;
    let expect = format!("the download of {digest} does not have that digest or its length");
    assert_eq!(said, expect);
}

#[tokio::test]
async fn what_the_server_does_not_have_cannot_run() {
    let (mut stage, running) = with_one_running().await;
    let mut artifact = large();
    artifact.blobs.remove(&artifact.layer);
    let said = failure(&mut stage, &artifact, &running).await;
    let digest = artifact.layer;
    assert_eq!(
        said,
        format!("cannot download {digest}: the server answered 404: Not Found")
    );
}

#[tokio::test]
async fn a_hostile_archive_is_refused() {
    let (mut stage, running) = with_one_running().await;
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    archive.append_link(&mut header, "out", "/etc").unwrap();
    let artifact = of_tar(&archive.into_inner().unwrap());
    let said = failure(&mut stage, &artifact, &running).await;
    assert_eq!(
        said,
        "the artifact is refused: `out` is a link that leads outside"
    );
}

#[tokio::test]
async fn preparing_ahead_runs_nothing() {
    let (mut stage, running) = with_one_running().await;
    let artifact = large();
    stage.offer(&artifact);
    let next = revision(&artifact, &["./run"]);
    stage.order(&[&running], &[&next]);
    let state = stage.until(|s| s.is_prepared(next.id())).await;
    assert_eq!(state.active[0].revision, Some(running.id()));
    stage.order(&[&next], &[]);
    stage.until_web(next.id(), Health::Healthy).await;
}
