//! `tidegate procedure`.

mod told;
mod write;

pub(super) use told::{named, unread, work};

use super::Context;
use crate::{Error, ExitStatus, client::query};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{
    ApplyResponse, OldProcedureView, ProcedureDifferenceView, ProcedureGapView, ProcedureLineView,
    ProcedureReadRequest, ProcedureReviewRequest, ProcedureVersionView, ProcedureView,
};
use write::{EditArgs, SaveArgs};

/// Read how things are done, say that you have, and see who has not or goes by an old version.
#[derive(Debug, Subcommand)]
pub enum ProcedureCommand {
    /// List the procedures in use.
    List {
        /// Also those that are not in use any more.
        #[arg(long)]
        all: bool,
    },
    Show(ShowArgs),
    Diff(DiffArgs),
    /// List the versions of a procedure, the newest first, with what is new in each.
    History {
        /// Its name.
        procedure: String,
    },
    Edit(EditArgs),
    Save(SaveArgs),
    Acknowledge(ReadArgs),
    Reviewed(ReviewedArgs),
    /// List who has to acknowledge a procedure, or any, and has not.
    Gap {
        /// Its name; every procedure unless set.
        procedure: Option<String>,
    },
    /// List what goes by an old version of a procedure, or of any: deployments under way, runbooks, tasks, and people.
    Old {
        /// Its name; every procedure unless set.
        procedure: Option<String>,
    },
    /// Take a procedure out of use. Its versions stay and can be read; while something names it, it stays in use.
    Retire {
        /// Its name.
        procedure: String,
    },
}

/// Print a procedure: what it says, who has read it, and what names it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its name.
    procedure: String,
    /// Another version than the one in force.
    #[arg(long)]
    version: Option<u32>,
    /// Only what it says, in Markdown.
    #[arg(long)]
    markdown: bool,
}

/// Print what differs between two versions of a procedure; between the last two unless they are named.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Its name.
    procedure: String,
    /// The older version; the one before the newer unless set.
    #[arg(long)]
    from: Option<u32>,
    /// The newer version; the one in force unless set.
    #[arg(long)]
    to: Option<u32>,
}

/// Say that you have read a procedure.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Its name.
    procedure: String,
    /// The version that you read; `tidegate procedure show` tells it.
    #[arg(long, value_name = "NUMBER")]
    version: u32,
}

/// Say that a procedure is still right as it is, and when somebody looks again.
#[derive(Debug, Args)]
pub struct ReviewedArgs {
    /// Its name.
    procedure: String,
    /// The version that you looked at; `tidegate procedure show` tells it.
    #[arg(long, value_name = "NUMBER")]
    version: u32,
    /// The day of the next review, such as 2027-01-31; after so many months as the procedure says unless set.
    #[arg(long, value_name = "DAY")]
    next: Option<String>,
}

/// The address of a procedure.
fn path(name: &str) -> String {
    format!("/api/v1/procedures/{name}")
}

impl ProcedureCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List { all } => {
                let path = format!("/api/v1/procedures?all={all}");
                let all: Vec<ProcedureLineView> = client.get(&path).await?;
                ui.data(&all, |all| told::listed(all));
            }
            Self::Show(args) => args.run(context).await?,
            Self::Diff(args) => args.run(context).await?,
            Self::History { procedure } => {
                let path = format!("{}/versions?limit=100", path(&procedure));
                let versions: Vec<ProcedureVersionView> = client.get(&path).await?;
                ui.data(&versions, |all| told::history(all));
            }
            Self::Edit(args) => args.run(context).await?,
            Self::Save(args) => args.run(context).await?,
            Self::Acknowledge(args) => args.run(context).await?,
            Self::Reviewed(args) => args.run(context).await?,
            Self::Gap { procedure } => {
                let path = match &procedure {
                    Some(name) => format!("{}/gap", path(name)),
                    None => "/api/v1/procedure-gaps".to_owned(),
                };
                let gaps: Vec<ProcedureGapView> = client.get(&path).await?;
                ui.data(&gaps, |gaps| told::gaps(gaps));
            }
            Self::Old { procedure } => {
                let path = match &procedure {
                    Some(name) => format!("{}/old", path(name)),
                    None => "/api/v1/old-procedures".to_owned(),
                };
                let old: Vec<OldProcedureView> = client.get(&path).await?;
                ui.data(&old, |old| told::old(old));
            }
            Self::Retire { procedure } => {
                let path = format!("{}/retire", path(&procedure));
                let done: ApplyResponse = client.post(&path, &serde_json::json!({})).await?;
                ui.data(&done, |_| {
                    format!("procedure {procedure} is not in use any more; its versions stay")
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let (client, ui) = (&context.client, context.ui);
        if self.version.is_none() && !self.markdown {
            let view: ProcedureView = client.get(&path(&self.procedure)).await?;
            ui.data(&view, told::told);
            return Ok(());
        }
        let version = match self.version {
            Some(number) => number,
            None => newest(context, &self.procedure).await?.version.number,
        };
        let path = format!("{}/versions/{version}", path(&self.procedure));
        let view: ProcedureVersionView = client.get(&path).await?;
        match self.markdown {
            true => ui.line(view.body.trim_end()),
            false => ui.data(&view, told::version),
        }
        Ok(())
    }
}

impl DiffArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let (from, to) = (
            self.from.map(|it| it.to_string()),
            self.to.map(|it| it.to_string()),
        );
        let asked = query([("from", from.as_deref()), ("to", to.as_deref())]);
        let path = format!("{}/difference?{asked}", path(&self.procedure));
        let view: ProcedureDifferenceView = context.client.get(&path).await?;
        context.ui.data(&view, told::difference);
        Ok(())
    }
}

impl ReadArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let version = self.version;
        let path = format!("{}/acknowledge", path(&self.procedure));
        let request = ProcedureReadRequest { version };
        context.client.tell(&path, &request).await?;
        context.ui.say(format_args!(
            "you have read version {version} of procedure {}",
            self.procedure
        ));
        Ok(())
    }
}

impl ReviewedArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let version = self.version;
        let path = format!("{}/reviewed", path(&self.procedure));
        let request = ProcedureReviewRequest {
            version,
            next: self.next,
        };
        context.client.tell(&path, &request).await?;
        let after = newest(context, &self.procedure).await?;
        let next = after
            .review_by
            .map(|day| format!(", and looked at again by {day}"));
        context.ui.say(format_args!(
            "version {version} of procedure {} is still right{}",
            self.procedure,
            next.unwrap_or_default()
        ));
        Ok(())
    }
}

/// A procedure as it is in force.
async fn newest(context: &Context<'_>, name: &str) -> Result<ProcedureView, Error> {
    context.client.get(&path(name)).await
}
