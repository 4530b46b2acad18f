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
use axum::{
    body::Bytes,
    http::{HeaderMap, header::CONTENT_TYPE},
    response::Response,
};
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
#[derive(Debug, Default)]
struct Said {
    answer: String,
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
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let said = Said::read(&headers, &body);
    let wish = match (said.answer.as_str(), said.one_click.as_str()) {
        ("confirm", _) => Wish::Confirm,
        ("withdraw", _) | ("", "One-Click") => Wish::Withdraw,
        _ => return Err(Error::invalid("answer", "say confirm or withdraw").into()),
    };
    let answered = app.answer_invitation(&secret, wish).await;
    page(&answered.map_err(outside)?, &secret)
}

/// How a part of a form in several parts is named that opts out by one click (RFC 8058 §3.2).
const ONE_CLICK: &str = "name=\"List-Unsubscribe\"";

impl Said {
    /// What a form says: those of mail programs come in several parts as well (RFC 7578).
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if !kind.starts_with("multipart/form-data") {
            let mut said = Self::default();
            for (name, value) in form_urlencoded::parse(body) {
                match name.as_ref() {
                    "answer" => said.answer = value.into_owned(),
                    "List-Unsubscribe" => said.one_click = value.into_owned(),
                    _ => {}
                }
            }
            return said;
        }
        let text = String::from_utf8_lossy(body);
        let (_, behind) = text.split_once(ONE_CLICK).unwrap_or_default();
        let value = behind.split_once("\r\n\r\n").unwrap_or_default().1;
        Self {
            answer: String::new(),
            one_click: value.lines().next().unwrap_or_default().to_owned(),
        }
    }
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
