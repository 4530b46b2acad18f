//! `tidegate step`.

use super::{
    Context, procedure,
    runbook::{lasts, steps_of},
};
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{ConductedView, StepDeedRequest, StepsView};

/// See what a deployment waits for people to do, and do it.
#[derive(Debug, Subcommand)]
pub enum StepCommand {
    /// List the steps of a deployment, as its deployment plan and its backout plan say.
    List {
        /// The deployment's number.
        deployment: u64,
    },
    /// Begin a step.
    Start(StepArgs),
    /// Say that a step is done; `--note` says what you saw.
    Finish(SaidArgs),
    /// Say that a step does not go as it should: the deployment stops, and calls for whoever decides.
    Fail(IssueArgs),
    /// Decide that it goes on.
    Go(SaidArgs),
    /// Decide that it does not go on; the deployment plan says what follows.
    NoGo(IssueArgs),
    /// Leave a step out, and say why.
    Skip(IssueArgs),
    /// Take a step up again.
    Reopen(StepArgs),
}

/// A step of a deployment.
#[derive(Debug, Args)]
pub struct StepArgs {
    /// The deployment's number.
    deployment: u64,
    /// The step's name.
    step: String,
    /// A step of the backout plan, while the deployment still goes forward; while it goes back those are meant anyway.
    #[arg(long)]
    back: bool,
}

/// A step, and what you saw.
#[derive(Debug, Args)]
pub struct SaidArgs {
    #[command(flatten)]
    of: StepArgs,
    /// What you saw.
    #[arg(long, default_value = "")]
    note: String,
}

/// A step, and what is wrong with it, or why it is left out.
#[derive(Debug, Args)]
pub struct IssueArgs {
    #[command(flatten)]
    of: StepArgs,
    /// What is wrong, or why; kept with the deployment.
    #[arg(long)]
    note: String,
}

impl StepCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (of, deed, note) = match self {
            Self::List { deployment } => {
                let view = asked(context, deployment).await?;
                context.ui.data(&view, told);
                return Ok(ExitStatus::Done);
            }
            Self::Start(of) => (of, "start", String::new()),
            Self::Finish(SaidArgs { of, note }) => (of, "finish", note),
            Self::Fail(IssueArgs { of, note }) => (of, "fail", note),
            Self::Go(SaidArgs { of, note }) => (of, "go", note),
            Self::NoGo(IssueArgs { of, note }) => (of, "no-go", note),
            Self::Skip(IssueArgs { of, note }) => (of, "skip", note),
            Self::Reopen(of) => (of, "reopen", String::new()),
        };
        let way = match of.back {
            true => "back".to_owned(),
            false => way(&asked(context, of.deployment).await?, &of.step),
        };
        let (id, step) = (of.deployment, &of.step);
        let path = format!("/api/v1/deployments/{id}/steps/{way}/{step}/{deed}");
        let request = StepDeedRequest { note };
        let view: StepsView = context.client.post(&path, &request).await?;
        context.ui.data(&view, told);
        if let Some(unread) = unread(&view, &way, step) {
            context.ui.say(unread);
        }
        Ok(ExitStatus::Done)
    }
}

async fn asked(context: &Context<'_>, deployment: u64) -> Result<StepsView, Error> {
    let path = format!("/api/v1/deployments/{deployment}/steps");
    context.client.get(&path).await
}

/// The runbook that is being run and has the step, else any that has it.
fn way(view: &StepsView, step: &str) -> String {
    let has = |it: &&ConductedView| it.timeline.steps.iter().any(|it| it.name == step);
    let mut all: Vec<&ConductedView> = view.runbooks.iter().filter(has).collect();
    all.sort_by_key(|it| !it.active);
    let way = all.first().map(|it| it.way.clone());
    way.unwrap_or_else(|| "forward".to_owned())
}

/// That the procedure of a step binds whoever did it, and they have not read it.
fn unread(view: &StepsView, way: &str, step: &str) -> Option<String> {
    let mut runbooks = view.runbooks.iter();
    let steps = &runbooks.find(|it| it.way == way)?.timeline.steps;
    let named = steps.iter().find(|it| it.name == step)?.procedure.as_ref();
    named.and_then(procedure::unread)
}

fn told(view: &StepsView) -> String {
    let mut parts = vec![view.sentence.clone()];
    for it in &view.runbooks {
        let title = match it.way.as_str() {
            "back" => "Backout plan",
            _ => "Deployment plan",
        };
        let (timeline, state) = (&it.timeline, if it.active { "" } else { ", not run now" });
        let length = lasts(timeline.begins, timeline.ends);
        let late = timeline.ends > timeline.planned_end;
        let late = late.then(|| {
            format!(
                ", {} later than planned",
                lasts(timeline.planned_end, timeline.ends)
            )
        });
        parts.push(format!(
            "\n{title}, edition {}{state}: {length}{}\n{}",
            it.edition,
            late.unwrap_or_default(),
            steps_of(it)
        ));
    }
    parts.join("\n")
}
