//! Comments, and who follows what.

use super::{
    super::{App, Error, Kind, Request, field, issues},
    Told,
    about::{about, is_seen},
    tell,
};
use futures::FutureExt;
use serde_json::json;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Action,
    id::CommentId,
    talk::{Comment, Subject},
    text::{Line, Paragraphs},
};
use tidegate_protocol::api::{CommentRequest, CommentView, FollowRequest, TalkView};
use tidegate_store::Tx;

/// The most comments that are shown, the newest.
const SHOWN_MAX: u64 = 500;
/// The longest comment, in characters.
const TEXT_MAX: usize = 4_000;

impl App {
    /// What is said about something, and who follows it.
    ///
    /// # Errors
    /// When there is no such thing.
    pub async fn talk(&self, request: &Request, subject: &str) -> Result<TalkView, Error> {
        let subject: Subject = field("subject", subject)?;
        self.store
            .read((request.clone(), subject), |tx, (request, subject)| {
                async move {
                    about(tx, request, (Action::Read, subject)).await?;
                    shown(tx, request, subject).await
                }
                .boxed()
            })
            .await
    }

    /// Says something about something. Whom it names, and who follows that, is told; whoever says it follows it from then on.
    ///
    /// # Errors
    /// When nothing is said, or there is no such thing.
    pub async fn comment(
        &self,
        request: Request,
        wanted: &CommentRequest,
    ) -> Result<CommentView, Error> {
        let subject: Subject = field("subject", &wanted.subject)?;
        let text = Paragraphs::of(issues::at_most("text", &wanted.text, TEXT_MAX)?);
        if text.is_empty() {
            return Err(Error::invalid("text", "say something"));
        }
        let view = self
            .store
            .write((request, subject, text), |tx, (request, subject, text)| {
                say(tx, request, subject, text).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Takes back what whoever asks said. That something was said stays to be seen.
    ///
    /// # Errors
    /// When there is no such comment, it is another's, or it was taken back before.
    pub async fn withdraw_comment(
        &self,
        request: Request,
        id: CommentId,
    ) -> Result<CommentView, Error> {
        let view = self
            .store
            .write((request, id), |tx, (request, id)| {
                withdraw(tx, request, *id).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Follows something from now on, or no longer.
    ///
    /// # Errors
    /// When there is no such thing.
    pub async fn follow(
        &self,
        request: Request,
        wanted: &FollowRequest,
    ) -> Result<TalkView, Error> {
        let subject: Subject = field("subject", &wanted.subject)?;
        self.store
            .write(
                (request, subject, wanted.follow),
                |tx, (request, subject, follows)| {
                    async move {
                        about(tx, request, (Action::Read, subject)).await?;
                        let who = (subject, &request.actor.name);
                        tx.follow(who, *follows, true).await?;
                        shown(tx, request, subject).await
                    }
                    .boxed()
                },
            )
            .await
    }
}

async fn say(
    tx: &mut Tx,
    request: &Request,
    subject: &Subject,
    text: &Paragraphs,
) -> Result<CommentView, Error> {
    about(tx, request, (Action::Comment, subject)).await?;
    let mut comment = keep(tx, request, (subject, text)).await?;
    let line = format!("said: {}", Line::first_of(text.as_str()));
    let told = Told {
        subject,
        line: &line,
        given: &BTreeSet::new(),
        text: text.as_str(),
    };
    comment.unreached = tell(tx, request, &told).await?;
    if !comment.unreached.is_empty() {
        tx.record_comment(&comment).await?;
    }
    Ok(view(&comment))
}

/// Keeps what somebody says, who follows it from then on. It tells nobody.
pub(super) async fn keep(
    tx: &mut Tx,
    request: &Request,
    (subject, text): (&Subject, &Paragraphs),
) -> Result<Comment, Error> {
    let me = &request.actor.name;
    let comment = Comment {
        id: tx.next_comment().await?,
        subject: subject.clone(),
        by: me.clone(),
        at: tx.now(),
        text: text.clone(),
        withdrawn: None,
        unreached: Vec::new(),
    };
    tx.record_comment(&comment).await?;
    let detail = json!({ "comment": comment.id, "text": text });
    request
        .journal(tx, "comment.said", &subject.to_string(), &detail)
        .await?;
    tx.follow((subject, me), true, false).await?;
    Ok(comment)
}

async fn withdraw(tx: &mut Tx, request: &Request, id: CommentId) -> Result<CommentView, Error> {
    let missing = || Error::not_found("comment-not-found", "comment", id);
    let mut comment = tx.comment(id).await?.ok_or_else(missing)?;
    if !is_seen(tx, request, &comment.subject).await? {
        return Err(missing());
    }
    if comment.by != request.actor.name {
        let detail = format!("comment {id} is {}’s", comment.by);
        return Err(Error::refused(Kind::Conflict, "comment-of-others", detail)
            .hint("say what is wrong with it in a comment of your own"));
    }
    if comment.withdrawn.is_some() {
        let detail = format!("comment {id} was taken back before");
        return Err(Error::refused(Kind::Conflict, "comment-withdrawn", detail));
    }
    comment.withdrawn = Some(tx.now());
    tx.record_comment(&comment).await?;
    let detail = json!({ "comment": id });
    request
        .journal(
            tx,
            "comment.withdrawn",
            &comment.subject.to_string(),
            &detail,
        )
        .await?;
    Ok(view(&comment))
}

/// What was said about something, the oldest first.
pub(in crate::app) async fn comments(
    tx: &mut Tx,
    subject: &Subject,
) -> Result<Vec<CommentView>, Error> {
    let comments = tx.comments_on(subject, SHOWN_MAX).await?;
    Ok(comments.iter().map(view).collect())
}

async fn shown(tx: &mut Tx, request: &Request, subject: &Subject) -> Result<TalkView, Error> {
    let followers = tx.followers(subject).await?;
    Ok(TalkView {
        subject: subject.to_string(),
        told: subject.told(),
        following: followers.contains(&request.actor.name),
        followers: followers.iter().map(ToString::to_string).collect(),
        comments: comments(tx, subject).await?,
    })
}

fn view(comment: &Comment) -> CommentView {
    let text = match comment.withdrawn {
        Some(_) => String::new(),
        None => comment.text.to_string(),
    };
    CommentView {
        id: comment.id.0,
        by: comment.by.to_string(),
        at: comment.at,
        text,
        withdrawn: comment.withdrawn,
        unreached: comment.unreached.clone(),
    }
}
