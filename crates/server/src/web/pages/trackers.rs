//! Trackers: where work items are kept.

pub(in crate::web) mod tracker;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::counted,
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use tidegate_protocol::api::TrackerView;

#[derive(Template)]
#[template(path = "trackers.html")]
struct Page {
    frame: Frame,
    sentence: String,
    lines: Vec<Line>,
}

struct Line {
    projects: String,
    view: TrackerView,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let views = app.trackers(&request).await?;
    answer(&Page {
        frame: Frame::new("Trackers", Section::Elsewhere, &request)
            .twins("/api/v1/trackers", "tidegate tracker list"),
        sentence: match views.len() {
            0 => "No tracker is declared yet.".to_owned(),
            many => format!("Work items are kept in {}.", counted(many, "tracker")),
        },
        lines: views.into_iter().map(line).collect(),
    })
}

fn line(view: TrackerView) -> Line {
    Line {
        projects: view.projects.join(", "),
        view,
    }
}
