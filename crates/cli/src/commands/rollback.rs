//! `tidegate rollback`.

use super::Context;
use crate::{Error, ExitStatus, follow::follow};
use clap::Args;
use tidegate_protocol::api::{DeploymentView, RollbackRequest};

/// Take back what runs in an environment: the deployment in progress, or else the last that succeeded.
///
/// Of level 2, you ask for it, and somebody of level 3 or above lets it go.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The product.
    product: String,
    /// The environment.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: String,
    /// Why; kept in the journal. It takes one where enforced controls object to what it goes back to.
    #[arg(long, default_value = "")]
    reason: String,
    /// Sign that going back is right although something was done that cannot be undone; say why with `--reason`.
    #[arg(long, requires = "reason")]
    past_no_return: bool,
    /// Follow it until it ends; 0 means that the previous release runs again.
    #[arg(long)]
    wait: bool,
}

impl RollbackArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let request = RollbackRequest {
            product: self.product,
            environment: self.environment,
            reason: self.reason,
            past_no_return: self.past_no_return,
        };
        let begun: DeploymentView = context.client.post("/api/v1/rollbacks", &request).await?;
        if let Some(asked) = &begun.asked_rollback
            && begun.status != "rolling_back"
        {
            let (id, by) = (begun.id, &asked.by);
            context.ui.data(&begun, |_| {
                format!(
                    "{by} asks to roll deployment {id} back; it waits for somebody of level 3 or above: `tidegate supervise {id}`"
                )
            });
            return Ok(if self.wait {
                ExitStatus::NotReady
            } else {
                ExitStatus::Done
            });
        }
        for objection in &begun.objections {
            context
                .ui
                .say(format!("it goes back all the same to {objection}"));
        }
        if !self.wait {
            return super::deploy::finish(context, begun, false).await;
        }
        let ended = follow(&context.client, context.ui, begun.id).await?;
        context.ui.data(&ended, |view| view.summary.clone());
        // Asked to go back, having gone back is what was wanted: by a deployment of its own, or by the one that ran.
        Ok(match ended.status.as_str() {
            "rolled_back" if ended.purpose == "promotion" => ExitStatus::Done,
            _ => crate::follow::status_of(&ended),
        })
    }
}
