//! The rules: what each control asks, how hard, and who has read it.

pub(in crate::web) mod backtest;
pub(in crate::web) mod control;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::counted,
    state::State as Shown,
    visitor::{Submitted, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeSet;
use tidegate_protocol::api::ControlView;

#[derive(Template)]
#[template(path = "controls.html")]
struct Page {
    frame: Frame,
    sentence: String,
    controls: Vec<Line>,
    /// How many the visitor has to read.
    unread: Option<String>,
    /// All that they say to have read then, as [`Read`] has it.
    shown: String,
}

struct Line {
    name: String,
    title: String,
    mode: Shown,
    severity: String,
    version: u32,
    owner: Option<String>,
    scope: String,
    unread: usize,
    /// Whether the visitor is one of them.
    is_unread: bool,
}

/// Which controls were shown to whoever says that they have read them: `NAME VERSION`, with commas between.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Read {
    shown: String,
}

impl Read {
    fn shown(&self) -> BTreeSet<String> {
        self.shown
            .split_terminator(',')
            .map(str::to_owned)
            .collect()
    }
}

fn shown<'a>(controls: impl Iterator<Item = &'a ControlView>) -> String {
    let shown = controls.map(|control| format!("{} {}", control.name, control.version));
    shown.collect::<Vec<_>>().join(",")
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let controls = app.controls(&request).await?;
    let who = request.actor.name.as_str();
    let lines: Vec<Line> = controls.iter().map(|it| line(it, who)).collect();
    let unread = lines.iter().filter(|line| line.is_unread).count();
    answer(&Page {
        frame: Frame::new("Controls", Section::Controls, &request)
            .twins("/api/v1/controls", "tidegate controls list"),
        sentence: sentence(&controls),
        unread: (unread > 0).then(|| counted(unread, "control")),
        shown: shown(controls.iter().filter(|it| it.mode != "off")),
        controls: lines,
    })
}

/// Whoever submits it has read all that are in force.
pub(in crate::web) async fn acknowledge(
    app: State,
    Visitor(request): Visitor,
    Submitted(read): Submitted<Read>,
) -> Result<Redirect, Fault> {
    let done = app.acknowledge(request, None, Some(read.shown())).await;
    done.map_err(|error| Fault::back(error, "/controls"))?;
    Ok(Redirect::to("/controls"))
}

fn sentence(controls: &[ControlView]) -> String {
    let enforced = controls.iter().filter(|it| it.mode == "enforce").count();
    let observed = controls.iter().filter(|it| it.mode == "observe").count();
    let total = counted(controls.len(), "control");
    format!("{total}: {enforced} must hold before anything goes out, {observed} only observe.")
}

fn line(control: &ControlView, who: &str) -> Line {
    Line {
        name: control.name.clone(),
        title: control.title.clone(),
        mode: mode(&control.mode),
        severity: control.severity.clone(),
        version: control.version,
        owner: control.owner.clone(),
        scope: scope(control),
        unread: control.unread_by.len(),
        is_unread: control.mode != "off" && control.unread_by.iter().any(|it| it == who),
    }
}

/// How hard a control is.
fn mode(mode: &str) -> Shown {
    match mode {
        "enforce" => Shown::new("steady", "enforced"),
        "observe" => Shown::new("waiting", "observes"),
        _ => Shown::new("held", "off"),
    }
}

/// What it is about, in words.
fn scope(control: &ControlView) -> String {
    let or_all = |names: &[String], all: &str| match names {
        [] => all.to_owned(),
        names => names.join(", "),
    };
    match (control.products.as_slice(), control.environments.as_slice()) {
        ([], []) => "everything".to_owned(),
        (products, environments) => format!(
            "{} in {}",
            or_all(products, "all products"),
            or_all(environments, "all environments")
        ),
    }
}
