//! Several processes of one component, in one slot or shared between two.

use crate::{
    artifact::{Artifact, pack},
    stage::{Stage, lives},
    wares::{revision, settings},
};
use serde_json::Value;
use std::fs;
use tidegate_domain::{
    converge::{
        Attestation, Health,
        Slot::{self, Blue, Green},
    },
    duration::Millis,
    revision::{HealthCheck, Probe, Revision},
};

/// Says which it is, then waits.
const SCRIPT: &[u8] = b"#!/bin/sh\necho $TIDEGATE_INSTANCE in $TIDEGATE_SLOT\nsleep 1000 & wait\n";

#[tokio::test]
async fn as_many_run_as_are_ordered_and_those_that_stay_are_not_touched() {
    let mut stage = Stage::new().await;
    let worker = worker(&stage, "1");
    stage.scale(&[(Blue, &worker, 3)]);
    until(&stage, (Blue, &worker), 3).await;
    assert!(stage.until_taken().await.knows_instances());
    let three = pids(&mut stage, Blue, 3).await;

    stage.scale(&[(Blue, &worker, 4)]);
    until(&stage, (Blue, &worker), 4).await;
    let four = pids(&mut stage, Blue, 4).await;
    assert_eq!(four[..3], three);

    stage.scale(&[(Blue, &worker, 2)]);
    until(&stage, (Blue, &worker), 2).await;
    crate::stage::eventually(|| {
        let gone = four[2..].iter().all(|pid| !lives(*pid));
        async move { gone.then_some(()) }
    })
    .await;
    assert_eq!(pids(&mut stage, Blue, 2).await, three[..2]);
    assert!(three[..2].iter().all(|pid| lives(*pid)));
}

#[tokio::test]
async fn a_share_of_them_runs_another_revision_beside_the_rest() {
    let mut stage = Stage::new().await;
    let (old, new) = (worker(&stage, "1"), worker(&stage, "2"));
    stage.scale(&[(Blue, &old, 4)]);
    until(&stage, (Blue, &old), 4).await;
    let before = pids(&mut stage, Blue, 4).await;

    stage.scale(&[(Blue, &old, 3), (Green, &new, 1)]);
    until(&stage, (Green, &new), 1).await;
    until(&stage, (Blue, &old), 3).await;
    assert_eq!(pids(&mut stage, Blue, 3).await, before[..3]);
    let canary = pids(&mut stage, Green, 1).await;

    stage.scale(&[(Green, &new, 4)]);
    let state = stage
        .until(|state| state.active.len() == 1 && is_well(&state.active[0], (Green, &new), 4))
        .await;
    assert_eq!(state.active[0].detail, "4 instances: it runs");
    assert_eq!(pids(&mut stage, Green, 4).await[..1], canary);
    assert!(before.iter().all(|pid| !lives(*pid)));
}

#[tokio::test]
async fn the_worst_instance_counts_and_only_that_is_started_anew() {
    let mut stage = Stage::new().await;
    let asked = b"#!/bin/sh\n[ $TIDEGATE_INSTANCE != 2 ]\n";
    let artifact = pack(&[("run", true, SCRIPT), ("is-well", true, asked)]);
    stage.offer(&artifact);
    let mut worker = revision(&artifact, &["./run"]);
    settings(&mut worker).health = Some(HealthCheck {
        probe: Probe::Exec {
            command: vec!["./is-well".to_owned()],
        },
        interval: Millis(100),
        timeout: Millis(2000),
        healthy_after: 1,
        unhealthy_after: 1,
        deadline: Millis(1500),
    });
    let order = [(Blue, &worker, 3)];
    stage.scale(&order);
    let failed = |a: &Attestation| a.health == Health::Failed;
    let state = stage.until(|state| state.active.iter().any(failed)).await;
    let attested = &state.active[0];
    let detail = &attested.detail;
    assert!(
        detail.starts_with("2 of 3 instances are healthy; instance 2: "),
        "{detail}"
    );
    assert_eq!((attested.instances, attested.proved), (3, false));

    let before = pids(&mut stage, Blue, 3).await;
    stage.scale(&order);
    stage.until_taken().await;
    while stage.started_of((Blue, 2)).await.len() < 2 {}
    let after = pids(&mut stage, Blue, 3).await;
    assert_eq!((after[0], after[2]), (before[0], before[2]));
    assert_ne!(after[1], before[1]);
}

#[tokio::test]
async fn a_killed_agent_finds_them_again_and_stops_what_was_given_up() {
    let mut stage = Stage::new().await;
    let worker = worker(&stage, "1");
    stage.scale(&[(Blue, &worker, 3), (Green, &worker, 1)]);
    until(&stage, (Blue, &worker), 3).await;
    until(&stage, (Green, &worker), 1).await;
    let before = pids(&mut stage, Blue, 3).await;
    let green = pids(&mut stage, Green, 1).await;

    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(vec![]);
    // As if it had been killed right after it gave up one instance and the other slot.
    let place = stage.data().join("state.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    let shop = &mut state["products"]["shop"];
    shop["desired"]["active"][0]["instances"] = 2.into();
    shop["desired"]["active"].as_array_mut().unwrap().pop();
    shop["active"]["web"]["others"]
        .as_array_mut()
        .unwrap()
        .pop();
    shop.as_object_mut().unwrap().remove("green");
    fs::write(&place, state.to_string()).unwrap();
    stage.scale(&[(Blue, &worker, 2)]);
    stage.start_agent();
    until(&stage, (Blue, &worker), 2).await;
    assert_eq!(pids(&mut stage, Blue, 2).await, before[..2]);
    assert!(!lives(before[2]) && !lives(green[0]));
}

fn worker(stage: &Stage, of: &str) -> Revision {
    let artifact: Artifact = pack(&[("run", true, SCRIPT), ("version", false, of.as_bytes())]);
    stage.offer(&artifact);
    revision(&artifact, &["./run"])
}

/// Waits until so many instances do well.
async fn until(stage: &Stage, place: (Slot, &Revision), instances: u32) {
    let is_it = |a: &Attestation| is_well(a, place, instances);
    stage.until(|state| state.active.iter().any(is_it)).await;
}

fn is_well(a: &Attestation, (slot, revision): (Slot, &Revision), instances: u32) -> bool {
    let is_there = (a.slot, a.revision, a.instances) == (slot, Some(revision.id()), instances);
    is_there && a.health == Health::Healthy
}

/// What each instance of a slot runs as now; each has said its number.
async fn pids(stage: &mut Stage, slot: Slot, instances: u32) -> Vec<u32> {
    let mut pids = Vec::new();
    for number in 1..=instances {
        let said = format!("{number} in {slot}");
        let lines = stage.logs_of_instance((slot, number)).await;
        assert!(lines.iter().any(|line| line.text == said), "{said}");
        let started = stage.started_of((slot, number)).await;
        pids.push(started.last().unwrap().1);
    }
    pids
}
