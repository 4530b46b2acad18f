//! `tidegate comment`.

use super::Context;
use crate::{Error, ExitStatus, client::query};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{CommentRequest, CommentView, FollowRequest, TalkView};

/// Say something about anything, and follow what others say.
#[derive(Debug, Subcommand)]
pub enum CommentCommand {
    /// Read what is said about something.
    List(AboutArgs),
    Add(AddArgs),
    /// Take back what you said; that something was said stays to be seen.
    TakeBack {
        /// The number of the comment.
        id: u64,
    },
    /// Be told what is said about something, and what becomes of it.
    Follow(AboutArgs),
    /// Be told of something no longer, but for where you are named.
    Unfollow(AboutArgs),
}

/// About what.
#[derive(Debug, Args)]
pub struct AboutArgs {
    /// `release/PRODUCT/VERSION`, `deployment/NUMBER`, `task/NUMBER`, `issue/NUMBER`, `change/NUMBER`, `train/NAME`,
    /// `procedure/NAME`, `handover/PRODUCT/VERSION/KIND`, `message/NUMBER`, `supplier/NAME`, `supplier-notice/NUMBER`, `control/NAME`,
    /// `waiver/NUMBER`, `review/PRODUCT/VERSION`, `group-run/NUMBER` or `runbook/PRODUCT/VERSION/ENVIRONMENT/forward` (or `back`).
    subject: String,
}

/// Say something. Those who follow it are told, and those whom it names with `@NAME` or `@team:NAME`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// About what, as for `list`.
    #[command(flatten)]
    about: AboutArgs,
    /// What.
    text: String,
}

impl CommentCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List(about) => {
                let asked = query([("subject", Some(about.subject.as_str()))]);
                let view: TalkView = client.get(&format!("/api/v1/comments?{asked}")).await?;
                ui.data(&view, told);
            }
            Self::Add(args) => {
                let request = CommentRequest {
                    subject: args.about.subject,
                    text: args.text,
                };
                let view: CommentView = client.post("/api/v1/comments", &request).await?;
                ui.data(&view, |it| listed(std::slice::from_ref(it)));
            }
            Self::TakeBack { id } => {
                client.delete(&format!("/api/v1/comments/{id}")).await?;
                ui.say(format!("comment {id} is taken back"));
            }
            Self::Follow(about) => follow(context, about, true).await?,
            Self::Unfollow(about) => follow(context, about, false).await?,
        }
        Ok(ExitStatus::Done)
    }
}

async fn follow(context: &Context<'_>, about: AboutArgs, follow: bool) -> Result<(), Error> {
    let subject = about.subject;
    let request = FollowRequest { subject, follow };
    let path = "/api/v1/comments/follow";
    let view: TalkView = context.client.post(path, &request).await?;
    context.ui.data(&view, |view| match view.following {
        true => format!("you are told what is said about {}", view.told),
        false => format!("you are not told what is said about {} any more", view.told),
    });
    Ok(())
}

fn told(view: &TalkView) -> String {
    let who = match view.followers.is_empty() {
        true => format!("nobody follows {}", view.told),
        false => format!("{}, followed by {}", view.told, view.followers.join(", ")),
    };
    match view.comments.is_empty() {
        true => format!("{who}; nothing was said about it yet"),
        false => format!("{who}\n\n{}", listed(&view.comments)),
    }
}

/// Comments, one after the other.
pub(super) fn listed(comments: &[CommentView]) -> String {
    let told = |it: &CommentView| {
        let at = it.at.strftime("%Y-%m-%d %H:%MZ");
        let text = match it.withdrawn {
            Some(_) => "took this back".to_owned(),
            None => it.text.replace('\n', "\n  "),
        };
        let mut told = format!("{at} {} ({}):\n  {text}", it.by, it.id);
        if !it.unreached.is_empty() {
            told.push_str(
                "\nnot told, because there is nobody of that name or they may not see it: ",
            );
            told.push_str(&it.unreached.join(", "));
        }
        told
    };
    comments.iter().map(told).collect::<Vec<_>>().join("\n")
}
