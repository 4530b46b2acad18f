//! The releases of a product, newest first, and where each runs.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place},
    parts::counted,
    state::State as Shown,
    visitor::{Path, Query, Visitor},
};
use crate::{
    app::{Error, optional},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{ContentView, ProductStatus, ReleaseView, StatusView};

/// Lines of one page.
const LIMIT: usize = 50;

#[derive(Template)]
#[template(path = "releases.html")]
struct Page {
    frame: Frame,
    product: String,
    sentence: String,
    lines: Vec<Line>,
    older: Option<String>,
    may_draft: bool,
    /// What the newest is made of, a line for each component.
    newest: String,
}

struct Line {
    version: String,
    state: Shown,
    by: String,
    created: Moment,
    changed: String,
    runs: Vec<String>,
}

/// Which part of the list.
#[derive(Deserialize)]
pub(in crate::web) struct Part {
    before: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(product): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, Fault> {
    let before = before(&part)?;
    let releases = app
        .release_list(&request, &product, before, LIMIT as u64)
        .await?;
    let status = app.status(&request).await?;
    let status = of_product(&status, &product);
    let now = Timestamp::now();
    let place = Place::product(&product);
    let barred = offer::barred(&app, &request, (Action::CreateRelease, place)).await?;
    let of_newest = releases.first().filter(|_| part.before.is_none());
    let of_newest = of_newest.map(|it| it.components.as_slice());
    let line_of = |it: &ContentView| format!("{}={}\n", it.component, it.version);
    let newest = of_newest.unwrap_or_default().iter().map(line_of);
    answer(&Page {
        may_draft: barred.is_none(),
        newest: newest.collect(),
        frame: Frame::new(
            &format!("Releases of {product}"),
            Section::Elsewhere,
            &request,
        )
        .twins(
            format!("/api/v1/products/{product}/releases"),
            format!("tidegate release list {product}"),
        ),
        sentence: sentence(&product, &releases),
        lines: releases.iter().map(|r| line(r, status, now)).collect(),
        older: older(&product, &releases),
        product,
    })
}

/// What runs of one product.
pub(super) fn of_product<'a>(status: &'a StatusView, product: &str) -> Option<&'a ProductStatus> {
    status
        .products
        .iter()
        .find(|found| found.product == product)
}

fn before(part: &Part) -> Result<Option<u64>, Error> {
    optional("before", part.before.as_deref())
}

fn older(product: &str, releases: &[ReleaseView]) -> Option<String> {
    let last = releases.last().filter(|_| releases.len() == LIMIT)?;
    Some(format!(
        "/products/{product}/releases?before={}",
        last.number
    ))
}

fn line(release: &ReleaseView, status: Option<&ProductStatus>, now: Timestamp) -> Line {
    let places = status.map(|status| status.environments.as_slice());
    let runs = places
        .unwrap_or_default()
        .iter()
        .filter(|place| {
            let mut targets = place.targets.iter();
            targets.any(|target| target.release.as_ref() == Some(&release.version))
        })
        .map(|place| place.environment.clone());
    let changed: Vec<_> = release
        .components
        .iter()
        .filter(|content| content.changed)
        .map(|content| format!("{} {}", content.component, content.version))
        .collect();
    Line {
        version: release.version.clone(),
        state: Shown::of_release(&release.state),
        by: release.created_by.clone(),
        created: Moment::seen(release.created_at, now),
        changed: changed.join(", "),
        runs: runs.collect(),
    }
}

fn sentence(product: &str, releases: &[ReleaseView]) -> String {
    let Some(newest) = releases.first() else {
        return format!("{product} has no releases yet.");
    };
    let drafts = releases.iter().filter(|r| r.state == "draft").count();
    let rest = match drafts {
        0 => "Every one shown is sealed.".to_owned(),
        _ => format!("{} may still change.", counted(drafts, "draft")),
    };
    format!(
        "The newest release of {product} is {}. {rest}",
        newest.version
    )
}
