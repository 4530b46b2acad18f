//! The agent's loop, from its lock to its shutdown.

use super::agent::Agent;
use crate::{
    drivers::service::Surroundings,
    identity::{Identity, IdentityError},
    layout::Layout,
    link::{self, Incoming, Link, LinkError, Wishes},
    state::{State, StateError},
    trust::{Trust, TrustError},
};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{mpsc, watch};

/// What `agent run` is told.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The agent's directory.
    pub directory: PathBuf,
    /// The program whose hidden commands `agent keeper` and `agent launch` are used; this one unless set.
    pub program: Option<PathBuf>,
}

/// Why the agent cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It has not joined a server.
    #[error("the agent does not know who it is")]
    Identity(#[from] IdentityError),
    /// Two agents would fight over what runs.
    #[error("another agent already runs in {}", .0.display())]
    Held(PathBuf),
    /// Its memory is damaged.
    #[error("the agent cannot remember what runs")]
    State(#[from] StateError),
    /// Nor whom it believed.
    #[error("the agent does not know whom it believes")]
    Trust(#[from] TrustError),
    /// Its certificate cannot be used.
    #[error("the agent's certificate cannot be used")]
    Link(#[from] LinkError),
    /// The operating system refused.
    #[error("the agent's directory cannot be used")]
    Io(#[from] io::Error),
}

/// Runs the agent until `shutdown`. What it runs keeps running, under keepers.
pub async fn run(options: RunOptions, shutdown: impl Future<Output = ()>) -> Result<(), RunError> {
    let identity = Identity::load(&options.directory)?;
    let directory = options.directory.canonicalize()?;
    let layout = Layout::new(&directory);
    let _held = lock(&layout, &directory)?;
    let surroundings = Surroundings {
        layout: layout.clone(),
        environment: identity.environment.clone(),
        target: identity.target.clone(),
        program: options
            .program
            .map_or_else(std::env::current_exe, fs::canonicalize)?,
    };
    let link = Arc::new(Link::new(&identity)?);
    let observed = watch::Sender::new(None);
    let wishes = watch::Sender::new(Wishes::default());
    let (desired, orders) = mpsc::channel(4);
    let incoming = Incoming {
        desired,
        observed: observed.subscribe(),
        wishes: wishes.subscribe(),
        directory,
    };
    let trust = Trust::load(&layout)?;
    let state = State::load(&layout, trust.demands.as_ref())?;
    let (agent, inbox) = Agent::new(surroundings, (state, trust), Arc::clone(&link));
    tracing::info!(agent.target = %identity.target, "agent runs");
    tokio::select! {
        () = agent.live(orders, inbox, (observed, wishes)) => {}
        () = link::converse(link, identity, incoming) => {}
        () = shutdown => tracing::info!("agent ends; what it runs keeps running"),
    }
    Ok(())
}

fn lock(layout: &Layout, directory: &Path) -> Result<File, RunError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(layout.lock())?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(RunError::Held(directory.to_owned())),
        Err(error) => Err(io::Error::from(error).into()),
    }
}
