//! `tidegate agent`: the program beside the workload, and the two hidden commands it runs itself by.

use crate::{chain, complain, log_to_stderr, serve::asked_to_stop, single, with_tls};
use clap::{Args, Subcommand};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};
use tidegate_agent::{Demands, EnrolOptions, RunOptions};
use tidegate_cli::ExitStatus;
use tidegate_domain::name::Name;

/// Join a server and run what it tells this target to run.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    Enroll(EnrollArgs),
    /// Run the agent. What it runs keeps running when the agent stops.
    Run {
        /// The agent's directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Hold the sockets and processes of one component.
    #[command(hide = true)]
    Keeper {
        #[arg(long)]
        directory: PathBuf,
    },
    /// Become a program that finds its sockets.
    #[command(hide = true)]
    Launch {
        #[arg(long)]
        sockets: u32,
        #[arg(last = true)]
        command: Vec<OsString>,
    },
}

/// Join a server with a token from `tidegate enrolment create`.
#[derive(Debug, Args)]
pub(crate) struct EnrollArgs {
    // These two stand in for the global options of the same names, which speak of the people's address.
    /// The server's agents' address.
    #[arg(long, value_name = "https://HOST:7421")]
    server: String,
    /// The enrolment token.
    #[arg(long, value_name = "TOKEN")]
    token: String,
    /// The environment to join.
    #[arg(long)]
    environment: Name,
    /// The name of this target.
    #[arg(long)]
    name: Name,
    /// The agent's directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Prepare only what bears the signatures that the file demands, whatever the server orders.
    #[arg(long, requires = "trust")]
    require_signatures: bool,
    /// The key set, as YAML: `threshold`, `keys`, `identities`, `trusted_root`.
    #[arg(long, value_name = "FILE", requires = "require_signatures")]
    trust: Option<PathBuf>,
}

impl AgentCommand {
    pub(crate) fn run(self) -> ExitCode {
        match self {
            Self::Enroll(args) => with_tls(|| single().block_on(enroll(args))),
            Self::Run { data } => with_tls(|| single().block_on(run(data))),
            Self::Keeper { directory } => match tidegate_agent::keeper(&directory) {
                Ok(()) => ExitStatus::Done.into(),
                Err(error) => complain(&chain(&error)),
            },
            Self::Launch { sockets, command } => {
                let error = tidegate_agent::launch(sockets, &command);
                complain(&chain(&error));
                ExitCode::from(127)
            }
        }
    }
}

async fn enroll(args: EnrollArgs) -> ExitCode {
    let demands = match args.trust.as_deref().map(demands).transpose() {
        Ok(demands) => demands,
        Err(why) => return complain(&why),
    };
    let options = EnrolOptions {
        server: args.server,
        token: args.token,
        environment: args.environment,
        target: args.name,
        directory: args.data,
        demands,
    };
    match tidegate_agent::enroll(options).await {
        Ok(_) => ExitStatus::Done.into(),
        Err(error) => complain(&chain(&error)),
    }
}

/// The signatures that a file demands.
fn demands(file: &Path) -> Result<Demands, String> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|why| format!("cannot read {}: {why}", file.display()))?;
    Demands::read(&text).map_err(|why| format!("{}: {why}", file.display()))
}

async fn run(directory: PathBuf) -> ExitCode {
    log_to_stderr("info");
    let options = RunOptions {
        directory,
        program: None,
    };
    match Box::pin(tidegate_agent::run(options, asked_to_stop())).await {
        Ok(()) => ExitStatus::Done.into(),
        Err(error) => complain(&chain(&error)),
    }
}
