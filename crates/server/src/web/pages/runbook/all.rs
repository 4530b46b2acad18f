//! The runbooks of a release: for each environment of its path the way there and the way back, or a form that generates them.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place},
    parts::Prose,
    visitor::{Path, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, plans::StrategyChoice, runbooks::Which},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use tidegate_domain::access::Action;

#[derive(Template)]
#[template(path = "runbooks.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    release: String,
    sentence: String,
    places: Vec<Row>,
    barred: Option<Prose>,
}

/// One environment.
struct Row {
    environment: String,
    strategies: StrategyChoice,
    ways: Vec<Way>,
}

/// One of both ways.
struct Way {
    word: &'static str,
    title: &'static str,
    /// What it comes to, if it is written.
    sentence: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
) -> Result<Response, Fault> {
    app.release_view(&request, &product, &version).await?;
    let path = path(&app, &request, &product).await?;
    let mut places = Vec::with_capacity(path.len());
    for environment in path {
        places.push(row(&app, &request, (&product, &version, environment)).await?);
    }
    let written = places.iter().flat_map(|it| &it.ways);
    let written = written.filter(|it| it.sentence.is_some()).count();
    let frame = Frame::new(
        &format!("Runbooks of {product} {version}"),
        Section::Elsewhere,
        &request,
    );
    let barred = offer::barred(
        &app,
        &request,
        (Action::PlanRelease, Place::product(&product)),
    );
    answer(&Page {
        frame,
        release: format!("/products/{product}/releases/{version}"),
        sentence: match written {
            0 => format!("No runbook of {version} is written yet."),
            1 => format!("1 runbook of {version} is written."),
            many => format!("{many} runbooks of {version} are written."),
        },
        barred: barred.await?,
        places,
        product,
        version,
    })
}

/// The environments of a product, in the order of its path.
async fn path(app: &SharedApp, request: &Request, product: &str) -> Result<Vec<String>, Error> {
    let products = app.products(request).await?;
    let found = products.into_iter().find(|it| it.name == product);
    Ok(found.map(|it| it.path).unwrap_or_default())
}

async fn row(
    app: &SharedApp,
    request: &Request,
    (product, version, environment): (&str, &str, String),
) -> Result<Row, Error> {
    let mut ways = Vec::new();
    for (word, title) in [("forward", "deployment plan"), ("back", "backout plan")] {
        let of = (product, version, environment.as_str(), word);
        let sentence = match app.runbook(request, of, &Which::default()).await {
            Ok(view) => Some(view.sentence),
            Err(Error::Refused {
                code: "runbook-not-found",
                ..
            }) => None,
            Err(error) => return Err(error),
        };
        ways.push(Way {
            word,
            title,
            sentence,
        });
    }
    let strategies = app.strategies(request, (product, &environment)).await?;
    Ok(Row {
        environment,
        strategies,
        ways,
    })
}
