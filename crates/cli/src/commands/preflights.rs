//! `tidegate preflights`.

use super::Context;
use crate::{
    Error, ExitStatus,
    client::query,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{PreflightFindingView, PreflightView};

/// As many names of targets are listed.
const NAMES: usize = 3;

/// Look at preflights that were made.
#[derive(Debug, Subcommand)]
pub enum PreflightsCommand {
    List(ListArgs),
    Show(ShowArgs),
}

/// List preflights, newest first.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those of this plan, by its hash.
    #[arg(long, value_name = "HASH")]
    plan: Option<String>,
    /// Only those of this product.
    #[arg(long)]
    product: Option<String>,
    /// Only those of this release.
    #[arg(long, value_name = "VERSION", requires = "product")]
    release: Option<String>,
    /// Only those to this environment.
    #[arg(long)]
    environment: Option<String>,
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
                let views: Vec<PreflightView> = client.get(&args.path()).await?;
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

impl ListArgs {
    fn path(&self) -> String {
        let wanted = query([
            ("limit", Some("50")),
            ("plan", self.plan.as_deref()),
            ("product", self.product.as_deref()),
            ("release", self.release.as_deref()),
            ("environment", self.environment.as_deref()),
        ]);
        format!("/api/v1/preflights?{wanted}")
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
