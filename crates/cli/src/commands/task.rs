//! `tidegate task`.

mod pass_on;

use super::{Context, delegation, handover, issue, news, procedure, review};
use crate::{
    Error, ExitStatus,
    client::query,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use tidegate_protocol::api::{
    SupervisedView, TaskDeedRequest, TaskRequest, TaskView, WaitingStepView, WorkView,
};

/// See what is to do, and do it.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    List(ListArgs),
    /// Show a task.
    Show {
        /// Its number.
        id: u64,
    },
    Add(Box<AddArgs>),
    /// Say that you will do a task.
    Take {
        /// Its number.
        id: u64,
    },
    /// Say who shall do a task; nobody without `--to`.
    Assign {
        /// Its number.
        id: u64,
        /// A person's name.
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
    },
    /// Begin a task. What it needs comes first.
    Start {
        /// Its number.
        id: u64,
    },
    /// Say that a task is done.
    Finish {
        /// Its number.
        id: u64,
        /// What came of it.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Say that a task is not needed, and why.
    Skip {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        note: String,
    },
    PassOn(pass_on::PassOnArgs),
    /// Take a task up again.
    Reopen {
        /// Its number.
        id: u64,
    },
}

/// List what is to do: yours, and what waits for your teams.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What waits for this team.
    #[arg(long)]
    team: Option<String>,
    /// Everybody's.
    #[arg(long, conflicts_with = "team")]
    all: bool,
}

/// Add a task to a release, beside its plan.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// What has to be done, in a sentence.
    title: String,
    /// How it is done, in Markdown.
    #[arg(long, default_value = "")]
    document: String,
    /// A person's name, or team:NAME; you unless set.
    #[arg(long)]
    owner: Option<String>,
    /// By when, such as 2026-12-01T18:00:00Z.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,
}

impl TaskCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let nothing = TaskDeedRequest::default;
        let said = |note: String| TaskDeedRequest { note, to: None };
        let (id, deed, request) = match self {
            Self::List(args) => return args.run(context).await,
            Self::Show { id } => {
                let view: TaskView = context.client.get(&format!("/api/v1/tasks/{id}")).await?;
                context.ui.data(&view, told);
                return Ok(ExitStatus::Done);
            }
            Self::Add(args) => {
                let view: TaskView = context
                    .client
                    .post("/api/v1/tasks", &args.request())
                    .await?;
                context.ui.data(&view, told);
                return Ok(ExitStatus::Done);
            }
            Self::PassOn(args) => return args.run(context).await,
            Self::Take { id } => (id, "take", nothing()),
            Self::Assign { id, to } => {
                let note = String::new();
                (id, "assign", TaskDeedRequest { note, to })
            }
            Self::Start { id } => (id, "start", nothing()),
            Self::Finish { id, note } => (id, "finish", said(note)),
            Self::Skip { id, note } => (id, "skip", said(note)),
            Self::Reopen { id } => (id, "reopen", nothing()),
        };
        let path = format!("/api/v1/tasks/{id}/{deed}");
        let view: TaskView = context.client.post(&path, &request).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

impl AddArgs {
    fn request(self) -> TaskRequest {
        TaskRequest {
            product: self.product,
            version: self.version,
            title: self.title,
            document: self.document,
            owner: self.owner,
            due: self.due,
        }
    }
}

impl ListArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let all = self.all.then(|| "true".to_owned());
        let asked = [("team", self.team.as_deref()), ("all", all.as_deref())];
        let path = format!("/api/v1/tasks?{}", query(asked));
        let work: WorkView = context.client.get(&path).await?;
        context.ui.data(&work, listed);
        Ok(ExitStatus::Done)
    }
}

fn supervised(all: &[SupervisedView]) -> String {
    let row = |it: &SupervisedView| {
        let release = format!("{} {}", it.product, it.release);
        let what = match it.asks.as_str() {
            "rollback" => format!("roll {release} back in {}: {}", it.environment, it.reason),
            _ => format!("{release} to {}", it.environment),
        };
        vec![it.deployment.to_string(), what, it.by.clone(), ago(it.at)]
    };
    let head = ["to let go (`tidegate supervise`)", "of", "by", "when"];
    table(&head, all.iter().map(row))
}

fn listed(work: &WorkView) -> String {
    let mut parts = vec![work.sentence.clone()];
    if !work.supervised.is_empty() {
        parts.push(supervised(&work.supervised));
    }
    if !work.steps.is_empty() {
        parts.push(up(&work.steps));
    }
    if !work.procedures.is_empty() {
        parts.push(procedure::work(&work.procedures));
    }
    if !work.handovers.is_empty() {
        parts.push(handover::waiting(&work.handovers));
    }
    if !work.reviews.is_empty() {
        parts.push(review::waiting(&work.reviews));
    }
    if !work.issues.is_empty() {
        parts.push(issue::listed(&work.issues));
    }
    let tasks: Vec<&TaskView> = work.mine.iter().chain(&work.waiting).collect();
    if !tasks.is_empty() {
        parts.push(table_of(&tasks));
    }
    for lent in &work.lent {
        let until = delegation::until(&lent.delegation);
        parts.push(format!("you stand in for {} {until}", lent.delegation.from));
        if !lent.tasks.is_empty() {
            parts.push(table_of(&lent.tasks.iter().collect::<Vec<_>>()));
        }
    }
    if !work.news.is_empty() {
        parts.push(format!(
            "new for you (`tidegate news --seen`):\n{}",
            news::listed(&work.news)
        ));
    }
    parts.join("\n\n")
}

/// Steps of deployments that wait for somebody.
fn up(steps: &[WaitingStepView]) -> String {
    let row = |it: &WaitingStepView| {
        vec![
            it.deployment.to_string(),
            format!("{} {} to {}", it.product, it.version, it.environment),
            it.name.clone(),
            it.title.clone(),
            it.told.clone(),
            it.owner.clone().unwrap_or_default(),
            due(it.due),
        ]
    };
    let header = ["deployment", "", "step", "", "state", "who", "due"];
    table(&header, steps.iter().map(row))
}

fn table_of(tasks: &[&TaskView]) -> String {
    let row = |it: &&TaskView| {
        vec![
            it.id.to_string(),
            format!("{} {}", it.product, it.version),
            it.title.clone(),
            match it.waits_for.is_empty() {
                true => it.told.clone(),
                false => format!("waits for {}", it.waits_for.join(", ")),
            },
            it.assignee.clone().unwrap_or_else(|| it.owner.clone()),
            match it.overdue {
                true => format!("{} overdue", due(it.due)),
                false => due(it.due),
            },
        ]
    };
    let header = ["task", "release", "", "state", "who", "due"];
    table(&header, tasks.iter().map(row))
}

fn told(task: &TaskView) -> String {
    let mut lines = vec![format!(
        "task {}: {} ({} {}); {}",
        task.id, task.title, task.product, task.version, task.told
    )];
    let who = task.assignee.as_ref().map(|it| format!(", done by {it}"));
    lines.push(format!(
        "for {}{}, due {}{}",
        task.owner,
        who.unwrap_or_default(),
        due(task.due),
        if task.overdue { ", overdue" } else { "" },
    ));
    if !task.waits_for.is_empty() {
        lines.push(format!("waits for {}", task.waits_for.join(", ")));
    }
    if let Some(named) = &task.procedure {
        lines.push(procedure::named(named));
    }
    if !task.document.is_empty() {
        lines.push(format!("\n{}", task.document.trim_end()));
    }
    lines.join("\n")
}

/// A time that is to come, in UTC; `-` for none.
pub(super) fn due(at: Option<Timestamp>) -> String {
    let text = |at: Timestamp| at.strftime("%Y-%m-%d %H:%MZ").to_string();
    at.map_or_else(|| "-".to_owned(), text)
}
