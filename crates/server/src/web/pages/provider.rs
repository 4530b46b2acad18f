//! To an identity provider and back.
//!
//! Going there is a link: a form that ends at another site would break the pages' own policy. What the browser keeps
//! meanwhile is sealed, and comes back with the provider's redirect only (`SameSite=Lax`).

use super::{
    super::{
        fault::Fault,
        visitor::{Guest, Path, Query},
    },
    sign_in::signed_in,
};
use crate::{
    app::providers::Brought,
    http::access::{State, cookie},
};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

/// What the browser keeps while somebody is at a provider.
const COOKIE: &str = "tidegate_attempt";
const SECURE_COOKIE: &str = "__Host-tidegate_attempt";
/// For how long, in seconds: as long as the attempt counts.
const KEPT: u32 = 900;

pub(in crate::web) async fn go(app: State, Path(name): Path<String>) -> Result<Response, Fault> {
    let gone = app.go_to_provider(&name).await;
    let (url, sealed) = gone.map_err(|error| Fault::back(error, "/sign-in"))?;
    let cookie = keep(&sealed, KEPT, app.identity.is_encrypted());
    let never = HeaderValue::from_static("no-store");
    let headers = [(header::SET_COOKIE, cookie), (header::CACHE_CONTROL, never)];
    Ok((headers, Redirect::to(&url)).into_response())
}

pub(in crate::web) async fn back(
    app: State,
    headers: HeaderMap,
    Path(name): Path<String>,
    Guest(visit): Guest,
    Query(brought): Query<Brought>,
) -> Result<Response, Fault> {
    let is_encrypted = app.identity.is_encrypted();
    let sealed = cookie(&headers, if is_encrypted { SECURE_COOKIE } else { COOKIE });
    let begun = app.sign_in_by_provider((&name, sealed), brought, &visit);
    let begun = begun.await;
    let forget = keep("", 0, is_encrypted);
    let mut response = match begun {
        Ok(secret) => signed_in(&app, &headers, (&secret, "/")),
        Err(error) => Fault::back(error, "/sign-in").into_response(),
    };
    // An answer counts once.
    response.headers_mut().append(header::SET_COOKIE, forget);
    Ok(response)
}

fn keep(sealed: &str, seconds: u32, is_encrypted: bool) -> HeaderValue {
    let (name, flags) = match is_encrypted {
        true => (SECURE_COOKIE, "; Secure"),
        false => (COOKIE, ""),
    };
    let text = format!("{name}={sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{flags}");
    HeaderValue::from_str(&text).expect("what is sealed is written in letters, digits, - and _")
}
