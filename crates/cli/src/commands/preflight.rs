//! `tidegate preflight`.

use super::{Context, deploy::What, preflights::drawn};
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::PreflightView;

/// Look whether every target is fit for a deployment, and everybody there whom it counts on, before it begins.
///
/// Each agent is asked for its clock, certificate, disk, memory, ports and load balancer; with that it is compared what each
/// target runs, how it does, and whether it can go back. Nothing is changed; what was found is kept. Ends with status 6 unless
/// all is fit.
#[derive(Debug, Args)]
pub struct PreflightArgs {
    #[command(flatten)]
    what: What,
}

impl PreflightArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        ui.say("asking the agents, for ten seconds at most");
        let view: PreflightView = client
            .post("/api/v1/preflights", &self.what.request())
            .await?;
        ui.data(&view, |view| drawn(view, client.server()));
        Ok(match view.passed {
            true => ExitStatus::Done,
            false => ExitStatus::NotReady,
        })
    }
}
