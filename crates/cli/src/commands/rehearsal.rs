//! `tidegate rehearsal`.

use super::{Context, about_plan::AboutPlanArgs};
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_domain::duration::Millis;
use tidegate_protocol::api::{RehearsalView, ScenarioView, SpreadView};

/// Look at rehearsals that were made.
#[derive(Debug, Subcommand)]
pub enum RehearsalCommand {
    /// List rehearsals, newest first.
    List(AboutPlanArgs),
    Show(ShowArgs),
}

/// Show one rehearsal.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its number.
    rehearsal: u64,
}

impl RehearsalCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List(args) => {
                let views: Vec<RehearsalView> = client.get(&args.path("rehearsals")).await?;
                ui.data(&views, |views| listed(views));
            }
            Self::Show(args) => {
                let path = format!("/api/v1/rehearsals/{}", args.rehearsal);
                let view: RehearsalView = client.get(&path).await?;
                ui.data(&view, |view| drawn(view, client.server()));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(views: &[RehearsalView]) -> String {
    let row = |view: &RehearsalView| {
        vec![
            view.id.to_string(),
            view.sentence.clone(),
            view.strategy.clone(),
            ago(view.requested_at),
        ]
    };
    table(&["#", "found", "strategy", "when"], views.iter().map(row))
}

/// A rehearsal for people: a sentence, a line for each scenario, and what it rests on.
pub(super) fn drawn(view: &RehearsalView, server: &str) -> String {
    let head = [
        "when",
        "ends as",
        "takes",
        "reaches",
        "unhealthy",
        "back in",
        "waits for",
    ];
    let rows = view.scenarios.iter().map(|one| row(view, one));
    let basis: Vec<String> = view.basis.iter().map(|line| format!("- {line}")).collect();
    format!(
        "{}\n\n{}\n\n{} runs of each, 9 of 10 at most what is said; {}\n{}\nrehearsal {}: {server}/rehearsals/{}\nplan {}",
        view.sentence,
        table(&head, rows),
        view.runs,
        view.strategy,
        basis.join("\n"),
        view.id,
        view.id,
        view.plan_hash,
    )
}

fn row(view: &RehearsalView, of: &ScenarioView) -> Vec<String> {
    let mut outcomes: Vec<_> = of.outcomes.iter().collect();
    outcomes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let outcomes: Vec<String> = outcomes
        .into_iter()
        .map(|(word, count)| format!("{} {count}", word.replace('_', " ")))
        .collect();
    let back = match of.restored {
        Some(restored) if of.restored_runs == of.exposed_runs => rough(restored),
        Some(restored) => format!(
            "{} ({} of {})",
            rough(restored),
            of.restored_runs,
            of.exposed_runs
        ),
        None => "-".to_owned(),
    };
    let waits = of.waited.first().filter(|waited| waited.length_ms > 0);
    let waits = waits.map(|waited| {
        let kind = waited.kind.replace('_', " ");
        format!("{kind} {}", Millis(waited.length_ms).rough())
    });
    vec![
        of.title.clone(),
        outcomes.join(", "),
        rough(of.took),
        format!("{} of {}", of.exposed_max, view.targets),
        of.unhealthy_max.to_string(),
        back,
        waits.unwrap_or_default(),
    ]
}

fn rough(spread: SpreadView) -> String {
    Millis(spread.p90_ms).rough()
}
