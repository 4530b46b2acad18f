//! The journal as C2SP tlog-tiles has it, for programs that verify logs: a checkpoint, tiles of hashes, bundles of entries.
//!
//! Its addresses never change, and what lies at one of a full tile never does either.

use super::{
    ApiError,
    access::{Caller, Path, State},
};
use crate::app::{SharedApp, field};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    routing::get,
};
use tidegate_domain::journal::TileResource;

/// Only whoever asked may keep it, for as long as they like.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
/// A part of a tile is asked for no more once the tile is full.
const FOR_A_WHILE: &str = "private, max-age=60";

type Bytes = ([(HeaderName, HeaderValue); 2], Vec<u8>);

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*path}", get(tile))
}

/// The signed note.
async fn checkpoint(app: State, Caller(request): Caller) -> Result<Bytes, ApiError> {
    let note = app.checkpoint(&request).await?.note;
    let headers = headers("text/plain; charset=utf-8", "no-store");
    Ok((headers, note.into_bytes()))
}

/// Hashes or entries.
async fn tile(
    app: State,
    Caller(request): Caller,
    Path(path): Path<String>,
) -> Result<Bytes, ApiError> {
    let wanted: TileResource = field("tile", &path)?;
    let (TileResource::Hashes(tile) | TileResource::Entries(tile)) = wanted;
    let bytes = app.tile(&request, wanted).await?;
    let keep = if tile.is_full() {
        FOR_EVER
    } else {
        FOR_A_WHILE
    };
    Ok((headers("application/octet-stream", keep), bytes))
}

fn headers(kind: &'static str, keep: &'static str) -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ]
}
