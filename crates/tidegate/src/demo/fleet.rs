//! The demo's server and its targets, each with an agent of its own process.

use super::{
    DemoError,
    setting::{Ports, Setting},
};
use crate::chain;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
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

/// What runs for the demo.
pub(super) struct Fleet {
    directory: PathBuf,
    setting: &'static Setting,
    server: Server,
    connection: Connection,
    client: Client,
    agents: Vec<Child>,
    ports: Ports,
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
        setting: &'static Setting,
        (listen, agents): (SocketAddr, SocketAddr),
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
        let ports = setting
            .free_ports()
            .map_err(|source| io("no free ports for the services", source))?;
        let mut fleet = Self {
            directory: directory.to_owned(),
            setting,
            server,
            connection,
            client,
            agents: Vec::new(),
            ports,
            sign_in_path: link.path,
        };
        fleet
            .declare("demo.yaml", setting.declared(&fleet.ports))
            .await?;
        fleet.enrol().await?;
        Ok(fleet)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) const fn setting(&self) -> &'static Setting {
        self.setting
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

    /// Declares what a file says.
    pub(super) async fn declare(&self, path: &str, text: String) -> Result<(), DemoError> {
        let file = SourceFile {
            path: path.to_owned(),
            text,
            beside: BTreeMap::new(),
        };
        let request = ApplyRequest {
            files: vec![file],
            dry_run: false,
        };
        let _applied: ApplyResponse = self.client.post("/api/v1/apply", &request).await?;
        Ok(())
    }

    /// Ends agents, then what they ran. Processes that are gone already are no matter.
    pub(super) async fn stop(&mut self) {
        for agent in &mut self.agents {
            if let Err(error) = agent.kill().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "demo.agent_gone");
            }
        }
        for (target, _) in self.setting.targets() {
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

    async fn enrol(&mut self) -> Result<(), DemoError> {
        let program = std::env::current_exe()
            .map_err(|source| io("this program cannot find itself", source))?;
        for (target, environment) in self.setting.targets() {
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

fn io(what: &str, source: std::io::Error) -> DemoError {
    DemoError::Io {
        what: what.to_owned(),
        source,
    }
}
