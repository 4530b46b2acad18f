//! `tidegate plan`.

use super::{Context, deploy::What};
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{PlanView, PlannedJobView, PlannedWaveView};

/// Look at plans before anything begins.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    Compile(CompileArgs),
}

/// Show the waves that a deployment would have now, and the hash of its plan.
#[derive(Debug, Args)]
pub struct CompileArgs {
    #[command(flatten)]
    what: What,
}

impl PlanCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::Compile(args) = self;
        let request = args.what.request();
        let view: PlanView = context.client.post("/api/v1/plans", &request).await?;
        context.ui.data(&view, drawn);
        Ok(ExitStatus::Done)
    }
}

fn drawn(view: &PlanView) -> String {
    let head = ["wave", "targets", "goes on when", "then"];
    let waves = table(&head, view.waves.iter().map(row));
    let jobs: String = view.jobs.iter().map(job).collect();
    format!(
        "{}\n{waves}\n{jobs}at most {} down at once, {} failed borne (else {}), healthy for {} within {}\nplan {}",
        view.strategy,
        view.max_unavailable,
        view.failures_max,
        view.on_failure,
        view.minimum_healthy,
        view.progress_deadline,
        view.plan_hash,
    )
}

fn job(job: &PlannedJobView) -> String {
    let when = match job.when.as_str() {
        "before" => "before the first wave",
        "check" => "whenever a check asks it",
        _ => "after the last wave",
    };
    let (name, undo, deadline) = (&job.job, &job.reversible, &job.deadline);
    format!("job {name} {when}, reversible: {undo}, stopped after {deadline}\n")
}

fn row(wave: &PlannedWaveView) -> Vec<String> {
    let passed = match wave.passes_min {
        Some(enough) => format!("{enough} of {} passed", wave.targets.len()),
        None => "all passed".to_owned(),
    };
    let borne = wave
        .failures_max
        .map(|max| format!(", at most {max} failed"));
    let sign_off = if wave.sign_off {
        ", a person signs off"
    } else {
        ""
    };
    vec![
        wave.title.clone(),
        wave.targets.join(" "),
        passed + &borne.unwrap_or_default(),
        format!("bakes {}{sign_off}", wave.bake),
    ]
}
