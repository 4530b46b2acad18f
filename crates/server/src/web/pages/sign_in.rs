//! Signing in by a password, a one-time link or a token, and signing out.
//!
//! A link is used by a button and not by opening it, so that a preview of it does not use it up.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    visitor::{Guest, Query, Submitted, Visitor},
};
use crate::{
    app::{SharedApp, sessions::SESSION_HOURS},
    http::{access::State, session},
};
use askama::Template;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    link: Option<String>,
    providers: Vec<Button>,
}

/// A button that leads to an identity provider.
struct Button {
    href: String,
    title: String,
}

/// What a sign-in shows: a name with its password, the secret of a one-time link, or a token.
#[derive(Deserialize)]
pub(in crate::web) struct Proof {
    #[serde(default)]
    link: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

pub(in crate::web) async fn show(
    app: State,
    Query(proof): Query<Proof>,
) -> Result<Response, Fault> {
    let button = |(name, title): (String, String)| Button {
        href: format!("/sign-in/providers/{name}"),
        title,
    };
    answer(&Page {
        frame: Frame::anonymous("Sign in", Section::Outside),
        link: Some(proof.link).filter(|link| !link.is_empty()),
        providers: app.providers().into_iter().map(button).collect(),
    })
}

pub(in crate::web) async fn enter(
    app: State,
    headers: HeaderMap,
    Guest(visit): Guest,
    Submitted(proof): Submitted<Proof>,
) -> Result<Response, Fault> {
    let begun = if !proof.link.is_empty() {
        app.sign_in_by_link(&proof.link, &visit).await
    } else if !proof.name.is_empty() {
        let begun = app.sign_in_by_password(&proof.name, &proof.password, &visit);
        begun.await.map(|secret| (secret, false))
    } else {
        let begun = app.sign_in_by_token(proof.token.trim(), &visit).await;
        begun.map(|secret| (secret, false))
    };
    let (secret, is_invited) = begun.map_err(|error| Fault::back(error, "/sign-in"))?;
    let next = if is_invited { "/password" } else { "/" };
    Ok(signed_in(&app, &headers, (&secret, next)))
}

pub(in crate::web) async fn leave(
    app: State,
    headers: HeaderMap,
    Visitor(request): Visitor,
    Submitted(()): Submitted<()>,
) -> Result<Response, Fault> {
    if let Some(id) = request.session.clone() {
        app.end_session(request, &id).await?;
    }
    let gone = [true, false].map(|is_encrypted| session::keep("", 0, is_encrypted));
    let gone = gone.map(|cookie| (header::SET_COOKIE, cookie));
    let is_encrypted = app.is_encrypted(&headers);
    // Over an open connection a browser keeps no cookie that is for encrypted ones, and forgets none.
    let gone = gone.into_iter().skip(usize::from(!is_encrypted));
    let mut response = Redirect::to("/sign-in").into_response();
    for (name, value) in gone {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

/// The answer to whoever has signed in: their cookie, and where to go.
pub(super) fn signed_in(
    app: &SharedApp,
    headers: &HeaderMap,
    (secret, next): (&str, &str),
) -> Response {
    let cookie = session::keep(secret, SESSION_HOURS * 3600, app.is_encrypted(headers));
    let cookie: [(HeaderName, HeaderValue); 1] = [(header::SET_COOKIE, cookie)];
    (cookie, Redirect::to(next)).into_response()
}
