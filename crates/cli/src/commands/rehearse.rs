//! `tidegate rehearse`.

use super::{Context, deploy::What, rehearsal::drawn};
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{RehearsalRequest, RehearsalView};

/// Forecast what a deployment would come to: its plan is tried on a simulated copy of the fleet, with faults. Nothing
/// is changed; what was found is kept.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    #[command(flatten)]
    what: What,
    /// What goes wrong: bad-release, "bad-release-late 10m", "slow 3x", "lost-targets 5%", "partition 10% 5m",
    /// bad-metric or no-data. Repeatable; all of these unless some are named.
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<String>,
    /// How often each scenario is run, up to 200. 20 unless set, fewer where there are very many targets.
    #[arg(long, value_name = "N")]
    runs: Option<u32>,
    /// The same seed finds the same. 1 unless set.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// When it would begin, such as 2026-03-02T22:00:00Z; now unless set.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl RehearseArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let request = RehearsalRequest {
            deployment: self.what.request(),
            faults: self.faults,
            runs: self.runs,
            seed: self.seed,
            begins: self.at,
        };
        let view: RehearsalView = client.post("/api/v1/rehearsals", &request).await?;
        ui.data(&view, |view| drawn(view, client.server()));
        Ok(ExitStatus::Done)
    }
}
