//! Exceptions from controls: which there are, asking for one, signing it off, ending it.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, typed},
    parts::{Talk, counted},
    state::State as Shown,
    visitor::{Path, Query, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use tidegate_domain::{access::Action, id::WaiverId, talk::Subject};
use tidegate_protocol::api::{ProductView, WaiverRequest, WaiverView};

#[derive(Template)]
#[template(path = "waivers.html")]
struct Page {
    frame: Frame,
    sentence: String,
    shows_all: bool,
    waivers: Vec<Waiver>,
    form: Option<Form>,
}

/// One of them, and what is said about it.
#[derive(Template)]
#[template(path = "waiver.html")]
struct OnePage {
    frame: Frame,
    sentence: String,
    waivers: Vec<Waiver>,
    talk: Talk,
}

struct Waiver {
    view: WaiverView,
    state: Shown,
    ends: Moment,
    may_sign: bool,
    may_end: bool,
}

/// Where the visitor may ask for one.
struct Form {
    controls: Vec<Choice>,
    products: Vec<ProductView>,
    environments: Vec<String>,
}

struct Choice {
    name: String,
    is_chosen: bool,
}

/// Which of them, and which control one is wanted from.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Which {
    #[serde(default)]
    all: bool,
    #[serde(default)]
    control: String,
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    control: String,
    product: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    release: String,
    reason: String,
    hours: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let views = app.waivers(&request, which.all).await?;
    let grants = app.products_for(&request, Action::GrantWaiver).await?;
    let form = form(&app, &request, &which.control).await?;
    let twin = if which.all { "?all=true" } else { "" };
    let command = if which.all { " --all" } else { "" };
    let now = Timestamp::now();
    let own = app.own_accounts(&request).await?;
    let waiver = |view: WaiverView| {
        let may = grants.iter().any(|it| it.name == product(&view));
        waiver(view, (may, &own), now)
    };
    answer(&Page {
        frame: Frame::new("Exceptions from controls", Section::Controls, &request).twins(
            format!("/api/v1/waivers{twin}"),
            format!("tidegate waiver list{command}"),
        ),
        sentence: sentence(&views, which.all),
        shows_all: which.all,
        form,
        waivers: views.iter().cloned().map(waiver).collect(),
    })
}

pub(in crate::web) async fn show_one(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let view = app.waiver(&request, id).await?;
    let grants = app.products_for(&request, Action::GrantWaiver).await?;
    let may = grants.iter().any(|it| it.name == product(&view));
    let own = app.own_accounts(&request).await?;
    let title = format!("Exception {id}");
    answer(&OnePage {
        frame: Frame::new(&title, Section::Controls, &request)
            .twins("/api/v1/waivers?all=true", "tidegate waiver list --all"),
        sentence: format!(
            "{} asked for an exception: it {}.",
            view.by,
            spoken(&view.state)
        ),
        talk: Talk::of(&app, &request, &Subject::Waiver(id)).await?,
        waivers: vec![waiver(view, (may, &own), Timestamp::now())],
    })
}

pub(in crate::web) async fn ask(
    app: State,
    Visitor(request): Visitor,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let back = |error| Fault::back(error, "/waivers");
    let hours = wish.hours.trim().parse();
    let hours = hours.map_err(|_| back(Error::invalid("hours", "a number of hours")))?;
    let wanted = WaiverRequest {
        control: wish.control,
        product: wish.product,
        environment: typed(&wish.environment),
        release: typed(&wish.release),
        reason: wish.reason.trim().to_owned(),
        hours,
    };
    app.request_waiver(request, &wanted).await.map_err(back)?;
    Ok(Redirect::to("/waivers"))
}

pub(in crate::web) async fn settle(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let back = |error| Fault::back(error, "/waivers");
    let number = number(&id)?;
    let signs = match deed.as_str() {
        "sign" => true,
        "end" => false,
        other => return Err(back(Error::not_found("page-not-found", "action", other))),
    };
    app.settle_waiver(request, number, signs)
        .await
        .map_err(back)?;
    Ok(Redirect::to("/waivers"))
}

fn number(text: &str) -> Result<WaiverId, Error> {
    let number = text.parse().map(WaiverId);
    number.map_err(|_| Error::not_found("waiver-not-found", "waiver", text))
}

/// A state in a sentence.
fn spoken(state: &str) -> String {
    match state {
        "good" => "is good".to_owned(),
        other => other.to_owned(),
    }
}

/// What an exception is for begins with the product.
fn product(view: &WaiverView) -> &str {
    view.scope.split(' ').next().unwrap_or_default()
}

async fn form(app: &SharedApp, request: &Request, chosen: &str) -> Result<Option<Form>, Error> {
    let products = app.products_for(request, Action::RequestChange).await?;
    if products.is_empty() {
        return Ok(None);
    }
    let controls = app.controls(request).await?.into_iter();
    let choice = |name: String| Choice {
        is_chosen: name == chosen,
        name,
    };
    Ok(Some(Form {
        controls: controls.map(|it| choice(it.name)).collect(),
        environments: offer::environments(&products),
        products,
    }))
}

fn waiver(view: WaiverView, (may, own): (bool, &BTreeSet<String>), now: Timestamp) -> Waiver {
    let shape = match view.state.as_str() {
        "good" => "steady",
        "waits for a signature" => "waiting",
        _ => "held",
    };
    let waits = view.state == "waits for a signature";
    Waiver {
        state: Shown::new(shape, view.state.clone()),
        ends: Moment::seen(view.expires_at, now),
        may_sign: may && waits && !own.contains(&view.by),
        may_end: may && (waits || view.state == "good"),
        view,
    }
}

fn sentence(waivers: &[WaiverView], all: bool) -> String {
    let count = |state: &str| waivers.iter().filter(|it| it.state == state).count();
    let (good, waiting) = (count("good"), count("waits for a signature"));
    match (waivers.len(), all) {
        (0, true) => "Nothing was ever excepted from a control.".to_owned(),
        (0, false) => "Nothing is excepted from any control.".to_owned(),
        _ => {
            let holds = if good == 1 { "is good" } else { "are good" };
            let waits = if waiting == 1 { "waits" } else { "wait" };
            let good = counted(good, "exception");
            format!("{good} {holds} now, and {waiting} {waits} for a signature.")
        }
    }
}
