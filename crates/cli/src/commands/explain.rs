//! `tidegate explain`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use tidegate_protocol::api::{DeploymentView, HurdleView, HurdlesView};

/// Say what a deployment waits for, until when, and what would move it; or what stands between a release or a train and live.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct ExplainArgs {
    /// A deployment's number.
    deployment: Option<u64>,
    #[command(subcommand)]
    of: Option<ExplainCommand>,
}

/// What is explained.
#[derive(Debug, Subcommand)]
enum ExplainCommand {
    /// Say what stands between a release and live, by whose it is, those first that decide.
    Release {
        /// The product.
        product: String,
        /// The release's version.
        version: String,
    },
    /// Say what stands between a train and its last departure, by whose it is, those first that decide.
    Train {
        /// Its name.
        train: String,
    },
}

impl ExplainArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = match (self.of, self.deployment) {
            (Some(ExplainCommand::Release { product, version }), _) => {
                format!("/api/v1/products/{product}/releases/{version}/hurdles")
            }
            (Some(ExplainCommand::Train { train }), _) => format!("/api/v1/trains/{train}/hurdles"),
            (None, Some(deployment)) => {
                let path = format!("/api/v1/deployments/{deployment}");
                let view: DeploymentView = context.client.get(&path).await?;
                context.ui.data(&view, text);
                return Ok(ExitStatus::Done);
            }
            (None, None) => {
                let why =
                    "say what: a deployment's number, `release PRODUCT VERSION` or `train NAME`";
                return Err(Error::Usage(why.to_owned()));
            }
        };
        let view: HurdlesView = context.client.get(&path).await?;
        context.ui.data(&view, between);
        Ok(ExitStatus::Done)
    }
}

fn text(view: &DeploymentView) -> String {
    let mut lines = vec![view.summary.clone()];
    for waiting in &view.waiting_on {
        let until = match waiting.until {
            Some(until) => format!(", until {until} at the latest"),
            None => String::new(),
        };
        lines.push(format!("It waits for {}{until}.", waiting.sentence));
        lines.push(format!("What helps: {}.", waiting.remedy));
    }
    if let Some(asked) = &view.asked_rollback {
        lines.push(format!(
            "{} asks to roll it back: {}.",
            asked.by,
            asked.reason.trim_end_matches('.')
        ));
        lines.push(format!(
            "What helps: somebody of level 3 or above lets it go (`tidegate supervise {id}`), or declines (`--decline --note WHY`).",
            id = view.id
        ));
    }
    lines.join("\n")
}

/// What stands between something and live: what decides first, then by whose it is.
fn between(view: &HurdlesView) -> String {
    let mut parts = vec![view.sentence.clone()];
    if view.hurdles.is_empty() {
        return parts.remove(0);
    }
    let row = |it: &HurdleView| {
        vec![
            it.environment.clone().unwrap_or_default(),
            it.whose.clone(),
            it.what.clone(),
            it.until
                .map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%MZ").to_string()),
            it.room_minutes
                .map(super::plan_file::room)
                .unwrap_or_default(),
            it.remedy.clone(),
        ]
    };
    let header = ["before", "whose", "what", "until", "room", "what helps"];
    parts.push(table(&header, view.hurdles.iter().map(row)));
    let mut whose: BTreeMap<&str, usize> = BTreeMap::new();
    for hurdle in &view.hurdles {
        *whose.entry(&hurdle.whose).or_default() += 1;
    }
    let counts = whose
        .iter()
        .map(|(whose, count)| format!("{whose}: {count}"));
    parts.push(counts.collect::<Vec<_>>().join(", "));
    parts.join("\n\n")
}
