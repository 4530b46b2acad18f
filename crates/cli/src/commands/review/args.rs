//! What the commands of reviews take.

use clap::{Args, ValueEnum};

/// Which release.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The product.
    pub(super) product: String,
    /// The release.
    pub(super) version: String,
}

/// A note of a release's review.
#[derive(Debug, Args)]
pub struct NumberedArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// Its number.
    pub(super) number: u64,
}

/// Somebody.
#[derive(Debug, Args)]
pub struct PersonArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// Who.
    pub(super) person: String,
}

/// Begin the review of a release. Everybody whom the record names takes part.
#[derive(Debug, Args)]
pub struct BeginArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// Who takes part beside them.
    #[arg(long, value_name = "PERSON")]
    pub(super) with: Vec<String>,
    /// How many votes everybody gets.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub(super) votes: u8,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ColumnArg {
    /// What went well.
    Well,
    /// What went badly.
    Badly,
    /// What could be tried.
    Idea,
}

/// Write a note. Nobody else sees it until the notes are revealed.
#[derive(Debug, Args)]
pub struct NoteArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// What it is about.
    #[arg(value_enum)]
    pub(super) column: ColumnArg,
    /// What you saw.
    pub(super) text: String,
}

/// Put notes together.
#[derive(Debug, Args)]
pub struct GroupArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// What they have in common, in a line.
    pub(super) title: String,
    /// A note, by its number; say it again for each.
    #[arg(long = "note", value_name = "NUMBER", required = true)]
    pub(super) notes: Vec<u64>,
    /// What comes up again and again, by the name that other reviews call it as well; `tidegate review themes` lists them.
    #[arg(long, value_name = "NAME")]
    pub(super) theme: Option<String>,
}

/// Change what was put together.
#[derive(Debug, Args)]
pub struct RegroupArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// The group, by its number.
    pub(super) group: u64,
    /// What its notes have in common.
    #[arg(long)]
    pub(super) title: Option<String>,
    /// What comes up again and again; empty takes it away.
    #[arg(long, value_name = "NAME")]
    pub(super) theme: Option<String>,
    /// A note that comes into it.
    #[arg(long, value_name = "NUMBER")]
    pub(super) add: Vec<u64>,
    /// A note that leaves it.
    #[arg(long, value_name = "NUMBER")]
    pub(super) remove: Vec<u64>,
}

/// Give your votes, in place of those that you gave before.
#[derive(Debug, Args)]
pub struct VoteArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// How many for which group: `3=2 5=1`.
    #[arg(value_name = "GROUP=VOTES", value_parser = given)]
    pub(super) votes: Vec<(u64, u8)>,
}

/// Whether an objective was met.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum VerdictArg {
    /// It was.
    Met,
    /// Some of it.
    Partly,
    /// It was not.
    Missed,
}

/// Say whether an objective of the release's plan was met.
#[derive(Debug, Args)]
pub struct ObjectiveArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// Its name in the plan.
    pub(super) objective: String,
    /// Whether it was met.
    #[arg(value_enum)]
    pub(super) verdict: VerdictArg,
    /// What shows it.
    #[arg(long)]
    pub(super) note: String,
}

/// Agree on an action: a task that says what it is to change.
#[derive(Debug, Args)]
pub struct ActionArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// What is to be done, in a line.
    pub(super) title: String,
    /// Whom it falls to: a person, or `team:NAME`.
    #[arg(long, value_name = "PARTY")]
    pub(super) owner: String,
    /// By when, such as `2026-12-15T17:00:00Z`.
    #[arg(long, value_name = "TIME")]
    pub(super) due: String,
    /// The group of notes that it answers.
    #[arg(long, value_name = "NUMBER")]
    pub(super) group: Option<u64>,
    /// What it is to change: `control:NAME`, `release-template:NAME`, `strategy:NAME`…; say it again for each.
    #[arg(long, value_name = "KIND:NAME")]
    pub(super) changes: Vec<String>,
    /// How, and what for, in Markdown.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) document: String,
}

/// Write what is to be remembered.
#[derive(Debug, Args)]
pub struct ConcludeArgs {
    #[command(flatten)]
    pub(super) release: ReleaseArgs,
    /// The whole of it.
    pub(super) text: String,
    /// The edition that you looked at; `tidegate review show` tells it. Needed once there is one.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) edition: u64,
}

fn given(text: &str) -> Result<(u64, u8), String> {
    let wrong = || format!("`{text}` is not GROUP=VOTES, such as 3=2");
    let (group, votes) = text.split_once('=').ok_or_else(wrong)?;
    let group = group.parse().map_err(|_| wrong())?;
    Ok((group, votes.parse().map_err(|_| wrong())?))
}
