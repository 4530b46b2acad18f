//! Issues: those that are open everywhere, and those of a release, with the form that raises one.

pub(in crate::web) mod issue;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place, typed},
    parts::{IssueTable, Prose},
    visitor::{Path, Query, Submitted, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::IssueRequest;

#[derive(Template)]
#[template(path = "issues.html")]
struct Page {
    frame: Frame,
    sentence: String,
    issues: IssueTable,
    /// Of which release, if it is about one.
    of: Option<Of>,
}

struct Of {
    product: String,
    version: String,
    /// Why the visitor raises none.
    barred: Option<Prose>,
    /// The deployment that they come from.
    deployment: String,
}

/// Where the visitor comes from.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct From {
    deployment: Option<u64>,
}

/// What the form of a new issue holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Raised {
    title: String,
    #[serde(default)]
    description: String,
    severity: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    deployment: String,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let view = app.issues(&request).await?;
    answer(&Page {
        frame: Frame::new("Issues", Section::Work, &request)
            .twins("/api/v1/issues", "tidegate issue list"),
        sentence: view.sentence,
        issues: IssueTable::of("Issues", view.issues, true),
        of: None,
    })
}

pub(in crate::web) async fn of_release(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Query(from): Query<From>,
) -> Result<Response, Fault> {
    let view = app.issues_of(&request, (&product, &version)).await?;
    let place = Place::product(&product);
    let barred = offer::barred(&app, &request, (Action::RaiseIssue, place)).await?;
    answer(&Page {
        frame: Frame::new(
            &format!("Issues of {product} {version}"),
            Section::Elsewhere,
            &request,
        )
        .twins(
            format!("/api/v1/products/{product}/releases/{version}/issues"),
            format!("tidegate issue list {product} {version}"),
        ),
        sentence: view.sentence,
        issues: IssueTable::of("Issues", view.issues, false),
        of: Some(Of {
            product,
            version,
            barred,
            deployment: from
                .deployment
                .map_or_else(String::new, |it| it.to_string()),
        }),
    })
}

pub(in crate::web) async fn raise(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(raised): Submitted<Raised>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases/{version}/issues");
    let back = |error: Error| Fault::back(error, &here);
    let number = |text: String| {
        let wrong = |_| Error::invalid("deployment", "a deployment is named by its number");
        text.parse().map_err(wrong)
    };
    let deployment = typed(&raised.deployment).map(number).transpose();
    let wanted = IssueRequest {
        product: Some(product),
        version: Some(version),
        deployment: deployment.map_err(back)?,
        title: raised.title,
        description: raised.description.replace("\r\n", "\n"),
        severity: raised.severity,
        owner: typed(&raised.owner),
    };
    let view = app.raise_issue(request, &wanted).await.map_err(back)?;
    Ok(Redirect::to(&format!("/issues/{}", view.id)))
}
