//! `tidegate train`.

mod told;

use super::{
    Context,
    plan_file::{self, PlanFile},
};
use crate::{Client, Error, ExitStatus, Ui};
use clap::{Args, Subcommand};
use std::{path::PathBuf, time::Duration};
use tidegate_protocol::api::{
    PlanEditionView, TrainDropRequest, TrainReasonRequest, TrainReplaceRequest, TrainSummary,
    TrainView,
};
use told::{bills, listed, told};

/// The train is asked for so often.
const PACE: Duration = Duration::from_millis(500);

/// A plan for somebody who begins one.
const EXAMPLE: &str = "\
# A train: releases of several products that go out together.
title: Autumn
owner: SOMEBODY            # a person, or team:NAME
time_zone: Europe/Amsterdam
departures:                # in this order
- environment: staging
  at: 2099-01-01T10:00
- environment: live
  at: 2099-01-02T20:00     # all members have run together in staging before, unless `barrier: open`
late: { policy: wait, before: 1d }   # or `drop` or `stop`
members:
- product: orders
  release: 2.1.0           # may be left out until it is made
- product: shop
  after: [orders]          # what needs something of another comes after it by itself
";

/// Let releases of several products go out together.
#[derive(Debug, Subcommand)]
pub enum TrainCommand {
    /// List trains, those first that have not ended.
    List,
    Show(ShowArgs),
    Plan(PlanArgs),
    /// Change the plan in your editor (`VISUAL` or `EDITOR`), and save it.
    Edit(WhichArgs),
    History(HistoryArgs),
    /// Close boarding: exactly what the members bring now goes, in your name.
    Close(WhichArgs),
    Drop(DropArgs),
    Replace(ReplaceArgs),
    /// Hold a train: it leaves for nowhere until somebody lets it go on.
    ///
    /// What is under way goes on, and the train stands still once it is there.
    Hold(ReasonArgs),
    /// Let a train go on that was held, went back, or did not arrive as a whole.
    Resume(WhichArgs),
    /// End a train: it goes nowhere any more. What runs stays as it is.
    Cancel(ReasonArgs),
    /// Follow a train until it arrives or needs a person; the exit status says how.
    Watch(WhichArgs),
}

/// A train.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// Its name.
    train: String,
}

/// Show a train: how far its members are, what fits, and what it waits for.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Write its plan as people edit it, to change it in a file and `plan` that.
    #[arg(long)]
    yaml: bool,
    /// Show what its members bring, component by component.
    #[arg(long, conflicts_with = "yaml")]
    bill: bool,
}

/// List the editions of the plan, the newest first, with what each changed.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100))]
    limit: u64,
}

/// Plan a train from a file, or change its plan; without a file, write an example.
///
/// What others saved in between is put together with it. Where both changed the same, nothing is saved, and both are shown.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The file.
    file: Option<PathBuf>,
    /// The edition that it was made from; as its first line says unless set, and 0 for a new train.
    #[arg(long, value_name = "EDITION")]
    base: Option<u64>,
    /// Only show what would change, and who would be late.
    #[arg(long)]
    dry_run: bool,
}

/// Drop a member that no other needs.
#[derive(Debug, Args)]
pub struct DropArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Its product.
    product: String,
    /// Why; kept with the train.
    #[arg(long)]
    reason: String,
}

/// Take another release of a member aboard, once boarding is closed.
///
/// The train begins again at its first departure, because nobody has tested that.
#[derive(Debug, Args)]
pub struct ReplaceArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Its product.
    product: String,
    /// The sealed release that goes in place of the one before.
    release: String,
    /// Why; kept with the train.
    #[arg(long)]
    reason: String,
}

/// A train, and why.
#[derive(Debug, Args)]
pub struct ReasonArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why; kept with the train.
    #[arg(long)]
    reason: String,
}

impl TrainCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List => {
                let all: Vec<TrainSummary> = client.get("/api/v1/trains").await?;
                ui.data(&all, |all| listed(all));
            }
            Self::Show(args) => args.run(context).await?,
            Self::Plan(args) => args.run(context).await?,
            Self::Edit(which) => {
                let view = which.get(client).await?;
                let edited = plan_file::edited(&file(&view), &view.name, view.edition)?;
                edited
                    .save(context, &format!("{}/plan", which.path()), plan_file::saved)
                    .await?;
            }
            Self::History(HistoryArgs { which, limit }) => {
                let path = format!("{}/plan/editions?limit={limit}", which.path());
                let editions: Vec<PlanEditionView> = client.get(&path).await?;
                ui.data(&editions, |all| plan_file::history(all));
            }
            Self::Close(which) => which.done(context, "close", &()).await?,
            Self::Drop(args) => {
                let (product, reason) = (args.product, args.reason);
                let wanted = TrainDropRequest { product, reason };
                args.which.done(context, "drop", &wanted).await?;
            }
            Self::Replace(args) => {
                let wanted = TrainReplaceRequest {
                    product: args.product,
                    release: args.release,
                    reason: args.reason,
                };
                args.which.done(context, "replace", &wanted).await?;
            }
            Self::Hold(args) => args.run(context, "hold").await?,
            Self::Resume(which) => which.done(context, "resume", &()).await?,
            Self::Cancel(args) => args.run(context, "cancel").await?,
            Self::Watch(which) => {
                let view = follow(client, ui, &which).await?;
                ui.data(&view, told);
                return Ok(status_of(&view));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl WhichArgs {
    fn path(&self) -> String {
        format!("/api/v1/trains/{}", self.train)
    }

    async fn get(&self, client: &Client) -> Result<TrainView, Error> {
        client.get(&self.path()).await
    }

    /// Does something, and shows what came of it.
    async fn done<T: serde::Serialize + Sync>(
        &self,
        context: &Context<'_>,
        deed: &str,
        wanted: &T,
    ) -> Result<(), Error> {
        let path = format!("{}/{deed}", self.path());
        let view: TrainView = context.client.post(&path, wanted).await?;
        context.ui.data(&view, told);
        Ok(())
    }
}

impl ReasonArgs {
    async fn run(self, context: &Context<'_>, deed: &str) -> Result<(), Error> {
        let reason = self.reason;
        let wanted = TrainReasonRequest { reason };
        self.which.done(context, deed, &wanted).await
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let view = self.which.get(&context.client).await?;
        match (self.yaml, self.bill) {
            (true, _) => context.ui.line(&file(&view)),
            (false, true) => context.ui.data(&view.bills, |all| bills(all)),
            (false, false) => context.ui.data(&view, told),
        }
        Ok(())
    }
}

impl PlanArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let Some(path) = &self.file else {
            context.ui.line(EXAMPLE);
            return Ok(());
        };
        let address = format!("{}/plan", self.which.path());
        let file = PlanFile::read(path)?;
        let base = match self.base.or_else(|| file.base()) {
            Some(base) => base,
            None => match self.which.get(&context.client).await {
                Ok(view) => return Err(file.no_base(&format!("which is {} now", view.edition))),
                Err(why) if why.status() == ExitStatus::NotFound => 0,
                Err(why) => return Err(why),
            },
        };
        let request = file.request(base, self.dry_run);
        plan_file::save(context, &address, &request, plan_file::saved).await
    }
}

/// The plan of a train in a file.
fn file(view: &TrainView) -> String {
    plan_file::file(view.edition, &view.name, &view.text)
}

/// Says what changes, until it has ended or a person is needed.
async fn follow(client: &Client, ui: &Ui, which: &WhichArgs) -> Result<TrainView, Error> {
    let mut said = String::new();
    loop {
        let view = which.get(client).await?;
        if view.sentence != said {
            ui.say(&view.sentence);
            said.clone_from(&view.sentence);
        }
        let is_on_its_way = view.status == "under_way";
        let needs_a_person = matches!(view.status.as_str(), "rolled_back" | "failed");
        let stands = needs_a_person || (view.held && !is_on_its_way);
        if stands || matches!(view.status.as_str(), "arrived" | "cancelled") {
            return Ok(view);
        }
        tokio::time::sleep(PACE).await;
    }
}

fn status_of(view: &TrainView) -> ExitStatus {
    match view.status.as_str() {
        "rolled_back" => ExitStatus::RolledBack,
        "failed" => ExitStatus::Failed,
        "cancelled" => ExitStatus::Cancelled,
        _ if view.held => ExitStatus::Failed,
        _ => ExitStatus::Done,
    }
}
