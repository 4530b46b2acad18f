//! Whether the scores of past deployments ranked those that failed above the others.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::typed,
    visitor::{Query, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use tidegate_protocol::api::{AucView, ProductView, ScoreBacktestView};

#[derive(Template)]
#[template(path = "score_backtest.html")]
struct Page {
    frame: Frame,
    products: Vec<(String, bool)>,
    rows: [Row; 3],
    view: ScoreBacktestView,
}

/// How one way to score ranked them.
struct Row {
    what: &'static str,
    /// The area and its standard error; none where there were too few.
    judged: Option<(String, String)>,
}

/// Of which product.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Which {
    #[serde(default)]
    product: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let product = typed(&which.product);
    let view = app.score_backtest(&request, product.as_deref()).await;
    let view = view.map_err(|error| Fault::back(error, "/score/backtest"))?;
    let products = app.products(&request).await?.into_iter();
    let choice = |it: ProductView| {
        let is_chosen = product.as_deref() == Some(&it.name);
        (it.name, is_chosen)
    };
    let (asked, flag) = match &product {
        Some(product) => (
            format!("?product={product}"),
            format!(" --product {product}"),
        ),
        None => (String::new(), String::new()),
    };
    answer(&Page {
        frame: Frame::new("Is the score worth anything?", Section::Elsewhere, &request).twins(
            format!("/api/v1/score/backtest{asked}"),
            format!("tidegate score backtest{flag}"),
        ),
        products: products.map(choice).collect(),
        rows: [
            row("the written formula", view.written.as_ref()),
            row("the same, over the newer half", view.written_newer.as_ref()),
            row(
                "weights learnt from the older half, over the newer half",
                view.learnt.as_ref(),
            ),
        ],
        view,
    })
}

fn row(what: &'static str, auc: Option<&AucView>) -> Row {
    let judged = auc.map(|it| (format!("{:.2}", it.area), format!("{:.2}", it.error)));
    Row { what, judged }
}
