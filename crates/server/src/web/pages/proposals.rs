//! Changes that bind their author: what each would change, and agreeing to it as a second person.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::counted,
    visitor::{Path, Query, Submitted, Visitor},
};
use crate::{
    app::{Error, proposals::Offered},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::id::ProposalId;

#[derive(Template)]
#[template(path = "proposals.html")]
struct Page {
    frame: Frame,
    sentence: String,
    shows_all: bool,
    proposals: Vec<Proposal>,
}

struct Proposal {
    offered: Offered,
    at: Moment,
}

/// Which of them.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Which {
    #[serde(default)]
    all: bool,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let offered = app.proposals_offered(&request, which.all).await?;
    let (twin, command) = match which.all {
        true => ("?all=true", " --all"),
        false => ("?all=false", ""),
    };
    let now = Timestamp::now();
    answer(&Page {
        frame: Frame::new("Proposals", Section::Controls, &request).twins(
            format!("/api/v1/proposals{twin}"),
            format!("tidegate policy proposals{command}"),
        ),
        sentence: sentence(&offered),
        shows_all: which.all,
        proposals: offered
            .into_iter()
            .map(|offered| Proposal {
                at: Moment::seen(offered.view.proposed_at, now),
                offered,
            })
            .collect(),
    })
}

pub(in crate::web) async fn settle(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let back = |error| Fault::back(error, "/proposals");
    let number = id.parse().map(ProposalId);
    let number = number.map_err(|_| Error::not_found("proposal-not-found", "proposal", &id))?;
    let agrees = match deed.as_str() {
        "agree" => true,
        "turn-down" => false,
        other => return Err(back(Error::not_found("page-not-found", "action", other))),
    };
    app.settle_proposal(request, number, agrees)
        .await
        .map_err(back)?;
    Ok(Redirect::to("/proposals"))
}

fn sentence(proposals: &[Offered]) -> String {
    let waiting = proposals.iter().filter(|it| it.view.state == "waits");
    match waiting.count() {
        0 => "Nothing waits for a second person.".to_owned(),
        1 => "1 change waits for a second person.".to_owned(),
        many => format!("{} wait for a second person.", counted(many, "change")),
    }
}
