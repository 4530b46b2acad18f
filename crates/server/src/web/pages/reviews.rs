//! Reviews: what is live and was not looked back at, what is to be better next time, and what comes up again and again.

pub(in crate::web) mod deeds;
pub(in crate::web) mod review;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::{Prose, counted},
    state::State as Shown,
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use tidegate_protocol::api::{DueReviewView, ReviewActionView, ReviewRowView, ThemeView};

#[derive(Template)]
#[template(path = "reviews.html")]
struct Page {
    frame: Frame,
    sentence: String,
    due: Vec<(DueReviewView, Moment, Option<Moment>)>,
    reviews: Vec<Row>,
    actions: Vec<Action>,
    themes: Vec<Theme>,
    cut: bool,
}

struct Row {
    stage: Shown,
    begun: Moment,
    view: ReviewRowView,
}

/// An action as it is listed.
struct Action {
    due: Option<Moment>,
    state: Shown,
    who: String,
    /// What it is to change, each with what became of it.
    changes: Vec<(String, Option<String>)>,
    view: ReviewActionView,
}

struct Theme {
    told: Prose,
    view: ThemeView,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let view = app.reviews(&request).await?;
    let now = Timestamp::now();
    let sentence = match (view.reviews.len(), view.due.len()) {
        (0, 0) => "No release is live yet, so there is nothing to look back at.".to_owned(),
        (_, 0) => "Whatever is live was looked back at.".to_owned(),
        (_, due) => format!(
            "Nobody looked back at {} yet.",
            counted(due, "live release")
        ),
    };
    let row = |view: ReviewRowView| Row {
        stage: stage(&view.stage),
        begun: Moment::seen(view.begun, now),
        view,
    };
    let theme = |view: ThemeView| Theme {
        told: Prose::exactly(&view.told),
        view,
    };
    let since = |it: DueReviewView| {
        let at = Moment::seen(it.live_since, now);
        let due = it.due.map(|at| Moment::seen(at, now));
        (it, at, due)
    };
    answer(&Page {
        frame: Frame::new("Reviews", Section::Reviews, &request)
            .twins("/api/v1/reviews", "tidegate review list"),
        sentence,
        due: view.due.into_iter().map(since).collect(),
        reviews: view.reviews.into_iter().map(row).collect(),
        actions: view.actions.into_iter().map(|it| action(it, now)).collect(),
        themes: view.themes.into_iter().map(theme).collect(),
        cut: view.cut,
    })
}

fn action(view: ReviewActionView, now: Timestamp) -> Action {
    let shape = match (view.state.as_str(), view.is_late) {
        ("done", _) => "steady",
        (_, true) => "failing",
        ("started", _) => "moving",
        ("open", _) => "waiting",
        _ => "unknown",
    };
    let who = view.assignee.clone();
    Action {
        due: view.due.map(|at| Moment::seen(at, now)),
        state: Shown::new(shape, view.state.clone()),
        who: who.unwrap_or_else(|| view.owner.clone()),
        changes: view.changes.iter().map(|it| changed(it, &view)).collect(),
        view,
    }
}

/// Something that an action is to change, and what became of it since.
fn changed(what: &str, view: &ReviewActionView) -> (String, Option<String>) {
    let since = view.changed.iter().find(|it| it.what == what);
    (what.to_owned(), since.map(|it| it.told.clone()))
}

/// How far a review is.
fn stage(stage: &str) -> Shown {
    let (shape, word) = match stage {
        "none" => ("waiting", "not begun"),
        "closed" => ("steady", "closed"),
        "writing" => ("moving", "writing"),
        "grouping" => ("moving", "grouping"),
        "voting" => ("moving", "voting"),
        "discussing" => ("moving", "discussing"),
        other => ("unknown", other),
    };
    Shown::new(shape, word)
}
