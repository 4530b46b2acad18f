//! `tidegate change`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{ChangeRequest, ChangeView, SteerRequest};

/// Ask for changes, approve those of others, and close them.
#[derive(Debug, Subcommand)]
pub enum ChangeCommand {
    Create(Box<CreateArgs>),
    /// Approve somebody else's change request.
    Approve {
        /// Its number.
        id: u64,
    },
    /// Turn a change request down.
    TurnDown {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Close a change request, with what its review found.
    Close {
        /// Its number.
        id: u64,
        /// What the review found; an emergency needs one.
        #[arg(long, default_value = "")]
        review: String,
    },
    /// Show a change request.
    Show {
        /// Its number.
        id: u64,
    },
    /// List change requests, newest first.
    List,
}

/// Ask for a change.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What changes.
    product: String,
    /// Where.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: String,
    /// In a sentence.
    #[arg(long, default_value = "")]
    title: String,
    /// `standard` (by `--template`), `normal`, or `emergency`.
    #[arg(long, default_value = "normal")]
    kind: String,
    /// The template of a standard change, approved beforehand.
    #[arg(long)]
    template: Option<String>,
    /// For which release only.
    #[arg(long)]
    release: Option<String>,
    /// In Markdown.
    #[arg(long, default_value = "")]
    description: String,
    /// `low`, `medium` or `high`.
    #[arg(long)]
    risk: Option<String>,
    /// From when it may be carried out, such as 2026-12-01T18:00:00Z.
    #[arg(long, value_name = "TIME")]
    starts: Option<String>,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    ends: Option<String>,
    /// Where more is written; may be repeated.
    #[arg(long = "link", value_name = "URL")]
    links: Vec<String>,
}

impl ChangeCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Create(args) => {
                let made: ChangeView = client.post("/api/v1/changes", &args.request()).await?;
                ui.data(&made, told);
            }
            Self::Approve { id } => settle(context, id, ("approve", String::new())).await?,
            Self::TurnDown { id, reason } => settle(context, id, ("turn-down", reason)).await?,
            Self::Close { id, review } => settle(context, id, ("close", review)).await?,
            Self::Show { id } => {
                let change: ChangeView = client.get(&format!("/api/v1/changes/{id}")).await?;
                ui.data(&change, told);
            }
            Self::List => {
                let changes: Vec<ChangeView> = client.get("/api/v1/changes").await?;
                ui.data(&changes, |changes| listed(changes));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl CreateArgs {
    fn request(self) -> ChangeRequest {
        ChangeRequest {
            kind: self.kind,
            template: self.template,
            product: self.product,
            environment: self.environment,
            release: self.release,
            title: self.title,
            description: self.description,
            risk: self.risk,
            starts: self.starts,
            ends: self.ends,
            links: self.links,
        }
    }
}

async fn settle(
    context: &Context<'_>,
    id: u64,
    (deed, reason): (&str, String),
) -> Result<(), Error> {
    let path = format!("/api/v1/changes/{id}/{deed}");
    let change: ChangeView = context.client.post(&path, &SteerRequest { reason }).await?;
    context.ui.data(&change, told);
    Ok(())
}

fn told(change: &ChangeView) -> String {
    let release = change
        .release
        .as_ref()
        .map(|release| format!(" {release}"))
        .unwrap_or_default();
    let mut text = format!(
        "change request {} ({}, {} risk): {}; {}{release} in {}; {}",
        change.id,
        change.kind,
        change.risk,
        change.title,
        change.product,
        change.environment,
        change.said.as_deref().unwrap_or(&change.state),
    );
    if change.review_due {
        text.push_str("; its review is due");
    }
    text
}

fn listed(changes: &[ChangeView]) -> String {
    let row = |it: &ChangeView| {
        let state = if it.review_due {
            "review due"
        } else {
            &it.state
        };
        vec![
            it.id.to_string(),
            it.kind.clone(),
            it.product.clone(),
            it.environment.clone(),
            it.risk.clone(),
            state.to_owned(),
            it.by.clone(),
            it.title.clone(),
        ]
    };
    table(
        &[
            "change", "kind", "product", "in", "risk", "state", "by", "what",
        ],
        changes.iter().map(row),
    )
}
