//! What a control would have stopped, had it been in force: one by its name, or one that is not declared yet.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place, typed},
    parts::{Prose, counted},
    visitor::{Query, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{BacktestRequest, BacktestView, StoppedView};

#[derive(Template)]
#[template(path = "backtest.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// Why there are no forms.
    barred: Option<Prose>,
    names: Vec<Choice>,
    file: String,
    result: Option<Tried>,
}

struct Choice {
    name: String,
    is_chosen: bool,
}

struct Tried {
    stopped: Vec<Stopped>,
    left: u64,
    returned: Vec<Stopped>,
}

struct Stopped {
    deployment: u64,
    what: String,
    lacked: Vec<String>,
    when: Moment,
}

/// Which control.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Which {
    #[serde(default)]
    control: String,
    /// The text of a file that declares one.
    #[serde(default)]
    file: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let which = Which {
        file: String::new(),
        ..which
    };
    tried(&app, &request, which).await
}

/// A file is too long for an address. Nothing is changed.
pub(in crate::web) async fn try_file(
    app: State,
    Visitor(request): Visitor,
    Submitted(which): Submitted<Which>,
) -> Result<Response, Fault> {
    tried(&app, &request, which).await
}

async fn tried(app: &SharedApp, request: &Request, which: Which) -> Result<Response, Fault> {
    let at_large = (Action::Read, Place::default());
    let barred = offer::barred(app, request, at_large).await?;
    let result = result(app, request, &which).await;
    let result = result.map_err(|error| Fault::back(error, "/backtest"))?;
    let controls = app.controls(request).await?;
    let choice = |name: String| Choice {
        is_chosen: name == which.control,
        name,
    };
    let command = match which.control.as_str() {
        "" => "tidegate controls backtest --file control.yaml".to_owned(),
        name => format!("tidegate controls backtest {name}"),
    };
    answer(&Page {
        frame: Frame::new("Try a control on the past", Section::Controls, request)
            .twins("POST /api/v1/controls/backtest", command),
        sentence: sentence(result.as_ref()),
        barred,
        names: controls.into_iter().map(|it| choice(it.name)).collect(),
        file: which.file,
        result: result.map(|view| shown(&view)),
    })
}

async fn result(
    app: &SharedApp,
    request: &Request,
    which: &Which,
) -> Result<Option<BacktestView>, Error> {
    let wanted = BacktestRequest {
        control: typed(&which.control),
        file: typed(&which.file).map(|_| which.file.replace("\r\n", "\n")),
    };
    if wanted.control.is_none() && wanted.file.is_none() {
        return Ok(None);
    }
    app.backtest(request, &wanted).await.map(Some)
}

fn sentence(result: Option<&BacktestView>) -> String {
    let Some(it) = result else {
        return "What would a control have stopped?".to_owned();
    };
    let about = usize::try_from(it.about).unwrap_or(usize::MAX);
    let about = counted(about, "deployment");
    match it.tried {
        0 => format!(
            "Nothing was deployed yet that {} could be tried on.",
            it.control
        ),
        _ => format!(
            "{} would have stopped {} of the {about} that it is about.",
            it.control, it.stopped_total
        ),
    }
}

fn shown(view: &BacktestView) -> Tried {
    let now = Timestamp::now();
    Tried {
        left: view.stopped_total - view.stopped.len() as u64,
        stopped: view
            .stopped
            .iter()
            .rev()
            .map(|it| stopped(it, now))
            .collect(),
        returned: view
            .returned
            .iter()
            .rev()
            .map(|it| stopped(it, now))
            .collect(),
    }
}

fn stopped(view: &StoppedView, now: Timestamp) -> Stopped {
    Stopped {
        deployment: view.deployment,
        what: view.what.clone(),
        lacked: view.lacked.clone(),
        when: Moment::seen(view.at, now),
    }
}
