//! `tidegate backup`.

use super::Context;
use crate::{Error, ExitStatus, Ui};
use clap::{Args, Subcommand};
use indicatif::{HumanBytes, ProgressBar};
use std::{
    fs::File,
    io::{BufReader, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};
use tidegate_backup::{Summary, verify};

/// Write all that the server keeps into a file while it works on, and check that file; or check one that was made.
///
/// The key file is not in it: without that nothing that was sealed can be opened, so keep a copy of it somewhere else.
/// `tidegate restore` puts a backup back.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BackupArgs {
    /// The file. It appears once it is whole and verified, and only its owner can read it.
    #[arg(long = "out", short = 'o', value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<BackupCommand>,
}

/// What to do with a backup.
#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Check a backup without asking any server: every row and blob, the journal, and the signature. Exits with 11 if it is not
    /// good.
    Verify {
        /// The file.
        file: PathBuf,
        /// Accept only what is signed by this verifier key: `tidegate journal witness` shows the server's.
        #[arg(long, value_name = "KEY")]
        verifier: Option<String>,
    },
}

impl BackupArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let summary = match (self.command, self.file) {
            (Some(BackupCommand::Verify { file, verifier }), _) => {
                judged(&file, verifier.as_deref())?
            }
            (None, Some(file)) => make(context, &file).await?,
            (None, None) => {
                let why = "name a file: `tidegate backup -o FILE`";
                return Err(Error::Usage(why.to_owned()));
            }
        };
        context.ui.data(&summary, told);
        for digest in &summary.left_out {
            context.ui.say(format_args!(
                "left out, because the server cannot read it any more: blob {digest}"
            ));
        }
        match summary.left_out.is_empty() {
            true => Ok(ExitStatus::Done),
            false => Ok(ExitStatus::NotReady),
        }
    }
}

/// Fetches a backup beside its place, checks it, and moves it there.
async fn make(context: &Context<'_>, file: &Path) -> Result<Summary, Error> {
    let partial = partial(file)?;
    let made = fetched(context, &partial).await;
    let made = made.and_then(|()| judged(&partial, None));
    let placed = made.and_then(|summary| {
        std::fs::rename(&partial, file).map_err(unusable(file))?;
        Ok(summary)
    });
    if placed.is_err() {
        // What was fetched is good for nothing, if it is there at all.
        drop(std::fs::remove_file(&partial));
    }
    placed
}

fn partial(file: &Path) -> Result<PathBuf, Error> {
    let mut name = file
        .file_name()
        .map(ToOwned::to_owned)
        .ok_or_else(|| Error::Usage(format!("{} is a directory: name a file", file.display())))?;
    name.push(".partial");
    Ok(file.with_file_name(name))
}

async fn fetched(context: &Context<'_>, partial: &Path) -> Result<(), Error> {
    let mut out = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(partial)
        .map_err(unusable(partial))?;
    let mut answer = context.client.make("/api/v1/backups").await?;
    let progress = progress();
    let mut count = 0;
    while let Some(piece) = answer.chunk().await.map_err(Error::Answer)? {
        out.write_all(&piece).map_err(unusable(partial))?;
        count += piece.len() as u64;
        progress.set_message(format!("{} fetched", HumanBytes(count)));
    }
    progress.finish_and_clear();
    out.sync_all().map_err(unusable(partial))
}

fn progress() -> ProgressBar {
    if !Ui::is_watched() {
        return ProgressBar::hidden();
    }
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(Duration::from_millis(100));
    progress
}

fn judged(file: &Path, verifier: Option<&str>) -> Result<Summary, Error> {
    let opened = File::open(file).map_err(unusable(file))?;
    verify(BufReader::with_capacity(1 << 20, opened), verifier)
        .map_err(|fault| Error::Tampered(format!("{} is not good: {fault}", file.display())))
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, source }
}

fn told(it: &Summary) -> String {
    format!(
        "the backup is good: {} rows of {} tables, {} blobs of {}\n\
        made at {:.0} for {}, of history {}, by version {}\n\
        its journal has {} entries with root {}, signed by {}",
        it.rows,
        it.tables,
        it.blobs,
        HumanBytes(it.blob_bytes),
        it.made_at,
        it.made_by,
        it.incarnation,
        it.program,
        it.journal_entries,
        it.journal_root,
        it.verifier
    )
}
