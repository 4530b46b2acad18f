//! One train: its departures, members, what fits, what it waits for, and what a person can do.

mod deeds;
mod shown;

use super::super::{
    confirm,
    fault::Fault,
    frame::{Frame, Section, answer},
    live::{self, Fragment},
    marked,
    moment::Moment,
    offer::{self, Place},
    parts::{Came, Save, Saving, Talk},
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::{Watching, access::State},
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use deeds::Wish;
use futures::FutureExt;
use jiff::Timestamp;
use shown::Train;
use std::time::Duration;
use tidegate_domain::{access::Action, talk::Subject};
use tidegate_protocol::api::{PlanEditionView, TrainView};

/// Fragments follow each other at this distance at least.
const PACE: Duration = Duration::from_millis(500);
/// Editions that are told of.
const EDITIONS: u64 = 10;
/// What a plan begins with where there is none.
const EXAMPLE: &str = "owner: team:TEAM\ntime_zone: UTC\ndepartures:\n- { environment: staging, at: 2099-01-01T10:00 }\n\
    - { environment: live, at: 2099-01-02T20:00 }\nlate: { policy: wait, before: 1d }\nmembers:\n\
    - { product: ONE, release: 1.0.0 }\n- { product: OTHER, after: [ONE] }\n";

#[derive(Template)]
#[template(path = "train.html")]
struct Page {
    frame: Frame,
    name: String,
    train: Option<Train>,
    /// What came of what was typed.
    saving: Saving,
    form: Option<Form>,
    history: Vec<Edition>,
    /// What is said about it, once it is there.
    talk: Option<Talk>,
}

/// What the page has to type into.
struct Form {
    /// The edition that the text was made from; 0 where nothing is planned yet.
    base: u64,
    text: String,
}

struct Edition {
    edition: u64,
    by: String,
    at: Moment,
    changed: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    answer(&page(&app, &request, &name).await?)
}

pub(in crate::web) async fn live(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    app.train_view(&request, &name).await?;
    let render = move |app: SharedApp, request: Request| {
        let name = name.clone();
        async move {
            let (view, between) = app.train_with_hurdles(&request, &name).await.ok()?;
            let may = may(&app, &request, &view).await.ok()?;
            let train = Train::of(view, between, (may, Timestamp::now()));
            let is_last = train.has_ended;
            let html = marked::html(&train).ok()?;
            Some(Fragment { html, is_last })
        }
        .boxed()
    };
    Ok(live::stream(Watching::new(app.0, request, PACE), Box::new(render)).into_response())
}

/// Saves what was typed, or shows what that would change. What is refused stays in the form.
pub(in crate::web) async fn save(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(wanted): Submitted<Save>,
) -> Result<Response, Fault> {
    let put = |asked| {
        let (app, request, name) = (app.0.clone(), request.clone(), name.clone());
        async move { app.save_train_plan(request, &name, &asked).await }.boxed()
    };
    match wanted.put(put).await? {
        Came::Saved => Ok(Redirect::to(&format!("/trains/{name}")).into_response()),
        Came::Shown(saving, base, text) => {
            let mut page = page(&app, &request, &name).await?;
            page.form = page.form.map(|_| Form { base, text });
            page.saving = *saving;
            answer(&page)
        }
    }
}

pub(in crate::web) async fn steer(
    app: State,
    Visitor(request): Visitor,
    Path((name, deed)): Path<(String, String)>,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let here = format!("/trains/{name}");
    let done = perform(&app, request, (&name, &deed), wish).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

async fn perform(
    app: &SharedApp,
    request: Request,
    (name, path): (&str, &str),
    wish: Wish,
) -> Result<(), Error> {
    if deeds::takes(path).contains(&"confirmation") {
        confirm::meant(name, wish.confirm())?;
    }
    app.steer_train(request, name, wish.read(path)?).await
}

/// What a visitor may do with a train.
#[derive(Debug, Clone, Copy)]
struct May {
    /// Plan it, close it, change it.
    plan: bool,
    /// Hold it.
    hold: bool,
}

async fn may(app: &SharedApp, request: &Request, view: &TrainView) -> Result<May, Error> {
    let mut may = May {
        plan: true,
        hold: true,
    };
    for member in &view.members {
        let place = Place::product(&member.product);
        let plan = offer::barred(app, request, (Action::PlanRelease, place)).await?;
        let hold = offer::barred(app, request, (Action::SteerDeployment, place)).await?;
        may.plan &= plan.is_none();
        may.hold &= hold.is_none();
    }
    Ok(may)
}

async fn page(app: &SharedApp, request: &Request, name: &str) -> Result<Page, Error> {
    let now = Timestamp::now();
    let found = match app.train_with_hurdles(request, name).await {
        Ok(found) => Some(found),
        // There is none yet: the page offers to plan it.
        Err(Error::Refused {
            code: "train-not-found",
            ..
        }) => None,
        Err(error) => return Err(error),
    };
    let frame = Frame::new(&format!("Train {name}"), Section::Trains, request);
    let Some((view, between)) = found else {
        return Ok(Page {
            frame,
            name: name.to_owned(),
            train: None,
            saving: Saving::default(),
            form: Some(Form {
                base: 0,
                text: EXAMPLE.to_owned(),
            }),
            history: Vec::new(),
            talk: None,
        });
    };
    let editions = app
        .train_plan_editions(request, name, (None, EDITIONS))
        .await?;
    let may = may(app, request, &view).await?;
    let form = Form {
        base: view.edition,
        text: view.text.clone(),
    };
    let subject = name.parse().map_err(|why| Error::invalid("name", why))?;
    let talk = Talk::of(app, request, &Subject::Train(subject)).await?;
    let train = Train::of(view, between, (may, now));
    Ok(Page {
        frame: frame.twins(
            format!("/api/v1/trains/{name}"),
            format!("tidegate train show {name}"),
        ),
        name: name.to_owned(),
        saving: Saving::default(),
        form: (may.plan && train.can_be_planned).then_some(form),
        history: editions.into_iter().map(|it| edition(it, now)).collect(),
        train: Some(train),
        talk: Some(talk),
    })
}

fn edition(view: PlanEditionView, now: Timestamp) -> Edition {
    let paths: Vec<&str> = view.differences.iter().map(|it| it.path.as_str()).collect();
    let changed = match (view.edition, paths.len()) {
        (1, _) => "the first".to_owned(),
        (_, 0..=5) => paths.join(", "),
        (_, many) => format!("{} and {} more", paths[..4].join(", "), many - 4),
    };
    Edition {
        edition: view.edition,
        by: view.by,
        at: Moment::seen(view.at, now),
        changed,
    }
}
