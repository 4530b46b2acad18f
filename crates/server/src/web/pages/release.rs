//! One release: how far it is, what is in it, where it runs, and the next thing to do.

mod contents;
mod evidence;
pub(super) mod form;
mod handovers;
mod lifecycle;
mod next;
mod stages;
mod typed;

use super::{
    super::{
        confirm,
        fault::Fault,
        frame::{Frame, Section, answer},
        offer::{self, Place},
        parts::{DeploymentTable, Fingerprint, Hurdles, Prose, Talk},
        state::State as Shown,
        visitor::{Path, Submitted, Visitor},
    },
    release_plan,
    releases::of_product,
};
use crate::{
    app::{
        Error, Request, SharedApp,
        query::{AboutPlan, DrillsOf},
    },
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use contents::Content;
use evidence::Evidence;
use form::Wanted;
use handovers::Handed;
use jiff::Timestamp;
use lifecycle::Step;
use next::Next;
use serde::Deserialize;
use stages::Stages;
use tidegate_domain::{access::Action, name::Name, talk::Subject};
use tidegate_protocol::api::{DeploymentView, RehearsalRequest, ReleaseView};
use typed::{Drafted, Set};

/// How many deployments of the product are looked through for those of the release.
const LATEST: u64 = 200;
/// How many rehearsals, and how many drills, are told of.
const EVIDENCE: u64 = 5;

#[derive(Template)]
#[template(path = "release.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    sentence: String,
    /// How its plan stands.
    planned: String,
    hurdles: Hurdles,
    /// Who has taken it over, and when it is live and generally available.
    handed: Option<Handed>,
    /// What is wrong with it, in short.
    issues: String,
    /// What is said about it.
    talk: Option<Talk>,
    state: Shown,
    is_draft: bool,
    /// Why it must not be deployed.
    blocked: Option<Prose>,
    hash: Option<Fingerprint>,
    snapshot: Option<u64>,
    by: String,
    steps: Vec<Step>,
    /// From build to review, and what shows it.
    stages: Option<Stages>,
    /// Whether the visitor may make it up.
    may_draft: bool,
    next: Option<Next>,
    contents: Vec<Content>,
    evidence: Vec<Evidence>,
    deployments: DeploymentTable,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let release = app.release_view(&request, &product, &version).await?;
    let status = app.status(&request).await?;
    let place = (product.parse::<Name>().ok(), None);
    let mut deployments = app.deployment_list(&request, None, LATEST, place).await?;
    deployments.retain(|deployment| deployment.release == version);
    let places = of_product(&status, &product).map(|status| status.environments.as_slice());
    let places = places.unwrap_or_default();
    let frame = Frame::new(
        &format!("{product} {version}"),
        Section::Elsewhere,
        &request,
    )
    .twins(
        format!("/api/v1/products/{product}/releases/{version}"),
        format!("tidegate release show {product} {version}"),
    );
    let now = Timestamp::now();
    let steps = lifecycle::steps(&release, places, &deployments, now);
    let mut next = next::of(&release, places, &deployments).filter(|_| release.blocked.is_none());
    if let Some(next) = &mut next {
        let place = (product.as_str(), next.environment.as_str());
        next.strategies = app.strategies(&request, place).await?;
    }
    let place = Place::product(&product);
    let barred = offer::barred(&app, &request, (Action::CreateRelease, place)).await?;
    let between = app.release_hurdles(&request, (&product, &version)).await?;
    answer(&Page {
        sentence: lifecycle::sentence(&release, places),
        planned: release_plan::planned(&app, &request, (&product, &version)).await?,
        hurdles: Hurdles::of(between, now),
        handed: Some(Handed::of(&app, &request, (&product, &version), now).await?),
        issues: issues(&app, &request, (&product, &version)).await?,
        talk: talk(&app, &request, (&product, &version)).await?,
        next,
        may_draft: barred.is_none(),
        contents: contents::of(&release, places),
        evidence: evidence(&app, &request, &release, now).await?,
        steps,
        ..page(frame, &release, &deployments, now)
    })
}

/// What is wrong with it, in short.
async fn issues(app: &SharedApp, request: &Request, of: (&str, &str)) -> Result<String, Error> {
    let mut open = app.issues_of(request, of).await?.issues;
    open.retain(|it| it.open);
    Ok(match open.as_slice() {
        [] => "none is open".to_owned(),
        [one] => format!("1 is open, {}", one.severity),
        [worst, ..] => format!("{} are open, the worst {}", open.len(), worst.severity),
    })
}

async fn talk(
    app: &SharedApp,
    request: &Request,
    (product, version): (&str, &str),
) -> Result<Option<Talk>, Fault> {
    let (Ok(product), Ok(version)) = (product.parse(), version.parse()) else {
        return Ok(None);
    };
    let subject = Subject::Release(product, version);
    Ok(Some(Talk::of(app, request, &subject).await?))
}

fn page(
    frame: Frame,
    release: &ReleaseView,
    deployments: &[DeploymentView],
    now: Timestamp,
) -> Page {
    Page {
        frame,
        product: release.product.clone(),
        version: release.version.clone(),
        sentence: String::new(),
        planned: String::new(),
        hurdles: Hurdles::default(),
        handed: None,
        issues: String::new(),
        talk: None,
        state: Shown::of_release(&release.state),
        is_draft: release.state == "draft",
        blocked: release.blocked.as_deref().map(Prose::of),
        hash: release.hash.as_deref().map(Fingerprint::of),
        snapshot: release.snapshot,
        by: release.created_by.clone(),
        steps: Vec::new(),
        stages: release.lifecycle.as_ref().map(|it| Stages::of(it, now)),
        next: None,
        may_draft: false,
        contents: Vec::new(),
        evidence: Vec::new(),
        deployments: DeploymentTable::of(deployments, now),
    }
}

/// The latest rehearsals, preflights and drills of the release.
async fn evidence(
    app: &SharedApp,
    request: &Request,
    release: &ReleaseView,
    now: Timestamp,
) -> Result<Vec<Evidence>, Error> {
    let (product, version) = (release.product.parse().ok(), release.version.parse().ok());
    let drilled = DrillsOf {
        product: product.clone(),
        release: version.clone(),
        ..DrillsOf::default()
    };
    let about = AboutPlan {
        product,
        release: version,
        ..AboutPlan::default()
    };
    let drills = app.drill_list(request, None, EVIDENCE, drilled).await?;
    let rehearsals = app
        .rehearsal_list(request, None, EVIDENCE, about.clone())
        .await?;
    let preflights = app.preflight_list(request, None, EVIDENCE, about).await?;
    Ok(evidence::of(&drills, (&rehearsals, &preflights), now))
}

/// Drafts a release of a product.
pub(in crate::web) async fn draft(
    app: State,
    Visitor(request): Visitor,
    Path(product): Path<String>,
    Submitted(wanted): Submitted<Drafted>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases");
    let back = |error| Fault::back(error, &here);
    let wanted = wanted.read().map_err(back)?;
    let drafted = app.create_release(request, &product, &wanted).await;
    let drafted = drafted.map_err(back)?;
    Ok(Redirect::to(&address(&product, drafted.version.as_str())))
}

/// Sets what a draft is made of.
pub(in crate::web) async fn set(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(wanted): Submitted<Set>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let back = |error| Fault::back(error, &here);
    let wanted = wanted.read().map_err(back)?;
    let set = app.change_contents(request, (&product, &version), &wanted);
    set.await.map_err(back)?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn seal(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let sealed = app.seal_release(request, &product, &version).await;
    sealed.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

/// The form that blocks it.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Why {
    reason: String,
}

pub(in crate::web) async fn block(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(why): Submitted<Why>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let which = (product.as_str(), version.as_str());
    let blocked = app.block_release(request, which, why.reason.trim()).await;
    blocked.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn unblock(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let unblocked = app.unblock_release(request, (&product, &version)).await;
    unblocked.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn deploy(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(form): Submitted<Wanted>,
) -> Result<Response, Fault> {
    let here = address(&product, &version);
    let back = |error| Fault::back(error, &here);
    confirm::meant(&version, form.confirm()).map_err(back)?;
    let wanted = form.read(product, version).map_err(back)?;
    let id = app.deploy(request, &wanted).await.map_err(back)?;
    Ok(Redirect::to(&format!("/deployments/{id}")).into_response())
}

/// The same form as that which deploys; nothing is to be confirmed, because nothing is changed.
pub(in crate::web) async fn rehearse(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(form): Submitted<Wanted>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let back = |error| Fault::back(error, &here);
    let wanted = RehearsalRequest {
        deployment: form.read(product, version).map_err(back)?,
        ..RehearsalRequest::default()
    };
    let id = app.rehearse(request, &wanted).await.map_err(back)?;
    Ok(Redirect::to(&format!("/rehearsals/{id}")))
}

/// The same form again: every target is asked how fit it is for that deployment.
pub(in crate::web) async fn preflight(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Submitted(form): Submitted<Wanted>,
) -> Result<Redirect, Fault> {
    let here = address(&product, &version);
    let back = |error| Fault::back(error, &here);
    let wanted = form.read(product, version).map_err(back)?;
    let id = app.preflight(request, &wanted).await.map_err(back)?;
    Ok(Redirect::to(&format!("/preflights/{id}")))
}

fn address(product: &str, version: &str) -> String {
    format!("/products/{product}/releases/{version}")
}
