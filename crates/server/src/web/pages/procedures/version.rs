//! A version of a procedure, and what became of the one before.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::Prose,
    visitor::{Path, Query, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_protocol::api::{ProcedureDifferenceView, ProcedureVersionView};

#[derive(Template)]
#[template(path = "procedure_version.html")]
struct Page {
    frame: Frame,
    name: String,
    sentence: String,
    at: Moment,
    changes: Vec<Prose>,
    difference: Option<ProcedureDifferenceView>,
    version: ProcedureVersionView,
}

/// What it is compared with; the version before unless set.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct With {
    from: Option<u32>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((name, number)): Path<(String, String)>,
    Query(with): Query<With>,
) -> Result<Response, Fault> {
    let missing = || Error::not_found("version-not-found", "version", &number);
    let number: u32 = number.parse().map_err(|_| missing())?;
    let version = app.procedure_version(&request, &name, number).await?;
    let newest = app.procedure_versions(&request, &name, (None, 1)).await?;
    let in_force = newest.first().map_or(number, |it| it.number);
    let from = with.from.unwrap_or_else(|| number.saturating_sub(1));
    let difference = match from {
        0 => None,
        from => {
            let both = (Some(from), Some(number));
            Some(app.procedure_difference(&request, &name, both).await?)
        }
    };
    let changes = difference.iter().flat_map(|it| &it.changes);
    let title = format!("{}, version {number}", version.title);
    answer(&Page {
        frame: Frame::new(&title, Section::Procedures, &request).twins(
            format!("/api/v1/procedures/{name}/versions/{number}"),
            format!("tidegate procedure show {name} --version {number}"),
        ),
        sentence: match number == in_force {
            true => format!("{title}, is in force."),
            false => format!("{title}, is not in force any more: version {in_force} is."),
        },
        at: Moment::seen(version.at, Timestamp::now()),
        changes: changes.map(|it| Prose::of(it)).collect(),
        difference,
        name,
        version,
    })
}
