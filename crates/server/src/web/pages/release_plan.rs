//! The plan of a release: what it comes to, and changing it, as text that two people may change at once.

mod form;
mod shown;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place},
    parts::{Came, Prose, Save, Saving},
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use form::{Begin, Form};
use futures::FutureExt;
use jiff::Timestamp;
use shown::Plan;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{PlanEditionView, ReleasePlanView};

/// Editions that are told of.
const EDITIONS: u64 = 10;

#[derive(Template)]
#[template(path = "release_plan.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    /// The address of the release.
    release: String,
    sentence: String,
    /// What came of what was typed.
    saving: Saving,
    plan: Option<Plan>,
    form: Option<Form>,
    /// Why the visitor plans nothing.
    barred: Option<Prose>,
    history: Vec<Edition>,
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
    Path(of): Path<(String, String)>,
) -> Result<Response, Fault> {
    answer(&page(&app, &request, &of).await?)
}

pub(in crate::web) async fn begin(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wanted): Submitted<Begin>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases/{version}/planning");
    let begun = app
        .begin_plan(request, (&product, &version), &wanted.read())
        .await;
    begun.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

/// How the plan of a release stands, in a few words.
pub(super) async fn planned(
    app: &SharedApp,
    request: &Request,
    of: (&str, &str),
) -> Result<String, Error> {
    match app.release_plan(request, of, None).await {
        Ok(view) => Ok(view.sentence),
        Err(Error::Refused {
            code: "plan-not-found",
            ..
        }) => Ok("nothing is planned yet".to_owned()),
        Err(error) => Err(error),
    }
}

/// Saves what was typed, or shows what that would change. What is refused stays in the form.
pub(in crate::web) async fn save(
    app: State,
    Visitor(request): Visitor,
    Path(of): Path<(String, String)>,
    Submitted(wanted): Submitted<Save>,
) -> Result<Response, Fault> {
    let (product, version) = (of.0.as_str(), of.1.as_str());
    let put = |asked| {
        let (app, request, of) = (app.0.clone(), request.clone(), of.clone());
        async move { app.save_plan(request, (&of.0, &of.1), &asked).await }.boxed()
    };
    match wanted.put(put).await? {
        Came::Saved => {
            let here = format!("/products/{product}/releases/{version}/planning");
            Ok(Redirect::to(&here).into_response())
        }
        Came::Shown(saving, base, text) => {
            let mut page = page(&app, &request, &of).await?;
            page.keep(base, text);
            page.saving = *saving;
            answer(&page)
        }
    }
}

pub(in crate::web) async fn add_task(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wanted): Submitted<form::NewTask>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases/{version}/planning");
    let made = app
        .create_task(request, &wanted.read(product, version))
        .await;
    made.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

async fn page(
    app: &SharedApp,
    request: &Request,
    (product, version): &(String, String),
) -> Result<Page, Error> {
    let now = Timestamp::now();
    let of = (product.as_str(), version.as_str());
    let (view, editions) = match app.release_plan(request, of, None).await {
        Ok(view) => {
            let editions = app.plan_editions(request, of, (None, EDITIONS)).await?;
            (Some(view), editions)
        }
        // There is none yet: the page offers to begin one.
        Err(Error::Refused {
            code: "plan-not-found",
            ..
        }) => (None, Vec::new()),
        Err(error) => return Err(error),
    };
    let place = Place::product(product);
    let barred = offer::barred(app, request, (Action::PlanRelease, place)).await?;
    let form = match &barred {
        None => Some(Form::of(app, request, product, view.as_ref()).await?),
        Some(_) => None,
    };
    let title = format!("Plan of {product} {version}");
    let frame = Frame::new(&title, Section::Elsewhere, request);
    let frame = match view.is_some() {
        true => frame.twins(
            format!("/api/v1/products/{product}/releases/{version}/plan"),
            format!("tidegate release plan show {product} {version}"),
        ),
        false => frame,
    };
    Ok(Page {
        frame,
        release: format!("/products/{product}/releases/{version}"),
        sentence: sentence(version, view.as_ref()),
        saving: Saving::default(),
        plan: view.map(|view| Plan::of(view, now)),
        form,
        barred,
        history: editions.into_iter().map(|it| edition(it, now)).collect(),
        product: product.clone(),
        version: version.clone(),
    })
}

impl Page {
    /// Keeps what was typed.
    fn keep(&mut self, base: u64, text: String) {
        if let Some(form) = &mut self.form {
            (form.base, form.text, form.is_own) = (base, text, true);
        }
    }
}

fn sentence(version: &str, view: Option<&ReleasePlanView>) -> String {
    match view {
        None => format!("{version} has no plan yet."),
        Some(view) => view.sentence.clone(),
    }
}

fn edition(view: PlanEditionView, now: Timestamp) -> Edition {
    let paths: Vec<&str> = view.differences.iter().map(|it| it.path.as_str()).collect();
    let changed = match paths.as_slice() {
        _ if view.edition == 1 => "the first".to_owned(),
        few if few.len() <= 5 => few.join(", "),
        many => {
            let shown = &many[..4];
            format!(
                "{} and {} more",
                shown.join(", "),
                paths.len() - shown.len()
            )
        }
    };
    Edition {
        edition: view.edition,
        by: view.by,
        at: Moment::seen(view.at, now),
        changed,
    }
}
