//! `tidegate handover`.

mod told;

use super::{
    Context, pair,
    plan_file::{self, PlanFile},
};
use crate::{Client, Error, ExitStatus};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;
use tidegate_protocol::api::{
    HandoverDeedRequest, HandoverItemRequest, HandoverLineView, HandoverRequest, HandoverView,
    HandoversView, RejectedItemView,
};
pub(super) use told::{dates, waiting};
use told::{lines, listed, told};

/// Give a release into other hands: to operations, or to those who announce it.
#[derive(Debug, Subcommand)]
pub enum HandoverCommand {
    /// List the handovers of a product, or those of a release with its dates: live, announced, generally available.
    List {
        /// The product.
        product: String,
        /// The release's version.
        version: Option<String>,
    },
    Begin(BeginArgs),
    Show(ShowArgs),
    /// Change the sheet in your editor (`VISUAL` or `EDITOR`), and save it.
    Edit(WhichArgs),
    Save(SaveArgs),
    Done(DoneArgs),
    Skip(SkipArgs),
    Reopen(ReopenArgs),
    /// Ask those who take it to accept exactly what is there.
    Offer(NoteArgs),
    Accept(AcceptArgs),
    Reject(RejectArgs),
    Withdraw(WithdrawArgs),
}

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// To Operations, for production.
    Operations,
    /// To Marketing, for general availability.
    GeneralAvailability,
}

/// A handover.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// To whom.
    #[arg(value_enum)]
    kind: To,
}

/// Begin a handover, from a template or from what comes with the program.
#[derive(Debug, Args)]
pub struct BeginArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The template; that of the product unless set.
    #[arg(long)]
    template: Option<String>,
    /// Who gives, a person's name or team:NAME; the team that owns the product unless set.
    #[arg(long, value_name = "PARTY")]
    from: Option<String>,
    /// Who takes; as the template says unless set, else the team `operations` or `marketing`.
    #[arg(long, value_name = "PARTY")]
    to: Option<String>,
}

/// Show a handover: how it stands, its items, its sheet, and the hash that an acceptance binds.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Write the sheet as people edit it, to change it in a file and `save` that.
    #[arg(long)]
    yaml: bool,
}

/// Save the sheet of a handover from a file: what those who take it have to know.
///
/// What others saved in between is put together with it. Where both changed the same, nothing is saved, and both are shown.
#[derive(Debug, Args)]
pub struct SaveArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The file.
    file: PathBuf,
    /// The edition that it was made from; as its first line says unless set.
    #[arg(long, value_name = "EDITION")]
    base: Option<u64>,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

/// Say that an item is done. What is on record, such as a deployment plan, is seen by itself.
#[derive(Debug, Args)]
pub struct DoneArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Which item.
    item: String,
    /// What came of it.
    #[arg(long, default_value = "")]
    note: String,
    /// Where it is.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
}

/// Say that an item does not apply to this release, and why.
#[derive(Debug, Args)]
pub struct SkipArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Which item.
    item: String,
    /// Why.
    #[arg(long)]
    note: String,
}

/// Take an item up again, or a handover that was withdrawn.
#[derive(Debug, Args)]
pub struct ReopenArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Which item; the handover itself unless set.
    #[arg(long)]
    item: Option<String>,
}

/// Something said of a handover.
#[derive(Debug, Args)]
pub struct NoteArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// In your words.
    #[arg(long, default_value = "")]
    note: String,
}

/// Accept exactly what is offered. Whoever offered it cannot, and neither can who is not of those who take it.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The hash of what you read, as `show` tells it.
    #[arg(long)]
    hash: String,
    /// In your words.
    #[arg(long, default_value = "")]
    note: String,
}

/// Reject what is offered, and say why. The items that you name are open again.
#[derive(Debug, Args)]
pub struct RejectArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why.
    #[arg(long)]
    note: String,
    /// An item that has to be seen to again, and why.
    #[arg(long = "item", value_name = "ITEM=WHY", value_parser = pair)]
    items: Vec<(String, String)>,
}

/// Call a handover off. What was accepted counts no more; an embargo stays until its end.
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why.
    #[arg(long)]
    note: String,
}

impl WhichArgs {
    fn word(&self) -> &'static str {
        match self.kind {
            To::Operations => "operations",
            To::GeneralAvailability => "general-availability",
        }
    }

    fn path(&self) -> String {
        format!(
            "/api/v1/products/{}/releases/{}/handovers/{}",
            self.product,
            self.version,
            self.word()
        )
    }

    async fn view(&self, client: &Client) -> Result<HandoverView, Error> {
        client.get(&self.path()).await
    }

    /// The sheet in a file.
    fn file(&self, view: &HandoverView) -> String {
        let of = format!("{} {} {}", self.product, self.version, self.word());
        plan_file::file(view.edition, &of, &view.text)
    }
}

impl HandoverCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let deed = |which: &WhichArgs, word: &str| format!("{}/{word}", which.path());
        let (path, asked) = match self {
            Self::List { product, version } => return list(context, &product, version).await,
            Self::Show(args) => return args.run(context).await,
            Self::Edit(which) => return edit(context, &which).await,
            Self::Save(args) => return args.run(context).await,
            Self::Begin(args) => (args.which.path(), json!(args.request())),
            Self::Done(it) => of_item(&it.which, (&it.item, "done"), (it.note, it.link)),
            Self::Skip(it) => of_item(&it.which, (&it.item, "skip"), (it.note, None)),
            Self::Reopen(it) => match &it.item {
                Some(item) => of_item(&it.which, (item, "reopen"), (String::new(), None)),
                None => (deed(&it.which, "reopen"), said(String::new())),
            },
            Self::Offer(it) => (deed(&it.which, "offer"), said(it.note)),
            Self::Withdraw(it) => (deed(&it.which, "withdraw"), said(it.note)),
            Self::Accept(it) => (deed(&it.which, "accept"), it.request()),
            Self::Reject(it) => (deed(&it.which, "reject"), it.request()),
        };
        let view: HandoverView = context.client.post(&path, &asked).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

impl AcceptArgs {
    fn request(&self) -> Value {
        json!(HandoverDeedRequest {
            note: self.note.clone(),
            hash: Some(self.hash.clone()),
            items: Vec::new(),
        })
    }
}

impl RejectArgs {
    fn request(&self) -> Value {
        let items = self.items.iter().map(|(name, reason)| RejectedItemView {
            name: name.clone(),
            reason: reason.clone(),
        });
        json!(HandoverDeedRequest {
            note: self.note.clone(),
            hash: None,
            items: items.collect(),
        })
    }
}

/// What is said of an item, and where.
fn of_item(
    which: &WhichArgs,
    (item, word): (&str, &str),
    (note, link): (String, Option<String>),
) -> (String, Value) {
    let path = format!("{}/items/{item}/{word}", which.path());
    (path, json!(HandoverItemRequest { note, link }))
}

fn said(note: String) -> Value {
    json!(HandoverDeedRequest {
        note,
        ..HandoverDeedRequest::default()
    })
}

async fn edit(context: &Context<'_>, which: &WhichArgs) -> Result<ExitStatus, Error> {
    let view = which.view(&context.client).await?;
    let text = which.file(&view);
    let edited = plan_file::edited(&text, &which.product, view.edition)?;
    edited
        .save(context, &which.path(), plan_file::saved)
        .await?;
    Ok(ExitStatus::Done)
}

async fn list(
    context: &Context<'_>,
    product: &str,
    version: Option<String>,
) -> Result<ExitStatus, Error> {
    match version {
        Some(version) => {
            let path = format!("/api/v1/products/{product}/releases/{version}/handovers");
            let view: HandoversView = context.client.get(&path).await?;
            context.ui.data(&view, listed);
        }
        None => {
            let path = format!("/api/v1/products/{product}/handovers");
            let all: Vec<HandoverLineView> = context.client.get(&path).await?;
            context.ui.data(&all, |all| lines(all));
        }
    }
    Ok(ExitStatus::Done)
}

impl BeginArgs {
    fn request(&self) -> HandoverRequest {
        HandoverRequest {
            template: self.template.clone(),
            gives: self.from.clone(),
            takes: self.to.clone(),
        }
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view = self.which.view(&context.client).await?;
        match self.yaml {
            true => context.ui.line(self.which.file(&view).trim_end()),
            false => context.ui.data(&view, told),
        }
        Ok(ExitStatus::Done)
    }
}

impl SaveArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let file = PlanFile::read(&self.file)?;
        let base = self.base.or_else(|| file.base());
        let Some(base) = base else {
            let newest = self.which.view(&context.client).await?.edition;
            return Err(file.no_base(&format!("the newest is {newest}")));
        };
        let request = file.request(base, self.dry_run);
        plan_file::save(context, &self.which.path(), &request, plan_file::saved).await?;
        Ok(ExitStatus::Done)
    }
}
