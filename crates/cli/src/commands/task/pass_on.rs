//! `tidegate task pass-on`.

use super::{
    super::{Context, issue},
    table_of,
};
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{PassOnRequest, PassedOnView};

/// Put what is yours alone into another's hands, at the end of a shift; shows first what goes.
#[derive(Debug, Args)]
pub struct PassOnArgs {
    /// To whom.
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// What they have to know.
    #[arg(long)]
    note: String,
    /// Only this task, and what else is named.
    #[arg(long = "task", value_name = "NUMBER")]
    tasks: Vec<u64>,
    /// Only this issue, and what else is named.
    #[arg(long = "issue", value_name = "NUMBER")]
    issues: Vec<u64>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl PassOnArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let path = "/api/v1/tasks/pass-on";
        // Whoever names some of it means those, and nothing else.
        let some = !self.tasks.is_empty() || !self.issues.is_empty();
        let mut request = PassOnRequest {
            to: self.to,
            note: self.note,
            tasks: some.then_some(self.tasks),
            issues: some.then_some(self.issues),
            dry_run: true,
        };
        if !self.yes {
            let planned: PassedOnView = client.post(path, &request).await?;
            ui.say(told(&planned));
            if planned.tasks.is_empty() && planned.issues.is_empty() {
                return Ok(ExitStatus::Done);
            }
            ui.confirm("Pass it on?")?;
        }
        request.dry_run = false;
        let view: PassedOnView = client.post(path, &request).await?;
        ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

fn told(view: &PassedOnView) -> String {
    let mut parts = vec![view.sentence.clone()];
    if !view.tasks.is_empty() {
        parts.push(table_of(&view.tasks.iter().collect::<Vec<_>>()));
    }
    if !view.issues.is_empty() {
        parts.push(issue::listed(&view.issues));
    }
    parts.extend(view.kept.iter().map(|it| format!("stays with you: {it}")));
    parts.join("\n\n")
}
