//! `tidegate delegation`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{DelegationRequest, DelegationView, DelegationsView};

/// Say who stands in for you, and until when. They act by their own rights.
#[derive(Debug, Subcommand)]
pub enum DelegationCommand {
    /// Show who stands in for you, and for whom you do.
    Show,
    Begin(BeginArgs),
    /// Take your work back.
    End,
}

/// Lend your work to somebody, instead of whoever has it now.
#[derive(Debug, Args)]
pub struct BeginArgs {
    /// Who does it.
    to: String,
    /// Until when, such as 2026-12-01T18:00:00Z; at most 92 days from now.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Why, for those who wonder.
    #[arg(long, default_value = "")]
    reason: String,
}

impl DelegationCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let path = "/api/v1/delegation";
        match self {
            Self::Show => {
                let view: DelegationsView = client.get(path).await?;
                ui.data(&view, told);
            }
            Self::Begin(args) => {
                let request = DelegationRequest {
                    to: args.to,
                    until: args.until,
                    reason: args.reason,
                };
                let view: DelegationsView = client.put(path, &request).await?;
                ui.data(&view, told);
            }
            Self::End => {
                client.delete(path).await?;
                ui.say("your work is yours again");
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn told(view: &DelegationsView) -> String {
    let mut lines = vec![match &view.mine {
        Some(it) => format!("{} stands in for you {}", it.to, until(it)),
        None => "nobody stands in for you".to_owned(),
    }];
    let others = view.for_others.iter();
    lines.extend(others.map(|it| format!("you stand in for {} {}", it.from, until(it))));
    lines.join("\n")
}

/// `until 2026-12-01 18:00Z: on leave`.
pub(super) fn until(it: &DelegationView) -> String {
    let until = it.until.strftime("%Y-%m-%d %H:%MZ");
    match it.reason.is_empty() {
        true => format!("until {until}"),
        false => format!("until {until}: {}", it.reason),
    }
}
