//! `tidegate explain`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::DeploymentView;

/// Say what a deployment waits for, until when, and what would move it.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Its number.
    deployment: u64,
}

impl ExplainArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view: DeploymentView = context
            .client
            .get(&format!("/api/v1/deployments/{}", self.deployment))
            .await?;
        context.ui.data(&view, text);
        Ok(ExitStatus::Done)
    }
}

fn text(view: &DeploymentView) -> String {
    let mut lines = vec![view.summary.clone()];
    for waiting in &view.waiting_on {
        let until = match waiting.until {
            Some(until) => format!(", until {until} at the latest"),
            None => String::new(),
        };
        lines.push(format!("It waits for {}{until}.", waiting.sentence));
        lines.push(format!("What helps: {}.", waiting.remedy));
    }
    lines.join("\n")
}
