//! `tidegate runbook`.

mod told;

pub(super) use told::{lasts, steps_of};

use super::{
    Context,
    plan_file::{self, PlanFile},
};
use crate::{Client, Error, ExitStatus, client::query};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tidegate_protocol::api::{RunbookEditionView, RunbookRequest, RunbookSavedView, RunbookView};
use told::{history, saved, told};

/// Write down what people and the engine do when a release goes somewhere: the deployment plan, and the backout plan.
#[derive(Debug, Subcommand)]
pub enum RunbookCommand {
    Begin(GenerateArgs),
    Show(ShowArgs),
    /// Change a runbook in your editor (`VISUAL` or `EDITOR`), and save it.
    Edit(WhichArgs),
    Save(SaveArgs),
    Renew(RenewArgs),
    History(HistoryArgs),
}

/// A runbook.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// The environment that it goes to.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// The backout plan, not the deployment plan.
    #[arg(long)]
    back: bool,
}

/// Generate a runbook from the plan that a deployment would have, and keep it.
///
/// The next deployment of that release to that environment runs by it: it waits where people have something to do first.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// all-at-once, rolling, or a declared strategy; the usual one there unless set.
    #[arg(long)]
    strategy: Option<String>,
    /// Targets of a wave: a number or a share such as 25%.
    #[arg(long)]
    batch: Option<String>,
    /// How long each wave is watched before the next, such as 30s.
    #[arg(long)]
    bake: Option<String>,
    /// Whose local time, such as Europe/Amsterdam; that of the release's plan unless set.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// After a backup was put back: leave out targets of which it is not known what they run, as `deploy --leave-behind` does.
    #[arg(long)]
    leave_behind: bool,
    /// Only show what would be generated.
    #[arg(long)]
    dry_run: bool,
}

/// Show a runbook: who does what when, and what could come too late.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Another edition than the newest.
    #[arg(long)]
    edition: Option<u64>,
    /// When it would begin, such as 2026-12-10T20:00:00Z; when the release is to be live unless set, else now.
    #[arg(long, value_name = "TIME")]
    begins: Option<String>,
    /// Write it as people edit it, to change it in a file and `save` that.
    #[arg(long)]
    yaml: bool,
    /// Write it as a page to print, in Markdown, with boxes to tick.
    #[arg(long, conflicts_with = "yaml")]
    print: bool,
}

/// Save a runbook from a file.
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

/// Generate a runbook anew, because the strategy, the targets or the jobs are others now; what people wrote stays.
///
/// Where a step of theirs has lost its place, nothing is saved unless you give it another: `--edit` opens it in your editor.
#[derive(Debug, Args)]
pub struct RenewArgs {
    #[command(flatten)]
    generate: GenerateArgs,
    /// Change what came of it in your editor before it is saved.
    #[arg(long, conflicts_with = "dry_run")]
    edit: bool,
}

/// List the editions of a runbook, the newest first, with what each changed.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100))]
    limit: u64,
}

impl RunbookCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Begin(args) => {
                let view: RunbookSavedView =
                    client.post(&args.which.path(), &args.request()).await?;
                ui.data(&view, saved);
            }
            Self::Show(args) => args.run(context).await?,
            Self::Edit(which) => {
                let view: RunbookView = client.get(&which.path()).await?;
                let text = file(&which, view.edition, &view.text);
                let edited = plan_file::edited(&text, &which.product, view.edition)?;
                edited.save(context, &which.path(), saved).await?;
            }
            Self::Save(args) => args.run(context).await?,
            Self::Renew(args) => return args.run(context).await,
            Self::History(HistoryArgs { which, limit }) => {
                let path = format!("{}/editions?limit={limit}", which.path());
                let editions: Vec<RunbookEditionView> = client.get(&path).await?;
                ui.data(&editions, |all| history(all));
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// A runbook in a file.
fn file(which: &WhichArgs, edition: u64, text: &str) -> String {
    let of = format!("{} {} to {}", which.product, which.version, which.to);
    plan_file::file(edition, &of, text)
}

impl WhichArgs {
    fn path(&self) -> String {
        let way = if self.back { "back" } else { "forward" };
        format!(
            "/api/v1/products/{}/releases/{}/runbooks/{}/{way}",
            self.product, self.version, self.to
        )
    }
}

impl GenerateArgs {
    fn request(&self) -> RunbookRequest {
        RunbookRequest {
            strategy: self.strategy.clone(),
            batch: self.batch.clone(),
            bake: self.bake.clone(),
            time_zone: self.time_zone.clone(),
            leave_behind: self.leave_behind,
            dry_run: self.dry_run,
        }
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let edition = self.edition.map(|it| it.to_string());
        let asked = [
            ("edition", edition.as_deref()),
            ("begins", self.begins.as_deref()),
        ];
        let path = format!("{}?{}", self.which.path(), query(asked));
        let view: RunbookView = context.client.get(&path).await?;
        let ui = context.ui;
        match (self.yaml, self.print) {
            (true, _) => ui.line(file(&self.which, view.edition, &view.text).trim_end()),
            (false, true) => ui.line(view.markdown.trim_end()),
            (false, false) => ui.data(&view, told),
        }
        Ok(())
    }
}

impl SaveArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let file = PlanFile::read(&self.file)?;
        let base = self.base.or_else(|| file.base());
        let Some(base) = base else {
            let newest = newest(&context.client, &self.which).await?;
            return Err(file.no_base(&format!("the newest is {newest}")));
        };
        let request = file.request(base, self.dry_run);
        plan_file::save(context, &self.which.path(), &request, saved).await
    }
}

async fn newest(client: &Client, which: &WhichArgs) -> Result<u64, Error> {
    let view: RunbookView = client.get(&which.path()).await?;
    Ok(view.edition)
}

impl RenewArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let which = &self.generate.which;
        let path = format!("{}/renew", which.path());
        let mut request = self.generate.request();
        request.dry_run |= self.edit;
        let view: RunbookSavedView = context.client.post(&path, &request).await?;
        if self.edit {
            let text = file(which, view.edition, &view.text);
            let edited = plan_file::changed(&text, &which.product, view.edition)?;
            edited.save(context, &which.path(), saved).await?;
            return Ok(ExitStatus::Done);
        }
        context.ui.data(&view, saved);
        let is_left = !view.lost.is_empty() || !view.conflicts.is_empty();
        if is_left && !request.dry_run {
            context.ui.say(
                "nothing was saved: `--edit` opens what came of it in your editor, to settle that",
            );
            return Ok(ExitStatus::NotReady);
        }
        Ok(ExitStatus::Done)
    }
}
