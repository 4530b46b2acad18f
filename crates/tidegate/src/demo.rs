//! `tidegate demo`: a server and agents of its own, and a story that is told on them.
//!
//! [`fleet`] starts what a [`setting`] says, [`wares`] makes and pushes what is deployed. [`deployment_story`] and
//! [`release_story`] tell what happens, and check every claim against the running services and the API; [`facts`] is what both
//! check.

mod deployment_story;
mod facts;
mod fleet;
mod release_story;
mod setting;
mod wares;

use crate::{chain, complain, serve::asked_to_stop};
use clap::{Args, ValueEnum};
use fleet::Fleet;
use setting::Setting;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};
use tidegate_cli::{ExitStatus, Output, Ui};

/// Watch a story of releases on a server and agents of its own, with every claim of it checked.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// What is told.
    #[arg(long, value_enum, default_value_t = Story::Deployment)]
    story: Story,
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

/// What the demo tells.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Story {
    /// Three releases of a small shop move through testing, staging and live, and the bad one goes back by itself.
    Deployment,
    /// Two products go out by one train, from the plan of their releases to the closed review, and people do their part.
    Release,
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
    let mut fleet = Fleet::start(&place.path, args.story.setting(), addresses).await?;
    let told = tokio::select! {
        told = args.story.tell(&fleet, ui) => told.map(|()| true),
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

impl Story {
    const fn setting(self) -> &'static Setting {
        match self {
            Self::Deployment => &deployment_story::SETTING,
            Self::Release => &release_story::SETTING,
        }
    }

    async fn tell(self, fleet: &Fleet, ui: &Ui) -> Result<(), DemoError> {
        match self {
            Self::Deployment => deployment_story::tell(fleet, ui).await,
            Self::Release => release_story::tell(fleet, ui).await,
        }
    }
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
