//! `tidegate issue`.

use super::{Context, comment};
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{IssueDeedRequest, IssueRequest, IssueView, IssuesView};

/// Say what is wrong with a release, work on it, and say what became of it.
#[derive(Debug, Subcommand)]
pub enum IssueCommand {
    List(ListArgs),
    /// Show an issue, what became of it, and what was said.
    Show {
        /// Its number.
        id: u64,
    },
    Raise(Box<RaiseArgs>),
    /// Say that you are at an issue.
    Start {
        /// Its number.
        id: u64,
    },
    /// Say whom an issue falls to.
    Assign {
        /// Its number.
        id: u64,
        /// A person's name, or team:NAME.
        #[arg(long, value_name = "WHO")]
        to: String,
    },
    /// Say how bad an issue is.
    Rate {
        /// Its number.
        id: u64,
        /// How bad.
        #[arg(value_parser = ["low", "medium", "high", "critical"])]
        severity: String,
    },
    /// Say that an issue is no more.
    Resolve {
        /// Its number.
        id: u64,
        /// What was done about it.
        #[arg(long)]
        note: String,
    },
    /// Say that an issue is none, or is lived with.
    Dismiss {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        note: String,
    },
    /// Say that an issue is there after all, or again.
    Reopen {
        /// Its number.
        id: u64,
        /// What shows it.
        #[arg(long)]
        note: String,
    },
}

/// List the issues that are open, the worst first; or all of a release.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The product.
    #[arg(requires = "version")]
    product: Option<String>,
    /// The release's version.
    version: Option<String>,
}

/// Raise an issue against a release, or against a deployment of it.
#[derive(Debug, Args)]
pub struct RaiseArgs {
    /// What is wrong, in a line.
    title: String,
    /// The product.
    #[arg(long, requires = "release", required_unless_present = "deployment")]
    product: Option<String>,
    /// The release's version.
    #[arg(long, value_name = "VERSION", requires = "product")]
    release: Option<String>,
    /// The number of the deployment in which it showed.
    #[arg(long, value_name = "NUMBER")]
    deployment: Option<u64>,
    /// How bad it is.
    #[arg(long, value_parser = ["low", "medium", "high", "critical"])]
    severity: String,
    /// What happens, and how to see it. `@NAME` and `@team:NAME` tell those people.
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// A person's name, or team:NAME; the team of the product unless set.
    #[arg(long)]
    owner: Option<String>,
}

impl IssueCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let nothing = IssueDeedRequest::default;
        let said = |note: String| IssueDeedRequest { note, ..nothing() };
        let (id, deed, request) = match self {
            Self::List(args) => return args.run(context).await,
            Self::Show { id } => {
                let view: IssueView = context.client.get(&format!("/api/v1/issues/{id}")).await?;
                context.ui.data(&view, told);
                return Ok(ExitStatus::Done);
            }
            Self::Raise(args) => {
                let view: IssueView = context
                    .client
                    .post("/api/v1/issues", &args.request())
                    .await?;
                context.ui.data(&view, told);
                return Ok(ExitStatus::Done);
            }
            Self::Start { id } => (id, "start", nothing()),
            Self::Assign { id, to } => {
                let to = Some(to);
                (id, "assign", IssueDeedRequest { to, ..nothing() })
            }
            Self::Rate { id, severity } => {
                let severity = Some(severity);
                (
                    id,
                    "rate",
                    IssueDeedRequest {
                        severity,
                        ..nothing()
                    },
                )
            }
            Self::Resolve { id, note } => (id, "resolve", said(note)),
            Self::Dismiss { id, note } => (id, "dismiss", said(note)),
            Self::Reopen { id, note } => (id, "reopen", said(note)),
        };
        let path = format!("/api/v1/issues/{id}/{deed}");
        let view: IssueView = context.client.post(&path, &request).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

impl RaiseArgs {
    fn request(self) -> IssueRequest {
        IssueRequest {
            product: self.product,
            version: self.release,
            deployment: self.deployment,
            title: self.title,
            description: self.description,
            severity: self.severity,
            owner: self.owner,
        }
    }
}

impl ListArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = match (self.product, self.version) {
            (Some(product), Some(version)) => {
                format!("/api/v1/products/{product}/releases/{version}/issues")
            }
            (_, _) => "/api/v1/issues".to_owned(),
        };
        let view: IssuesView = context.client.get(&path).await?;
        context.ui.data(&view, |view| {
            let mut parts = vec![view.sentence.clone()];
            if !view.issues.is_empty() {
                parts.push(listed(&view.issues));
            }
            parts.join("\n\n")
        });
        Ok(ExitStatus::Done)
    }
}

/// A table of issues.
pub(super) fn listed(issues: &[IssueView]) -> String {
    let row = |it: &IssueView| {
        vec![
            it.id.to_string(),
            it.severity.clone(),
            format!("{} {}", it.product, it.version),
            it.title.clone(),
            it.told.clone(),
            it.owner.clone(),
        ]
    };
    let header = ["issue", "severity", "release", "", "state", "who"];
    table(&header, issues.iter().map(row))
}

fn told(issue: &IssueView) -> String {
    let showed = issue
        .deployment
        .map(|it| format!(", showed in deployment {it}"));
    let mut lines = vec![
        format!(
            "issue {}, {}: {} ({} {}); {}",
            issue.id, issue.severity, issue.title, issue.product, issue.version, issue.told
        ),
        format!(
            "for {}, raised by {} at {}{}",
            issue.owner,
            issue.by,
            issue.at.strftime("%Y-%m-%d %H:%MZ"),
            showed.unwrap_or_default()
        ),
    ];
    if !issue.description.is_empty() {
        lines.push(format!("\n{}", issue.description));
    }
    if !issue.past.is_empty() {
        lines.push(String::new());
    }
    let past = issue.past.iter();
    lines.extend(past.map(|it| {
        let at = it.at.strftime("%Y-%m-%d %H:%MZ");
        format!("{at} {} {}", it.by, it.told)
    }));
    if !issue.comments.is_empty() {
        lines.push(String::new());
        lines.push(comment::listed(&issue.comments));
    }
    lines.join("\n")
}
