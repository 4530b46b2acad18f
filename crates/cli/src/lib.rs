//! The command line: commands, client and output.
//!
//! [`Command`] lists what a person can do against a server; each lives in a file of its own in [`commands`]. Data goes to
//! standard output, talk to standard error through [`Ui`]; [`Error`] knows the exit status. [`artifact`] packs what is
//! pushed, [`journal`] verifies an export without a server, [`witness`] keeps what was seen of a server's journal,
//! [`follow`] watches a deployment.

pub mod artifact;
mod client;
pub mod commands;
mod error;
pub mod follow;
pub mod journal;
mod ui;
mod witness;

pub use client::{Client, Connection};
pub use commands::{Command, Globals};
pub use error::{Error, ExitStatus};
pub use ui::{Output, Ui};

/// Runs one command and answers the status to exit with; whatever went wrong was said.
pub async fn run(command: Command, globals: &Globals) -> ExitStatus {
    let ui = Ui::new(globals.output);
    match command.run(globals, &ui).await {
        Ok(status) => status,
        Err(error) => {
            ui.error(&error);
            error.status()
        }
    }
}
