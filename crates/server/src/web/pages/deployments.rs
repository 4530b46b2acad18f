//! Every deployment, newest first: what moves now, and what moved before.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{DeploymentTable, counted},
    visitor::Visitor,
};
use crate::{
    app::{Error, field},
    http::access::State,
};
use askama::Template;
use axum::{extract::Query, response::Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{id::DeploymentId, name::Name};
use tidegate_protocol::api::DeploymentView;

/// Lines of one page.
const LIMIT: usize = 50;

#[derive(Template)]
#[template(path = "deployments.html")]
struct Page {
    frame: Frame,
    sentence: String,
    product: String,
    environment: String,
    table: DeploymentTable,
    older: Option<String>,
}

/// Which part of the list.
#[derive(Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    product: String,
    #[serde(default)]
    environment: String,
    before: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    let (before, place) = filter.read()?;
    let views = app
        .deployment_list(&request, before, LIMIT as u64, place)
        .await?;
    let frame = Frame::new("Deployments", Section::Deployments, &request).twins(
        format!("/api/v1/deployments?{}", filter.query()),
        "tidegate deployment list",
    );
    answer(&Page {
        frame,
        sentence: sentence(&views),
        older: filter.older(&views),
        product: filter.product,
        environment: filter.environment,
        table: DeploymentTable::of(&views, Timestamp::now()),
    })
}

type Wanted = (Option<DeploymentId>, (Option<Name>, Option<Name>));

impl Filter {
    fn read(&self) -> Result<Wanted, Error> {
        let name = |what, text: &str| match text {
            "" => Ok(None),
            _ => field::<Name>(what, text).map(Some),
        };
        let before = self.before.as_deref().map(|text| field("before", text));
        let place = (
            name("product", &self.product)?,
            name("environment", &self.environment)?,
        );
        Ok((before.transpose()?.map(DeploymentId), place))
    }

    /// The filter as the part of an address behind the `?`.
    fn query(&self) -> String {
        let parts = [
            ("product", &self.product),
            ("environment", &self.environment),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        parts.join("&")
    }

    fn older(&self, views: &[DeploymentView]) -> Option<String> {
        let last = views.last().filter(|_| views.len() == LIMIT)?;
        let rest = self.query();
        Some(format!("/deployments?before={}&{rest}", last.id))
    }
}

fn sentence(views: &[DeploymentView]) -> String {
    let moving: Vec<_> = views.iter().filter(|view| !view.has_ended()).collect();
    match (moving.as_slice(), views) {
        ([], []) => "Nothing was deployed yet.".to_owned(),
        ([], [last, ..]) => format!("Nothing moves. Last: {}", last.summary),
        ([one], _) => one.summary.clone(),
        (several, _) => format!("{} move.", counted(several.len(), "deployment")),
    }
}
