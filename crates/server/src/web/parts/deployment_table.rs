//! Deployments as lines of a table.

use super::super::{
    moment::{Moment, length},
    state::State,
};
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::DeploymentView;

/// Deployments, newest first.
#[derive(Debug, Template)]
#[template(path = "parts/deployment_table.html")]
pub(in crate::web) struct DeploymentTable {
    lines: Vec<Line>,
}

impl HtmlSafe for DeploymentTable {}

#[derive(Debug)]
struct Line {
    id: u64,
    product: String,
    release: String,
    environment: String,
    state: State,
    summary: String,
    by: String,
    requested: Moment,
    took: String,
}

impl DeploymentTable {
    /// Of these, seen from `now`.
    pub(in crate::web) fn of<'a>(
        views: impl IntoIterator<Item = &'a DeploymentView>,
        now: Timestamp,
    ) -> Self {
        Self {
            lines: views.into_iter().map(|view| line(view, now)).collect(),
        }
    }

    /// Whether there is none.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

fn line(view: &DeploymentView, now: Timestamp) -> Line {
    let until = view.ended_at.unwrap_or(now);
    Line {
        id: view.id,
        product: view.product.clone(),
        release: view.release.clone(),
        environment: view.environment.clone(),
        state: State::of_deployment(&view.status, view.held.is_some()),
        summary: view.summary.clone(),
        by: view.requested_by.clone(),
        requested: Moment::seen(view.requested_at, now),
        took: length(until.as_second() - view.requested_at.as_second()),
    }
}
