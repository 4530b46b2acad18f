//! Refusals and failures as pages: what happened, what to do, the way back.

use super::{
    frame::{self, Frame, Section},
    marked,
    parts::Prose,
};
use crate::{
    app::{Error, Kind},
    http::{ApiError, retry_after},
};
use askama::Template;
use axum::{
    http::Uri,
    response::{Html, IntoResponse, Redirect, Response},
};

/// Why a page is not what was asked for.
#[derive(Debug)]
pub(super) enum Fault {
    /// The visitor has to sign in first.
    SignIn,
    /// Something else, and where the way back leads.
    Shown {
        /// What.
        error: Error,
        /// A path of ours.
        back: String,
    },
    /// The same for whoever came by a link and has no account: nothing of the inside is around it, and nothing of it is kept.
    Outside {
        /// What.
        error: Error,
        /// The path of their link; empty where that is not good.
        back: String,
    },
}

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    frame: Frame,
    sentence: Prose,
    hint: Option<Prose>,
    back: String,
    code: String,
}

impl Fault {
    /// `error`, with the way back to `path`.
    pub(super) fn back(error: Error, path: &str) -> Self {
        Self::Shown {
            error,
            back: path.to_owned(),
        }
    }

    /// `error` for whoever came by the link of `path`.
    pub(super) fn outside(error: Error, path: &str) -> Self {
        let is_good = error.kind() != Kind::NotFound;
        Self::Outside {
            error,
            back: if is_good {
                path.to_owned()
            } else {
                String::new()
            },
        }
    }
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::back(error.into(), "/")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (error, back, is_outside) = match self {
            Self::SignIn => return Redirect::to("/sign-in").into_response(),
            Self::Shown { error, back } => (error, back, false),
            Self::Outside { error, back } => (error, back, true),
        };
        let section = if is_outside || error.kind() == Kind::NotSignedIn {
            Section::Outside
        } else {
            Section::Elsewhere
        };
        let retry = retry_after(error.kind());
        let (status, problem) = ApiError(error).problem();
        let sentence = problem.detail.unwrap_or_else(|| problem.title.clone());
        let page = Page {
            frame: Frame::anonymous(&problem.title, section),
            sentence: Prose::of(&sentence),
            hint: problem.hint.map(|hint| Prose::of(&hint)),
            back,
            code: problem.r#type,
        };
        match marked::html(&page) {
            Ok(html) => {
                let mut response = (status, Html(html)).into_response();
                response.headers_mut().extend(retry);
                if is_outside {
                    response.headers_mut().extend(frame::unkept());
                }
                response
            }
            Err(_) => (status, sentence).into_response(),
        }
    }
}

/// Every address that is none.
pub(super) async fn unknown(uri: Uri) -> Response {
    let path = uri.path();
    let error = Error::not_found("page-not-found", "page", path)
        .hint("the overview leads to every page there is");
    refused(path, error)
}

/// The answer to whoever asks `path` and is refused before anybody looks at what they ask: a page for people, the form of a problem
/// for programs.
pub(crate) fn refused(path: &str, error: Error) -> Response {
    let of_programs = ["/api/", "/v2/", "/log/", "/registry/"];
    match of_programs.iter().any(|of| path.starts_with(of)) {
        true => ApiError(error).into_response(),
        false => Fault::from(error).into_response(),
    }
}
