//! The keeper's process: takes the directory, clears what a predecessor left, then lives until told to stop.

use super::{logs::Log, machine::Machine, orphans, rendezvous, serve};
use rustix::process::{getpid, set_child_subreaper, setsid};
use std::{
    io::{self, Write},
    path::Path,
};
use tokio::{net::UnixListener, sync::mpsc};

/// What the keeper says on its standard output once it can be reached.
pub(crate) const READY: &str = "ready";

/// Why a keeper could not begin.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// Another keeper holds the directory.
    #[error("another keeper holds this directory")]
    Held,
    /// The operating system refused.
    #[error("the keeper cannot begin")]
    Io(#[from] io::Error),
}

/// Runs the keeper of `directory` until it is told to stop; the hidden command `keeper`.
pub fn keeper(directory: &Path) -> Result<(), KeeperError> {
    // Fails only when this process leads a session already, which is what is wanted.
    setsid().ok();
    set_child_subreaper(Some(getpid())).map_err(io::Error::from)?;
    let directory = directory.canonicalize()?;
    let _held = rendezvous::lock(&directory)?.ok_or(KeeperError::Held)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(live(&directory))?)
}

async fn live(directory: &Path) -> io::Result<()> {
    let log = Log::open(directory);
    let cleared = orphans::clear(directory);
    if cleared > 0 {
        log.line(
            "keeper",
            format!("killed {cleared} processes without a keeper").as_bytes(),
        );
    }
    let listener = bind(directory)?;
    let (orders, ordered) = mpsc::unbounded_channel();
    let machine = Machine::new(directory, log);
    tokio::spawn(serve::serve(listener, orders, machine.status()));
    // The agent reads one line and then closes the pipe.
    writeln!(io::stdout(), "{READY}")?;
    machine.run(ordered).await
}

fn bind(directory: &Path) -> io::Result<UnixListener> {
    let meeting = rendezvous::Meeting::at(directory)?;
    // The lock is ours, so whoever made this socket is gone.
    match std::fs::remove_file(meeting.socket()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    UnixListener::bind(meeting.socket())
}
