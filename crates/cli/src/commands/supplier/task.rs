//! `tidegate supplier task`.

use super::{super::Context, told};
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use tidegate_protocol::api::{SupplierDeedRequest, SupplierTaskRequest, SupplierTaskView};

/// What suppliers are asked to do.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    Ask(AskArgs),
    /// Open a task again that is not done after all.
    Reopen {
        /// Its number.
        id: u64,
    },
    /// Say that a supplier need not do a task any more.
    Withdraw {
        /// Its number.
        id: u64,
    },
}

/// Ask a supplier to do something. Whoever has a link sees it there.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The supplier.
    supplier: String,
    /// What, in a line; they read it.
    title: String,
    /// How, and what for; they read it.
    #[arg(long, default_value = "")]
    description: String,
    /// The notice that it is about.
    #[arg(long, value_name = "NUMBER")]
    notice: Option<u64>,
    /// By when, such as `2026-12-01T10:00:00Z`.
    #[arg(long, value_name = "TIME")]
    due: Option<Timestamp>,
    /// Which of the supplier's lead times it takes, such as `certificate`: it is due when that is over, unless you say otherwise.
    #[arg(long, value_name = "NAME")]
    lead_time: Option<String>,
}

impl TaskCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view: SupplierTaskView = match self {
            Self::Ask(args) => {
                let path = format!("/api/v1/suppliers/{}/tasks", args.supplier);
                let wanted = SupplierTaskRequest {
                    title: args.title,
                    description: args.description,
                    notice: args.notice,
                    due: args.due,
                    lead_time: args.lead_time,
                };
                context.client.post(&path, &wanted).await?
            }
            Self::Reopen { id } => deed(context, id, "reopen").await?,
            Self::Withdraw { id } => deed(context, id, "withdraw").await?,
        };
        context.ui.data(&view, told::task);
        Ok(ExitStatus::Done)
    }
}

async fn deed(context: &Context<'_>, id: u64, deed: &str) -> Result<SupplierTaskView, Error> {
    let path = format!("/api/v1/supplier-tasks/{id}/deeds");
    let said = SupplierDeedRequest {
        deed: deed.to_owned(),
        note: String::new(),
    };
    context.client.post(&path, &said).await
}
