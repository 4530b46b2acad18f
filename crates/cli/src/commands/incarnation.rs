//! `tidegate incarnation`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{HistoryRequest, HistoryView, Standing};

/// See which history of the server this is, and begin another: after a backup was put back, nothing changes until then.
#[derive(Debug, Subcommand)]
pub enum IncarnationCommand {
    /// Show the present history, and what would become of each target in another one.
    Show,
    /// Begin another history: targets that do as the record says are told the same again, all others keep what they run until they
    /// are deployed to. After a backup was put back, deployments, group runs and drills that were under way then end without a word to
    /// any target, and so do sign-ins, links and enrolments from before.
    Begin(BeginArgs),
}

/// How to begin a history.
#[derive(Debug, Args)]
pub struct BeginArgs {
    /// Why. Agents and the journal keep it.
    #[arg(long)]
    reason: String,
    /// End every token but the one in use. Without this, what was revoked after the backup was made is good again.
    #[arg(long)]
    end_tokens: bool,
    /// Go on although targets said nothing since the backup was put back. What they run is not touched, and nothing can be deployed
    /// there before they are in touch, or replaced.
    #[arg(long)]
    leave_silent: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

const PATH: &str = "/api/v1/incarnation";

impl IncarnationCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let present: HistoryView = context.client.get(PATH).await?;
        match self {
            Self::Show => context.ui.data(&present, told),
            Self::Begin(args) => {
                if !args.yes {
                    context.ui.say(told(&present));
                    context.ui.confirm("Begin another history?")?;
                }
                let wanted = HistoryRequest {
                    reason: args.reason,
                    end_tokens: args.end_tokens,
                    leave_silent: args.leave_silent,
                };
                let begun: HistoryView = context.client.post(PATH, &wanted).await?;
                context.ui.data(&begun, told);
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn told(view: &HistoryView) -> String {
    let mut lines = vec![match &view.beginning {
        None => "history 1, the first".to_owned(),
        Some(it) => {
            let backup = it.backup.as_ref();
            let from = backup.map(|it| format!(", from the backup of {:.0}", it.made_at));
            format!(
                "history {}, begun by {} at {:.0}{}: {}",
                view.incarnation,
                it.by,
                it.at,
                from.unwrap_or_default(),
                it.reason
            )
        }
    }];
    if let Some(backup) = &view.restored {
        lines.push(format!(
            "put back from the backup of {:.0}, with {} entries of the journal; nothing changes until another history begins",
            backup.made_at, backup.entries
        ));
    }
    lines.push(match view.follow {
        1 => "1 product on a target runs what the record says".to_owned(),
        follow => format!("{follow} products on targets run what the record says"),
    });
    if !view.others.is_empty() {
        lines.push(
            "these keep what they run, and are told nothing until they are deployed to:".to_owned(),
        );
        lines.push(standings(view));
    }
    // The others stand in the table.
    let is_listed = |target: &&String| view.others.iter().any(|it| it.target == **target);
    let silent: Vec<&str> = view
        .silent
        .iter()
        .filter(|it| !is_listed(it))
        .map(String::as_str)
        .collect();
    if !silent.is_empty() {
        lines.push(format!(
            "these were told nothing, and have not said yet what they run: {}",
            silent.join(", ")
        ));
    }
    lines.join("\n")
}

fn standings(view: &HistoryView) -> String {
    let named = |names: &[String]| match names.is_empty() {
        true => "nothing".to_owned(),
        false => names.join(", "),
    };
    let rows = view.others.iter().map(|it| {
        let runs = match it.standing {
            Standing::Silent => "not heard from yet".to_owned(),
            Standing::Follows | Standing::Differs => named(&it.runs),
        };
        vec![
            it.target.clone(),
            it.product.clone(),
            named(&it.recorded),
            runs,
        ]
    });
    table(&["target", "product", "record", "runs"], rows)
}
