//! What runs where, and what needs a person: products by environments.

mod matrix;
mod needs;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    live::{self, Fragment},
    marked,
    parts::{DeploymentTable, counted},
    visitor::Visitor,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::{Watching, access::State},
};
use askama::{Template, filters::HtmlSafe};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use jiff::Timestamp;
use matrix::Row;
use needs::Need;
use std::time::Duration;
use tidegate_protocol::api::{EnvironmentStatus, StatusView};

/// How many of the latest deployments are looked at.
const LATEST: u64 = 100;
/// How many of them are listed.
const LISTED: usize = 6;
/// The whole is costly to collect, so it is collected at most this often.
const PACE: Duration = Duration::from_millis(500);

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    overview: Overview,
}

/// What is refreshed.
#[derive(Debug, Template)]
#[template(path = "overview_live.html")]
struct Overview {
    sentence: String,
    needs: Vec<Need>,
    columns: Vec<String>,
    rows: Vec<Row>,
    latest: DeploymentTable,
}

impl HtmlSafe for Overview {}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    answer(&Page {
        frame: Frame::new("Overview", Section::Overview, &request)
            .twins("/api/v1/status", "tidegate status"),
        overview: overview(&app, &request).await?,
    })
}

pub(in crate::web) async fn live(app: State, Visitor(request): Visitor) -> Response {
    let render = move |app: SharedApp, request: Request| {
        async move {
            let html = marked::html(&overview(&app, &request).await.ok()?).ok()?;
            Some(Fragment {
                html,
                is_last: false,
            })
        }
        .boxed()
    };
    live::stream(Watching::new(app.0, request, PACE), Box::new(render)).into_response()
}

async fn overview(app: &SharedApp, request: &Request) -> Result<Overview, Error> {
    let now = Timestamp::now();
    let status = app.status(request).await?;
    let targets = app.targets(request).await?;
    let latest = app
        .deployment_list(request, None, LATEST, (None, None))
        .await?;
    let late = app.late_for_suppliers(request).await?;
    let rests = app.standstill.is_on();
    let resting = rests.then(needs::resting).into_iter();
    Ok(Overview {
        sentence: match rests {
            true => "The server rests: it was put back from a backup.".to_owned(),
            false => sentence(&status),
        },
        needs: resting
            .chain(needs::of(&status, &targets, &latest))
            .chain(late.iter().map(needs::late))
            .collect(),
        columns: matrix::columns(&status),
        rows: matrix::rows(&status, now),
        latest: DeploymentTable::of(latest.iter().take(LISTED), now),
    })
}

/// What a person would say on seeing it all: what moves, or else what stands.
fn sentence(status: &StatusView) -> String {
    let places = || status.products.iter().flat_map(|p| &p.environments);
    let moving: Vec<_> = places().filter_map(|p| p.deployment.as_ref()).collect();
    match moving.as_slice() {
        [one] => return one.summary.clone(),
        [first, rest @ ..] => {
            let rest = counted(rest.len(), "other deployment");
            return format!("{} {rest} under way.", first.summary);
        }
        [] => {}
    }
    match status.products.as_slice() {
        [] => "Nothing is declared yet.".to_owned(),
        [product] => standing(&product.product, &product.environments),
        several => {
            let ill = places().filter(|place| is_ill(place)).count();
            let how = match ill {
                0 => "all is well".to_owned(),
                _ => format!("{} not well", counted(ill, "place")),
            };
            format!(
                "Nothing moves in {}; {how}.",
                counted(several.len(), "product")
            )
        }
    }
}

fn is_ill(place: &EnvironmentStatus) -> bool {
    matches!(place.health.as_str(), "failed" | "unhealthy")
}

/// About one product: its furthest environment where something runs.
fn standing(product: &str, places: &[EnvironmentStatus]) -> String {
    let runs = |place: &&EnvironmentStatus| place.targets.iter().any(|t| t.release.is_some());
    let Some(place) = places.iter().rev().find(runs) else {
        return format!("{product} is declared and runs nowhere yet.");
    };
    let environment = &place.environment;
    match (&place.release, place.targets.len()) {
        (Some(release), 1) => format!("{product} {release} runs in {environment}."),
        (Some(release), count) => {
            format!("{product} {release} runs on all {count} targets in {environment}.")
        }
        (None, count) => {
            format!("{product} differs between the {count} targets in {environment}.")
        }
    }
}
