//! The hidden command `launch`: says to the program that the sockets from descriptor 3 on are meant for it, then
//! becomes that program.
//!
//! `LISTEN_PID` has to be the program's own process id (`sd_listen_fds(3)`), which is known only after the fork;
//! setting it here, before the exec, needs no unsafe code.

use std::{ffi::OsString, io, os::unix::process::CommandExt, process::Command};

/// Why the program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// No program was named.
    #[error("no command was given")]
    NoCommand,
    /// The operating system refused.
    #[error("cannot run {}", program.display())]
    Exec {
        /// What was to be run.
        program: OsString,
        /// Why not.
        source: io::Error,
    },
}

/// Becomes `command`, which finds `sockets` sockets from descriptor 3 on. Returns only when that failed; the
/// caller prints the error and ends with status 127.
#[must_use]
pub fn launch(sockets: u32, command: &[OsString]) -> LaunchError {
    let Some((program, arguments)) = command.split_first() else {
        return LaunchError::NoCommand;
    };
    let source = Command::new(program)
        .args(arguments)
        .env("LISTEN_FDS", sockets.to_string())
        .env("LISTEN_PID", std::process::id().to_string())
        .exec();
    LaunchError::Exec {
        program: program.clone(),
        source,
    }
}
