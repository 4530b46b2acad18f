//! `tidegate demo`: a server and agents of its own, and a story that is told on them.
//!
//! [`fleet`] starts what a [`setting`] says, [`wares`] makes and pushes what is deployed. [`deployment_story`]
//! tells what happens, and checks every claim against the running services and the API; [`facts`] is what any story is checked by.

mod deployment_story;
mod facts;
mod fleet;
mod setting;
mod wares;

use crate::{chain, complain, serve::asked_to_stop};
use clap::Args;
use fleet::Fleet;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};
use tidegate_cli::{ExitStatus, Output, Ui};

/// Watch three releases of a small shop move through testing, staging and live, and the bad one go back by itself.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where everything lies; a temporary directory unless set.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where people, API and registry are served.
    #[arg(long, default_value = "127.0.0.1:7420", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where agents are served.
    #[arg(long, default_value = "127.0.0.1:7421", value_name = "ADDR")]
    agent_listen: SocketAddr,
    /// Leave after the story; 0 only if every fact was checked.
    #[arg(long)]
    exit: bool,
}

/// Why the demo ends badly.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The directory is in use.
    #[error("{0} is not empty; the demo wants a directory of its own")]
    NotEmpty(PathBuf),
    /// A file or process.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The server does not start.
    #[error("the server does not start")]
    Start(#[from] tidegate_server::StartError),
    /// A step of the story was refused.
    #[error("a step of the story failed")]
    Step(#[from] tidegate_cli::Error),
    /// A service does not answer as claimed.
    #[error("a fact of the story does not hold: {0}")]
    Fact(String),
}

pub(crate) async fn run(args: DemoArgs, output: Output) -> ExitCode {
    let ui = Ui::new(output);
    match tell(args, &ui).await {
        Ok(()) => ExitStatus::Done.into(),
        Err(error) => complain(&chain(&error)),
    }
}

async fn tell(args: DemoArgs, ui: &Ui) -> Result<(), DemoError> {
    let place = Place::make(args.data)?;
    let addresses = (args.listen, args.agent_listen);
    let mut fleet = Fleet::start(&place.path, &deployment_story::SETTING, addresses).await?;
    let told = tokio::select! {
        told = deployment_story::tell(&fleet, ui) => told.map(|()| true),
        () = asked_to_stop() => Ok(false),
    };
    if matches!(told, Ok(true)) && !args.exit {
        ui.say(format_args!(
            "\nEverything stays up until Ctrl-C. Your token: {}",
            fleet.token()
        ));
        asked_to_stop().await;
    }
    fleet.stop().await;
    drop(place);
    told.map(drop)
}

/// The demo's directory; a temporary one goes away with it.
struct Place {
    path: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Place {
    fn make(wanted: Option<PathBuf>) -> Result<Self, DemoError> {
        let io = |source| DemoError::Io {
            what: "cannot make the demo's directory".to_owned(),
            source,
        };
        let Some(path) = wanted else {
            let temporary = tempfile::Builder::new()
                .prefix("tidegate-demo-")
                .tempdir()
                .map_err(io)?;
            return Ok(Self {
                path: temporary.path().to_owned(),
                _temporary: Some(temporary),
            });
        };
        std::fs::create_dir_all(&path).map_err(io)?;
        if std::fs::read_dir(&path).map_err(io)?.next().is_some() {
            return Err(DemoError::NotEmpty(path));
        }
        let path = path.canonicalize().map_err(io)?;
        Ok(Self {
            path,
            _temporary: None,
        })
    }
}
