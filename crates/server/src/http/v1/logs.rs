//! What components wrote.

use super::super::{
    ApiError,
    access::{Caller, Query, State, bounded},
};
use crate::{
    agents::output::Output,
    app::{SharedApp, field, optional},
};
use axum::{Router, extract, routing::get};
use serde::Deserialize;
use tidegate_domain::release::render::INSTANCES_MAX;
use tidegate_protocol::api::{LogLineView, LogsView, Problem};
use tidegate_store::TargetKey;

pub(super) fn router() -> Router<SharedApp> {
    Router::new().route("/api/v1/logs", get(read))
}

/// Whose output, and how much.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    product: String,
    component: String,
    environment: String,
    target: String,
    slot: Option<String>,
    instance: Option<u32>,
    job: Option<String>,
    lines: Option<u32>,
}

/// The last lines that a component, or a job of it, wrote on a target, asked of its agent.
#[utoipa::path(get, path = "/api/v1/logs",
    params(("product" = String, Query), ("component" = String, Query), ("environment" = String, Query),
        ("target" = String, Query), ("slot" = Option<String>, Query, description = "`blue` unless set, or `green`"),
        ("instance" = Option<u32>, Query, description = "Counted from 1, which it is unless set", minimum = 1, maximum = 100),
        ("job" = Option<String>, Query), ("lines" = Option<u32>, Query, minimum = 1, maximum = 10000)),
    responses((status = 200, body = LogsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn read(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<LogsView>, ApiError> {
    let target = TargetKey {
        environment: field("environment", &which.environment)?,
        target: field("target", &which.target)?,
    };
    let output = Output {
        product: field("product", &which.product)?,
        component: field("component", &which.component)?,
        slot: optional("slot", which.slot.as_deref())?.unwrap_or_default(),
        instance: bounded("instance", which.instance, 1, INSTANCES_MAX)?,
        job: optional("job", which.job.as_deref())?,
        lines: bounded("lines", which.lines, 100, 10_000)?,
    };
    let chunk = app.logs(&request, target, output).await?;
    let line = |line: tidegate_protocol::agent::LogLine| LogLineView {
        time: line.time,
        stream: line.stream,
        text: line.text,
    };
    Ok(extract::Json(LogsView {
        lines: chunk.lines.into_iter().map(line).collect(),
    }))
}
