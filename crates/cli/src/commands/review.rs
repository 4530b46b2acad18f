//! `tidegate review`.

mod told;

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use tidegate_protocol::api::{
    ReviewActionRequest, ReviewConclusionRequest, ReviewDeedRequest, ReviewGroupRequest,
    ReviewNoteRequest, ReviewObjectiveRequest, ReviewParticipantRequest, ReviewRequest, ReviewView,
    ReviewVotesRequest, ReviewsView, TaskView,
};

/// Look back at releases: what happened, compiled from the record, and what everybody who took part makes of it.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// List reviews, live releases that nobody looked back at, and actions that are still to be done.
    List,
    /// Show what comes up again and again over all reviews.
    Themes,
    /// Show a review: what happened, what people wrote, and what is to be better.
    Show(ReleaseArgs),
    Begin(BeginArgs),
    Note(NoteArgs),
    /// Take a note of your own back, before others saw it.
    TakeBack(NumberedArgs),
    /// Show all notes to all.
    Reveal(ReleaseArgs),
    Group(GroupArgs),
    Regroup(RegroupArgs),
    /// Let everybody vote for what matters most.
    OpenVotes(ReleaseArgs),
    Vote(VoteArgs),
    /// Count the votes, and show what got most first.
    Discuss(ReleaseArgs),
    Objective(ObjectiveArgs),
    Action(ActionArgs),
    Conclude(ConcludeArgs),
    /// Let somebody else take part.
    Invite(PersonArgs),
    /// Say that somebody who wrote nothing need not take part.
    Excuse(PersonArgs),
    /// Close a review; what happened is kept as it was in front of you.
    Close(ReleaseArgs),
    /// Take a closed review up again.
    Reopen {
        #[command(flatten)]
        release: ReleaseArgs,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// Which release.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The product.
    product: String,
    /// The release.
    version: String,
}

/// A note of a release's review.
#[derive(Debug, Args)]
pub struct NumberedArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Its number.
    number: u64,
}

/// Somebody.
#[derive(Debug, Args)]
pub struct PersonArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Who.
    person: String,
}

/// Begin the review of a release. Everybody whom the record names takes part.
#[derive(Debug, Args)]
pub struct BeginArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Who takes part beside them.
    #[arg(long, value_name = "PERSON")]
    with: Vec<String>,
    /// How many votes everybody gets.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    votes: u8,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ColumnArg {
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
    release: ReleaseArgs,
    /// What it is about.
    #[arg(value_enum)]
    column: ColumnArg,
    /// What you saw.
    text: String,
}

/// Put notes together.
#[derive(Debug, Args)]
pub struct GroupArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// What they have in common, in a line.
    title: String,
    /// A note, by its number; say it again for each.
    #[arg(long = "note", value_name = "NUMBER", required = true)]
    notes: Vec<u64>,
    /// What comes up again and again, by the name that other reviews call it as well; `tidegate review themes` lists them.
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
}

/// Change what was put together.
#[derive(Debug, Args)]
pub struct RegroupArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// The group, by its number.
    group: u64,
    /// What its notes have in common.
    #[arg(long)]
    title: Option<String>,
    /// What comes up again and again; empty takes it away.
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// A note that comes into it.
    #[arg(long, value_name = "NUMBER")]
    add: Vec<u64>,
    /// A note that leaves it.
    #[arg(long, value_name = "NUMBER")]
    remove: Vec<u64>,
}

/// Give your votes, in place of those that you gave before.
#[derive(Debug, Args)]
pub struct VoteArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// How many for which group: `3=2 5=1`.
    #[arg(value_name = "GROUP=VOTES", value_parser = given)]
    votes: Vec<(u64, u8)>,
}

/// Whether an objective was met.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum VerdictArg {
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
    release: ReleaseArgs,
    /// Its name in the plan.
    objective: String,
    /// Whether it was met.
    #[arg(value_enum)]
    verdict: VerdictArg,
    /// What shows it.
    #[arg(long)]
    note: String,
}

/// Agree on an action: a task that says what it is to change.
#[derive(Debug, Args)]
pub struct ActionArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// What is to be done, in a line.
    title: String,
    /// Whom it falls to: a person, or `team:NAME`.
    #[arg(long, value_name = "PARTY")]
    owner: String,
    /// By when, such as `2026-12-15T17:00:00Z`.
    #[arg(long, value_name = "TIME")]
    due: String,
    /// The group of notes that it answers.
    #[arg(long, value_name = "NUMBER")]
    group: Option<u64>,
    /// What it is to change: `control:NAME`, `release-template:NAME`, `strategy:NAME`…; say it again for each.
    #[arg(long, value_name = "KIND:NAME")]
    changes: Vec<String>,
    /// How, and what for, in Markdown.
    #[arg(long, default_value = "", hide_default_value = true)]
    document: String,
}

/// Write what is to be remembered.
#[derive(Debug, Args)]
pub struct ConcludeArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// The whole of it.
    text: String,
    /// The edition that you looked at; `tidegate review show` tells it. Needed once there is one.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    edition: u64,
}

fn given(text: &str) -> Result<(u64, u8), String> {
    let wrong = || format!("`{text}` is not GROUP=VOTES, such as 3=2");
    let (group, votes) = text.split_once('=').ok_or_else(wrong)?;
    let group = group.parse().map_err(|_| wrong())?;
    Ok((group, votes.parse().map_err(|_| wrong())?))
}

impl ReleaseArgs {
    fn path(&self, rest: &str) -> String {
        let Self { product, version } = self;
        format!("/api/v1/products/{product}/releases/{version}/review{rest}")
    }
}

impl ReviewCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let client = &context.client;
        let view: ReviewView = match self {
            Self::List => return list(context, told::listed).await,
            Self::Themes => return list(context, told::themes).await,
            Self::Action(args) => return args.run(context).await,
            Self::Show(release) => client.get(&release.path("")).await?,
            Self::Begin(args) => {
                let wanted = ReviewRequest {
                    participants: args.with,
                    votes_each: Some(args.votes),
                };
                client.post(&args.release.path(""), &wanted).await?
            }
            Self::Reveal(release) => moved(context, &release, "reveal", "").await?,
            Self::OpenVotes(release) => moved(context, &release, "vote", "").await?,
            Self::Discuss(release) => moved(context, &release, "discuss", "").await?,
            Self::Close(release) => moved(context, &release, "close", "").await?,
            Self::Reopen { release, reason } => moved(context, &release, "reopen", &reason).await?,
            Self::TakeBack(args) => {
                let path = args.release.path(&format!("/notes/{}", args.number));
                client.delete(&path).await?;
                client.get(&args.release.path("")).await?
            }
            Self::Excuse(args) => {
                let path = args.release.path(&format!("/participants/{}", args.person));
                client.delete(&path).await?;
                client.get(&args.release.path("")).await?
            }
            Self::Invite(args) => {
                let person = args.person;
                let said = ReviewParticipantRequest { person };
                client
                    .post(&args.release.path("/participants"), &said)
                    .await?
            }
            Self::Note(args) => args.run(context).await?,
            Self::Group(args) => args.run(context).await?,
            Self::Regroup(args) => args.run(context).await?,
            Self::Vote(args) => args.run(context).await?,
            Self::Objective(args) => args.run(context).await?,
            Self::Conclude(args) => args.run(context).await?,
        };
        context.ui.data(&view, told::told);
        Ok(ExitStatus::Done)
    }
}

async fn list(
    context: &Context<'_>,
    told: impl FnOnce(&ReviewsView) -> String,
) -> Result<ExitStatus, Error> {
    let view: ReviewsView = context.client.get("/api/v1/reviews").await?;
    context.ui.data(&view, told);
    Ok(ExitStatus::Done)
}

async fn moved(
    context: &Context<'_>,
    release: &ReleaseArgs,
    deed: &str,
    reason: &str,
) -> Result<ReviewView, Error> {
    let reason = reason.to_owned();
    let path = release.path(&format!("/move/{deed}"));
    context
        .client
        .post(&path, &ReviewDeedRequest { reason })
        .await
}

impl NoteArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let column = match self.column {
            ColumnArg::Well => "well",
            ColumnArg::Badly => "badly",
            ColumnArg::Idea => "idea",
        };
        let said = ReviewNoteRequest {
            column: column.to_owned(),
            text: self.text,
        };
        context
            .client
            .post(&self.release.path("/notes"), &said)
            .await
    }
}

impl GroupArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let said = ReviewGroupRequest {
            title: Some(self.title),
            theme: self.theme,
            add: self.notes,
            remove: Vec::new(),
        };
        context
            .client
            .post(&self.release.path("/groups"), &said)
            .await
    }
}

impl RegroupArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let said = ReviewGroupRequest {
            title: self.title,
            theme: self.theme,
            add: self.add,
            remove: self.remove,
        };
        let path = self.release.path(&format!("/groups/{}", self.group));
        context.client.put(&path, &said).await
    }
}

impl VoteArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let mut votes = BTreeMap::new();
        for (group, count) in self.votes {
            if votes.insert(group, count).is_some() {
                return Err(Error::Usage(format!("group {group} is named twice")));
            }
        }
        let said = ReviewVotesRequest { votes };
        context
            .client
            .put(&self.release.path("/votes"), &said)
            .await
    }
}

impl ObjectiveArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let verdict = match self.verdict {
            VerdictArg::Met => "met",
            VerdictArg::Partly => "partly",
            VerdictArg::Missed => "missed",
        };
        let said = ReviewObjectiveRequest {
            verdict: verdict.to_owned(),
            note: self.note,
        };
        let path = format!("/objectives/{}", self.objective);
        context.client.put(&self.release.path(&path), &said).await
    }
}

impl ConcludeArgs {
    async fn run(self, context: &Context<'_>) -> Result<ReviewView, Error> {
        let said = ReviewConclusionRequest {
            text: self.text,
            edition: self.edition,
        };
        context
            .client
            .put(&self.release.path("/conclusion"), &said)
            .await
    }
}

impl ActionArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let wanted = ReviewActionRequest {
            title: self.title,
            document: self.document,
            owner: self.owner,
            due: self.due,
            group: self.group,
            changes: self.changes,
        };
        let path = self.release.path("/actions");
        let view: TaskView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, |view| {
            format!("action {}: {}, for {}", view.id, view.title, view.owner)
        });
        Ok(ExitStatus::Done)
    }
}
