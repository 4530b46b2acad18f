//! One component in two slots, and starts that somebody names.

use crate::{
    artifact::pack,
    stage::{Stage, free_address, lives},
    takeover::{get, serving, visit},
    wares::revision,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tidegate_domain::{
    converge::{
        Health, ObservedState,
        Slot::{Blue, Green},
    },
    revision::Revision,
};

/// Says where it is, then waits.
const SCRIPT: &[u8] = b"#!/bin/sh\necho in $TIDEGATE_SLOT\nsleep 1000 & wait\n";

#[tokio::test]
async fn each_slot_serves_by_itself() {
    let mut stage = Stage::new().await;
    let (here, there) = (free_address(), free_address());
    let (one, two) = (serving(&stage, "1", here), serving(&stage, "2", there));
    stage.place(&[(Blue, &one, 0), (Green, &two, 0)]);
    stage.until_slot((Blue, &one), Health::Healthy).await;
    stage.until_slot((Green, &two), Health::Healthy).await;
    assert!(stage.until_taken().await.knows_slots());
    assert_eq!(
        (body(here).await, body(there).await),
        ("1".into(), "2".into())
    );

    let blue = stage.started(Blue).await;
    let three = serving(&stage, "3", there);
    stage.place(&[(Blue, &one, 0), (Green, &three, 0)]);
    stage.until_slot((Green, &three), Health::Healthy).await;
    assert_eq!(
        (body(here).await, body(there).await),
        ("1".into(), "3".into())
    );
    assert_eq!(stage.started(Blue).await, blue);

    let green = stage.started(Green).await;
    stage.place(&[(Green, &three, 0)]);
    let state = stage.until(|state| state.active.len() == 1).await;
    assert_eq!(
        (state.active[0].slot, state.active[0].health),
        (Green, Health::Healthy)
    );
    assert!(blue.iter().all(|(_, pid)| !lives(*pid)));
    assert!(get(here).await.is_err());
    assert_eq!(body(there).await, "3");
    assert_eq!(stage.started(Green).await, green);
}

#[tokio::test]
async fn a_killed_agent_finds_both_slots_again() {
    let mut stage = Stage::new().await;
    let artifact = pack(&[("run", true, SCRIPT)]);
    stage.offer(&artifact);
    // The same revision in both: only the slot tells them apart.
    let both = revision(&artifact, &["./run"]);
    let order = [(Blue, &both, 0), (Green, &both, 0)];
    stage.place(&order);
    healthy_in_both(&stage, &both).await;
    let before = [stage.started(Blue).await, stage.started(Green).await];
    for (slot, text) in [(Blue, "in blue"), (Green, "in green")] {
        let lines = stage.logs_of(slot, 100).await;
        assert!(lines.iter().any(|line| line.text == text));
    }

    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(vec![]);
    stage.start_agent();
    healthy_in_both(&stage, &both).await;
    let after = [stage.started(Blue).await, stage.started(Green).await];
    assert_eq!(after, before);
    for (_, pid) in after.iter().flatten() {
        assert!(lives(*pid));
    }
    // What an agent finds again, it can also stop.
    stage.place(&[(Blue, &both, 0)]);
    stage.until(|state| state.active.len() == 1).await;
    assert!(lives(before[0][0].1) && !lives(before[1][0].1));
}

#[tokio::test]
async fn a_named_start_happens_once_and_drops_no_connection() {
    let mut stage = Stage::new().await;
    let (here, there) = (free_address(), free_address());
    let (one, two) = (serving(&stage, "1", here), serving(&stage, "2", there));
    let order = |start| [(Blue, &one, start), (Green, &two, 0)];
    stage.place(&order(0));
    stage.until_slot((Blue, &one), Health::Healthy).await;
    stage.until_slot((Green, &two), Health::Healthy).await;
    let over = Arc::new(AtomicBool::new(false));
    let visitors: Vec<_> = (0..8)
        .map(|_| tokio::spawn(visit(here, Arc::clone(&over))))
        .collect();

    stage.place(&order(5));
    assert_eq!(
        healths(&stage.until_taken().await),
        [Health::Starting, Health::Healthy]
    );
    stage.until_slot((Blue, &one), Health::Healthy).await;
    let started = stage.started(Blue).await;
    assert_eq!(started.len(), 2);
    assert!(!lives(started[0].1) && lives(started[1].1));
    // Named again, or older than what was named, it changes nothing.
    for start in [5, 4, 0] {
        stage.place(&order(start));
        assert_eq!(healths(&stage.until_taken().await), [Health::Healthy; 2]);
    }
    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(vec![]);
    stage.place(&order(5));
    stage.start_agent();
    stage.until_taken().await;
    stage.until_slot((Blue, &one), Health::Healthy).await;
    assert_eq!(stage.started(Blue).await, started);
    // So quickly that the first of them has not taken over yet.
    for start in [6, 7] {
        stage.place(&order(start));
        stage.until_taken().await;
    }
    stage.until_slot((Blue, &one), Health::Healthy).await;
    let last = stage.started(Blue).await;
    assert!(last.len() > started.len() && lives(last[last.len() - 1].1));
    assert!(last[..last.len() - 1].iter().all(|(_, pid)| !lives(*pid)));
    over.store(true, Ordering::Relaxed);
    for visitor in visitors {
        assert_eq!(visitor.await.unwrap(), ["1"]);
    }
    assert_eq!(stage.started(Green).await.len(), 1);
}

#[tokio::test]
async fn a_named_start_without_sockets_follows_the_end_of_the_old_process() {
    let mut stage = Stage::new().await;
    let artifact = pack(&[("run", true, SCRIPT)]);
    stage.offer(&artifact);
    let both = revision(&artifact, &["./run"]);
    stage.place(&[(Blue, &both, 0), (Green, &both, 0)]);
    healthy_in_both(&stage, &both).await;
    stage.place(&[(Blue, &both, 0), (Green, &both, 1)]);
    stage.until_taken().await;
    healthy_in_both(&stage, &both).await;
    let (blue, green) = (stage.started(Blue).await, stage.started(Green).await);
    assert_eq!((blue.len(), green.len()), (1, 2));
    assert!(lives(blue[0].1) && !lives(green[0].1) && lives(green[1].1));
}

async fn body(address: std::net::SocketAddr) -> String {
    get(address).await.unwrap()
}

async fn healthy_in_both(stage: &Stage, revision: &Revision) {
    let healthy = |state: &ObservedState| {
        let mut active = state.active.iter();
        let is_it =
            active.all(|a| (a.revision, a.health) == (Some(revision.id()), Health::Healthy));
        is_it && state.active.len() == 2
    };
    stage.until(healthy).await;
}

/// Blue, then green.
fn healths(state: &ObservedState) -> Vec<Health> {
    state.active.iter().map(|a| a.health).collect()
}
