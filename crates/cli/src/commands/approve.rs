//! `tidegate approve`, `tidegate turn-down`, `tidegate approvals` and `tidegate supervise`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{ApprovalRequest, ApprovalsView, DeclineRequest, SuperviseRequest};

/// Approve exactly what a deployment is; shows it first.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The number of the deployment.
    deployment: u64,
    /// In your words.
    #[arg(long, default_value = "")]
    note: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

/// Turn a deployment down; it waits until that is settled.
#[derive(Debug, Args)]
pub struct TurnDownArgs {
    /// The number of the deployment.
    deployment: u64,
    /// Why.
    #[arg(long)]
    note: String,
}

/// Show who approved a deployment, exactly what is approved, and what differs from what was approved there last.
#[derive(Debug, Args)]
pub struct ApprovalsArgs {
    /// The number of the deployment.
    deployment: u64,
}

/// Let go what somebody of level 2 asked for: a deployment, or a rollback of it.
#[derive(Debug, Args)]
pub struct SuperviseArgs {
    /// The number of the deployment.
    deployment: u64,
    /// Decline the rollback; a deployment that did not begin is ended by `tidegate cancel`.
    #[arg(long, requires = "note")]
    decline: bool,
    /// Why the rollback is right, or why not. It takes one where enforced controls object to what it goes back to.
    #[arg(long)]
    note: Option<String>,
}

impl ApproveArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let looked_at = look(context, self.deployment).await?;
        if !self.yes {
            context.ui.say(text(&looked_at));
            context.ui.confirm("Approve exactly this?")?;
        }
        let said = ApprovalRequest {
            note: self.note,
            parts: Some(looked_at.parts),
        };
        let path = format!("/api/v1/deployments/{}/approve", self.deployment);
        let view: ApprovalsView = context.client.post(&path, &said).await?;
        context.ui.data(&view, |view| {
            let mut lines = vec![format!("approved {}", view.parts)];
            lines.extend(
                view.lacks
                    .iter()
                    .map(|lack| format!("it still takes {lack}")),
            );
            lines.join("\n")
        });
        Ok(ExitStatus::Done)
    }
}

impl TurnDownArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let said = ApprovalRequest {
            note: self.note,
            parts: None,
        };
        let path = format!("/api/v1/deployments/{}/turn-down", self.deployment);
        let view: ApprovalsView = context.client.post(&path, &said).await?;
        context.ui.data(&view, |view| view.lacks.join("\n"));
        Ok(ExitStatus::Done)
    }
}

impl ApprovalsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view = look(context, self.deployment).await?;
        context.ui.data(&view, text);
        Ok(ExitStatus::Done)
    }
}

impl SuperviseArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let note = self.note.unwrap_or_default();
        if self.decline {
            let path = format!("/api/v1/deployments/{}/decline", self.deployment);
            context.client.tell(&path, &DeclineRequest { note }).await?;
            context
                .ui
                .say(format_args!("deployment {} stays", self.deployment));
            return Ok(ExitStatus::Done);
        }
        let path = format!("/api/v1/deployments/{}/supervise", self.deployment);
        context
            .client
            .tell(&path, &SuperviseRequest { note })
            .await?;
        context
            .ui
            .say(format_args!("deployment {} may go", self.deployment));
        Ok(ExitStatus::Done)
    }
}

async fn look(context: &Context<'_>, deployment: u64) -> Result<ApprovalsView, Error> {
    let path = format!("/api/v1/deployments/{deployment}/approvals");
    context.client.get(&path).await
}

fn text(view: &ApprovalsView) -> String {
    let mut lines = vec![format!("parts {}", view.parts)];
    for content in &view.contents {
        let mark = if content.changed { "~" } else { " " };
        lines.push(format!(
            "{mark} {} {} {}",
            content.component, content.version, content.digest
        ));
    }
    match view.before {
        None => lines.push("nothing was approved there before".to_owned()),
        Some(before) => {
            lines.push(format!(
                "what differs from deployment {before}, which was approved last:"
            ));
            lines.extend(view.differences.iter().map(|it| format!("    {it}")));
        }
    }
    for said in &view.said {
        let aside = if said.counts { "" } else { " (does not count)" };
        let note = if said.note.is_empty() {
            String::new()
        } else {
            format!(": {}", said.note)
        };
        lines.push(format!("{} {}{note}{aside}", said.by, said.verdict));
    }
    lines.extend(view.lacks.iter().map(|lack| format!("it takes {lack}")));
    if !view.could.is_empty() {
        lines.push(format!("whose yes would count: {}", view.could.join(", ")));
    }
    lines.join("\n")
}
