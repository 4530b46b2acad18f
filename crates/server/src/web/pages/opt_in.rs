//! Whether somebody without an account wants to be told: by the link that was mailed to them, and by nothing else.
//!
//! Nobody is asked who they are, and no cookie counts, so it is no matter which page a form comes from: mail programs opt out
//! by one request of their own (RFC 8058).

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    visitor::{Guest, Path},
};
use crate::{
    app::{Error, communication::Invited},
    http::access::State,
};
use askama::Template;
use axum::{extract::Form, response::Response};
use serde::Deserialize;
use tidegate_domain::communication::{Answer, Wish};

#[derive(Template)]
#[template(path = "opt_in.html")]
struct Page {
    frame: Frame,
    sentence: String,
    here: String,
    address: String,
    may_confirm: bool,
    may_withdraw: bool,
}

/// What a form holds, or the request of a mail program.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    #[serde(default)]
    answer: String,
    #[serde(default, rename = "List-Unsubscribe")]
    one_click: String,
}

pub(in crate::web) async fn show(
    app: State,
    _: Guest,
    Path(secret): Path<String>,
) -> Result<Response, Fault> {
    let invited = app.invited(&secret).await.map_err(outside)?;
    page(&invited, &secret)
}

pub(in crate::web) async fn say(
    app: State,
    _: Guest,
    Path(secret): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Fault> {
    let wish = match (said.answer.as_str(), said.one_click.as_str()) {
        ("confirm", _) => Wish::Confirm,
        ("withdraw", _) | ("", "One-Click") => Wish::Withdraw,
        _ => return Err(Error::invalid("answer", "say confirm or withdraw").into()),
    };
    let answered = app.answer_invitation(&secret, wish).await;
    page(&answered.map_err(outside)?, &secret)
}

fn outside(error: Error) -> Fault {
    error.into()
}

fn page(invited: &Invited, secret: &str) -> Result<Response, Fault> {
    let Invited {
        audience, author, ..
    } = invited;
    let sentence = match invited.answer {
        Answer::Asked { .. } => {
            format!("Do you want what {author} tells “{audience}” about releases?")
        }
        Answer::Confirmed { .. } => format!("You get what {author} tells “{audience}”."),
        Answer::Withdrawn { .. } => format!("You do not get what {author} tells “{audience}”."),
    };
    answer(&Page {
        frame: Frame::anonymous("News of releases", Section::Outside),
        sentence,
        here: format!("/opt-in/{secret}"),
        address: invited.address.clone(),
        may_confirm: !matches!(invited.answer, Answer::Confirmed { .. }),
        may_withdraw: !matches!(invited.answer, Answer::Withdrawn { .. }),
    })
}
