//! One program: the server, the agent, the command line, and the demo. This file picks the role.

mod agent;
mod demo;
#[cfg(test)]
mod reference;
mod restore;
mod serve;

use clap::{CommandFactory as _, Parser, Subcommand};
use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};
use tidegate_cli::{
    Command, ExitStatus, Globals,
    commands::{CompletionsArgs, ManArgs},
};
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Moves software from development to live use: manages releases and carries out their deployment.
///
/// The exit status is 0 when done, 1 when something broke, 2 for wrong usage, 3 refused, 4 not found, 5 conflict, 6 not
/// ready, 7 rolled back, 8 failed, 9 cancelled, 10 unreachable, 11 a journal or an evidence file that does not verify, 12 a journal that is
/// not the one that was seen before.
#[derive(Debug, Parser)]
#[command(
    name = "tidegate",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Program {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    role: Role,
}

#[derive(Debug, Subcommand)]
enum Role {
    Serve(serve::ServeArgs),
    Restore(restore::RestoreArgs),
    Demo(demo::DemoArgs),
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    #[command(flatten)]
    Client(Command),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

fn main() -> ExitCode {
    let Program { globals, role } = Program::parse();
    match role {
        Role::Agent(command) => command.run(),
        Role::Completions(args) => print(&args.script(&mut Program::command())),
        Role::Man(args) => ended(args.write(Program::command())),
        Role::Serve(args) => with_tls(|| parallel().block_on(serve::run(&args))),
        Role::Restore(args) => with_tls(|| parallel().block_on(restore::run(args, globals.output))),
        Role::Demo(args) => with_tls(|| parallel().block_on(demo::run(args, globals.output))),
        Role::Client(command) => with_tls(|| {
            single()
                .block_on(tidegate_cli::run(command, &globals))
                .into()
        }),
    }
}

/// The TLS provider must be named before anything uses TLS.
fn with_tls(work: impl FnOnce() -> ExitCode) -> ExitCode {
    match rustls::crypto::aws_lc_rs::default_provider().install_default() {
        Ok(()) => work(),
        Err(_) => complain("another TLS provider is installed already"),
    }
}

fn parallel() -> Runtime {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the operating system gives threads")
}

fn single() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the operating system gives a poller")
}

/// The log goes to standard error; `TIDEGATE_LOG` filters it: a level, or levels by part as in
/// `info,tidegate_server=debug`.
fn log_to_stderr(usually: &str) {
    let wanted = std::env::var("TIDEGATE_LOG").unwrap_or_else(|_| usually.to_owned());
    let filter = wanted.parse().unwrap_or_else(|error| {
        complain(&format!(
            "TIDEGATE_LOG is not understood ({error}); `{usually}` is used"
        ));
        usually.parse().unwrap_or_else(|_| Targets::new())
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .init();
}

fn print(text: &str) -> ExitCode {
    ended(io::stdout().write_all(text.as_bytes()))
}

fn ended(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitStatus::Done.into(),
        Err(error) => complain(&error.to_string()),
    }
}

fn complain(text: &str) -> ExitCode {
    // Without standard error there is nobody to complain to.
    drop(writeln!(io::stderr(), "error: {text}"));
    ExitStatus::Broken.into()
}

/// An error with all its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Program::command().debug_assert();
    }
}
