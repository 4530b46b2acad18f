//! A deployment plan or a backout plan: who does what when, drawn and told; and changing it, as text that two people may change at once.

pub(in crate::web) mod all;
mod picture;
mod shown;

pub(super) use picture::Picture;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place, typed},
    parts::{Came, Kept, Prose, Save, Saving, Talk},
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, field, plans::StrategyChoice, runbooks::Which},
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use shown::Runbook;
use tidegate_domain::{access::Action, talk::Subject};
use tidegate_protocol::api::{RunbookEditionView, RunbookRequest, RunbookView};

/// Editions that are told of.
const EDITIONS: u64 = 10;

#[derive(Template)]
#[template(path = "runbook.html")]
struct Page {
    frame: Frame,
    of: Of,
    /// `Deployment plan` or `Backout plan`.
    kind: &'static str,
    sentence: String,
    /// What came of what was typed.
    saving: Saving,
    runbook: Runbook,
    form: Option<Form>,
    /// Why the visitor writes nothing.
    barred: Option<Prose>,
    history: Vec<Edition>,
    talk: Talk,
}

/// What the page has to type into.
struct Form {
    base: u64,
    text: String,
    strategies: StrategyChoice,
}

struct Edition {
    edition: u64,
    by: String,
    at: Moment,
    changes: Vec<Prose>,
}

/// What a runbook is for, as its address has it.
#[derive(Debug, Clone)]
pub(super) struct Of {
    pub(super) product: String,
    pub(super) version: String,
    pub(super) environment: String,
    pub(super) way: String,
}

/// How it is generated.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Generate {
    #[serde(default)]
    strategy: String,
}

/// Product, release, environment and way.
type Address = (String, String, String, String);

impl From<Address> for Of {
    fn from((product, version, environment, way): Address) -> Self {
        Self {
            product,
            version,
            environment,
            way,
        }
    }
}

impl Of {
    fn words(&self) -> (&str, &str, &str, &str) {
        (&self.product, &self.version, &self.environment, &self.way)
    }

    /// The address of the release.
    fn release(&self) -> String {
        format!("/products/{}/releases/{}", self.product, self.version)
    }

    /// The address of the page.
    fn here(&self) -> String {
        format!(
            "{}/runbooks/{}/{}",
            self.release(),
            self.environment,
            self.way
        )
    }

    /// What is talked about.
    fn subject(&self) -> Result<Subject, Error> {
        let (product, version, environment, way) = self.words();
        let subject = format!("runbook/{product}/{version}/{environment}/{way}");
        field("subject", &subject)
    }

    /// `Deployment plan` or `Backout plan`.
    fn kind(&self) -> &'static str {
        match self.way.as_str() {
            "back" => "Backout plan",
            _ => "Deployment plan",
        }
    }
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(address): Path<Address>,
) -> Result<Response, Fault> {
    answer(&page(&app, &request, address.into()).await?)
}

/// Generates it, or generates it anew; what has lost its place is shown in the text.
pub(in crate::web) async fn generate(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, environment, way, deed)): Path<(
        String,
        String,
        String,
        String,
        String,
    )>,
    Submitted(wanted): Submitted<Generate>,
) -> Result<Response, Fault> {
    let of = Of::from((product, version, environment, way));
    let wanted = RunbookRequest {
        strategy: typed(&wanted.strategy),
        ..RunbookRequest::default()
    };
    let back = |error| Fault::back(error, &of.here());
    let made = match deed.as_str() {
        "begin" => {
            app.begin_runbook(request.clone(), of.words(), &wanted)
                .await
        }
        "renew" => {
            app.renew_runbook(request.clone(), of.words(), &wanted)
                .await
        }
        other => Err(Error::not_found("deed-not-found", "thing to do", other)),
    };
    let kept = Kept::from(made.map_err(back)?);
    if kept.saved || kept.is_same() {
        return Ok(Redirect::to(&of.here()).into_response());
    }
    came(&app, &request, of, kept.shown()).await
}

/// Saves what was typed, or shows what that would change. What is refused stays in the form.
pub(in crate::web) async fn save(
    app: State,
    Visitor(request): Visitor,
    Path(address): Path<Address>,
    Submitted(wanted): Submitted<Save>,
) -> Result<Response, Fault> {
    let of = Of::from(address);
    let put = |asked| {
        let (app, request, of) = (app.0.clone(), request.clone(), of.clone());
        async move { app.save_runbook(request, of.words(), &asked).await }.boxed()
    };
    let became = wanted.put(put).await?;
    came(&app, &request, of, became).await
}

async fn came(app: &SharedApp, request: &Request, of: Of, came: Came) -> Result<Response, Fault> {
    match came {
        Came::Saved => Ok(Redirect::to(&of.here()).into_response()),
        Came::Shown(saving, base, text) => {
            let mut page = page(app, request, of).await?;
            if let Some(form) = &mut page.form {
                (form.base, form.text) = (base, text);
            }
            page.saving = *saving;
            answer(&page)
        }
    }
}

async fn page(app: &SharedApp, request: &Request, of: Of) -> Result<Page, Error> {
    let now = Timestamp::now();
    let view = app.runbook(request, of.words(), &Which::default()).await?;
    let editions = app
        .runbook_editions(request, of.words(), (None, EDITIONS))
        .await?;
    let place = Place::of(&of.product, &of.environment);
    let barred = offer::barred(app, request, (Action::PlanRelease, place)).await?;
    let form = match &barred {
        None => Some(form(app, request, (&of, &view)).await?),
        Some(_) => None,
    };
    let back = if of.way == "back" { " --back" } else { "" };
    let title = format!(
        "{} of {} {} to {}",
        of.kind(),
        of.product,
        of.version,
        of.environment
    );
    let frame = Frame::new(&title, Section::Elsewhere, request).twins(
        format!("/api/v1{}", of.here()),
        format!(
            "tidegate runbook show {} {} --to {}{back}",
            of.product, of.version, of.environment
        ),
    );
    Ok(Page {
        frame,
        kind: of.kind(),
        sentence: view.sentence.clone(),
        saving: Saving::default(),
        runbook: Runbook::of(view, now),
        form,
        barred,
        history: editions.into_iter().map(|it| edition(it, now)).collect(),
        talk: Talk::of(app, request, &of.subject()?).await?,
        of,
    })
}

async fn form(
    app: &SharedApp,
    request: &Request,
    (of, view): (&Of, &RunbookView),
) -> Result<Form, Error> {
    let place = (of.product.as_str(), of.environment.as_str());
    Ok(Form {
        base: view.edition,
        text: view.text.clone(),
        strategies: app.strategies(request, place).await?,
    })
}

fn edition(view: RunbookEditionView, now: Timestamp) -> Edition {
    Edition {
        edition: view.edition,
        by: view.by,
        at: Moment::seen(view.at, now),
        changes: view.changes.iter().map(|it| Prose::of(it)).collect(),
    }
}
