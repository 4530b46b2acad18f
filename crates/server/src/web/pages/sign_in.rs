//! Signing in by a one-time link or a token, and signing out.
//!
//! A link is used by a button and not by opening it, so that a preview of it does not use it up.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    visitor::{Submitted, Visitor, is_encrypted},
};
use crate::{
    app::sessions::SESSION_HOURS,
    http::access::{SESSION_COOKIE, State},
};
use askama::Template;
use axum::{
    extract::Query,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    link: Option<String>,
}

/// What a sign-in shows: the secret of a one-time link, or a token.
#[derive(Deserialize)]
pub(in crate::web) struct Proof {
    #[serde(default)]
    link: String,
    #[serde(default)]
    token: String,
}

pub(in crate::web) async fn show(Query(proof): Query<Proof>) -> Result<Response, Fault> {
    answer(&Page {
        frame: Frame::anonymous("Sign in", Section::Outside),
        link: Some(proof.link).filter(|link| !link.is_empty()),
    })
}

pub(in crate::web) async fn enter(
    app: State,
    headers: HeaderMap,
    Submitted(proof): Submitted<Proof>,
) -> Result<Response, Fault> {
    let begun = if proof.link.is_empty() {
        app.sign_in_by_token(proof.token.trim(), client(&headers))
            .await
    } else {
        app.sign_in_by_link(&proof.link, client(&headers)).await
    };
    let session = begun.map_err(|error| Fault::back(error, "/sign-in"))?;
    let secure = if is_encrypted(&headers) {
        "; Secure"
    } else {
        ""
    };
    let seconds = SESSION_HOURS * 3600;
    let cookie = format!(
        "{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    Ok((set(cookie), Redirect::to("/")).into_response())
}

pub(in crate::web) async fn leave(
    app: State,
    Visitor(request): Visitor,
    Submitted(()): Submitted<()>,
) -> Result<Response, Fault> {
    if let Some(id) = request.session.clone() {
        app.end_session(request, &id).await?;
    }
    let gone = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((set(gone), Redirect::to("/sign-in")).into_response())
}

/// What the browser says of itself.
fn client(headers: &HeaderMap) -> &str {
    let agent = headers.get(header::USER_AGENT);
    agent
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default()
}

fn set(cookie: String) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, cookie)]
}
