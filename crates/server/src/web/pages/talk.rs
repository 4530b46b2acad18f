//! What visitors say about anything, and what they follow.

use super::super::{
    fault::Fault,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, field},
    http::access::State,
};
use axum::response::Redirect;
use serde::Deserialize;
use tidegate_domain::{id::CommentId, talk::Subject};
use tidegate_protocol::api::{CommentRequest, FollowRequest};

/// What a person says, or takes back.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    id: u64,
}

pub(in crate::web) async fn act(
    app: State,
    Visitor(request): Visitor,
    Path(deed): Path<String>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let subject: Subject = field("subject", &word.subject)?;
    let here = subject.page();
    let back = |error: Error| Fault::back(error, &here);
    let subject = subject.to_string();
    match deed.as_str() {
        "say" => {
            let text = word.text.replace("\r\n", "\n");
            let wanted = CommentRequest { subject, text };
            let said = app.comment(request, &wanted).await.map_err(back)?;
            return Ok(Redirect::to(&format!("{here}#comment-{}", said.id)));
        }
        "take-back" => {
            let id = CommentId(word.id);
            app.withdraw_comment(request, id).await.map_err(back)?;
        }
        "follow" | "unfollow" => {
            let follow = deed == "follow";
            let wanted = FollowRequest { subject, follow };
            app.follow(request, &wanted).await.map_err(back)?;
        }
        other => {
            let missing = Error::not_found("deed-not-found", "thing to say", other);
            return Err(back(missing));
        }
    }
    Ok(Redirect::to(&format!("{here}#talk")))
}
