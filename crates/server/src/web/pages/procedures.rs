//! Procedures: which there are, who has to read them, and what goes by an old version.

pub(in crate::web) mod procedure;
pub(in crate::web) mod version;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place, typed},
    parts::{Prose, counted},
    state::State as Shown,
    visitor::{Submitted, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{
    OldProcedureView, ProcedureLineView, ProcedureRequest, ProcedureSettingsRequest,
};

#[derive(Template)]
#[template(path = "procedures.html")]
struct Page {
    frame: Frame,
    sentence: String,
    procedures: Vec<Line>,
    retired: Vec<ProcedureLineView>,
    old: Vec<Old>,
    may_begin: bool,
}

struct Line {
    state: Shown,
    view: ProcedureLineView,
}

/// Something that goes by an old version.
pub(super) struct Old {
    what: Prose,
    remedy: Prose,
    view: OldProcedureView,
}

/// What the form of a new procedure holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Begun {
    name: String,
    title: String,
    owner: String,
    binds: String,
    review_by: String,
    text: String,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let all = app.procedures(&request, true).await?;
    let (retired, in_use): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.retired);
    let old = app.old_procedures(&request, None).await?;
    let action = (Action::ApplyCatalog, Place::default());
    let barred = offer::barred(&app, &request, action).await?;
    answer(&Page {
        frame: Frame::new("Procedures", Section::Procedures, &request)
            .twins("/api/v1/procedures", "tidegate procedure list"),
        sentence: sentence(&in_use, &retired),
        procedures: in_use.into_iter().map(line).collect(),
        retired,
        old: old.into_iter().map(Old::from).collect(),
        may_begin: barred.is_none(),
    })
}

fn sentence(all: &[ProcedureLineView], retired: &[ProcedureLineView]) -> String {
    match (all, retired) {
        ([], []) => return "No procedure is declared yet.".to_owned(),
        ([], [_, ..]) => return "No procedure is in use any more.".to_owned(),
        ([_, ..], _) => {}
    }
    let mine = all.iter().filter(|it| it.unread_by_me).count();
    let overdue = all.iter().filter(|it| it.overdue).count();
    let read = match mine {
        0 => "you have read what binds you".to_owned(),
        many => format!("{many} of them you have to read"),
    };
    let review = match overdue {
        0 => String::new(),
        1 => ", and 1 is overdue for its review".to_owned(),
        many => format!(", and {many} are overdue for their review"),
    };
    format!("{}: {read}{review}.", counted(all.len(), "procedure"))
}

fn line(view: ProcedureLineView) -> Line {
    Line {
        state: match (view.unread_by_me, view.overdue, view.unread) {
            (true, _, _) => Shown::new("waiting", "to be read"),
            (false, true, _) => Shown::new("failing", "review overdue"),
            (false, false, 0) => Shown::new("steady", "in force"),
            (false, false, _) => Shown::new("held", "not read by all"),
        },
        view,
    }
}

impl From<OldProcedureView> for Old {
    fn from(view: OldProcedureView) -> Self {
        Self {
            what: Prose::exactly(&view.what),
            remedy: Prose::exactly(&view.remedy),
            view,
        }
    }
}

/// Names with commas between.
pub(super) fn listed(text: &str) -> Vec<String> {
    let named = text.split(',').map(str::trim).filter(|it| !it.is_empty());
    named.map(str::to_owned).collect()
}

pub(in crate::web) async fn begin(
    app: State,
    Visitor(request): Visitor,
    Submitted(begun): Submitted<Begun>,
) -> Result<Redirect, Fault> {
    let wanted = ProcedureRequest {
        base: 0,
        title: Some(begun.title),
        body: Some(begun.text),
        settings: Some(ProcedureSettingsRequest {
            seen: None,
            owner: begun.owner,
            binds: listed(&begun.binds),
            review_by: typed(&begun.review_by),
            review_every_months: None,
        }),
        ..ProcedureRequest::default()
    };
    let name = begun.name.trim();
    let made = app.save_procedure(request, name, &wanted).await;
    made.map_err(|why| Fault::back(why, "/procedures"))?;
    Ok(Redirect::to(&format!("/procedures/{name}")))
}
