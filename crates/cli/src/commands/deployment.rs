//! `tidegate deployment`.

use super::Context;
use crate::{
    Error, ExitStatus,
    client::query,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_domain::plan::JobName;
use tidegate_protocol::api::{
    CheckView, DeploymentView, JobView, LookBackRequest, OverrideRequest, WordRequest,
};

/// Look at deployments.
#[derive(Debug, Subcommand)]
pub enum DeploymentCommand {
    /// List deployments, newest first.
    List {
        /// Only of this product.
        #[arg(long)]
        product: Option<String>,
        /// Only to this environment.
        #[arg(long = "to", value_name = "ENVIRONMENT")]
        environment: Option<String>,
    },
    /// Show one with its waves.
    Show {
        /// Its number.
        deployment: u64,
    },
    /// Try a failed target again.
    Retry(TargetArgs),
    /// Let a target's failure not count. It still has to pass, or to be excluded.
    Ignore(WordArgs),
    /// Take a target out of a deployment's scope.
    Exclude(WordArgs),
    Override(OverrideArgs),
    /// Ask a check after the present wave anew.
    RetryCheck(CheckArgs),
    /// Go on although a check after the present wave did not pass.
    AcceptCheck(AcceptArgs),
    LookBack(LookBackArgs),
    /// Run a job again that did not succeed, where it ran last.
    RetryJob(JobArgs),
    /// Accept a job as done that did not succeed.
    AcceptJob(AcceptJobArgs),
}

/// Ask checks about the time in which the waves of a deployment were watched. It has ended; nothing is kept.
#[derive(Debug, Args)]
pub struct LookBackArgs {
    /// Its number.
    deployment: u64,
    /// The declared strategy whose checks are asked; its own unless set.
    #[arg(long)]
    strategy: Option<String>,
}

/// A job of a deployment.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// The deployment's number.
    deployment: u64,
    /// `COMPONENT/JOB`.
    #[arg(value_name = "COMPONENT/JOB")]
    job: JobName,
}

/// A job of a deployment, and a reason.
#[derive(Debug, Args)]
pub struct AcceptJobArgs {
    #[command(flatten)]
    of: JobArgs,
    /// Why; kept in the journal.
    #[arg(long)]
    reason: String,
}

/// A check of a deployment.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The deployment's number.
    deployment: u64,
    /// The check's name.
    check: String,
}

/// A check of a deployment, and a reason.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    of: CheckArgs,
    /// Why; kept in the journal.
    #[arg(long)]
    reason: String,
}

/// A target of a deployment.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// The deployment's number.
    deployment: u64,
    /// The target's name.
    target: String,
}

/// A target of a deployment, and a reason.
#[derive(Debug, Args)]
pub struct WordArgs {
    #[command(flatten)]
    of: TargetArgs,
    /// Why; kept in the journal.
    #[arg(long)]
    reason: String,
}

/// Go on although the calendar is closed: one person asks with a reason, another confirms.
#[derive(Debug, Args)]
pub struct OverrideArgs {
    /// Its number.
    deployment: u64,
    /// Why; kept in the journal.
    #[arg(long, required_unless_present = "confirm")]
    reason: Option<String>,
    /// Confirm what somebody else has asked for.
    #[arg(long, conflicts_with = "reason")]
    confirm: bool,
}

impl DeploymentCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List {
                product,
                environment,
            } => {
                let wanted = query([
                    ("limit", Some("50")),
                    ("product", product.as_deref()),
                    ("environment", environment.as_deref()),
                ]);
                let path = format!("/api/v1/deployments?{wanted}");
                let views: Vec<DeploymentView> = client.get(&path).await?;
                ui.data(&views, |views| list(views));
            }
            Self::Retry(of) => guide(context, of, ("retry", String::new())).await?,
            Self::Ignore(args) => guide(context, args.of, ("ignore", args.reason)).await?,
            Self::Exclude(args) => guide(context, args.of, ("exclude", args.reason)).await?,
            Self::Override(args) => args.run(context).await?,
            Self::RetryCheck(of) => {
                let path = of.path("retry");
                let view: DeploymentView = client.post(&path, &serde_json::json!({})).await?;
                ui.data(&view, stand);
            }
            Self::AcceptCheck(args) => {
                let word = WordRequest {
                    reason: args.reason,
                };
                let view: DeploymentView = client.post(&args.of.path("accept"), &word).await?;
                ui.data(&view, stand);
            }
            Self::LookBack(args) => args.run(context).await?,
            Self::RetryJob(of) => of.say(context, ("retry", None)).await?,
            Self::AcceptJob(args) => {
                let reason = Some(args.reason);
                args.of.say(context, ("accept", reason)).await?;
            }
            Self::Show { deployment } => {
                let view: DeploymentView = client
                    .get(&format!("/api/v1/deployments/{deployment}"))
                    .await?;
                ui.data(&view, show);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl CheckArgs {
    fn path(&self, verb: &str) -> String {
        format!(
            "/api/v1/deployments/{}/checks/{}/{verb}",
            self.deployment, self.check
        )
    }
}

impl LookBackArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = format!("/api/v1/deployments/{}/look-back", self.deployment);
        let wanted = LookBackRequest {
            strategy: self.strategy,
        };
        let views: Vec<CheckView> = context.client.post(&path, &wanted).await?;
        context.ui.data(&views, |views| match views.as_slice() {
            [] => "no wave of it was watched".to_owned(),
            views => views
                .iter()
                .map(check)
                .collect::<String>()
                .trim_end()
                .to_owned(),
        });
        Ok(())
    }
}

impl JobArgs {
    async fn say(
        self,
        context: &Context<'_>,
        (verb, reason): (&str, Option<String>),
    ) -> Result<(), Error> {
        let path = format!(
            "/api/v1/deployments/{}/jobs/{}/{verb}",
            self.deployment, self.job
        );
        let view: DeploymentView = match reason {
            Some(reason) => context.client.post(&path, &WordRequest { reason }).await?,
            None => context.client.post(&path, &serde_json::json!({})).await?,
        };
        context.ui.data(&view, stand);
        Ok(())
    }
}

impl OverrideArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = format!("/api/v1/deployments/{}/override", self.deployment);
        let wanted = OverrideRequest {
            reason: self.reason,
        };
        let view: DeploymentView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, stand);
        Ok(())
    }
}

async fn guide(
    context: &Context<'_>,
    of: TargetArgs,
    (verb, reason): (&str, String),
) -> Result<(), Error> {
    let TargetArgs { deployment, target } = of;
    let path = format!("/api/v1/deployments/{deployment}/targets/{target}/{verb}");
    let word = WordRequest { reason };
    let view: DeploymentView = context.client.post(&path, &word).await?;
    context.ui.data(&view, stand);
    Ok(())
}

/// How far it is, and what it waits for.
fn stand(view: &DeploymentView) -> String {
    let waits = view.waiting_on.iter();
    let waits = waits.map(|wait| format!("\nIt waits for {}.", wait.sentence));
    std::iter::once(view.summary.clone()).chain(waits).collect()
}

fn list(views: &[DeploymentView]) -> String {
    let row = |view: &DeploymentView| {
        let what = format!("{} {}", view.product, view.release);
        vec![
            view.id.to_string(),
            what,
            view.environment.clone(),
            view.status.clone(),
            ago(view.requested_at),
        ]
    };
    table(
        &[
            "deployment",
            "release",
            "environment",
            "status",
            "requested",
        ],
        views.iter().map(row),
    )
}

fn show(view: &DeploymentView) -> String {
    let rows = view.waves.iter().flat_map(|wave| {
        wave.targets.iter().map(|run| {
            vec![
                wave.title.clone(),
                run.target.clone(),
                run.stage.clone(),
                run.detail.clone(),
            ]
        })
    });
    let table = table(&["wave", "target", "stage", "detail"], rows);
    let checks: String = view.checks.iter().map(check).collect();
    let jobs: String = view.jobs.iter().map(job).collect();
    let past = view.no_return.as_ref().filter(|_| !view.has_ended());
    let past = past.map(|past| format!("past the point of no return: {past}\n"));
    let jobs = jobs + &past.unwrap_or_default();
    format!(
        "{}\n{}, plan {}\n{jobs}{checks}{table}",
        view.summary, view.strategy, view.plan_hash
    )
}

fn job(job: &JobView) -> String {
    let on = job.target.as_ref().map(|target| format!(" on {target}"));
    let said = job.reason.as_ref().map(|reason| format!(": {reason}"));
    let (on, said) = (on.unwrap_or_default(), said.unwrap_or_default());
    let (name, state) = (&job.job, &job.state);
    let irreversible = match job.reversible.as_str() {
        "yes" => String::new(),
        "no" => ", cannot be undone".to_owned(),
        until => format!(", can be undone {until} after its end"),
    };
    format!("job {name}{on}{irreversible}: {state}{said}\n")
}

fn check(check: &CheckView) -> String {
    let last = check.measurements.last().map(|m| m.text.as_str());
    let said = check.reason.as_deref().or(last);
    let said = said.map(|said| format!(": {said}")).unwrap_or_default();
    let dry = if check.dry_run { ", a dry run" } else { "" };
    let (name, wave, state) = (&check.check, check.wave, check.state.replace('_', " "));
    format!("check {name} after wave {wave}{dry}: {state}{said}\n")
}
