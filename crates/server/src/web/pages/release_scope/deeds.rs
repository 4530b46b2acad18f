//! What is decided and written on the page.

use super::super::super::{
    fault::Fault,
    offer::typed,
    visitor::{Path, Submitted, Visitor},
};
use crate::http::access::State;
use axum::response::Redirect;
use serde::Deserialize;
use tidegate_protocol::api::{AdjustmentRequest, WordingRequest};

/// What is decided about a change.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Adjustment {
    #[serde(default)]
    environment: String,
    act: String,
    change: String,
    reason: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    description: String,
}

/// What is written for an audience.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wording {
    #[serde(default)]
    environment: String,
    audience: String,
    subject: String,
    #[serde(default)]
    text: String,
    /// Anything, when the audience is not to be told.
    #[serde(default)]
    untold: String,
    seen: u64,
}

pub(in crate::web) async fn adjust(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wanted): Submitted<Adjustment>,
) -> Result<Redirect, Fault> {
    let here = here(
        (&product, &version),
        &[("environment", &wanted.environment)],
    );
    let change = match (wanted.act.as_str(), wanted.change.trim()) {
        ("write", name) if !name.starts_with('+') => format!("+{name}"),
        (_, change) => change.to_owned(),
    };
    let asked = AdjustmentRequest {
        act: wanted.act,
        change,
        reason: wanted.reason,
        component: None,
        kind: typed(&wanted.kind),
        description: typed(&wanted.description),
    };
    let done = app
        .adjust_scope(request, (&product, &version), &asked)
        .await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn word(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wanted): Submitted<Wording>,
) -> Result<Redirect, Fault> {
    let chosen = [
        ("environment", wanted.environment.as_str()),
        ("audience", &wanted.audience),
    ];
    let here = here((&product, &version), &chosen);
    let text = wanted.text.replace("\r\n", "\n");
    let asked = WordingRequest {
        audience: wanted.audience,
        subject: wanted.subject,
        text: wanted.untold.is_empty().then_some(text),
        seen: Some(wanted.seen),
    };
    let done = app.word_notes(request, (&product, &version), &asked).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&format!("{here}#notes")))
}

/// The page with what was chosen on it.
fn here((product, version): (&str, &str), chosen: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(chosen).finish();
    format!("/products/{product}/releases/{version}/scope?{query}")
}
