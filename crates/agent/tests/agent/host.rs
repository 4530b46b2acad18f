//! What the server is told of the host when it asks: what is there, what is free, and what is the agent's own.

use crate::{artifact::pack, stage::Stage, wares::revision};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    time::Duration,
};
use tidegate_domain::{
    converge::{Balancer, Health},
    digest::Digest,
    name::Name,
    preflight::{Holder, HostFacts, HostQuestion},
    revision::DriverSettings,
};
use tidegate_protocol::agent::HostRequest;

async fn ask(stage: &Stage, request: u64, question: HostQuestion) -> HostFacts {
    let memory = &stage.server.memory;
    memory.desired.send_modify(|answer| {
        answer.cursor += 1;
        answer.questions = vec![HostRequest { request, question }];
    });
    let mut hosts = memory.hosts.subscribe();
    let answered = hosts.wait_for(|all| all.contains_key(&request));
    let answered = tokio::time::timeout(Duration::from_secs(60), answered).await;
    answered.unwrap().unwrap()[&request].clone()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[tokio::test]
async fn who_asks_about_the_host_is_told_what_is_there_and_what_is_free() {
    let mut stage = Stage::new().await;
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = free.local_addr().unwrap();
    drop(free);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let artifact = pack(&[("run", true, b"#!/bin/sh\nsleep 1000\n")]);
    stage.offer(&artifact);
    let mut revision = revision(&artifact, &["./run"]);
    let DriverSettings::Service(service) = &mut revision.components[0].driver;
    service.listen = vec![own];
    let workload = revision.components[0].workload();
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;

    let socket = "/nowhere/haproxy.sock".to_owned();
    let backend = "shop".to_owned();
    let question = HostQuestion {
        product: name("shop"),
        listen: vec![own, taken.local_addr().unwrap()],
        workloads: BTreeMap::from([(
            name("web"),
            BTreeSet::from([workload, Digest::of(b"another")]),
        )]),
        balancers: BTreeMap::from([(name("web"), Balancer::Haproxy { socket, backend })]),
    };
    let before = Timestamp::now();
    let facts = ask(&stage, 1, question).await;
    assert!(before <= facts.clock && facts.clock <= Timestamp::now());
    let hour = SignedDuration::from_hours(1);
    let is_good = |ends: Option<Timestamp>| ends.is_some_and(|ends| ends > before + hour);
    assert!(is_good(facts.certificate_ends) && is_good(facts.authority_ends));
    assert!(facts.disk.is_some_and(|disk| disk.free > 0));
    assert!(facts.memory.is_some_and(|memory| memory.free > 0));
    assert_eq!(facts.unpacked, BTreeSet::from([workload]));
    let holders: Vec<&Holder> = facts.ports.iter().map(|it| &it.holder).collect();
    let ours = Holder::Own {
        product: name("shop"),
        component: name("web"),
    };
    assert_eq!(holders, [&ours, &Holder::Taken]);
    let trouble = facts.balancers[0].trouble.as_deref().unwrap_or_default();
    assert!(trouble.contains("does not listen"), "{trouble}");
}
