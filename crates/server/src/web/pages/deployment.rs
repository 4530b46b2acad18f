//! One deployment: what happens now, what it waits for, who did what, and what a person can do.

mod beforehand;
mod charts;
mod checks;
mod deeds;
mod guidance;
mod jobs;
pub(in crate::web) mod look_back;
mod steps;
mod waves;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    live::{self, Fragment},
    marked,
    moment::{Moment, length},
    parts::{Fingerprint, Prose, Talk, without_cause},
    state::State as Shown,
    telling,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, steer::Leave},
    http::{Watching, access::State},
};
use askama::{Template, filters::HtmlSafe};
use axum::response::{IntoResponse, Redirect, Response};
use beforehand::Beforehand;
use checks::Check;
use deeds::{Deed, Reason};
use futures::FutureExt;
use guidance::{Choice, Word};
use jiff::Timestamp;
use jobs::Job;
use std::time::Duration;
use steps::{Conducted, Said};
use tidegate_domain::{access::Action, id::DeploymentId, name::Name, talk::Subject};
use tidegate_protocol::api::{DeploymentView, EntryView, StepDeedRequest, WaitingView};
use waves::{Tile, Wave};

/// How many of the latest events are told.
const EVENTS: u64 = 60;
/// Fragments follow each other at this distance at least.
const PACE: Duration = Duration::from_millis(150);

#[derive(Template)]
#[template(path = "deployment.html")]
struct Page {
    frame: Frame,
    /// What was found out beforehand about its plan.
    beforehand: Beforehand,
    deployment: Deployment,
    talk: Talk,
}

/// What is refreshed.
#[derive(Debug, Template)]
#[template(path = "deployment_live.html")]
struct Deployment {
    id: u64,
    sentence: String,
    cause: Option<Prose>,
    state: Shown,
    view: DeploymentView,
    is_rollback: bool,
    plan: Fingerprint,
    requested: Moment,
    took: String,
    /// What controls object to in what it went back to.
    objections: Vec<Prose>,
    waiting: Vec<Waiting>,
    asked: Option<Asked>,
    deeds: Vec<Deed>,
    choices: Vec<Choice>,
    choices_left: usize,
    checks: Vec<Check>,
    /// Once it has ended.
    look_back: Option<look_back::Form>,
    jobs: Vec<Job>,
    /// What it runs by.
    runbooks: Vec<Conducted>,
    goes_forward: bool,
    done: usize,
    total: usize,
    waves: Vec<Wave>,
    density: &'static str,
    rows: Vec<Tile>,
    rows_left: usize,
    events: Vec<Event>,
}

impl HtmlSafe for Deployment {}

#[derive(Debug)]
struct Waiting {
    /// Whether it waits for people or controls, which a page of its own tells.
    is_clearance: bool,
    sentence: Prose,
    until: Option<Moment>,
    remedy: Prose,
}

/// That somebody asks to roll it back.
#[derive(Debug)]
struct Asked {
    by: String,
    reason: String,
    at: Moment,
    /// How whoever looks lets it go, if they may.
    let_go: Option<Deed>,
    /// Whether they may decline.
    may_decline: bool,
}

#[derive(Debug)]
struct Event {
    time: Moment,
    /// The person; none when the server itself did it.
    actor: Option<String>,
    what: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let deployment = deployment(&app, &request, id).await?;
    let view = &deployment.view;
    let what = format!("{} {} in {}", view.product, view.release, view.environment);
    let title = format!("Deployment {id}: {what}");
    let frame = Frame::new(&title, Section::Deployments, &request).twins(
        format!("/api/v1/deployments/{id}"),
        format!("tidegate watch {id}"),
    );
    answer(&Page {
        frame,
        beforehand: Beforehand::of(&app, &request, view).await?,
        talk: Talk::of(&app, &request, &Subject::Deployment(id)).await?,
        deployment,
    })
}

pub(in crate::web) async fn live(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let render = move |app: SharedApp, request: Request| {
        async move {
            let deployment = deployment(&app, &request, id).await.ok()?;
            Some(Fragment {
                html: marked::html(&deployment).ok()?,
                is_last: deployment.view.has_ended(),
            })
        }
        .boxed()
    };
    Ok(live::stream(Watching::new(app.0, request, PACE), Box::new(render)).into_response())
}

pub(in crate::web) async fn steer(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(reason): Submitted<Reason>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let done = deeds::perform(&app, request, (id, &deed), &reason).await;
    let id = done.map_err(|error| Fault::back(error, &format!("/deployments/{id}")))?;
    Ok(Redirect::to(&format!("/deployments/{id}")))
}

pub(in crate::web) async fn guide(
    app: State,
    Visitor(request): Visitor,
    Path((id, target, deed)): Path<(String, String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}");
    let done = guidance::perform(&app, request, (id, &target, &deed), &word).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn guide_check(
    app: State,
    Visitor(request): Visitor,
    Path((id, check, deed)): Path<(String, String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}");
    let done = guidance::perform_on_check(&app, request, (id, &check, &deed), &word).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn guide_job(
    app: State,
    Visitor(request): Visitor,
    Path((id, component, job, deed)): Path<(String, String, String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}");
    let which = format!("{component}/{job}");
    let done = guidance::perform_on_job(&app, request, (id, &which, &deed), &word).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn say(
    app: State,
    Visitor(request): Visitor,
    Path((id, way, step, deed)): Path<(String, String, String, String)>,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}");
    let said = StepDeedRequest { note: said.note };
    let done = app
        .do_step(request, (id, &way, &step), (&deed, &said))
        .await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

/// The deployment that an address names.
pub(super) fn number(text: &str) -> Result<DeploymentId, Error> {
    let number = text.parse().map(DeploymentId);
    number.map_err(|_| Error::not_found("deployment-not-found", "deployment", text))
}

async fn deployment(
    app: &SharedApp,
    request: &Request,
    id: DeploymentId,
) -> Result<Deployment, Error> {
    let view = app.deployment_view(request, id).await?;
    let subject = format!("deployment/{id}");
    let journal = app
        .journal_page(request, None, EVENTS, Some(subject))
        .await?;
    let is_latest = is_latest(app, request, &view).await?;
    let back = deeds::back(app, request, &view).await?;
    let deeds = deeds::possible(&view, is_latest, back);
    let leave = app.leave(request, id).await?;
    let asked = asked(app, request, (&view, &leave)).await?;
    let mut deeds = deeds::allowed(deeds, &leave);
    // Whoever may let a rollback go rolls back by that.
    if asked.as_ref().is_some_and(|it| it.let_go.is_some()) {
        deeds.retain(|deed| deed.path != "rollback");
    }
    let look_back = look_back::Form::of(app, request, (&view, None)).await?;
    let steps = app.steps(request, id).await?;
    Ok(Deployment {
        asked,
        look_back,
        runbooks: steps::of(steps, Timestamp::now()),
        ..shown(view, &journal.entries, deeds)
    })
}

async fn asked(
    app: &SharedApp,
    request: &Request,
    (view, leave): (&DeploymentView, &Leave),
) -> Result<Option<Asked>, Error> {
    let Some(asked) = &view.asked_rollback else {
        return Ok(None);
    };
    let is_own = app.own_accounts(request).await?.contains(&asked.by);
    let may_decline = !is_own && leave.actions.contains(&Action::Supervise);
    let let_go = match may_decline && leave.actions.contains(&Action::RollBack) {
        true => deeds::let_go(view, deeds::back(app, request, view).await?),
        false => None,
    };
    Ok(Some(Asked {
        by: asked.by.clone(),
        reason: asked.reason.clone(),
        at: Moment::seen(asked.at, Timestamp::now()),
        let_go,
        may_decline,
    }))
}

/// Whether nothing newer was deployed to the same place, so that going back means this one.
async fn is_latest(
    app: &SharedApp,
    request: &Request,
    view: &DeploymentView,
) -> Result<bool, Error> {
    let place = (
        view.product.parse::<Name>().ok(),
        view.environment.parse::<Name>().ok(),
    );
    let newest = app.deployment_list(request, None, 1, place).await?;
    Ok(newest.first().is_some_and(|newest| newest.id == view.id))
}

fn shown(view: DeploymentView, entries: &[EntryView], deeds: Vec<Deed>) -> Deployment {
    let now = Timestamp::now();
    let until = view.ended_at.unwrap_or(now);
    let (rows, rows_left) = waves::rows(&view);
    let (done, total) = waves::tally(&view);
    let (choices, choices_left) = guidance::choices(&view);
    let goes_forward = matches!(view.status.as_str(), "preparing" | "rolling");
    Deployment {
        id: view.id,
        sentence: without_cause(&view),
        cause: view.cause.as_deref().map(Prose::exactly),
        state: Shown::of_deployment(&view.status, view.held.is_some()),
        is_rollback: view.purpose == "rollback",
        plan: Fingerprint::of(&view.plan_hash),
        requested: Moment::seen(view.requested_at, now),
        took: length(until.as_second() - view.requested_at.as_second()),
        objections: view.objections.iter().map(|it| Prose::of(it)).collect(),
        waiting: view.waiting_on.iter().map(|w| waiting(w, now)).collect(),
        asked: None,
        deeds,
        choices,
        choices_left,
        checks: checks::of(&view),
        look_back: None,
        jobs: jobs::of(&view, goes_forward),
        runbooks: Vec::new(),
        goes_forward,
        done,
        total,
        density: waves::density(total),
        waves: waves::of(&view),
        rows,
        rows_left,
        events: entries.iter().map(|entry| event(entry, now)).collect(),
        view,
    }
}

fn waiting(waiting: &WaitingView, now: Timestamp) -> Waiting {
    Waiting {
        is_clearance: waiting.kind == "clearance",
        sentence: Prose::of(&waiting.sentence),
        until: waiting.until.map(|until| Moment::seen(until, now)),
        remedy: Prose::of(&waiting.remedy),
    }
}

fn event(entry: &EntryView, now: Timestamp) -> Event {
    Event {
        time: Moment::seen(entry.time, now),
        actor: Some(entry.actor.clone()).filter(|actor| actor != "tidegate"),
        what: telling::tell(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_protocol::api::{TargetRunView, WaveView};

    fn view(targets: usize) -> DeploymentView {
        let run = |number: usize| TargetRunView {
            target: format!("live-{number}"),
            stage: if number == 7_000 { "failed" } else { "passed" }.to_owned(),
            detail: String::new(),
            connected: true,
            ignored: None,
        };
        DeploymentView {
            id: 7,
            product: "storefront".into(),
            environment: "live".into(),
            release: "1.1.0".into(),
            snapshot: 1,
            purpose: "promotion".into(),
            status: "rolled_back".into(),
            summary: "storefront 1.1.0 was rolled back in live: it failed.".into(),
            strategy: "rolling by 1000".into(),
            plan_hash: "sha256:00".into(),
            wave: None,
            waiting_on: Vec::new(),
            held: None,
            cause: Some("it failed".into()),
            requested_by: "admin".into(),
            requested_at: Timestamp::UNIX_EPOCH,
            ended_at: Some(Timestamp::UNIX_EPOCH),
            unreached: Vec::new(),
            checks: Vec::new(),
            jobs: Vec::new(),
            no_return: None,
            asked_rollback: None,
            objections: Vec::new(),
            group_run: None,
            fast_track: false,
            waves: vec![WaveView {
                title: "wave 1".into(),
                traffic: None,
                instances: None,
                targets: (1..=targets).map(run).collect(),
            }],
        }
    }

    #[test]
    fn the_cause_is_told_on_its_own() {
        let html = shown(view(1), &[], Vec::new()).render().unwrap();
        assert!(html.contains(">storefront 1.1.0 was rolled back in live.</h1>"));
        assert!(html.contains(">it failed</p>"));
    }

    #[test]
    fn what_controls_object_to_in_what_it_went_back_to_is_told() {
        let mut back = view(1);
        let html = shown(back.clone(), &[], Vec::new()).render().unwrap();
        assert!(!html.contains("It went back all the same"));
        back.objections = vec!["1.0.0: control signed: web: no signature <b>".to_owned()];
        let html = shown(back, &[], Vec::new()).render().unwrap();
        assert!(html.contains("It went back all the same"));
        assert!(html.contains("no signature &#60;b&#62;"), "{html}");
    }

    #[test]
    fn a_rollback_is_let_go_as_one_is_begun_with_its_version_typed() {
        let view = view(1);
        let asked = Asked {
            by: "eve".to_owned(),
            reason: "carts are empty".to_owned(),
            at: Moment::seen(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH),
            let_go: deeds::let_go(&view, None),
            may_decline: true,
        };
        let page = Deployment {
            asked: Some(asked),
            ..shown(view, &[], Vec::new())
        };
        let html = page.render().unwrap();
        assert!(html.contains("action=\"/deployments/7/let-rollback-go\""));
        assert!(html.contains("in live go back to") && html.contains("Type 1.1.0 to confirm"));
    }

    #[test]
    fn ten_thousand_targets_are_dots_and_the_failed_one_is_the_first_row() {
        let html = shown(view(10_000), &[], Vec::new()).render().unwrap();
        assert_eq!(html.matches("class=\"dot ").count(), 10_000);
        assert_eq!(html.matches("<tr>").count(), 101);
        let (_, rows) = html.split_once("<tbody>").unwrap();
        assert!(rows.trim_start().starts_with("<tr><td>live-7000</td>"));
        assert!(html.len() < 1_000_000, "{} bytes", html.len());
    }
}
