//! `tidegate release plan`.

mod told;

use super::WhichArgs;
use crate::{
    Error, ExitStatus,
    commands::{
        Context,
        plan_file::{self, PlanFile},
    },
};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tidegate_protocol::api::{
    PlanBeginRequest, PlanEditionView, PlanSaveRequest, PlanSavedView, ReleasePlanView,
};
use told::told;

/// Plan a release: what it is for, who is involved, tasks, milestones and bookings.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    Begin(BeginArgs),
    Show(ShowArgs),
    Save(SaveArgs),
    /// Change the plan in your editor (`VISUAL` or `EDITOR`), and save it.
    Edit(WhichArgs),
    Move(MoveArgs),
    /// List the editions of the plan, the newest first, with what each changed.
    History(WhichArgs),
}

/// Begin the plan of a release, from a template if one is named.
#[derive(Debug, Args)]
pub struct BeginArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// A release template; an empty plan without one.
    #[arg(long)]
    template: Option<String>,
    /// When the release is to be live, in local time, such as 2026-12-10T20:00.
    #[arg(long, value_name = "TIME")]
    target: Option<String>,
    /// Whose local time, such as Europe/Amsterdam; UTC unless set.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

/// Show the plan of a release, with what its tasks come to.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// An earlier edition.
    #[arg(long)]
    edition: Option<u64>,
    /// Write it as people edit it, to change it in a file and `save` that.
    #[arg(long)]
    yaml: bool,
}

/// Save the plan of a release from a file that `show --yaml` wrote.
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

/// Move the target of a release: shows what would be late by it, and saves on `--yes`.
#[derive(Debug, Args)]
pub struct MoveArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// When the release is to be live, in the plan's local time, such as 2026-12-17T20:00.
    #[arg(long, value_name = "TIME")]
    to: String,
    /// Save it without asking.
    #[arg(long)]
    yes: bool,
}

impl PlanCommand {
    pub(in crate::commands) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Begin(args) => args.run(context).await?,
            Self::Show(args) => args.run(context).await?,
            Self::Save(args) => args.run(context).await?,
            Self::Edit(which) => edit(context, &which).await?,
            Self::Move(args) => args.run(context).await?,
            Self::History(which) => {
                let path = format!("{}/plan/editions", which.path());
                let editions: Vec<PlanEditionView> = context.client.get(&path).await?;
                context.ui.data(&editions, |all| plan_file::history(all));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl BeginArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let request = PlanBeginRequest {
            template: self.template,
            target: self.target,
            time_zone: self.time_zone,
        };
        let path = format!("{}/plan", self.which.path());
        let view: ReleasePlanView = context.client.post(&path, &request).await?;
        context.ui.data(&view, told);
        Ok(())
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let edition = self.edition.map(|it| format!("?edition={it}"));
        let path = format!("{}/plan{}", self.which.path(), edition.unwrap_or_default());
        let view: ReleasePlanView = context.client.get(&path).await?;
        match self.yaml {
            true => context.ui.line(&file(&view)),
            false => context.ui.data(&view, told),
        }
        Ok(())
    }
}

impl SaveArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let file = PlanFile::read(&self.file)?;
        let base = self.base.or_else(|| file.base());
        let base = base.ok_or_else(|| file.no_base("or 0 for the first"))?;
        let request = file.request(base, self.dry_run);
        plan_file::save(
            context,
            &format!("{}/plan", self.which.path()),
            &request,
            plan_file::saved,
        )
        .await
    }
}

impl MoveArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = format!("{}/plan", self.which.path());
        let view: ReleasePlanView = context.client.get(&path).await?;
        let mut request = PlanSaveRequest {
            base: view.edition,
            text: moved(&view.text, &self.to),
            dry_run: true,
        };
        let would: PlanSavedView = context.client.put(&path, &request).await?;
        context.ui.say(plan_file::saved(&would));
        if !self.yes {
            context.ui.confirm("Move it?")?;
        }
        request.dry_run = false;
        let done: PlanSavedView = context.client.put(&path, &request).await?;
        context
            .ui
            .data(&done, |view| format!("edition {} is saved", view.edition));
        Ok(())
    }
}

/// The plan with another target.
fn moved(text: &str, target: &str) -> String {
    let others = text.lines().filter(|line| !line.starts_with("target:"));
    let others: Vec<&str> = others.collect();
    format!("target: {target}\n{}\n", others.join("\n"))
}

async fn edit(context: &Context<'_>, which: &WhichArgs) -> Result<(), Error> {
    let view: ReleasePlanView = context
        .client
        .get(&format!("{}/plan", which.path()))
        .await?;
    let name = format!("{}-{}", which.product, which.version);
    let edited = plan_file::edited(&file(&view), &name, view.edition)?;
    edited
        .save(context, &format!("{}/plan", which.path()), plan_file::saved)
        .await
}

/// A plan in a file.
fn file(view: &ReleasePlanView) -> String {
    let of = format!("{} {}", view.product, view.version);
    plan_file::file(view.edition, &of, &view.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_moved_by_its_target_alone() {
        let text = "purpose: cards\ntarget: 2026-12-10T20:00:00\ntasks: []\n";
        let expect = "target: 2026-12-17T20:00\npurpose: cards\ntasks: []\n";
        assert_eq!(moved(text, "2026-12-17T20:00"), expect);
    }
}
