//! nginx directed by the agent.

use super::{
    Servers, applied, failure, free_port,
    load::{Connections, Load},
    switch, until,
};
use crate::stage::{Stage, eventually, name};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};
use tidegate_domain::converge::{Balancer, Route, traffic::shares};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

/// nginx with two workers, whose configuration names every file of a directory of its own.
struct Nginx {
    directory: tempfile::TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl Nginx {
    async fn start(servers: &Servers) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let place = directory.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!(" {kind}_temp_path {place}/temporary;\n"))
            .concat();
        let text = format!(
            "daemon off;\nworker_processes 2;\npid {place}/pid;\nerror_log {place}/errors;\nevents {{}}\n\
            http {{\n access_log off;\n{temporary} include {place}/upstreams/*;\n \
            server {{\n listen {address};\n location / {{ proxy_pass http://web; }}\n }}\n}}\n"
        );
        fs::write(directory.path().join("nginx.conf"), text).unwrap();
        fs::create_dir(directory.path().join("upstreams")).unwrap();
        let mut nginx = Self {
            directory,
            address,
            process: None,
        };
        let (_, old) = servers.addresses[0];
        fs::write(nginx.file(), format!("upstream web {{ server {old}; }}")).unwrap();
        nginx.again().await;
        nginx
    }

    async fn again(&mut self) {
        let mut command = Command::new("nginx");
        command.args(self.arguments());
        command.stdin(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        eventually(async || TcpStream::connect(self.address).await.ok()).await;
    }

    /// Ends it and its workers.
    async fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        end(&process);
        process.wait().await.unwrap();
    }

    fn arguments(&self) -> [String; 4] {
        let path = |name: &str| self.directory.path().join(name).display().to_string();
        [
            "-c".to_owned(),
            path("nginx.conf"),
            "-e".to_owned(),
            path("errors"),
        ]
    }

    /// The file that the agent writes.
    fn file(&self) -> PathBuf {
        self.directory.path().join("upstreams/web")
    }

    fn balancer(&self) -> Balancer {
        let reload = [
            &["nginx".to_owned()],
            &self.arguments()[..],
            &["-s".to_owned(), "reload".to_owned()],
        ];
        self.reloaded(reload.concat())
    }

    fn reloaded(&self, reload: Vec<String>) -> Balancer {
        Balancer::Nginx {
            file: self.file().display().to_string(),
            upstream: "web".to_owned(),
            reload,
        }
    }

    /// Only `server` answers, from now on.
    async fn answers(&self, server: &str) {
        let answers = Load::send(50, self.address, Connections::Fresh).await;
        assert_eq!(answers.of(server), 50, "{answers:?}");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.process.iter().for_each(end);
    }
}

/// It takes its workers along, which it could not if it was killed.
fn end(process: &Child) {
    let pid = process
        .id()
        .and_then(|pid| Pid::from_raw(pid.try_into().unwrap()));
    kill_process(pid.unwrap(), Signal::TERM).unwrap();
}

#[tokio::test]
async fn a_canary_receives_its_share() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    let balancer = nginx.balancer();
    let shares = shares(20, 1, 1);
    let weights = [shares.old[0], shares.new[0]];
    switch(&mut stage, servers.route(&balancer, weights), weights).await;
    let answers = Load::send(10_000, nginx.address, Connections::Kept).await;
    assert_eq!((answers.all(), answers.failed.len()), (10_000, 0));
    assert!((1_800..=2_200).contains(&answers.of("new")), "{answers:?}");
}

#[tokio::test]
async fn no_request_fails_while_all_are_switched_and_switched_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    let balancer = nginx.balancer();
    for connections in [Connections::Fresh, Connections::Kept] {
        let mut load = Load::begin(nginx.address, connections);
        for (weights, to) in [([0, 1], "new"), ([1, 0], "old")].repeat(6) {
            switch(&mut stage, servers.route(&balancer, weights), weights).await;
            nginx.answers(to).await;
            load.more(100).await;
        }
        // A worker that ends closes connections that are kept; a client asks once more then.
        let answers = load.end().await;
        assert_eq!(answers.failed, [""; 0]);
        assert!(matches!(connections, Connections::Kept) || answers.repeated == 0);
    }
}

#[tokio::test]
async fn what_nginx_does_not_take_is_told_in_its_words_and_taken_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    let balancer = nginx.balancer();
    switch(&mut stage, servers.route(&balancer, [0, 1]), [0, 1]).await;
    nginx.answers("new").await;
    let took = fs::read_to_string(nginx.file()).unwrap();
    let mut route = servers.route(&balancer, [1, 1]);
    route.servers[0].address = "absent.invalid:80".to_owned();
    stage.direct(vec![route]);
    let said = failure(&stage).await;
    let words =
        r#"failed: exit status: 1: nginx: [emerg] host not found in upstream "absent.invalid:80""#;
    let back = format!("; what {} held before is back", nginx.file().display());
    assert!(said.contains(words) && said.ends_with(&back), "{said}");
    assert!(!said.contains('\n'));
    stage.direct(vec![]);
    stage.until(|state| state.traffic.is_empty()).await;
    eventually(async || (read(&nginx.file()) == took).then_some(())).await;
    nginx.answers("new").await;
}

#[tokio::test]
async fn a_route_follows_when_nginx_is_back() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let mut nginx = Nginx::start(&servers).await;
    nginx.stop().await;
    stage.direct(vec![servers.route(&nginx.balancer(), [0, 1])]);
    let said = failure(&stage).await;
    assert!(
        said.contains("failed: exit status: 1: nginx: [error] "),
        "{said}"
    );
    nginx.again().await;
    until(&stage, &applied([0, 1])).await;
    nginx.answers("new").await;
}

#[tokio::test]
async fn a_newer_route_does_not_wait_for_a_command_that_hangs() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    let hanging = nginx.reloaded(vec!["sleep".to_owned(), "60".to_owned()]);
    stage.direct(vec![servers.route(&hanging, [1, 1])]);
    eventually(async || read(&nginx.file()).contains("new").then_some(())).await;
    let before = std::time::Instant::now();
    switch(&mut stage, servers.route(&nginx.balancer(), [0, 1]), [0, 1]).await;
    assert!(before.elapsed() < std::time::Duration::from_secs(9));
    nginx.answers("new").await;
}

#[tokio::test]
async fn a_file_that_somebody_changed_is_written_anew() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    switch(&mut stage, servers.route(&nginx.balancer(), [1, 1]), [1, 1]).await;
    let took = read(&nginx.file());
    fs::write(nginx.file(), took.replace("weight=1", "weight=9")).unwrap();
    eventually(async || (read(&nginx.file()) == took).then_some(())).await;
    until(&stage, &applied([1, 1])).await;
}

#[tokio::test]
async fn two_components_on_two_balancers_do_not_wait_for_each_other() {
    let (mut stage, servers) = (Stage::new().await, Servers::start().await);
    let nginx = Nginx::start(&servers).await;
    let hanging = Balancer::Nginx {
        file: nginx.directory.path().join("api").display().to_string(),
        upstream: "api".to_owned(),
        reload: vec!["sleep".to_owned(), "60".to_owned()],
    };
    let api = Route {
        component: name("api"),
        ..servers.route(&hanging, [1, 1])
    };
    stage.direct(vec![api, servers.route(&nginx.balancer(), [0, 1])]);
    until(&stage, &applied([0, 1])).await;
    nginx.answers("new").await;
    // Ends the command that hangs.
    stage.direct(vec![]);
    stage.until(|state| state.traffic.is_empty()).await;
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}
