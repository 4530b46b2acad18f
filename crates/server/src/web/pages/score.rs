//! How large and how risky it is to deploy a release, with the terms in words and what would lower them.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::Prose,
    visitor::{Path, Query, Visitor},
};
use crate::{app::score::ScoreOf, http::access::State};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use tidegate_protocol::api::{DeploymentScoreView, ScoreTermView};

#[derive(Template)]
#[template(path = "score.html")]
struct Page {
    frame: Frame,
    parts: [(&'static str, &'static str, u32, Vec<Term>); 2],
    view: DeploymentScoreView,
}

struct Term {
    remedy: Option<Prose>,
    view: ScoreTermView,
}

/// Where it would go.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    environment: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let asked = ScoreOf {
        environment: asked.environment,
        ..ScoreOf::default()
    };
    let mut view = app.score(&request, (&product, &version), &asked).await?;
    let term = |view: ScoreTermView| Term {
        remedy: view.remedy.as_deref().map(Prose::exactly),
        view,
    };
    let terms = |all: Vec<ScoreTermView>| all.into_iter().map(term).collect();
    let (size, risk) = (
        std::mem::take(&mut view.size_terms),
        std::mem::take(&mut view.risk_terms),
    );
    answer(&Page {
        frame: Frame::new(
            &format!("Size and risk of {product} {version}"),
            Section::Elsewhere,
            &request,
        )
        .twins(
            format!("/api/v1/products/{product}/releases/{version}/score"),
            format!("tidegate score show {product} {version}"),
        ),
        parts: [
            ("size", "Where the size comes from", view.size, terms(size)),
            ("risk", "Where the risk comes from", view.risk, terms(risk)),
        ],
        view,
    })
}
