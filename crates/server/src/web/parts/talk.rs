//! What is said about something, and what to say more.

use super::{super::moment::Moment, counted};
use crate::app::{Error, Request, SharedApp};
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_domain::talk::Subject;
use tidegate_protocol::api::{CommentView, TalkView};

/// It, at the end of a page.
#[derive(Debug, Template)]
#[template(path = "parts/talk.html")]
pub(in crate::web) struct Talk {
    subject: String,
    sentence: String,
    following: bool,
    comments: Vec<Said>,
}

#[derive(Debug)]
struct Said {
    at: Moment,
    is_mine: bool,
    view: CommentView,
}

impl HtmlSafe for Talk {}

impl Talk {
    /// Of a subject, as whoever looks sees it.
    ///
    /// # Errors
    /// When there is no such thing.
    pub(in crate::web) async fn of(
        app: &SharedApp,
        request: &Request,
        subject: &Subject,
    ) -> Result<Self, Error> {
        let view = app.talk(request, &subject.to_string()).await?;
        Ok(Self::new(view, request.actor.name.as_str()))
    }

    fn new(view: TalkView, me: &str) -> Self {
        let now = Timestamp::now();
        let said = |it: CommentView| Said {
            at: Moment::seen(it.at, now),
            is_mine: it.by == me && it.withdrawn.is_none(),
            view: it,
        };
        let sentence = match view.followers.as_slice() {
            [] => "Nobody follows it.".to_owned(),
            some if some.len() <= 5 => format!("Followed by {}.", some.join(", ")),
            many => format!("Followed by {}.", counted(many.len(), "person")),
        };
        Self {
            subject: view.subject,
            sentence: sentence.replace("persons", "people"),
            following: view.following,
            comments: view.comments.into_iter().map(said).collect(),
        }
    }
}
