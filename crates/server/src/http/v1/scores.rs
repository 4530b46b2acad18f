//! How large and how risky a deployment is, and whether that ranks failures.

use super::super::{
    ApiError,
    access::{Caller, Path, Query, State},
};
use crate::app::{SharedApp, score::ScoreOf};
use axum::{Router, extract, routing::get};
use serde::Deserialize;
use tidegate_protocol::api::{DeploymentScoreView, Problem, ScoreBacktestView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases/{version}/score",
            get(show),
        )
        .route("/api/v1/score/backtest", get(backtest))
}

/// Where it would go, when, and by which weights.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    environment: Option<String>,
    at: Option<String>,
    #[serde(default)]
    learnt: bool,
}

/// Of which product.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    product: Option<String>,
}

/// How large and how risky it is to deploy a release somewhere, with the terms in words and what would lower them.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/score",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = Option<String>, Query), ("at" = Option<String>, Query),
        ("learnt" = Option<bool>, Query)),
    responses((status = 200, body = DeploymentScoreView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<extract::Json<DeploymentScoreView>, ApiError> {
    let asked = ScoreOf {
        environment: asked.environment,
        at: asked.at,
        learnt: asked.learnt,
    };
    let view = app.score(&request, (&product, &version), &asked).await?;
    Ok(extract::Json(view))
}

/// Whether the scores of deployments to live ranked those that failed above the others.
#[utoipa::path(get, path = "/api/v1/score/backtest", params(("product" = Option<String>, Query)),
    responses((status = 200, body = ScoreBacktestView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn backtest(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<ScoreBacktestView>, ApiError> {
    let view = app
        .score_backtest(&request, which.product.as_deref())
        .await?;
    Ok(extract::Json(view))
}
