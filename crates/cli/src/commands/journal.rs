//! `tidegate journal`.

use super::Context;
use crate::{
    Error, ExitStatus,
    client::query,
    journal::{Verified, verify},
    ui::table,
};
use clap::Subcommand;
use futures::StreamExt;
use std::{
    fs::File,
    io::{BufReader, BufWriter, Seek as _, Write as _},
    path::{Path, PathBuf},
};
use tidegate_protocol::api::JournalPage;

/// Read, export and verify the journal.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
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
    },
}

impl JournalCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List { subject, lines } => list(context, subject, lines).await?,
            Self::Export { file } => {
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
            Self::Verify { file, verifier } => {
                let verified = match file {
                    Some(path) => {
                        let file =
                            File::open(&path).map_err(|source| Error::File { path, source })?;
                        verify(BufReader::new(file), verifier.as_deref())
                    }
                    None => verify(BufReader::new(fetch(context).await?), verifier.as_deref()),
                };
                let verified = verified.map_err(|fault| Error::Tampered(fault.to_string()))?;
                context.ui.data(&verified, text);
            }
        }
        Ok(ExitStatus::Done)
    }
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
