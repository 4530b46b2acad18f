//! The journal.

use super::super::{
    ApiError,
    access::{Caller, Query, State, bounded},
};
use crate::app::{Error, SharedApp};
use axum::{Router, body::Body, extract, http::header, response::Response, routing::get};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use tidegate_protocol::api::{
    CheckpointView, ConsistencyView, ExportLine, InclusionView, JournalPage, Problem,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/journal", get(page))
        .route("/api/v1/journal/checkpoint", get(checkpoint))
        .route("/api/v1/journal/export", get(export))
        .route("/api/v1/journal/proofs/inclusion", get(inclusion))
        .route("/api/v1/journal/proofs/consistency", get(consistency))
}

/// Which entries.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    before: Option<u64>,
    limit: Option<u64>,
    subject: Option<String>,
}

/// Entries, newest first.
#[utoipa::path(get, path = "/api/v1/journal",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 500),
        ("subject" = Option<String>, Query)),
    responses((status = 200, body = JournalPage), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn page(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<Filter>,
) -> Result<extract::Json<JournalPage>, ApiError> {
    let limit = bounded("limit", filter.limit, 100, 500)?;
    Ok(extract::Json(
        app.journal_page(&request, filter.before, limit, filter.subject)
            .await?,
    ))
}

/// The signed statement of the journal's size and root.
#[utoipa::path(get, path = "/api/v1/journal/checkpoint",
    responses((status = 200, body = CheckpointView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn checkpoint(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<CheckpointView>, ApiError> {
    Ok(extract::Json(app.checkpoint(&request).await?))
}

/// The whole journal as JSON lines: a header, every entry, and the signed checkpoint over them.
#[utoipa::path(get, path = "/api/v1/journal/export",
    responses((status = 200, body = String, content_type = "application/jsonl"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn export(app: State, Caller(request): Caller) -> Result<Response, ApiError> {
    let checkpoint = app.whole_journal(&request).await?;
    let header = ExportLine::Header {
        version: 1,
        verifier: checkpoint.verifier,
    };
    let last = ExportLine::Checkpoint {
        note: checkpoint.note,
    };
    let size = checkpoint.size;
    let shared = app.0.clone();
    let entries = stream::try_unfold(0, move |from| {
        let app = shared.clone();
        async move {
            let lines = app.export_entries(from, size).await?;
            let next = from + lines.len() as u64;
            Ok::<_, Error>((!lines.is_empty()).then_some((text(&lines), next)))
        }
    });
    let whole = stream::iter([Ok(text(&[header]))])
        .chain(entries)
        .chain(stream::iter([Ok(text(&[last]))]));
    let body = Body::from_stream(whole.map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "journal.export_failed"
        );
        error
    }));
    Response::builder()
        .header(header::CONTENT_TYPE, "application/jsonl")
        .body(body)
        .map_err(|why| Error::Broken(why.to_string()).into())
}

/// An entry in the tree of a size.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    sequence: u64,
    size: Option<u64>,
}

/// The proof that an entry is in the tree of the first `size` entries; of all, unless given.
#[utoipa::path(get, path = "/api/v1/journal/proofs/inclusion",
    params(("sequence" = u64, Query), ("size" = Option<u64>, Query)),
    responses((status = 200, body = InclusionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn inclusion(
    app: State,
    Caller(request): Caller,
    Query(place): Query<Place>,
) -> Result<extract::Json<InclusionView>, ApiError> {
    Ok(extract::Json(
        app.inclusion(&request, place.sequence, place.size).await?,
    ))
}

/// Two trees, the later of which continues the earlier.
#[derive(Debug, Deserialize)]
pub(super) struct Span {
    from: u64,
    to: Option<u64>,
}

/// The proof that the tree of the first `to` entries continues that of the first `from`; of all, unless given.
#[utoipa::path(get, path = "/api/v1/journal/proofs/consistency",
    params(("from" = u64, Query), ("to" = Option<u64>, Query)),
    responses((status = 200, body = ConsistencyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn consistency(
    app: State,
    Caller(request): Caller,
    Query(span): Query<Span>,
) -> Result<extract::Json<ConsistencyView>, ApiError> {
    Ok(extract::Json(
        app.consistency(&request, span.from, span.to).await?,
    ))
}

fn text(lines: &[ExportLine]) -> String {
    lines.iter().fold(String::new(), |mut all, line| {
        all.push_str(&serde_json::to_string(line).expect("a line has a JSON form"));
        all.push('\n');
        all
    })
}
