//! Extractors: whoever looks at a page, which one by its address, and whoever submits a form of one. What cannot be read is answered
//! by a page.
//!
//! A form counts only when the browser says that a page of ours sent it: the session's cookie alone would let any
//! other site's form act for the visitor.

use super::fault::Fault;
use crate::{
    app::{Error, Kind, Request, SharedApp, sessions::Visit},
    http::{
        ApiError,
        access::{self, REQUEST_ID, request},
        session,
    },
};
use axum::{
    extract::{Form, FromRequest, FromRequestParts, Multipart, multipart::MultipartError},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// Whoever looks at a page, signed in.
#[derive(Debug)]
pub(super) struct Visitor(pub Request);

impl FromRequestParts<SharedApp> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Fault> {
        let secret = session::secret(app, &parts.headers).ok_or(Fault::SignIn)?;
        let known = app.signed_in(secret).await?.ok_or(Fault::SignIn)?;
        session::renew(app, parts, &known).await;
        let id = text(&parts.headers, REQUEST_ID).unwrap_or_default();
        Ok(Self(Request {
            session: Some(known.id),
            ..request(app, known.actor, id.to_owned())
        }))
    }
}

/// Whoever comes to sign in, or is not asked who they are.
#[derive(Debug)]
pub(super) struct Guest(pub Visit);

impl FromRequestParts<SharedApp> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Infallible> {
        Ok(Self(app.visit(parts)))
    }
}

/// What a form of one of our pages holds.
#[derive(Debug)]
pub(super) struct Submitted<T>(pub T);

impl<T: DeserializeOwned> FromRequest<SharedApp> for Submitted<T> {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, app: &SharedApp) -> Result<Self, Fault> {
        own_page(request.headers())?;
        match Form::<T>::from_request(request, app).await {
            Ok(form) => Ok(Self(form.0)),
            Err(rejection) => Err(Error::invalid("form", rejection.body_text()).into()),
        }
    }
}

/// A file that a form of one of our pages brings, in the field `file`.
#[derive(Debug)]
pub(super) struct Uploaded {
    /// What it is called where it comes from: a hint and nothing more.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl FromRequest<SharedApp> for Uploaded {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, app: &SharedApp) -> Result<Self, Fault> {
        own_page(request.headers())?;
        let form = Multipart::from_request(request, app).await;
        let mut form = form.map_err(|why| Error::invalid("form", why.body_text()))?;
        let unreadable = |why: MultipartError| Error::invalid("file", why.body_text());
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            if field.name() != Some("file") {
                continue;
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(unreadable)?.to_vec();
            if name.is_empty() && bytes.is_empty() {
                break;
            }
            return Ok(Self { name, bytes });
        }
        let none = Error::invalid("file", "none was chosen");
        Err(none.hint("go back and choose one").into())
    }
}

/// Parameters in the path of a page.
#[derive(Debug)]
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<SharedApp> for Path<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Fault> {
        let read = access::Path::<T>::from_request_parts(parts, app).await;
        read.map(|path| Self(path.0))
            .map_err(|ApiError(error)| error.into())
    }
}

/// Parameters behind the `?` of a page; the way back leads to the page without them.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<SharedApp> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Fault> {
        let read = access::Query::<T>::from_request_parts(parts, app).await;
        read.map(|query| Self(query.0))
            .map_err(|ApiError(error)| Fault::back(error, parts.uri.path()))
    }
}

/// Browsers name the site that a form comes from; a request that names none is no browser's.
fn own_page(headers: &HeaderMap) -> Result<(), Error> {
    let is_own = match (text(headers, "sec-fetch-site"), text(headers, "origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(headers, header::HOST.as_str())
        }
        (None, None) => false,
    };
    if is_own {
        return Ok(());
    }
    let detail = "the form was not sent by a page of this server";
    Err(Error::refused(Kind::NotAllowed, "cross-site", detail)
        .hint("open the page here and send its form; programs use the API with a token"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            own_page(&headers).is_ok()
        };
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[
            ("origin", "http://tide:7420"),
            ("host", "tide:7420")
        ]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(!check(&[
            ("origin", "https://evil.example"),
            ("host", "tide:7420")
        ]));
        assert!(!check(&[("origin", "null"), ("host", "tide:7420")]));
        assert!(!check(&[]));
    }
}
