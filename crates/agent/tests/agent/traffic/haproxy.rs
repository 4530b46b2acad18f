//! HAProxy directed by the agent.

use super::{
    Servers, applied, failed, failure, free_port,
    load::{Connections, Load},
    switch, until,
};
use crate::stage::{Stage, eventually};
use std::{fs, net::SocketAddr, path::PathBuf, process::Stdio};
use tidegate_domain::converge::{Balancer, traffic::shares};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::{Child, Command},
};

/// HAProxy with the backend `web` of two servers, and one with an algorithm that takes no weights.
struct Haproxy {
    directory: tempfile::TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl Haproxy {
    async fn start(servers: &Servers) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let place = directory.path().display();
        let [(_, old), (_, new)] = servers.addresses;
        let text = format!(
            "global\n stats socket {place}/admin.sock level admin\n stats socket {place}/user.sock level operator\n\
            defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n\
            frontend front\n bind {address}\n default_backend web\n\
            backend web\n balance roundrobin\n server old {old} weight 100\n server new {new} weight 0\n\
            backend static\n balance source\n server old {old}\n server new {new}\n"
        );
        fs::write(directory.path().join("haproxy.cfg"), text).unwrap();
        let mut haproxy = Self {
            directory,
            address,
            process: None,
        };
        haproxy.again().await;
        haproxy
    }

    /// Starts it as its configuration says.
    async fn again(&mut self) {
        let mut command = Command::new("haproxy");
        command
            .arg("-db")
            .arg("-f")
            .arg(self.directory.path().join("haproxy.cfg"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.process = Some(command.kill_on_drop(true).spawn().unwrap());
        eventually(async || self.weights().await).await;
    }

    /// As with `kill -9`: its socket stays, and nobody listens.
    async fn kill(&mut self) {
        self.process.take().unwrap().kill().await.unwrap();
    }

    fn socket(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn balancer(&self) -> Balancer {
        self.with("admin.sock", "web")
    }

    fn with(&self, socket: &str, backend: &str) -> Balancer {
        Balancer::Haproxy {
            socket: self.socket(socket).to_str().unwrap().to_owned(),
            backend: backend.to_owned(),
        }
    }

    /// What `old` and `new` weigh, by another command than the agent's; none while it cannot be asked.
    async fn weights(&self) -> Option<[u16; 2]> {
        let mut stream = UnixStream::connect(self.socket("admin.sock")).await.ok()?;
        let command = b"get weight web/old;get weight web/new\n";
        stream.write_all(command).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let weight = |line: &str| line.split(' ').next()?.parse().ok();
        let weights: Vec<u16> = answer.lines().filter_map(weight).collect();
        weights.try_into().ok()
    }
}

#[tokio::test]
async fn a_canary_receives_its_share() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let haproxy = Haproxy::start(&servers).await;
    let shares = shares(20, 1, 1);
    let weights = [shares.old[0], shares.new[0]];
    switch(
        &mut stage,
        servers.route(&haproxy.balancer(), weights),
        weights,
    )
    .await;
    assert_eq!(haproxy.weights().await, Some(weights));
    let answers = Load::send(10_000, haproxy.address, Connections::Kept).await;
    assert_eq!((answers.all(), answers.failed.len()), (10_000, 0));
    assert!((1_800..=2_200).contains(&answers.of("new")), "{answers:?}");
}

#[tokio::test]
async fn no_request_fails_while_all_are_switched_and_switched_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let haproxy = Haproxy::start(&servers).await;
    let balancer = haproxy.balancer();
    for connections in [Connections::Kept, Connections::Fresh] {
        let mut load = Load::begin(haproxy.address, connections);
        for (weights, from, to) in [([0, 1], "old", "new"), ([1, 0], "new", "old")].repeat(3) {
            switch(&mut stage, servers.route(&balancer, weights), weights).await;
            let before = load.more(200).await;
            let after = load.more(500).await;
            assert_eq!(before.of(from), after.of(from));
            assert!(before.of(to) < after.of(to));
        }
        let answers = load.end().await;
        assert_eq!((answers.failed, answers.repeated), (vec![], 0));
    }
}

#[tokio::test]
async fn a_socket_that_is_gone_is_named_and_the_route_follows_when_it_is_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let mut haproxy = Haproxy::start(&servers).await;
    let balancer = haproxy.balancer();
    switch(&mut stage, servers.route(&balancer, [3, 1]), [3, 1]).await;
    haproxy.kill().await;
    stage.direct(vec![servers.route(&balancer, [0, 256])]);
    let socket = haproxy.socket("admin.sock");
    let expect = format!(
        "HAProxy does not listen at {}: start it, or name the `stats socket` of its configuration",
        socket.display()
    );
    assert_eq!(failure(&stage).await, expect);
    haproxy.again().await;
    until(&stage, &applied([0, 256])).await;
    assert_eq!(haproxy.weights().await, Some([0, 256]));
}

#[tokio::test]
async fn what_haproxy_does_not_have_or_allow_is_named() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let haproxy = Haproxy::start(&servers).await;
    let user = haproxy.socket("user.sock");
    let user = user.display();
    let expect = [
        ("admin.sock", "absent", "HAProxy has no backend absent: add it to its configuration, or name one that is there".to_owned()),
        ("admin.sock", "static", "the backend static of HAProxy shares out by a static algorithm: use `balance roundrobin` or another that takes weights".to_owned()),
        ("user.sock", "web", format!("HAProxy lets nobody change weights at {user}: write `level admin` to this `stats socket` in its configuration")),
    ];
    for (socket, backend, expect) in expect {
        let balancer = haproxy.with(socket, backend);
        stage.direct(vec![servers.route(&balancer, [50, 50])]);
        until(&stage, &failed(&expect)).await;
    }
    let mut route = servers.route(&haproxy.balancer(), [50, 50]);
    route.servers[1].name = "newer".into();
    stage.direct(vec![route]);
    let expect = "the backend web of HAProxy has no server newer: add it to its configuration, or name one of new, old";
    until(&stage, &failed(expect)).await;
    assert_eq!(
        haproxy.weights().await,
        Some([100, 0]),
        "nothing is half done"
    );
    stage.direct(vec![servers.route(&haproxy.balancer(), [0, 0])]);
    let expect = "no server of the route would receive anything: give one a weight above 0";
    until(&stage, &failed(expect)).await;
}

#[tokio::test]
async fn weights_that_a_restart_forgets_come_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let mut haproxy = Haproxy::start(&servers).await;
    switch(
        &mut stage,
        servers.route(&haproxy.balancer(), [1, 4]),
        [1, 4],
    )
    .await;
    haproxy.kill().await;
    haproxy.again().await;
    eventually(async || haproxy.weights().await.filter(|w| *w == [1, 4])).await;
    until(&stage, &applied([1, 4])).await;
}

#[tokio::test]
async fn an_agent_that_starts_anew_needs_no_server_to_direct() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let mut haproxy = Haproxy::start(&servers).await;
    switch(
        &mut stage,
        servers.route(&haproxy.balancer(), [1, 4]),
        [1, 4],
    )
    .await;
    stage.kill_agent().await;
    stage.server.leave();
    haproxy.kill().await;
    haproxy.again().await;
    assert_eq!(haproxy.weights().await, Some([100, 0]));
    stage.start_agent();
    eventually(async || haproxy.weights().await.filter(|w| *w == [1, 4])).await;
}
