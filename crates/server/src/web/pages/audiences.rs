//! Audiences: whom one can tell, by which channels; and whom nothing is sent to any more.

pub(in crate::web) mod audience;
pub(in crate::web) mod bounces;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{Place, barred},
    parts::counted,
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use tidegate_domain::access::Action;
use tidegate_protocol::api::AudienceView;

#[derive(Template)]
#[template(path = "audiences.html")]
struct Page {
    frame: Frame,
    sentence: String,
    lines: Vec<Line>,
    /// Whether the visitor sees who is in one.
    sees_people: bool,
}

struct Line {
    channels: String,
    view: AudienceView,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let views = app.audiences(&request).await?;
    let reads = barred(&app, &request, (Action::Read, Place::default())).await?;
    answer(&Page {
        frame: Frame::new("Audiences", Section::Audiences, &request)
            .twins("/api/v1/audiences", "tidegate audience list"),
        sentence: match views.len() {
            0 => "No audience is declared yet.".to_owned(),
            many => format!("Messages go to {}.", counted(many, "audience")),
        },
        lines: views.into_iter().map(line).collect(),
        sees_people: reads.is_none(),
    })
}

fn line(view: AudienceView) -> Line {
    Line {
        channels: view.channels.join(", "),
        view,
    }
}
