//! The demo's server and its nine targets, each with an agent of its own process.

use super::DemoError;
use crate::chain;
use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
};
use tidegate_agent::EnrolOptions;
use tidegate_cli::{Client, Connection};
use tidegate_domain::{converge::signed::LIFETIME, duration::Millis};
use tidegate_protocol::api::{
    ApplyRequest, ApplyResponse, EnrolmentRequest, EnrolmentView, SourceFile,
};
use tidegate_server::{Config, KeySource, Room, Server};
use tokio::process::{Child, Command};

/// Environment and how many targets it has, in promotion order.
pub(super) const ENVIRONMENTS: [(&str, u32); 3] = [("testing", 1), ("staging", 2), ("live", 6)];
/// The components and the variables that hold their ports.
pub(super) const COMPONENTS: [(&str, &str); 2] = [("api", "api_port"), ("web", "web_port")];

/// What runs for the demo.
pub(super) struct Fleet {
    directory: PathBuf,
    server: Server,
    connection: Connection,
    client: Client,
    agents: Vec<Child>,
    ports: BTreeMap<(String, &'static str), u16>,
    sign_in_path: String,
}

/// A link behind the server's own address.
#[derive(serde::Deserialize)]
struct Link {
    path: String,
}

impl Fleet {
    pub(super) async fn start(
        directory: &Path,
        listen: SocketAddr,
        agents: SocketAddr,
    ) -> Result<Self, DemoError> {
        let config = Config {
            data: directory.join("server"),
            listen,
            agent_listen: agents,
            database: None,
            keys: KeySource::File(directory.join("server/key")),
            prometheus: None,
            sources: None,
            signature_lifetime: LIFETIME,
            admin_token_file: None,
            public_url: None,
            behind_proxy: false,
            session_renewal: Millis::from_secs(900).as_signed(),
            mail_servers: None,
            probe_programs: None,
            providers: None,
            // The services whom people may want to ask in checks are on this machine.
            allow_outgoing: "127.0.0.1".parse().into_iter().collect(),
            room: Room::default(),
        };
        let server = Server::start(&config).await?;
        let token = server
            .welcome
            .as_ref()
            .and_then(|welcome| welcome.token.clone());
        let connection = Connection {
            server: format!("http://{}", server.address),
            token,
        };
        let client = Client::new(&connection)?;
        // A link of their own: who looks at the demo is not asked for a password.
        let link: Link = client.post("/api/v1/sign-in-links", &()).await?;
        let ports = free_ports().map_err(|source| io("no free ports for the services", source))?;
        let mut fleet = Self {
            directory: directory.to_owned(),
            server,
            connection,
            client,
            agents: Vec::new(),
            ports,
            sign_in_path: link.path,
        };
        fleet.declare().await?;
        fleet.enrol().await?;
        Ok(fleet)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn token(&self) -> &str {
        self.connection.token.as_deref().unwrap_or_default()
    }

    /// The page to look at; signs the visitor in.
    pub(super) fn page(&self) -> String {
        format!("{}{}", self.connection.server, self.sign_in_path)
    }

    /// The port of a component on a target, `ENVIRONMENT-NUMBER`.
    pub(super) fn port(&self, target: &str, component: &'static str) -> Option<u16> {
        self.ports.get(&(target.to_owned(), component)).copied()
    }

    /// Ends agents, then what they ran. Processes that are gone already are no matter.
    pub(super) async fn stop(&mut self) {
        for agent in &mut self.agents {
            if let Err(error) = agent.kill().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "demo.agent_gone");
            }
        }
        for (target, _) in targets() {
            if let Err(error) = tidegate_agent::stop_workloads(&self.agent_directory(&target)).await
            {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    target,
                    "demo.services_not_stopped"
                );
            }
        }
    }

    fn agent_directory(&self, target: &str) -> PathBuf {
        self.directory.join("agents").join(target)
    }

    async fn declare(&self) -> Result<(), DemoError> {
        let file = SourceFile {
            path: "demo.yaml".to_owned(),
            text: self.catalog(),
            beside: BTreeMap::new(),
        };
        let request = ApplyRequest {
            files: vec![file],
            dry_run: false,
        };
        let _applied: ApplyResponse = self.client.post("/api/v1/apply", &request).await?;
        Ok(())
    }

    fn catalog(&self) -> String {
        let mut documents = vec![PRODUCT.to_owned()];
        let mut after = String::new();
        for (environment, _) in ENVIRONMENTS {
            documents.push(format!("kind: Environment\nname: {environment}\n{after}"));
            after = format!("after: {environment}\n");
        }
        for (target, environment) in targets() {
            let port = |component| self.port(&target, component).unwrap_or_default();
            let vars = format!("{{ api_port: {}, web_port: {} }}", port("api"), port("web"));
            documents.push(format!(
                "kind: Target\nname: {target}\nenvironment: {environment}\nvars: {vars}\n"
            ));
        }
        documents.join("---\n")
    }

    async fn enrol(&mut self) -> Result<(), DemoError> {
        let program = std::env::current_exe()
            .map_err(|source| io("this program cannot find itself", source))?;
        for (target, environment) in targets() {
            let request = EnrolmentRequest {
                environment: environment.to_owned(),
                uses: 1,
                replace: false,
                hours: 1,
            };
            let enrolment: EnrolmentView = self.client.post("/api/v1/enrolments", &request).await?;
            let directory = self.agent_directory(&target);
            let name = |text: &str| {
                text.parse()
                    .map_err(|why| DemoError::Fact(format!("{why}")))
            };
            let options = EnrolOptions {
                server: format!("https://{}", self.server.agent_address),
                token: enrolment.token,
                environment: name(environment)?,
                target: name(&target)?,
                directory: directory.clone(),
                demands: None,
            };
            tidegate_agent::enroll(options)
                .await
                .map_err(|error| DemoError::Fact(chain(&error)))?;
            let log = std::fs::File::create(directory.join("agent.log"));
            let log = log.map_err(|source| io("the agent's log cannot be made", source))?;
            let agent = Command::new(&program)
                .args(["agent", "run", "--data"])
                .arg(&directory)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .kill_on_drop(true)
                .spawn();
            self.agents
                .push(agent.map_err(|source| io("an agent does not start", source))?);
        }
        Ok(())
    }
}

/// Every target with its environment.
pub(super) fn targets() -> impl Iterator<Item = (String, &'static str)> {
    ENVIRONMENTS.into_iter().flat_map(|(environment, count)| {
        (1..=count).map(move |number| (format!("{environment}-{number}"), environment))
    })
}

/// A free port for each component on each target, from 18101 on: the system gives none of them to a connection by chance.
fn free_ports() -> std::io::Result<BTreeMap<(String, &'static str), u16>> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut free = (18_101..30_000).filter(is_free);
    let mut ports = BTreeMap::new();
    for (target, _) in targets() {
        for (component, _) in COMPONENTS {
            let port = free.next().ok_or(std::io::ErrorKind::AddrInUse)?;
            ports.insert((target.clone(), component), port);
        }
    }
    Ok(ports)
}

fn io(what: &str, source: std::io::Error) -> DemoError {
    DemoError::Io {
        what: what.to_owned(),
        source,
    }
}

const PRODUCT: &str = r#"kind: Programme
name: retail
title: Retail
---
kind: Product
name: storefront
title: Storefront
programme: retail
path: [testing, staging, live]
components:
  - name: web
    driver: service
    service:
      command: ["./storefront", "--component", "web", "--port", "${vars.web_port}"]
      environment: { STOREFRONT_STAGE: "${environment.name}" }
      listen: ["127.0.0.1:${vars.web_port}"]
      health: { http: { path: /healthz, port: "${vars.web_port}" }, interval: 250ms, healthy_after: 2, unhealthy_after: 2, deadline: 20s }
      stop: { signal: TERM, grace: 5s }
  - name: api
    driver: service
    service:
      command: ["./storefront", "--component", "api", "--port", "${vars.api_port}"]
      environment: { STOREFRONT_STAGE: "${environment.name}" }
      listen: ["127.0.0.1:${vars.api_port}"]
      health: { http: { path: /healthz, port: "${vars.api_port}" }, interval: 250ms, healthy_after: 2, unhealthy_after: 2, deadline: 20s }
      stop: { signal: TERM, grace: 5s }
"#;
