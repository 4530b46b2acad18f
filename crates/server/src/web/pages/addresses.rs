//! Addresses for other programs, ended by whoever made them. Each is listed on the page of what it is about.

use super::super::{
    fault::Fault,
    visitor::{Path, Submitted, Visitor},
};
use crate::http::access::State;
use axum::response::Redirect;
use serde::Deserialize;

/// Where the form stood.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct From {
    #[serde(default)]
    here: String,
}

pub(in crate::web) async fn end(
    app: State,
    Visitor(request): Visitor,
    Path(token): Path<String>,
    Submitted(from): Submitted<From>,
) -> Result<Redirect, Fault> {
    // A form of ours says where it stood, and leads nowhere else.
    let pages = ["/calendar/addresses", "/channels", "/trackers/"];
    let is_ours = |it: &&str| pages.iter().any(|page| it.starts_with(page));
    let here = Some(from.here.as_str()).filter(is_ours).unwrap_or("/");
    let done = app.revoke_token(request, &token).await;
    done.map_err(|error| Fault::back(error, here))?;
    Ok(Redirect::to(here))
}
