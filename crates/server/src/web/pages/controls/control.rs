//! One control: its document and policy, who has read it, and what is excepted from it.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{NamedProcedure, Talk},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use super::Read;
use crate::{
    app::{Error, field},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use tidegate_domain::talk::Subject;
use tidegate_protocol::api::{ControlView, WaiverView};

#[derive(Template)]
#[template(path = "control.html")]
struct Page {
    frame: Frame,
    sentence: String,
    control: ControlView,
    mode: Shown,
    scope: String,
    procedure: Option<NamedProcedure>,
    /// Whether the visitor has to say that they have read it.
    is_unread: bool,
    has_read: bool,
    /// What they say to have read then, as [`Read`] has it.
    shown: String,
    waivers: Vec<WaiverView>,
    talk: Talk,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    let controls = app.controls(&request).await?;
    let control = controls.into_iter().find(|it| it.name == name);
    let control = control.ok_or_else(|| no_control(&name))?;
    let mut waivers = app.waivers(&request, false).await?;
    waivers.retain(|waiver| waiver.control == name);
    let who = request.actor.name.to_string();
    let subject = Subject::Control(field("name", &name)?);
    answer(&Page {
        frame: Frame::new(&format!("Control {name}"), Section::Controls, &request)
            .twins("/api/v1/controls", format!("tidegate controls show {name}")),
        sentence: super::super::super::parts::sentence(&control.title),
        mode: super::mode(&control.mode),
        scope: super::scope(&control),
        procedure: control.procedure.clone().map(Into::into),
        is_unread: control.unread_by.contains(&who),
        has_read: control.read_by.contains(&who),
        shown: super::shown(std::iter::once(&control)),
        waivers,
        talk: Talk::of(&app, &request, &subject).await?,
        control,
    })
}

/// Whoever submits it has read the version in force.
pub(in crate::web) async fn acknowledge(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(read): Submitted<Read>,
) -> Result<Redirect, Fault> {
    let here = format!("/controls/{name}");
    let done = app.acknowledge(request, Some(&name), Some(read.shown()));
    done.await.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

fn no_control(name: &str) -> Fault {
    let error = Error::not_found("control-not-found", "control", name);
    Fault::back(
        error.hint("`tidegate controls list` shows them"),
        "/controls",
    )
}
