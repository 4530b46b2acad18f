//! One preflight: how fit every target is, and who is on duty; whoever is called says there that they are.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::{Fingerprint, sentence},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{
    duration::Millis,
    id::{DeploymentId, PreflightId},
};
use tidegate_protocol::api::{DutyRequest, DutyView, PreflightFindingView, PreflightView};

/// As many names of targets stand in a cell.
const NAMES: usize = 6;

#[derive(Template)]
#[template(path = "preflight.html")]
struct Page {
    frame: Frame,
    view: PreflightView,
    state: Shown,
    plan: Fingerprint,
    made: Moment,
    findings: Vec<Row>,
    duties: Vec<Duty>,
}

/// One finding.
struct Row {
    aspect: String,
    state: Shown,
    targets: Vec<String>,
    /// How many more there are.
    more: usize,
    what: String,
    remedy: String,
}

/// Somebody who is on duty.
struct Duty {
    person: String,
    until: Moment,
    reach: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let missing = |_| Error::not_found("preflight-not-found", "preflight", &id);
    let number: u64 = id.parse().map_err(missing)?;
    let view = app.preflight_view(&request, PreflightId(number)).await?;
    let of = (&*view.product, &*view.release, &*view.environment);
    let duties = app.duties(&request, of).await?;
    let title = format!("Preflight {number}: {} {}", view.product, view.release);
    let frame = Frame::new(&title, Section::Elsewhere, &request).twins(
        format!("/api/v1/preflights/{number}"),
        format!("tidegate preflights show {number}"),
    );
    answer(&page(frame, view, duties))
}

fn page(frame: Frame, view: PreflightView, duties: Vec<DutyView>) -> Page {
    let now = Timestamp::now();
    let duty = |it: DutyView| Duty {
        until: Moment::seen(it.until, now),
        person: it.person,
        reach: it.reach,
    };
    Page {
        frame,
        state: Shown::of_preflight(&view.verdict),
        plan: Fingerprint::of(&view.plan_hash),
        made: Moment::seen(view.requested_at, now),
        findings: view.findings.iter().map(row).collect(),
        duties: duties.into_iter().map(duty).collect(),
        view,
    }
}

fn row(of: &PreflightFindingView) -> Row {
    Row {
        aspect: sentence(&of.aspect.replace('-', " "))
            .trim_end_matches('.')
            .to_owned(),
        state: Shown::of_preflight(&of.verdict),
        targets: of.targets.iter().take(NAMES).cloned().collect(),
        more: of.targets.len().saturating_sub(NAMES),
        what: sentence(&of.what),
        remedy: of.remedy.clone(),
    }
}

/// Looks at the targets of a deployment that waits or goes on.
pub(in crate::web) async fn of_deployment(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, Fault> {
    let here = format!("/deployments/{id}");
    let missing = |_| Error::not_found("deployment-not-found", "deployment", &id);
    let number: u64 = id.parse().map_err(missing)?;
    let made = app.preflight_of(request, DeploymentId(number)).await;
    let made = made.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&format!("/preflights/{made}")))
}

/// Whoever is called says how long they are there, or that they are there no more.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    /// The preflight whose page it was said on.
    preflight: u64,
    /// How long; nothing, to end it.
    #[serde(default)]
    length: String,
    #[serde(default)]
    reach: String,
}

pub(in crate::web) async fn duty(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, environment)): Path<(String, String, String)>,
    Submitted(form): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let here = format!("/preflights/{}", form.preflight);
    let back = |error| Fault::back(error, &here);
    let of = (&*product, &*version, &*environment);
    match form.length.trim() {
        "" => app.end_duty(request, of).await.map_err(back)?,
        length => {
            let length: Millis = length
                .parse()
                .map_err(|why| back(Error::invalid("length", why)))?;
            let wanted = DutyRequest {
                until: (Timestamp::now() + length.as_signed()).to_string(),
                reach: form.reach,
            };
            let said = app.confirm_duty(request, of, &wanted).await;
            said.map_err(back)?
        }
    };
    Ok(Redirect::to(&here))
}
