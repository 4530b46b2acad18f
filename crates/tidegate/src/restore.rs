//! `tidegate restore`.

use crate::{chain, complain, log_to_stderr, serve::key_source};
use clap::Args;
use std::{path::PathBuf, process::ExitCode};
use tidegate_cli::{ExitStatus, Output, Ui};
use tidegate_server::{Restore, RestoreError};

/// Put a backup back into an empty directory, or an empty database, without a server.
///
/// The server that starts there lets people read and changes nothing. `tidegate incarnation show` says then what targets run beside what
/// the record says, and `tidegate incarnation begin` lets the server go on.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup.
    file: PathBuf,
    /// Where SQLite, key file and artifacts will lie.
    #[arg(long, default_value = "./tidegate-data", value_name = "DIR")]
    data: PathBuf,
    /// Put records into an empty PostgreSQL database instead of SQLite: `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "TIDEGATE_DATABASE",
        hide_env_values = true,
        value_name = "URL"
    )]
    database: Option<String>,
    /// The key file of the server that the backup was made from. `DIR/key` unless set. Keys in `TIDEGATE_KEYS`, or the systemd
    /// credential `tidegate.keys`, are taken instead.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

pub(crate) async fn run(args: RestoreArgs, output: Output) -> ExitCode {
    log_to_stderr("warn");
    let ui = Ui::new(output);
    let restore = Restore {
        keys: key_source(args.key_file.as_deref(), &args.data),
        file: args.file,
        data: args.data,
        database: args.database,
    };
    let summary = match restore.verify() {
        Ok(summary) => summary,
        Err(why) => return failed(&why),
    };
    let place = match &restore.database {
        Some(_) => format!("the PostgreSQL database, and {}", restore.data.display()),
        None => restore.data.display().to_string(),
    };
    ui.say(format_args!(
        "the backup of {:.0} is good: {} rows, {} blobs, {} entries of the journal; it goes into {place}",
        summary.made_at, summary.rows, summary.blobs, summary.journal_entries,
    ));
    for digest in &summary.left_out {
        ui.say(format_args!(
            "it lacks a blob that was lost before: {digest}"
        ));
    }
    if !args.yes
        && let Err(why) = ui.confirm("Put it back?")
    {
        ui.error(&why);
        return why.status().into();
    }
    if let Err(why) = restore.run().await {
        return failed(&why);
    }
    ui.data(&summary, |it| {
        format!("put back: what was committed until {:.0}", it.made_at)
    });
    ui.say("start the server with `tidegate serve`, wait until agents are in touch, then look at `tidegate incarnation show`");
    ExitStatus::Done.into()
}

fn failed(why: &RestoreError) -> ExitCode {
    complain(&chain(why));
    match why {
        RestoreError::Backup(_) | RestoreError::Forged => ExitStatus::Tampered,
        RestoreError::NoKeys(_) | RestoreError::OtherKeys => ExitStatus::Usage,
        RestoreError::NotEmpty(_) => ExitStatus::Conflict,
        RestoreError::File { .. }
        | RestoreError::Keys(_)
        | RestoreError::Store(_)
        | RestoreError::Blob(_)
        | RestoreError::Table(_) => ExitStatus::Broken,
    }
    .into()
}
