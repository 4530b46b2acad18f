//! Writing a procedure in the editor or in a file, and saving it together with what others saved.

use super::{
    super::{Context, plan_file::in_editor},
    newest, path, told,
};
use crate::Error;
use clap::Args;
use std::path::PathBuf;
use tidegate_protocol::api::{ProcedureRequest, ProcedureSavedView, ProcedureSettingsRequest};

/// What is said of what is written.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    /// What is new in it.
    #[arg(long, default_value = "")]
    change: String,
    /// It is a small correction: nobody has to read it again.
    #[arg(long, requires = "change")]
    minor: bool,
}

/// Change what a procedure says in your editor (`VISUAL` or `EDITOR`), and save it.
///
/// What others saved in between is put together with it. Where both changed the same, nothing is saved, and both are shown.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Its name.
    procedure: String,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Save what a procedure says from a Markdown file, or begin one.
///
/// What others saved in between is put together with it. Where both changed the same, nothing is saved, and both are shown.
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Its name.
    procedure: String,
    /// The file.
    file: PathBuf,
    /// The version that the text was made from; 0 begins a procedure.
    #[arg(long, value_name = "VERSION")]
    base: u32,
    /// Its title; as it is unless set.
    #[arg(long)]
    title: Option<String>,
    /// Who owns one that begins: `team:NAME`, or a person.
    #[arg(long)]
    owner: Option<String>,
    /// Whom one that begins binds: `level:3`, `team:NAME`, `role:NAME`, or a person. May be repeated.
    #[arg(long = "binds", requires = "owner")]
    binds: Vec<String>,
    /// The day by which one that begins is reviewed, such as 2027-01-31.
    #[arg(long, requires = "owner", value_name = "DAY")]
    review_by: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

impl EditArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let view = newest(context, &self.procedure).await?;
        let text = &view.version.body;
        let (edited, kept) = in_editor(text, &self.procedure, ".md")?;
        if edited == *text {
            context.ui.say("nothing was changed");
            drop(std::fs::remove_file(&kept));
            return Ok(());
        }
        let request = ProcedureRequest {
            base: view.version.number,
            body: Some(edited),
            change: self.change.change,
            minor: self.change.minor,
            ..ProcedureRequest::default()
        };
        let saved = save(context, &self.procedure, &request).await;
        match &saved {
            Ok(()) => drop(std::fs::remove_file(&kept)),
            Err(_) => context
                .ui
                .say(format_args!("what you wrote is kept in {}", kept.display())),
        }
        saved
    }
}

impl SaveArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let body = std::fs::read_to_string(&self.file).map_err(|why| {
            Error::Usage(format!("{} cannot be read: {why}", self.file.display()))
        })?;
        if self.owner.is_some() && self.base != 0 {
            let why = "`--owner` is for a procedure that begins, `--base 0`; who owns one that there is, its page or its file says";
            return Err(Error::Usage(why.to_owned()));
        }
        let settings = self.owner.map(|owner| ProcedureSettingsRequest {
            seen: None,
            owner,
            binds: self.binds,
            review_by: self.review_by,
            review_every_months: None,
        });
        let request = ProcedureRequest {
            base: self.base,
            title: self.title,
            body: Some(body),
            change: self.change.change,
            minor: self.change.minor,
            settings,
            dry_run: self.dry_run,
        };
        save(context, &self.procedure, &request).await
    }
}

async fn save(context: &Context<'_>, name: &str, request: &ProcedureRequest) -> Result<(), Error> {
    let view: ProcedureSavedView = context.client.put(&path(name), request).await?;
    context.ui.data(&view, told::saved);
    Ok(())
}
