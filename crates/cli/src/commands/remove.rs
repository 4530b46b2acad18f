//! `tidegate remove`.

use super::{
    Context,
    apply::{told, waits},
};
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{ApplyResponse, RemoveRequest};

/// Remove a window, a freeze, a role or a policy; shows first what goes.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// `window`, `freeze`, `role` or `policy`.
    kind: String,
    /// Its name.
    name: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Only show what would go.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

impl RemoveArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let mut request = RemoveRequest {
            kind: self.kind,
            name: self.name,
            dry_run: true,
        };
        let planned: ApplyResponse = client.post("/api/v1/remove", &request).await?;
        if self.dry_run {
            ui.data(&planned, text);
            return Ok(ExitStatus::Done);
        }
        if !self.yes {
            ui.say(text(&planned));
            ui.confirm("Remove it?")?;
        }
        request.dry_run = false;
        let removed: ApplyResponse = client.post("/api/v1/remove", &request).await?;
        ui.data(&removed, text);
        Ok(ExitStatus::Done)
    }
}

fn text(response: &ApplyResponse) -> String {
    let mut lines: Vec<String> = response.changes.iter().flat_map(told).collect();
    let verb = if response.applied { "" } else { "to be " };
    let now = response
        .changes
        .iter()
        .filter(|change| change.proposal.is_none());
    lines.push(format!("{verb}removed {}", now.count()));
    lines.extend(waits(response));
    lines.join("\n")
}
