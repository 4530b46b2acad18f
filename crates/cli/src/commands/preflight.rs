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
    what: Option<What>,
    /// Of a deployment that waits or goes on, by its number, instead of one that would begin.
    #[arg(long, value_name = "NUMBER", conflicts_with = "What")]
    deployment: Option<u64>,
}

impl PreflightArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let asking = "asking the agents, for ten seconds at most";
        let view: PreflightView = match (self.what, self.deployment) {
            (_, Some(number)) => {
                ui.say(asking);
                let path = format!("/api/v1/deployments/{number}/preflight");
                client.post(&path, &()).await?
            }
            (Some(what), None) => {
                ui.say(asking);
                client.post("/api/v1/preflights", &what.request()).await?
            }
            (None, None) => {
                let why = "say which deployment: PRODUCT VERSION --to ENVIRONMENT, or --deployment NUMBER";
                return Err(Error::Usage(why.to_owned()));
            }
        };
        ui.data(&view, |view| drawn(view, client.server()));
        Ok(match view.passed {
            true => ExitStatus::Done,
            false => ExitStatus::NotReady,
        })
    }
}
