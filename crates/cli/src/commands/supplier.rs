//! `tidegate supplier`.

mod link;
mod notice;
mod respond;
mod task;
mod told;

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use link::LinkCommand;
use notice::NoticeCommand;
use respond::{RespondArgs, ResponseCommand};
use task::TaskCommand;
use tidegate_protocol::api::{
    ImpactView, IncidentRequest, IncidentView, SupplierLineView, SupplierScorecardView,
    SupplierView,
};
use told::{impact, listed, scored, told};

/// See what suppliers announce and deploy, what it means for what you run, and decide what is done about it.
#[derive(Debug, Subcommand)]
pub enum SupplierCommand {
    /// List all suppliers, with what is best looked at first.
    List,
    /// Show a supplier: what it runs, announced and was seen to deploy, what it was asked for and what went wrong.
    Show {
        /// The supplier.
        supplier: String,
    },
    /// Write down, read and follow what suppliers announce.
    #[command(subcommand)]
    Notice(NoticeCommand),
    Impact(ImpactArgs),
    Respond(Box<RespondArgs>),
    /// Say what became of what was decided.
    #[command(subcommand)]
    Response(ResponseCommand),
    /// Ask suppliers to do something.
    #[command(subcommand)]
    Task(TaskCommand),
    Incident(IncidentArgs),
    /// Let contacts of suppliers see and do a little without an account.
    #[command(subcommand)]
    Link(LinkCommand),
    /// Tell how a supplier kept to what it promised.
    Scorecard {
        /// The supplier.
        supplier: String,
        /// Over the last so many days.
        #[arg(long, default_value_t = 365, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_660))]
        days: u32,
    },
}

/// Compute what a supplier's change means for products, environments and plans.
#[derive(Debug, Args)]
pub struct ImpactArgs {
    #[command(flatten)]
    about: AboutArgs,
}

/// The change.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct AboutArgs {
    /// A notice, by its number.
    #[arg(long, value_name = "NUMBER")]
    notice: Option<u64>,
    /// A deployment that was observed, by its number.
    #[arg(long, value_name = "NUMBER")]
    observation: Option<u64>,
}

/// Write down what went wrong because of a supplier.
#[derive(Debug, Args)]
pub struct IncidentArgs {
    /// The supplier.
    supplier: String,
    /// What, in a line.
    title: String,
    /// Which of its components.
    #[arg(long)]
    component: Option<String>,
    /// When it began, such as `2026-11-27T09:00:00Z`; now unless given.
    #[arg(long, value_name = "TIME")]
    began: Option<Timestamp>,
}

impl SupplierCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => {
                let views: Vec<SupplierLineView> = context.client.get("/api/v1/suppliers").await?;
                context.ui.data(&views, |views| listed(views));
            }
            Self::Show { supplier } => {
                let path = format!("/api/v1/suppliers/{supplier}");
                let view: SupplierView = context.client.get(&path).await?;
                context.ui.data(&view, told);
            }
            Self::Notice(command) => return command.run(context).await,
            Self::Impact(args) => args.run(context).await?,
            Self::Respond(args) => args.run(context).await?,
            Self::Response(command) => return command.run(context).await,
            Self::Task(command) => return command.run(context).await,
            Self::Incident(args) => args.run(context).await?,
            Self::Link(command) => return command.run(context).await,
            Self::Scorecard { supplier, days } => {
                let path = format!("/api/v1/suppliers/{supplier}/scorecard?days={days}");
                let view: SupplierScorecardView = context.client.get(&path).await?;
                context.ui.data(&view, scored);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl ImpactArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = match (self.about.notice, self.about.observation) {
            (Some(id), _) => format!("/api/v1/supplier-notices/{id}/impact"),
            (None, Some(id)) => format!("/api/v1/observations/{id}/impact"),
            (None, None) => return Err(Error::Usage("name a notice or an observation".to_owned())),
        };
        let view: ImpactView = context.client.get(&path).await?;
        context.ui.data(&view, impact);
        Ok(())
    }
}

impl IncidentArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = format!("/api/v1/suppliers/{}/incidents", self.supplier);
        let wanted = IncidentRequest {
            title: self.title,
            component: self.component,
            began: self.began,
        };
        let view: IncidentView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, |it| {
            format!("incident {} is written down: {}", it.id, it.title)
        });
        Ok(())
    }
}
