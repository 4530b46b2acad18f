//! `tidegate preflights`.

use super::{Context, about_plan::AboutPlanArgs};
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{PreflightFindingView, PreflightView};

/// As many names of targets are listed.
const NAMES: usize = 3;

/// Look at preflights that were made.
#[derive(Debug, Subcommand)]
pub enum PreflightsCommand {
    /// List preflights, newest first.
    List(AboutPlanArgs),
    Show(ShowArgs),
}

/// Show one preflight.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its number.
    preflight: u64,
}

impl PreflightsCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List(args) => {
                let views: Vec<PreflightView> = client.get(&args.path("preflights")).await?;
                ui.data(&views, |views| listed(views));
            }
            Self::Show(args) => {
                let path = format!("/api/v1/preflights/{}", args.preflight);
                let view: PreflightView = client.get(&path).await?;
                ui.data(&view, |view| drawn(view, client.server()));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(views: &[PreflightView]) -> String {
    let row = |view: &PreflightView| {
        vec![
            view.id.to_string(),
            view.verdict.clone(),
            view.sentence.clone(),
            ago(view.requested_at),
        ]
    };
    table(&["#", "verdict", "found", "when"], views.iter().map(row))
}

/// A preflight for people: a sentence, a line for each finding, and what helps.
pub(super) fn drawn(view: &PreflightView, server: &str) -> String {
    let head = ["", "what", "where", "found"];
    let remedies = view.findings.iter().filter(|it| !it.remedy.is_empty());
    let remedies = remedies.map(|it| format!("{}: {}\n", it.aspect, it.remedy));
    format!(
        "{}\n\n{}\n\n{}preflight {}: {server}/preflights/{}\nplan {}",
        view.sentence,
        table(&head, view.findings.iter().map(row)),
        remedies.collect::<String>(),
        view.id,
        view.id,
        view.plan_hash,
    )
}

fn row(of: &PreflightFindingView) -> Vec<String> {
    vec![
        of.verdict.clone(),
        of.aspect.clone(),
        whom(&of.targets),
        of.what.clone(),
    ]
}

fn whom(targets: &[String]) -> String {
    let shown = targets.iter().take(NAMES).cloned().collect::<Vec<_>>();
    match targets.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
