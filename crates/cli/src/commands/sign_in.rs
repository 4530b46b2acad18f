//! `tidegate sign-in`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Print a one-time link that signs you in to the pages.
#[derive(Debug, Args)]
pub struct SignInArgs {}

/// A link behind the server's own address.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) path: String,
}

impl SignInArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let link: Link = context
            .client
            .post("/api/v1/sign-in-links", &serde_json::json!({}))
            .await?;
        context.ui.data(&link, |link| {
            format!("{}{}", context.client.server(), link.path)
        });
        Ok(ExitStatus::Done)
    }
}
