//! `tidegate review`.

mod args;
mod told;

use super::Context;
use crate::{Error, ExitStatus};
use args::{
    ActionArgs, BeginArgs, ColumnArg, ConcludeArgs, GroupArgs, NoteArgs, NumberedArgs,
    ObjectiveArgs, PersonArgs, RegroupArgs, ReleaseArgs, VerdictArg, VoteArgs,
};
use clap::Subcommand;
use std::collections::BTreeMap;
use tidegate_protocol::api::{
    ReviewActionRequest, ReviewConclusionRequest, ReviewDeedRequest, ReviewGroupRequest,
    ReviewNoteRequest, ReviewObjectiveRequest, ReviewParticipantRequest, ReviewRequest, ReviewView,
    ReviewVotesRequest, ReviewsView, TaskView,
};
pub(super) use told::waiting;

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
