//! `tidegate supplier link`.

use super::{super::Context, told};
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand, ValueEnum};
use tidegate_protocol::api::{SupplierLinkRequest, SupplierLinkView};

/// Links for contacts of suppliers.
#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    Give(GiveArgs),
    /// List the links that contacts of a supplier were given, and whether they are good.
    List {
        /// The supplier.
        supplier: String,
    },
    /// Take a link back: it lets nobody in from now on.
    TakeBack {
        /// What `tidegate supplier link list` and `give` name it by.
        nonce: String,
    },
}

/// Make a link for a contact of a supplier. It is shown once; whoever has it sees and does what it lets them.
#[derive(Debug, Args)]
pub struct GiveArgs {
    /// The supplier.
    supplier: String,
    /// The contact's address.
    contact: String,
    /// What they may do. Several, or with commas between them.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["see-tasks", "acknowledge", "finish"])]
    may: Vec<Right>,
    /// Only this task. Several, or with commas between them; all of the supplier's unless given.
    #[arg(long, value_delimiter = ',', value_name = "NUMBER")]
    task: Vec<u64>,
    /// For how many days it is good.
    #[arg(long, default_value_t = 14, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
}

/// Something that a contact may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Right {
    /// See their tasks.
    SeeTasks,
    /// Say that they know of a task.
    Acknowledge,
    /// Say that a task is done.
    Finish,
    /// See what they announced.
    SeeNotices,
    /// Announce changes.
    Announce,
}

impl LinkCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Give(args) => {
                let path = format!("/api/v1/suppliers/{}/links", args.supplier);
                let wanted = SupplierLinkRequest {
                    contact: args.contact,
                    rights: args.may.iter().map(|it| it.word().to_owned()).collect(),
                    tasks: args.task,
                    days: args.days,
                };
                let view: SupplierLinkView = context.client.post(&path, &wanted).await?;
                let url = |it: &SupplierLinkView| it.url.clone().unwrap_or_default();
                context.ui.data(&view, url);
                context.ui.say(format_args!(
                    "`tidegate supplier link take-back {}` takes it back",
                    view.nonce
                ));
            }
            Self::List { supplier } => {
                let path = format!("/api/v1/suppliers/{supplier}/links");
                let views: Vec<SupplierLinkView> = context.client.get(&path).await?;
                context.ui.data(&views, |views| told::links(views));
            }
            Self::TakeBack { nonce } => {
                let path = format!("/api/v1/supplier-links/{nonce}");
                context.client.delete(&path).await?;
                context.ui.say("it lets nobody in any more");
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl Right {
    const fn word(self) -> &'static str {
        match self {
            Self::SeeTasks => "see-tasks",
            Self::Acknowledge => "acknowledge",
            Self::Finish => "finish",
            Self::SeeNotices => "see-notices",
            Self::Announce => "announce",
        }
    }
}
