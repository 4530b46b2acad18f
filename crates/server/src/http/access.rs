//! Extractors: who asks, and bodies whose faults are problems like any other.

use super::{ApiError, session};
use crate::app::{Error, Kind, Request, SharedApp, feed::KeyPurpose};
use axum::{
    extract::{FromRequest, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{fmt::Display, sync::Arc};
use tidegate_domain::access::Actor;

/// The header that names a request.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Whoever asks, known by a bearer token or by the cookie of the pages.
#[derive(Debug)]
pub(crate) struct Caller(pub Request);

impl FromRequestParts<SharedApp> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        let (actor, session) = actor(app, &parts.headers).await?;
        let id = request_id(parts);
        Ok(Self(Request {
            session,
            ..request(app, actor, id)
        }))
    }
}

/// Whoever reads the calendar: a caller like any other, or a program that knows no headers, by the key in its address.
#[derive(Debug)]
pub(crate) struct Subscriber(pub Request);

/// Whoever reads the feed of a channel: a caller like any other, or a program by the key in its address.
#[derive(Debug)]
pub(crate) struct Reader(pub Request);

impl FromRequestParts<SharedApp> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        by_key(parts, app, KeyPurpose::Messages).await.map(Self)
    }
}

/// What stands behind the `?` for those.
#[derive(Deserialize)]
struct Key {
    key: Option<String>,
}

/// To what of the calendar an address is narrowed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Narrowed {
    pub(crate) product: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) team: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) lane: Option<String>,
}

impl Narrowed {
    /// The same in one spelling, as a part of an address and of what its key is sealed for.
    pub(crate) fn words(&self) -> String {
        let all = [
            ("product", &self.product),
            ("environment", &self.environment),
            ("team", &self.team),
            ("person", &self.person),
            ("lane", &self.lane),
        ];
        let said = all.into_iter().filter_map(|(name, value)| {
            let value = value.as_deref().map(str::trim);
            let value = value.filter(|it| !it.is_empty())?;
            Some(format!("{name}={value}"))
        });
        said.collect::<Vec<_>>().join("&")
    }
}

impl FromRequestParts<SharedApp> for Subscriber {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        by_key(parts, app, KeyPurpose::Calendar).await.map(Self)
    }
}

/// Whoever tells of work items: a caller like any other, or a tracker by the key in the address.
#[derive(Debug)]
pub(crate) struct Tracker(pub Request);

impl FromRequestParts<SharedApp> for Tracker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        by_key(parts, app, KeyPurpose::Items).await.map(Self)
    }
}

async fn by_key(
    parts: &mut Parts,
    app: &SharedApp,
    purpose: KeyPurpose,
) -> Result<Request, ApiError> {
    let Query(Key { key }) = Query::from_request_parts(parts, app).await?;
    let Some(key) = key else {
        let Caller(known) = Caller::from_request_parts(parts, app).await?;
        return Ok(known);
    };
    // `…/channels/NAME/feed.atom`, `…/trackers/NAME/hook`, `…/calendar.ics?product=NAME`: a key is good for that one.
    let of = match purpose {
        KeyPurpose::Calendar => {
            let Query(narrowed) = Query::<Narrowed>::from_request_parts(parts, app).await?;
            narrowed.words()
        }
        KeyPurpose::Items | KeyPurpose::Messages => {
            let name = parts.uri.path().rsplit('/').nth(1);
            name.unwrap_or_default().to_owned()
        }
    };
    let actor = app.actor_by_key(&key, (purpose, &of)).await?;
    Ok(request(app, actor, request_id(parts)))
}

/// Somebody who is not asked who they are: what they send says it.
#[derive(Debug)]
pub(crate) struct Stranger;

impl FromRequestParts<SharedApp> for Stranger {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &SharedApp) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

/// A request of `actor`.
pub(crate) fn request(app: &SharedApp, actor: Actor, id: String) -> Request {
    Request {
        actor,
        id,
        session: None,
        gate: app.gate.clone(),
    }
}

fn request_id(parts: &Parts) -> String {
    let id = parts.headers.get(REQUEST_ID);
    let id = id.and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

/// Whoever asks, and the session that they ask by.
async fn actor(app: &SharedApp, headers: &HeaderMap) -> Result<(Actor, Option<String>), Error> {
    if let Some(token) = bearer(headers) {
        return Ok((app.actor_by_token(token).await?, None));
    }
    if let Some(session) = session::secret(app, headers)
        && let Some(known) = app.signed_in(session).await?
    {
        return Ok((known.actor, Some(known.id)));
    }
    Err(Error::refused(
        Kind::NotSignedIn,
        "not-signed-in",
        "the request carries no token",
    )
    .hint("set TIDEGATE_TOKEN, or send `Authorization: Bearer TOKEN`"))
}

/// The token in `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<SharedApp> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(
        request: axum::extract::Request,
        app: &SharedApp,
    ) -> Result<Self, ApiError> {
        let read = axum::Json::<T>::from_request(request, app).await;
        read.map(|json| Self(json.0))
            .map_err(|rejection| ApiError(rejection.into()))
    }
}

/// Parameters behind the `?`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<SharedApp> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        read.map(|query| Self(query.0))
            .map_err(|rejection| ApiError(rejection.into()))
    }
}

/// Parameters in the path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<SharedApp> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        read.map(|path| Self(path.0))
            .map_err(|rejection| ApiError(rejection.into()))
    }
}

/// How many of something are wanted: `usual` unless set, never none and never more than `max`.
pub(crate) fn bounded<N: Copy + Display + From<u8> + PartialOrd>(
    name: &str,
    wanted: Option<N>,
    usual: N,
    max: N,
) -> Result<N, Error> {
    let wanted = wanted.unwrap_or(usual);
    if (N::from(1)..=max).contains(&wanted) {
        return Ok(wanted);
    }
    let bounds = format!("{wanted} is not a number from 1 to {max}");
    Err(Error::invalid(name, bounds))
}

/// The state of every handler.
pub(crate) type State = axum::extract::State<Arc<crate::app::App>>;
