//! `tidegate release notes`.

use super::WhichArgs;
use crate::{Error, ExitStatus, commands::Context};
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tidegate_domain::scope::Audience;
use tidegate_protocol::api::{NotesView, WordingRequest};

/// Read release notes by audience, and write them together.
#[derive(Debug, Subcommand)]
pub enum NotesCommand {
    Show(ShowArgs),
    Word(WordArgs),
}

/// Show what an audience is told about a release, as Markdown.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// For whom.
    #[arg(long = "for", value_parser = audiences(), default_value = "customer", value_name = "AUDIENCE")]
    audience: String,
    /// The environment that it goes to; the last of the product's promotion path unless set.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: Option<String>,
}

/// Say something in your own words: about a change, a work item, or at the beginning.
#[derive(Debug, Args)]
pub struct WordArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// `introduction`, the first digits of a commit, +NAME, or TRACKER:KEY for a work item.
    about: String,
    /// The words.
    #[arg(required_unless_present = "untold", conflicts_with = "untold")]
    text: Option<String>,
    /// Do not tell this audience about it.
    #[arg(long)]
    untold: bool,
    /// How often something was written when you read it, as `show` says: what somebody wrote since is not written over.
    #[arg(long, value_name = "NUMBER")]
    seen: Option<u64>,
    /// For whom.
    #[arg(long = "for", value_parser = audiences(), default_value = "customer", value_name = "AUDIENCE")]
    audience: String,
}

/// Reads an audience by the word for it, and completes it.
fn audiences() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(Audience::ALL.map(Audience::word))
}

impl NotesCommand {
    pub(in crate::commands) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Show(args) => args.run(context).await,
            Self::Word(args) => args.run(context).await,
        }
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let mut path = format!("{}/notes?audience={}", self.which.path(), self.audience);
        if let Some(environment) = &self.to {
            path = format!("{path}&environment={environment}");
        }
        let view: NotesView = context.client.get(&path).await?;
        context
            .ui
            .data(&view, |view| view.markdown.trim_end().to_owned());
        let changes = |n: usize| match n {
            1 => "1 change is".to_owned(),
            n => format!("{n} changes are"),
        };
        if !view.unworded.is_empty() {
            let named: Vec<String> = view
                .unworded
                .iter()
                .map(|it| format!("  {} {}", it.short, it.description))
                .collect();
            context.ui.say(format!(
                "{} not told, as nobody says it in customers' words:\n{}",
                changes(view.unworded.len()),
                named.join("\n")
            ));
        }
        if view.written > 0 {
            context.ui.say(format!(
                "what somebody writes from now on is not written over by `tidegate release notes word … --seen {}`",
                view.written
            ));
        }
        for about in &view.unplaced {
            context
                .ui
                .say(format!("what was written about {about} has no place here"));
        }
        Ok(ExitStatus::Done)
    }
}

impl WordArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let request = WordingRequest {
            audience: self.audience.clone(),
            subject: self.about,
            text: self.text,
            seen: self.seen,
        };
        let path = format!("{}/notes", self.which.path());
        context.client.tell(&path, &request).await?;
        context.ui.say(format!(
            "done; `tidegate release notes show {} {} --for {}` shows what it comes to",
            self.which.product, self.which.version, self.audience
        ));
        Ok(ExitStatus::Done)
    }
}
