//! What the visitor was told in the pages.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

/// How many notices are shown.
const SHOWN: u64 = 50;

#[derive(Template)]
#[template(path = "notices.html")]
struct Page {
    frame: Frame,
    sentence: &'static str,
    notices: Vec<Notice>,
}

struct Notice {
    about: String,
    subject: String,
    at: Moment,
    /// Made by the domain, in which nothing foreign means anything.
    html: String,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let now = Timestamp::now();
    let notices = app.notices(&request, SHOWN).await?;
    let notice = |it: tidegate_protocol::api::NoticeView| Notice {
        about: it.about,
        subject: it.subject,
        at: Moment::seen(it.at, now),
        html: it.html,
    };
    let notices: Vec<Notice> = notices.into_iter().map(notice).collect();
    answer(&Page {
        frame: Frame::new("Notices", Section::Work, &request)
            .twins("/api/v1/notices", "tidegate notices"),
        sentence: match notices.is_empty() {
            true => "You were told nothing yet.",
            false => "This is what you were told.",
        },
        notices,
    })
}
