//! `tidegate target`.

use super::Context;
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Subcommand;
use tidegate_protocol::api::{InstructionKeyView, TargetView};

/// Look at targets.
#[derive(Debug, Subcommand)]
pub enum TargetCommand {
    /// List targets with their agents.
    List,
    /// Refuse the agent of a target from its next call on. What it runs goes on.
    Revoke {
        /// `ENVIRONMENT/TARGET`.
        target: String,
    },
    /// Sign what targets are told with a new key; agents follow by the old key's word.
    RotateKey,
}

impl TargetCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => list(context).await?,
            Self::Revoke { target } => revoke(context, &target).await?,
            Self::RotateKey => {
                let path = "/api/v1/instruction-key/successor";
                let made: InstructionKeyView = context.client.post(path, &()).await?;
                context.ui.data(&made, |made| made.key.clone());
            }
        }
        Ok(ExitStatus::Done)
    }
}

async fn list(context: &Context<'_>) -> Result<(), Error> {
    let views: Vec<TargetView> = context.client.get("/api/v1/targets").await?;
    context.ui.data(&views, |views| {
        table(
            &["target", "agent", "since", "version"],
            views.iter().map(row),
        )
    });
    Ok(())
}

async fn revoke(context: &Context<'_>, target: &str) -> Result<(), Error> {
    let path = format!("/api/v1/targets/{target}/agent");
    context.client.delete(&path).await?;
    context.ui.say(format!("the agent of {target} is revoked"));
    Ok(())
}

fn row(view: &TargetView) -> Vec<String> {
    let agent = match (view.enrolled, view.connected) {
        (false, _) => "not enrolled",
        (true, _) if view.revoked => "revoked",
        (true, true) => "in touch",
        (true, false) => "out of touch",
    };
    let agent = match &view.journal_alarm {
        Some(alarm) => format!("{agent}, JOURNAL ALARM: {alarm}"),
        None => agent.to_owned(),
    };
    vec![
        format!("{}/{}", view.environment, view.name),
        agent,
        view.since.map(ago).unwrap_or_default(),
        view.agent_version.clone().unwrap_or_default(),
    ]
}
