//! `tidegate advisories`.

use super::{Context, push::progress};
use crate::{Error, ExitStatus};
use clap::Subcommand;
use futures::TryStreamExt;
use std::path::{Path, PathBuf};
use tidegate_protocol::api::ImportView;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

/// Import what is known of vulnerabilities.
#[derive(Debug, Subcommand)]
pub enum AdvisoriesCommand {
    /// Import a file in the OSV format: the zip that is published for an ecosystem, JSON lines or a JSON array. What was
    /// imported before stays, and is replaced where the file has it too.
    Import {
        /// The file.
        file: PathBuf,
    },
}

impl AdvisoriesCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::Import { file } = self;
        let imported = import(context, &file).await?;
        context.ui.data(&imported, |it| {
            format!(
                "{} advisories imported; every bill of materials is matched anew",
                it.advisories
            )
        });
        if imported.broken > 0 {
            context.ui.say(format!(
                "{} records are broken and were skipped:",
                imported.broken
            ));
        }
        for remark in &imported.remarks {
            context.ui.say(remark);
        }
        Ok(ExitStatus::Done)
    }
}

async fn import(context: &Context<'_>, path: &Path) -> Result<ImportView, Error> {
    let wrong = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).await.map_err(wrong)?;
    let length = file.metadata().await.map_err(wrong)?.len();
    let bar = progress(length);
    let shown = bar.clone();
    let body = ReaderStream::with_capacity(file, 256 * 1024)
        .inspect_ok(move |piece| shown.inc(piece.len() as u64));
    let body = reqwest::Body::wrap_stream(body);
    let imported = context
        .client
        .upload("/api/v1/advisories", body, length)
        .await;
    bar.finish_and_clear();
    imported
}
