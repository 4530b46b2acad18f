//! `tidegate journal`. Whatever asks a server looks first whether its journal continues what was seen before.

mod prove;

use super::Context;
use crate::{
    Error, ExitStatus,
    client::query,
    journal::{Trust, Verified, verify},
    ui::table,
    witness::{Look, Witness},
};
use clap::{Args, Subcommand};
use futures::StreamExt;
use serde::Serialize;
use std::{
    fs::File,
    io::{BufReader, BufWriter, Seek as _, Write as _},
    path::{Path, PathBuf},
};
use tidegate_protocol::api::JournalPage;

/// Read, export, verify and witness the journal.
#[derive(Debug, Args)]
pub struct JournalArgs {
    /// Where the last checkpoint of each server's journal is kept; in `$XDG_STATE_HOME/tidegate` or
    /// `~/.local/state/tidegate`, unless set.
    #[arg(long, env = "TIDEGATE_STATE", global = true, value_name = "DIRECTORY")]
    state: Option<PathBuf>,
    #[command(subcommand)]
    command: JournalCommand,
}

/// What to do with the journal.
#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// List entries, newest first.
    List {
        /// Only of this subject, such as `deployment/7`.
        #[arg(long)]
        subject: Option<String>,
        /// How many.
        #[arg(long, short = 'n', default_value_t = 50)]
        lines: u32,
    },
    /// Write the whole journal into a file that can be verified without the server.
    Export {
        /// The file.
        #[arg(long = "out", short = 'o', value_name = "FILE")]
        file: PathBuf,
    },
    /// Verify an export, or the journal of the server. Names the first bad entry.
    Verify {
        /// An export; the server is not asked then.
        #[arg(long)]
        file: Option<PathBuf>,
        /// Accept only a checkpoint signed by this verifier key.
        #[arg(long, value_name = "KEY")]
        verifier: Option<String>,
        /// Accept only what continues the signed checkpoint in this file.
        #[arg(long, value_name = "FILE", requires = "file")]
        checkpoint: Option<PathBuf>,
    },
    /// Look whether the journal continues what was seen before, and keep its checkpoint. Exits with 12 if it does not.
    Witness {
        /// Accept only a checkpoint signed by this verifier key, also at the first look.
        #[arg(long, value_name = "KEY")]
        verifier: Option<String>,
        /// Keep nothing any more: the next look is the first.
        #[arg(long, conflicts_with = "verifier")]
        forget: bool,
    },
    /// Prove that an entry is in the journal: writes a proof that can be checked offline (C2SP tlog-proof).
    Prove {
        /// Its number.
        sequence: u64,
    },
}

impl JournalArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let witness = || Witness::of(context.client.server(), self.state.clone());
        match self.command {
            JournalCommand::List { subject, lines } => {
                seen(context, &witness()?).await?;
                list(context, subject, lines).await?;
            }
            JournalCommand::Export { file } => {
                look(context, &witness()?, None).await?;
                let out = File::create(&file).map_err(|source| Error::File {
                    path: file.clone(),
                    source,
                })?;
                download(context, out, &file).await?;
                context.ui.say(format_args!(
                    "verify it: `tidegate journal verify --file {}`",
                    file.display()
                ));
            }
            JournalCommand::Verify {
                file: Some(file),
                verifier,
                checkpoint,
            } => {
                let note = checkpoint.as_deref().map(read).transpose()?;
                let file = File::open(&file).map_err(unusable(&file))?;
                judge(context, file, (verifier.as_deref(), note.as_deref()))?;
            }
            JournalCommand::Verify { verifier, .. } => {
                let Look { testimony, .. } =
                    look(context, &witness()?, verifier.as_deref()).await?;
                let trust = (Some(testimony.verifier()), Some(testimony.note()));
                judge(context, fetch(context).await?, trust)?;
            }
            JournalCommand::Witness { forget: true, .. } => forget(context, &witness()?)?,
            JournalCommand::Witness { verifier, .. } => {
                let look = look(context, &witness()?, verifier.as_deref()).await?;
                context.ui.data(&witnessed(context, &look), words);
            }
            JournalCommand::Prove { sequence } => {
                let look = look(context, &witness()?, None).await?;
                prove::run(context, &look, sequence).await?;
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// Looks at the journal, and says so if it is for the first time.
async fn look(
    context: &Context<'_>,
    witness: &Witness,
    expected: Option<&str>,
) -> Result<Look, Error> {
    let look = witness.look(&context.client, expected).await?;
    if look.before.is_none() {
        context.ui.say(format_args!(
            "first look at this journal: its key is trusted from now on, {}\nkept in {}",
            look.testimony.verifier(),
            witness.path().display()
        ));
    }
    Ok(look)
}

/// The same for whoever reads a few entries: those who may not see the checkpoint may still see what is theirs.
async fn seen(context: &Context<'_>, witness: &Witness) -> Result<(), Error> {
    match look(context, witness, None).await {
        Err(Error::Problem(problem)) if problem.status == 403 => {
            context
                .ui
                .say("the journal's checkpoint may not be read by you, so nobody looked whether it was rewritten");
            Ok(())
        }
        other => other.map(drop),
    }
}

/// What a look has found.
#[derive(Debug, Serialize)]
struct Witnessed {
    server: String,
    entries: u64,
    root: String,
    verifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
}

fn witnessed(context: &Context<'_>, look: &Look) -> Witnessed {
    Witnessed {
        server: context.client.server().to_owned(),
        entries: look.checkpoint.size,
        root: look.checkpoint.root.to_string(),
        verifier: look.testimony.verifier().to_owned(),
        before: look.before,
    }
}

fn words(witnessed: &Witnessed) -> String {
    let Witnessed {
        entries,
        root,
        verifier,
        ..
    } = witnessed;
    let found = match witnessed.before {
        None => format!("the journal has {entries} entries; a later look is compared with this"),
        Some(before) => {
            format!("the journal continues the {before} entries that were seen: {entries} now")
        }
    };
    format!("{found}\nroot {root}\nsigned by {verifier}")
}

fn forget(context: &Context<'_>, witness: &Witness) -> Result<(), Error> {
    let kept = witness.path().display();
    let said = if witness.forget()? {
        format!("forgotten: {kept}")
    } else {
        format!("nothing was kept in {kept}")
    };
    context.ui.say(said);
    Ok(())
}

fn judge(
    context: &Context<'_>,
    export: File,
    (verifier, note): (Option<&str>, Option<&str>),
) -> Result<(), Error> {
    let verified = verify(BufReader::new(export), Trust { verifier, note });
    let verified = verified.map_err(|fault| Error::Tampered(fault.to_string()))?;
    context.ui.data(&verified, text);
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(unusable(path))
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    |source| Error::File { path, source }
}

fn text(verified: &Verified) -> String {
    format!(
        "the journal is intact: {} entries, root {}\nsigned by {}",
        verified.entries, verified.root, verified.verifier
    )
}

async fn list(context: &Context<'_>, subject: Option<String>, lines: u32) -> Result<(), Error> {
    let wanted = query([
        ("limit", Some(lines.to_string().as_str())),
        ("subject", subject.as_deref()),
    ]);
    let path = format!("/api/v1/journal?{wanted}");
    let page: JournalPage = context.client.get(&path).await?;
    context.ui.data(&page, |page| {
        let rows = page.entries.iter().map(|entry| {
            let time = entry.time.strftime("%F %T").to_string();
            vec![
                entry.sequence.to_string(),
                time,
                entry.actor.clone(),
                entry.action.clone(),
                entry.subject.clone(),
            ]
        });
        table(&["entry", "time", "actor", "action", "subject"], rows)
    });
    Ok(())
}

/// The export in a temporary file, at its beginning.
async fn fetch(context: &Context<'_>) -> Result<File, Error> {
    let path = Path::new("a temporary file");
    let wrong = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let mut file = tempfile::tempfile().map_err(wrong)?;
    download(context, file.try_clone().map_err(wrong)?, path).await?;
    file.rewind().map_err(wrong)?;
    Ok(file)
}

async fn download(context: &Context<'_>, out: File, path: &Path) -> Result<(), Error> {
    let wrong = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let mut out = BufWriter::new(out);
    let mut bytes = context
        .client
        .open("/api/v1/journal/export")
        .await?
        .bytes_stream();
    while let Some(piece) = bytes.next().await {
        out.write_all(&piece.map_err(Error::Answer)?)
            .map_err(wrong)?;
    }
    out.flush().map_err(wrong)
}
