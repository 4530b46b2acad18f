//! Suppliers: who they are, and what is best looked at first.

pub(in crate::web) mod change;
pub(in crate::web) mod imports;
pub(in crate::web) mod links;
pub(in crate::web) mod supplier;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{Prose, counted},
    state::State as Shown,
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use tidegate_protocol::api::SupplierLineView;

#[derive(Template)]
#[template(path = "suppliers.html")]
struct Page {
    frame: Frame,
    sentence: String,
    suppliers: Vec<Line>,
}

struct Line {
    /// What is to be looked at first.
    waits: Option<Prose>,
    view: SupplierLineView,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let suppliers = app.suppliers(&request).await?;
    let open = suppliers.iter().filter(|it| it.waits_for.is_some()).count();
    let sentence = match (suppliers.len(), open) {
        (0, _) => "No supplier is declared yet.".to_owned(),
        (_, 0) => "Nothing of any supplier is to be looked at.".to_owned(),
        (_, open) => format!(
            "There is something to look at of {}.",
            counted(open, "supplier")
        ),
    };
    answer(&Page {
        frame: Frame::new("Suppliers", Section::Suppliers, &request)
            .twins("/api/v1/suppliers", "tidegate supplier list"),
        sentence,
        suppliers: suppliers.into_iter().map(line).collect(),
    })
}

fn line(view: SupplierLineView) -> Line {
    let waits = view.waits_for.as_deref().map(Prose::exactly);
    Line { waits, view }
}

/// How far a notice is.
fn notice_state(status: &str) -> Shown {
    let shape = match status {
        "announced" => "waiting",
        "acknowledged" => "moving",
        "overdue" => "failing",
        "happened" | "closed" => "steady",
        _ => "unknown",
    };
    Shown::new(shape, status)
}

/// How badly a product is touched.
fn harm_state(harm: &str) -> Shown {
    let shape = match harm {
        "fits" => "steady",
        "does without" => "held",
        "interrupted" => "waiting",
        "breaks" => "failing",
        _ => "unknown",
    };
    Shown::new(shape, harm)
}
