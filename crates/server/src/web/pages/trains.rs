//! Trains: releases of several products that go out together.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    state::State as Shown,
    visitor::{Submitted, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::name::Name;
use tidegate_protocol::api::TrainSummary;

#[derive(Template)]
#[template(path = "trains.html")]
struct Page {
    frame: Frame,
    sentence: String,
    rows: Vec<Row>,
}

/// One train.
struct Row {
    name: String,
    title: String,
    state: Shown,
    sentence: String,
    members: String,
    next: String,
    departure: Option<Moment>,
}

/// The name of a train that is to be planned.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Begin {
    name: String,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let all = app.trains(&request).await?;
    let now = Timestamp::now();
    let frame = Frame::new("Trains", Section::Trains, &request).twins(
        "/api/v1/trains".to_owned(),
        "tidegate train list".to_owned(),
    );
    let open = all.iter().filter(|it| it.next.is_some()).count();
    let sentence = match (all.len(), open) {
        (0, _) => "No releases go out together yet.".to_owned(),
        (_, 0) => "No train is planned or under way.".to_owned(),
        (_, 1) => "1 train is planned or under way.".to_owned(),
        (_, many) => format!("{many} trains are planned or under way."),
    };
    let rows = all.into_iter().map(|it| row(it, now)).collect();
    answer(&Page {
        frame,
        sentence,
        rows,
    })
}

/// Leads to the page on which a train of that name is planned.
pub(in crate::web) async fn begin(
    Visitor(_): Visitor,
    Submitted(wanted): Submitted<Begin>,
) -> Result<Redirect, Fault> {
    let name = wanted.name.trim().parse::<Name>();
    let name = name.map_err(|why| Fault::back(Error::invalid("name", why), "/trains"))?;
    Ok(Redirect::to(&format!("/trains/{name}#edit")))
}

fn row(it: TrainSummary, now: Timestamp) -> Row {
    let sentence = super::super::parts::sentence(&it.sentence);
    Row {
        state: Shown::of_train(&it.status, it.held),
        departure: it.departure.map(|at| Moment::seen(at, now)),
        members: it.members.join(", "),
        next: it.next.unwrap_or_default(),
        name: it.name,
        title: it.title,
        sentence,
    }
}
