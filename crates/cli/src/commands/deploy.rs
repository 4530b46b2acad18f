//! `tidegate deploy`.

use super::Context;
use crate::{
    Error, ExitStatus,
    follow::{follow, status_of},
};
use clap::Args;
use tidegate_protocol::api::{DeploymentRequest, DeploymentView};

/// Move a sealed release to an environment.
#[derive(Debug, Args)]
pub struct DeployArgs {
    #[command(flatten)]
    what: What,
    /// Follow it until it ends; the exit status says how.
    #[arg(long)]
    wait: bool,
}

/// Which release goes where, and how.
#[derive(Debug, Args)]
pub(super) struct What {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// The environment.
    #[arg(long = "to", value_name = "ENVIRONMENT")]
    environment: String,
    /// `rolling`, `all-at-once`, or the name of a declared strategy. That of the product there or of the environment
    /// unless set, else rolling by 1.
    #[arg(long)]
    strategy: Option<String>,
    /// Targets of a wave: a number or a share such as 25%. 1 unless set.
    #[arg(long, value_name = "N|N%")]
    batch: Option<String>,
    /// Watch each wave this long before the next, such as 30s.
    #[arg(long, value_name = "TIME")]
    bake: Option<String>,
    /// How many targets may be down at once. As many as a wave has unless set.
    #[arg(long, value_name = "N")]
    max_unavailable: Option<u32>,
    /// How many failed targets are borne.
    #[arg(long, value_name = "N")]
    failures_max: Option<u32>,
    /// How long a target must stay healthy, such as 3s.
    #[arg(long, value_name = "TIME")]
    minimum_healthy: Option<String>,
    /// How long a target may take to become healthy, such as 5m.
    #[arg(long, value_name = "TIME")]
    progress_deadline: Option<String>,
    /// What too many failures lead to: `roll-back` or `hold`.
    #[arg(long, value_name = "WHAT")]
    on_failure: Option<String>,
    /// Take the place of the deployment that runs there: it ends, and this one settles what it left.
    #[arg(long)]
    supersede: bool,
    /// After a backup was put back: leave targets as they are of which it is not known what they run, and deploy to the others.
    #[arg(long)]
    leave_behind: bool,
    /// The number of the change request that it runs under; any that covers it unless set.
    #[arg(long, value_name = "NUMBER")]
    change: Option<u64>,
}

impl DeployArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let request = self.what.request();
        let view: DeploymentView = context.client.post("/api/v1/deployments", &request).await?;
        finish(context, view, self.wait).await
    }
}

impl What {
    /// As the API takes it.
    pub(super) fn request(self) -> DeploymentRequest {
        DeploymentRequest {
            product: self.product,
            release: self.version,
            environment: self.environment,
            strategy: self.strategy,
            batch: self.batch,
            bake: self.bake,
            max_unavailable: self.max_unavailable,
            failures_max: self.failures_max,
            minimum_healthy: self.minimum_healthy,
            progress_deadline: self.progress_deadline,
            on_failure: self.on_failure,
            supersede: self.supersede,
            leave_behind: self.leave_behind,
            change: self.change,
        }
    }
}

/// Shows a deployment that was begun, after following it to its end if that is wanted.
pub(super) async fn finish(
    context: &Context<'_>,
    begun: DeploymentView,
    wait: bool,
) -> Result<ExitStatus, Error> {
    let (client, ui) = (&context.client, context.ui);
    if !wait {
        ui.data(&begun, |view| {
            let page = format!("{}/deployments/{}", client.server(), view.id);
            format!(
                "deployment {}: {}\nwatch it: `tidegate watch {}`, or {page}",
                view.id, view.summary, view.id
            )
        });
        return Ok(ExitStatus::Done);
    }
    ui.say(format_args!(
        "deployment {}: {}/deployments/{}",
        begun.id,
        client.server(),
        begun.id
    ));
    let ended = follow(client, ui, begun.id).await?;
    ui.data(&ended, |view| view.summary.clone());
    Ok(status_of(&ended))
}
