//! A new revision takes over the sockets of the old one while people use it.

use crate::{
    artifact::{Artifact, pack},
    stage::{Stage, free_address, program},
    wares::{check, revision, settings},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tidegate_domain::{
    converge::{Health, Slot},
    revision::Revision,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) fn serving(stage: &Stage, version: &str, address: SocketAddr) -> Revision {
    let artifact: Artifact = pack(&[("VERSION", false, version.as_bytes())]);
    stage.offer(&artifact);
    let program = program();
    let command = [program.to_str().unwrap(), "serve", &address.to_string()];
    let mut revision = revision(&artifact, &command);
    settings(&mut revision).listen = vec![address];
    settings(&mut revision).health = Some(check(address.port()));
    settings(&mut revision).stop.grace = tidegate_domain::duration::Millis(5_000);
    revision
}

/// Asks again and again; every request must be answered. Returns the versions in the order they answered.
pub(crate) async fn visit(address: SocketAddr, over: Arc<AtomicBool>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let version = get(address).await.expect("every request is answered");
        if seen.last() != Some(&version) {
            seen.push(version);
        }
    }
    seen
}

pub(crate) async fn get(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(std::io::ErrorKind::UnexpectedEof)?;
    assert!(head.starts_with("HTTP/1.1 200"));
    Ok(body.to_owned())
}

#[tokio::test]
async fn no_connection_is_dropped_when_a_revision_takes_over() {
    let mut stage = Stage::new().await;
    let address = free_address();
    let (one, two) = (serving(&stage, "1", address), serving(&stage, "2", address));
    stage.order(&[&one], &[]);
    stage.until_web(one.id(), Health::Healthy).await;
    assert_eq!(get(address).await.unwrap(), "1");

    let over = Arc::new(AtomicBool::new(false));
    let visitors: Vec<_> = (0..8)
        .map(|_| tokio::spawn(visit(address, Arc::clone(&over))))
        .collect();
    stage.order(&[&two], &[]);
    stage.until_web(two.id(), Health::Healthy).await;
    // A keeper that is asked to go back does the same the other way round.
    stage.order(&[&one], &[]);
    stage.until_web(one.id(), Health::Healthy).await;
    over.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    for visitor in visitors {
        all.extend(visitor.await.unwrap());
    }
    assert!(all.contains(&"1".to_owned()) && all.contains(&"2".to_owned()));
    assert_eq!(get(address).await.unwrap(), "1");
}

#[tokio::test]
async fn a_broken_revision_leaves_the_old_one_serving() {
    let mut stage = Stage::new().await;
    let address = free_address();
    let one = serving(&stage, "1", address);
    stage.order(&[&one], &[]);
    stage.until_web(one.id(), Health::Healthy).await;

    let mut broken = serving(&stage, "2", address);
    settings(&mut broken).command = vec!["/bin/false".to_owned()];
    stage.order(&[&broken], &[]);
    let said = stage.until_web(broken.id(), Health::Failed).await.detail;
    assert_eq!(said, "exited with status 1, 4 times before it was healthy");
    assert_eq!(get(address).await.unwrap(), "1");
    // Tried again by a new instruction, it still leaves the old one serving.
    stage.order(&[&broken], &[]);
    stage
        .until(|state| state.active[0].health == Health::Starting)
        .await;
    stage.until_web(broken.id(), Health::Failed).await;
    // Going back finds the process that never stopped.
    stage.order(&[&one], &[]);
    let attested = stage.until_web(one.id(), Health::Healthy).await;
    assert_eq!(attested.starts, 1);
    assert_eq!(get(address).await.unwrap(), "1");
    let started = stage.started(Slot::Blue).await;
    let serving = started
        .iter()
        .filter(|(program, _)| program.ends_with("agent_program"));
    assert_eq!(serving.count(), 1);
}

#[tokio::test]
async fn one_without_sockets_ends_all_that_still_serve() {
    let mut stage = Stage::new().await;
    let address = free_address();
    let one = serving(&stage, "1", address);
    stage.order(&[&one], &[]);
    stage.until_web(one.id(), Health::Healthy).await;
    let mut broken = serving(&stage, "2", address);
    settings(&mut broken).command = vec!["/bin/false".to_owned()];
    stage.order(&[&broken], &[]);
    stage.until_web(broken.id(), Health::Failed).await;

    let mut own = serving(&stage, "3", address);
    settings(&mut own).listen.clear();
    stage.order(&[&own], &[]);
    stage.until_web(own.id(), Health::Healthy).await;
    assert_eq!(get(address).await.unwrap(), "3");
}
