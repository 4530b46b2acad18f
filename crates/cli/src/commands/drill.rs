//! `tidegate drill`.

use super::{Context, drills::drawn};
use crate::{Client, Error, ExitStatus, Ui};
use clap::Args;
use std::time::Duration;
use tidegate_protocol::api::{DrillRequest, DrillView};

/// The drill is asked for so often.
const PACE: Duration = Duration::from_millis(300);

/// Try in earnest that going back works: deploy a release, take it back, and deploy it again, each timed. What came of it
/// is kept as evidence.
#[derive(Debug, Args)]
pub struct DrillArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// The environment.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: String,
    /// As of `deploy`; the usual one there unless set.
    #[arg(long)]
    strategy: Option<String>,
    /// Do so even in the last environment of the promotion path.
    #[arg(long)]
    even_live: bool,
    /// Follow it until it ends; the exit status says how.
    #[arg(long)]
    wait: bool,
}

impl DrillArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let request = DrillRequest {
            product: self.product,
            release: self.version,
            environment: self.environment,
            strategy: self.strategy,
            even_live: self.even_live,
        };
        let begun: DrillView = client.post("/api/v1/drills", &request).await?;
        if !self.wait {
            ui.data(&begun, drawn);
            return Ok(ExitStatus::Done);
        }
        let ended = follow(client, ui, begun).await?;
        ui.data(&ended, drawn);
        Ok(match ended.status.as_str() {
            "failed" => ExitStatus::Failed,
            "cancelled" => ExitStatus::Cancelled,
            _ => ExitStatus::Done,
        })
    }
}

/// Says each leg as it begins, until there is no more.
async fn follow(client: &Client, ui: &Ui, begun: DrillView) -> Result<DrillView, Error> {
    let (mut view, mut said) = (begun, 0);
    loop {
        for leg in view.legs.iter().skip(said) {
            ui.say(format_args!("{}: deployment {}", leg.title, leg.deployment));
        }
        said = view.legs.len();
        if view.ended_at.is_some() {
            return Ok(view);
        }
        tokio::time::sleep(PACE).await;
        view = client.get(&format!("/api/v1/drills/{}", view.id)).await?;
    }
}
