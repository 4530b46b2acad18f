//! `tidegate target`.

use super::Context;
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Subcommand;
use tidegate_protocol::api::TargetView;

/// Look at targets.
#[derive(Debug, Subcommand)]
pub enum TargetCommand {
    /// List targets with their agents.
    List,
}

impl TargetCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::List = self;
        let views: Vec<TargetView> = context.client.get("/api/v1/targets").await?;
        context.ui.data(&views, |views| {
            table(
                &["target", "agent", "since", "version"],
                views.iter().map(row),
            )
        });
        Ok(ExitStatus::Done)
    }
}

fn row(view: &TargetView) -> Vec<String> {
    let agent = match (view.enrolled, view.connected) {
        (false, _) => "not enrolled",
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
