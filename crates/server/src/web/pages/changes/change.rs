//! One change request: what changes, when, who said what of it, and what may be said now.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place},
    parts::{Prose, Talk, sentence},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, changes::Deed},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{access::Action, id::ChangeId, talk::Subject};
use tidegate_protocol::api::ChangeView;

#[derive(Template)]
#[template(path = "change.html")]
struct Page {
    frame: Frame,
    sentence: String,
    state: Shown,
    asked: Moment,
    starts: Option<Moment>,
    ends: Option<Moment>,
    said: Option<Prose>,
    talk: Talk,
    change: ChangeView,
    may_decide: bool,
    may_close: bool,
    is_emergency: bool,
    /// Why the visitor decides nothing.
    barred: Option<Prose>,
}

/// What a person says of it.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let change = app.change_view(&request, number(&id)?).await?;
    let is_open = change.state == "open";
    let is_approved = change.state == "approved";
    let place = Place::of(&change.product, &change.environment);
    let barred = offer::barred(&app, &request, (Action::ApproveChange, place)).await?;
    let is_own = app.own_accounts(&request).await?.contains(&change.by);
    let own = is_own.then(|| Prose::of("you asked for it, so somebody else decides"));
    let may_close = is_approved && barred.is_none();
    let barred = own.filter(|_| is_open).or(barred);
    let now = Timestamp::now();
    let seen = |time: Option<Timestamp>| time.map(|time| Moment::seen(time, now));
    answer(&Page {
        frame: Frame::new(&format!("Change request {id}"), Section::Changes, &request).twins(
            format!("/api/v1/changes/{id}"),
            format!("tidegate change show {id}"),
        ),
        sentence: sentence(&change.title),
        state: super::state(&change),
        asked: Moment::seen(change.at, now),
        starts: seen(change.starts),
        ends: seen(change.ends),
        said: change.said.as_deref().map(Prose::of),
        may_decide: is_open && barred.is_none(),
        may_close,
        is_emergency: change.kind == "emergency",
        barred: barred.filter(|_| is_open || is_approved),
        talk: Talk::of(&app, &request, &Subject::Change(ChangeId(change.id))).await?,
        change,
    })
}

pub(in crate::web) async fn settle(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/changes/{id}");
    let done = settled(&app, request, (&id, &deed), word.note.trim()).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

async fn settled(
    app: &SharedApp,
    request: Request,
    (id, deed): (&str, &str),
    note: &str,
) -> Result<(), Error> {
    let deed = match deed {
        "approve" => Deed::Approve,
        "turn-down" => Deed::TurnDown,
        "close" => Deed::Close,
        other => return Err(Error::not_found("page-not-found", "action", other)),
    };
    let done = app.settle_change(request, number(id)?, deed, note);
    done.await.map(drop)
}

fn number(text: &str) -> Result<ChangeId, Error> {
    let number = text.parse().map(ChangeId);
    number.map_err(|_| Error::not_found("change-not-found", "change request", text))
}
