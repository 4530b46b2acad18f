//! One's own password: set, changed, removed.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    visitor::{Submitted, Visitor},
};
use crate::{
    app::{Error, passwords::PasswordState},
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tidegate_domain::access::password::LENGTH_MIN;
use tidegate_protocol::api::PasswordChange;

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    frame: Frame,
    sentence: &'static str,
    name: String,
    has_password: bool,
    is_asked: bool,
    may_choose: bool,
    length_min: usize,
}

/// What the form holds.
#[derive(Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(default)]
    current: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
    /// `remove`, or empty.
    #[serde(default)]
    deed: String,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let state = app.password_state(&request).await?;
    answer(&Page {
        sentence: match state {
            PasswordState::Uninvited => "You have no password.",
            PasswordState::First => "Choose a password.",
            PasswordState::Forgotten => "Choose a new password.",
            PasswordState::Known => "Change your password.",
        },
        name: request.actor.name.to_string(),
        has_password: matches!(state, PasswordState::Forgotten | PasswordState::Known),
        is_asked: state == PasswordState::Known,
        may_choose: state != PasswordState::Uninvited,
        length_min: LENGTH_MIN,
        frame: Frame::new("Your password", Section::Elsewhere, &request)
            .twins("PUT /api/v1/password", "tidegate password"),
    })
}

pub(in crate::web) async fn change(
    app: State,
    Visitor(request): Visitor,
    Submitted(wish): Submitted<Wish>,
) -> Result<Response, Fault> {
    let again = |error| Fault::back(error, "/password");
    let new = match wish.deed.as_str() {
        "remove" => None,
        _ if wish.new != wish.again => {
            let why = "the two are not the same";
            return Err(again(Error::invalid("new", why)));
        }
        _ => Some(wish.new),
    };
    let change = PasswordChange {
        current: Some(wish.current),
        new,
    };
    app.change_password(request, &change).await.map_err(again)?;
    Ok(Redirect::to("/").into_response())
}
