//! Errors as HTTP answers: the one table from kinds to status codes. What is our fault is logged, not sent.

use crate::app::{Error, Kind};
use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tidegate_protocol::api::Problem;

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct ApiError(pub Error);

/// Kind → code for what has none of its own, title, status.
const fn table(kind: Kind) -> (&'static str, &'static str, StatusCode) {
    match kind {
        Kind::BadRequest => (
            "bad-request",
            "The request makes no sense as it is",
            StatusCode::BAD_REQUEST,
        ),
        Kind::NotSignedIn => (
            "not-signed-in",
            "It is not known who asks",
            StatusCode::UNAUTHORIZED,
        ),
        Kind::NotAllowed => ("not-allowed", "The asker may not", StatusCode::FORBIDDEN),
        Kind::NotFound => (
            "not-found",
            "What it names does not exist",
            StatusCode::NOT_FOUND,
        ),
        Kind::Conflict => ("conflict", "It contradicts what is", StatusCode::CONFLICT),
        Kind::NotReady => (
            "not-ready",
            "Something it needs is missing",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Kind::NoRoom => (
            "no-room",
            "The server's disk is full",
            StatusCode::INSUFFICIENT_STORAGE,
        ),
        Kind::TooOften { .. } => (
            "too-often",
            "It was tried too often",
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Kind::Busy => (
            "busy",
            "What it takes is out of reach at this moment",
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        Kind::Fault => (
            "fault",
            "The server failed",
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
    }
}

impl ApiError {
    /// The status and the problem to be sent. What is our fault is logged here, and only named in the answer.
    pub(crate) fn problem(self) -> (StatusCode, Problem) {
        let kind = self.0.kind();
        let (usual_code, title, status) = table(kind);
        let problem = match self.0 {
            Error::Refused {
                code, detail, hint, ..
            } => Problem {
                r#type: code.to_owned(),
                detail: Some(detail),
                hint,
                ..empty(title, status)
            },
            error @ (Error::Store(_) | Error::Registry(_) | Error::Broken(_)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "request.failed");
                let hint = if kind == Kind::NoRoom {
                    "nothing of the request was kept; make room on the server's disk, then try again"
                } else {
                    "the server's log says more; find it by the request id"
                };
                Problem {
                    r#type: usual_code.to_owned(),
                    hint: Some(hint.to_owned()),
                    ..empty(title, status)
                }
            }
        };
        (status, problem)
    }
}

/// When it may be tried again (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(kind: Kind) -> Option<(HeaderName, HeaderValue)> {
    match kind {
        Kind::TooOften { seconds } => Some((header::RETRY_AFTER, seconds.into())),
        Kind::Busy => Some((header::RETRY_AFTER, HeaderValue::from_static("5"))),
        Kind::BadRequest
        | Kind::NotSignedIn
        | Kind::NotAllowed
        | Kind::NotFound
        | Kind::Conflict
        | Kind::NotReady
        | Kind::NoRoom
        | Kind::Fault => None,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry = retry_after(self.0.kind());
        let (status, problem) = self.problem();
        let mut response = answer(status, &problem);
        response.headers_mut().extend(retry);
        response
    }
}

fn empty(title: &str, status: StatusCode) -> Problem {
    Problem {
        r#type: String::new(),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: None,
        hint: None,
        request_id: None,
    }
}

fn answer(status: StatusCode, problem: &Problem) -> Response {
    let mut response = (status, Json(problem)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"tidegate\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection {
            JsonRejection::MissingJsonContentType(_) => "content-type",
            JsonRejection::BytesRejection(_) => "body-too-large",
            JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) | _ => {
                "invalid-body"
            }
        };
        Self::refused(Kind::BadRequest, code, rejection.body_text())
    }
}

impl From<PathRejection> for Error {
    fn from(rejection: PathRejection) -> Self {
        Self::refused(Kind::BadRequest, "invalid-path", rejection.body_text())
    }
}

impl From<QueryRejection> for Error {
    fn from(rejection: QueryRejection) -> Self {
        Self::refused(Kind::BadRequest, "invalid-query", rejection.body_text())
    }
}
