//! One group run: where its members stand, what it waits for, and what a person can do.

use super::super::{
    confirm,
    fault::Fault,
    frame::{Frame, Section, answer},
    live::{self, Fragment},
    marked,
    moment::{Moment, length},
    parts::{Prose, Talk},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::{Watching, access::State},
};
use askama::{Template, filters::HtmlSafe};
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::Duration;
use tidegate_domain::{id::GroupRunId, talk::Subject};
use tidegate_protocol::api::{GroupMemberView, GroupRunView, ReturnRequest};

/// Fragments follow each other at this distance at least.
const PACE: Duration = Duration::from_millis(150);

#[derive(Template)]
#[template(path = "group_run.html")]
struct Page {
    frame: Frame,
    /// The train that it carries.
    train: Option<String>,
    group: Group,
    talk: Talk,
}

/// What is refreshed.
#[derive(Debug, Template)]
#[template(path = "group_run_live.html")]
struct Group {
    view: GroupRunView,
    state: Shown,
    requested: Moment,
    took: String,
    waiting: Vec<(Prose, Prose)>,
    members: Vec<Member>,
    deeds: Vec<Deed>,
}

impl HtmlSafe for Group {}

/// One member.
#[derive(Debug)]
struct Member {
    place: String,
    view: GroupMemberView,
    state: Shown,
    after: String,
    stands: String,
}

/// Something a person can do.
#[derive(Debug)]
struct Deed {
    path: &'static str,
    label: &'static str,
    effect: String,
}

/// The form of a deed.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let view = app.group_run_view(&request, id).await?;
    let frame = Frame::new(&format!("Group run {id}"), Section::Deployments, &request).twins(
        format!("/api/v1/group-runs/{id}"),
        format!("tidegate group-run watch {id}"),
    );
    let train = app.train_of(&request, id).await?;
    let talk = Talk::of(&app, &request, &Subject::GroupRun(id)).await?;
    let group = shown(view);
    answer(&Page {
        frame,
        train,
        group,
        talk,
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
            let view = app.group_run_view(&request, id).await.ok()?;
            let is_last = view.ended_at.is_some();
            let html = marked::html(&shown(view)).ok()?;
            Some(Fragment { html, is_last })
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
    let here = format!("/group-runs/{id}");
    let done = perform(&app, request, (id, &deed), &reason).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

async fn perform(
    app: &SharedApp,
    request: Request,
    (id, deed): (GroupRunId, &str),
    form: &Reason,
) -> Result<(), Error> {
    confirm::meant(&id.to_string(), &form.confirm)?;
    match deed {
        "rollback" | "return" => {
            let wanted = ReturnRequest {
                reason: form.reason.trim().to_owned(),
                past_no_return: deed == "return",
            };
            app.roll_back_group_run(request, id, &wanted).await
        }
        "cancel" => app.cancel_group_run(request, id).await,
        other => Err(Error::not_found("page-not-found", "action", other)),
    }
}

fn number(text: &str) -> Result<GroupRunId, Error> {
    let number = text.parse().map(GroupRunId);
    number.map_err(|_| Error::not_found("group-run-not-found", "group run", text))
}

fn shown(view: GroupRunView) -> Group {
    let now = Timestamp::now();
    let until = view.ended_at.unwrap_or(now);
    let waits = view.waiting_on.iter();
    Group {
        state: Shown::of_group_run(&view.status),
        requested: Moment::seen(view.requested_at, now),
        took: length(until.as_second() - view.requested_at.as_second()),
        waiting: waits
            .map(|wait| (Prose::of(&wait.sentence), Prose::of(&wait.remedy)))
            .collect(),
        members: view.members.iter().map(member).collect(),
        deeds: possible(&view),
        view,
    }
}

fn member(view: &GroupMemberView) -> Member {
    let stands = view.stands.as_ref().or(view.held.as_ref());
    Member {
        place: format!("{} in {}", view.product, view.environment),
        state: Shown::of_deployment(&view.status, view.held.is_some()),
        after: view.after.join(", "),
        stands: stands.cloned().unwrap_or_default(),
        view: view.clone(),
    }
}

/// What can be done now.
fn possible(view: &GroupRunView) -> Vec<Deed> {
    let can = matches!(view.status.as_str(), "preparing" | "activating" | "frozen");
    let all = "All members go back to what they ran before, in reverse order: whoever depends on another goes first.";
    let back = can.then(|| match &view.no_return {
        None => Deed {
            path: "rollback",
            label: "Roll all back",
            effect: all.to_owned(),
        },
        Some(past) => Deed {
            path: "return",
            label: "Sign off and roll all back",
            effect: format!(
                "{all} But {past}: you sign that going back is right all the same, and say why."
            ),
        },
    });
    let cancel = view.ended_at.is_none() && view.status != "cancelling";
    let cancel = cancel.then(|| Deed {
        path: "cancel",
        label: "Cancel the group run",
        effect: "All members end now. Targets stay as they are: some may run what is new, others what they ran before. Jobs that run are stopped."
            .to_owned(),
    });
    back.into_iter().chain(cancel).collect()
}
