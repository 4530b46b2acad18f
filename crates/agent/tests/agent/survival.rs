//! What is killed, and what goes on.

use crate::{
    artifact::pack,
    stage::{Stage, eventually, lives},
    wares::revision,
};
use std::{fs, path::Path};
use tidegate_domain::{
    converge::{Attestation, Health},
    duration::Millis,
    revision::Revision,
};
use tidegate_protocol::agent::LogLine;

/// Writes its id to a file and its name to the log, then waits.
const SCRIPT: &[u8] = b"#!/bin/sh\necho $$ > pid\necho hello from $TIDEGATE_COMPONENT\n\
    echo trouble >&2\nsleep 1000 & wait\n";

async fn running(stage: &mut Stage) -> (Revision, u32) {
    let artifact = pack(&[("run", true, SCRIPT)]);
    stage.offer(&artifact);
    let revision = revision(&artifact, &["./run"]);
    stage.order(&[&revision], &[]);
    let attested = stage.until_web(revision.id(), Health::Healthy).await;
    assert_eq!(
        (attested.artifact, attested.starts),
        (Some(artifact.manifest), 1)
    );
    let pid = eventually(async || pid(stage)).await;
    (revision, pid)
}

/// None while the file is being written.
fn pid(stage: &Stage) -> Option<u32> {
    let path = stage.data().join("products/shop/web/current/artifact/pid");
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Every keeper of this directory, by its command line.
pub(crate) fn keepers(data: &Path) -> Vec<u32> {
    let wanted = data.join("keepers");
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    let is_one = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        line.contains("keeper") && line.contains(wanted.to_str().unwrap())
    };
    pids.filter(is_one).collect()
}

pub(crate) fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_killed_agent_finds_its_processes_again() {
    let mut stage = Stage::new().await;
    let (revision, process) = running(&mut stage).await;
    stage.kill_agent().await;
    assert!(lives(process));
    stage.server.memory.observed.send_replace(vec![]);
    stage.start_agent();
    let attested = stage.until_web(revision.id(), Health::Healthy).await;
    assert_eq!((attested.starts, pid(&stage)), (1, Some(process)));
    assert!(lives(process));
    let said: Vec<LogLine> = stage.logs(100).await;
    let said = |stream: &str, text: &str| said.iter().any(|l| l.stream == stream && l.text == text);
    assert!(said("stdout", "hello from web") && said("stderr", "trouble"));
    assert_eq!(keepers(&stage.data()).len(), 1);
}

#[tokio::test]
async fn a_killed_keeper_leaves_nothing_behind() {
    let mut stage = Stage::new().await;
    let (revision, process) = running(&mut stage).await;
    let keeper = keepers(&stage.data())[0];
    kill(keeper);
    let new = eventually(async || pid(&stage).filter(|pid| *pid != process)).await;
    assert!(lives(new));
    assert!(
        !lives(process),
        "the orphan was killed before another was started"
    );
    stage.until_web(revision.id(), Health::Healthy).await;
    let now = keepers(&stage.data());
    assert!(now.len() == 1 && now[0] != keeper);
}

#[tokio::test]
async fn an_agent_without_its_server_goes_on_supervising() {
    let mut stage = Stage::new().await;
    let (_, process) = running(&mut stage).await;
    stage.kill_agent().await;
    stage.server.leave();
    stage.start_agent();
    kill(keepers(&stage.data())[0]);
    let new = eventually(async || pid(&stage).filter(|pid| *pid != process)).await;
    assert!(lives(new) && !lives(process));
}

#[tokio::test]
async fn a_crash_is_mended_by_the_keeper_alone() {
    let mut stage = Stage::new().await;
    let (_, process) = running(&mut stage).await;
    stage.kill_agent().await;
    kill(process);
    let new = eventually(async || pid(&stage).filter(|pid| *pid != process)).await;
    assert!(lives(new));
    stage.start_agent();
    let is_it = |detail: &str| detail == "it runs";
    let state = stage
        .until(|s| s.active[0].starts == 2 && is_it(&s.active[0].detail))
        .await;
    assert_eq!(state.active[0].health, Health::Healthy);
}

#[tokio::test]
async fn an_empty_list_stops_everything() {
    let mut stage = Stage::new().await;
    let (_, process) = running(&mut stage).await;
    stage.order(&[], &[]);
    stage.until(|state| state.active.is_empty()).await;
    assert!(!lives(process));
    eventually(async || keepers(&stage.data()).is_empty().then_some(())).await;
}

#[tokio::test]
async fn an_older_instruction_changes_nothing() {
    let mut stage = Stage::new().await;
    let (revision, process) = running(&mut stage).await;
    stage.order_as(0, &[], &[]);
    // A newer one that changes nothing proves that the older one has been seen.
    stage.order(&[&revision], &[]);
    stage
        .until(|state| state.instruction.generation.0 == 2)
        .await;
    assert!(lives(process));
}

#[tokio::test]
async fn the_same_workload_is_not_restarted_for_a_new_label() {
    let mut stage = Stage::new().await;
    let (mut revision, process) = running(&mut stage).await;
    revision.release = "2.0.0".parse().unwrap();
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    assert_eq!(pid(&stage), Some(process));
    assert!(lives(process));
}

#[tokio::test]
async fn only_what_stays_healthy_long_enough_is_proved() {
    let mut stage = Stage::new().await;
    stage.minimum_healthy = Millis::from_secs(600);
    let (revision, process) = running(&mut stage).await;
    let attested = stage.until_web(revision.id(), Health::Healthy).await;
    assert!(!attested.proved);
    stage.minimum_healthy = Millis(200);
    stage.order(&[&revision], &[]);
    stage.until(|state| state.active[0].proved).await;
    stage.minimum_healthy = Millis::from_secs(600);
    stage.order(&[&revision], &[]);
    kill(process);
    let again = |a: &Attestation| a.starts == 2 && a.health == Health::Healthy;
    let state = stage.until(|state| again(&state.active[0])).await;
    assert!(!state.active[0].proved, "what was started anew begins anew");
}
