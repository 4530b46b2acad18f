//! `tidegate watch`.

use super::Context;
use crate::{
    Error, ExitStatus,
    follow::{follow, status_of},
};
use clap::Args;

/// Follow a deployment until it ends; the exit status says how.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Its number.
    deployment: u64,
}

impl WatchArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view = follow(&context.client, context.ui, self.deployment).await?;
        context.ui.data(&view, |view| view.summary.clone());
        Ok(status_of(&view))
    }
}
