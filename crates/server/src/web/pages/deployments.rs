//! Every deployment, newest first: what moves now, and what moved before.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{DeploymentTable, counted},
    state::State,
    visitor::{Query, Visitor},
};
use crate::{
    app::{Error, field},
    http::access,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{id::DeploymentId, name::Name};
use tidegate_protocol::api::{DeploymentView, GroupRunView};

/// Lines of one page.
const LIMIT: usize = 50;
/// The latest group runs.
const GROUPS: u64 = 5;

#[derive(Template)]
#[template(path = "deployments.html")]
struct Page {
    frame: Frame,
    sentence: String,
    product: String,
    environment: String,
    table: DeploymentTable,
    groups: Vec<GroupLine>,
    older: Option<String>,
}

/// A group run, in a line.
struct GroupLine {
    id: u64,
    state: State,
    sentence: String,
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
    app: access::State,
    Visitor(request): Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    let (before, place) = filter.read()?;
    let views = app
        .deployment_list(&request, before, LIMIT as u64, place)
        .await?;
    let groups = app.group_run_list(&request, None, GROUPS).await?;
    let group = |view: &GroupRunView| GroupLine {
        id: view.id,
        state: State::of_group_run(&view.status),
        sentence: view.sentence.clone(),
    };
    let frame = Frame::new("Deployments", Section::Deployments, &request).twins(
        format!("/api/v1/deployments?{}", filter.query()),
        "tidegate deployment list",
    );
    answer(&Page {
        frame,
        sentence: sentence(&views),
        groups: groups.iter().map(group).collect(),
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
