//! `tidegate push`.

use super::{Context, artifact_name};
use crate::{
    Error, ExitStatus, Ui,
    artifact::{Destination, attach_revision, pack, push},
};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::PathBuf;
use tidegate_domain::scope::CommitId;

/// Pack a directory or file and push it as a version of a component. The same content gives the same digest.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// `PRODUCT/COMPONENT:VERSION`.
    #[arg(value_name = "PRODUCT/COMPONENT:VERSION")]
    what: String,
    /// What to pack.
    path: PathBuf,
    /// The commit that it was built from, by all of its digits; in a pipeline usually `$GITHUB_SHA` or `$CI_COMMIT_SHA`.
    #[arg(long, value_name = "COMMIT")]
    revision: Option<CommitId>,
}

/// What was pushed.
#[derive(Debug, Serialize)]
struct Answer {
    artifact: String,
    digest: String,
    uploaded_bytes: u64,
    unchanged: bool,
}

impl PushArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let name = artifact_name(&self.what)?;
        let path = self.path.clone();
        let packed = tokio::task::spawn_blocking(move || pack(&path)).await;
        let packed = packed.map_err(|why| Error::Usage(why.to_string()))??;
        let to = Destination::of(&context.client, &name);
        let bar = progress(packed.layer.size);
        let shown = bar.clone();
        let pushed = push(&to, &packed, move |done, total| {
            shown.set_length(total);
            shown.set_position(done);
        })
        .await;
        bar.finish_and_clear();
        let pushed = pushed?;
        if let Some(revision) = &self.revision {
            attach_revision(&to, &revision.to_string()).await?;
        }
        let answer = Answer {
            artifact: self.what,
            digest: pushed.digest.to_string(),
            uploaded_bytes: pushed.uploaded,
            unchanged: pushed.unchanged,
        };
        context.ui.data(&answer, |answer| {
            let note = if answer.unchanged {
                "was there already"
            } else {
                "pushed"
            };
            format!("{} {note}: {}", answer.artifact, answer.digest)
        });
        Ok(ExitStatus::Done)
    }
}

pub(super) fn progress(size: u64) -> ProgressBar {
    let bar = if Ui::is_watched() {
        ProgressBar::new(size)
    } else {
        ProgressBar::hidden()
    };
    let style =
        ProgressStyle::with_template("{bar:24.cyan/dim} {bytes}/{total_bytes}  {bytes_per_sec}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
