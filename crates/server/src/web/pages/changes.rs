//! Change requests: which there are, and asking for one.

pub(in crate::web) mod change;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, typed, universal},
    parts::counted,
    state::State as Shown,
    visitor::{Query, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, optional},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{ChangeRequest, ChangeView, ProductView};

/// Change requests of one page.
const LIMIT: u64 = 50;

#[derive(Template)]
#[template(path = "changes.html")]
struct Page {
    frame: Frame,
    sentence: String,
    changes: Vec<Line>,
    older: Option<String>,
    form: Option<Form>,
}

struct Line {
    view: ChangeView,
    state: Shown,
    asked: Moment,
}

/// Where the visitor may ask for one.
struct Form {
    products: Vec<ProductView>,
    environments: Vec<String>,
}

/// Which of them.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Which {
    before: Option<String>,
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    kind: String,
    #[serde(default)]
    template: String,
    product: String,
    environment: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    risk: String,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    ends: String,
    #[serde(default)]
    link: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let before = optional("before", which.before.as_deref())?;
    let views = app.changes(&request, before, LIMIT).await?;
    let is_full = views.len() as u64 == LIMIT;
    let last = views.last().filter(|_| is_full);
    let now = Timestamp::now();
    answer(&Page {
        frame: Frame::new("Change requests", Section::Changes, &request)
            .twins("/api/v1/changes", "tidegate change list"),
        sentence: sentence(&views, (before.is_some(), is_full)),
        older: last.map(|last| format!("/changes?before={}", last.id)),
        form: form(&app, &request).await?,
        changes: views.into_iter().map(|view| line(view, now)).collect(),
    })
}

pub(in crate::web) async fn ask(
    app: State,
    Visitor(request): Visitor,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let made = app.create_change(request, &wish.read()).await;
    let made = made.map_err(|error| Fault::back(error, "/changes"))?;
    Ok(Redirect::to(&format!("/changes/{}", made.id)))
}

impl Wish {
    fn read(self) -> ChangeRequest {
        ChangeRequest {
            template: typed(&self.template),
            release: typed(&self.release),
            title: self.title.trim().to_owned(),
            description: self.description.replace("\r\n", "\n"),
            risk: typed(&self.risk),
            starts: typed(&self.starts).map(universal),
            ends: typed(&self.ends).map(universal),
            links: typed(&self.link).into_iter().collect(),
            kind: self.kind,
            product: self.product,
            environment: self.environment,
        }
    }
}

async fn form(app: &SharedApp, request: &Request) -> Result<Option<Form>, Error> {
    let products = app.products_for(request, Action::RequestChange).await?;
    Ok((!products.is_empty()).then(|| Form {
        environments: offer::environments(&products),
        products,
    }))
}

/// How far a change request is.
fn state(view: &ChangeView) -> Shown {
    match view.state.as_str() {
        "open" => Shown::new("waiting", "open"),
        "approved" if view.review_due => Shown::new("held", "review due"),
        "approved" => Shown::new("steady", "approved"),
        "turned down" => Shown::new("failing", "turned down"),
        state => Shown::new("held", state),
    }
}

fn line(view: ChangeView, now: Timestamp) -> Line {
    Line {
        state: state(&view),
        asked: Moment::seen(view.at, now),
        view,
    }
}

/// What waits of those that are shown, and which these are where they are not all.
fn sentence(changes: &[ChangeView], (is_older, is_full): (bool, bool)) -> String {
    let open = changes.iter().filter(|it| it.state == "open").count();
    let due = changes.iter().filter(|it| it.review_due).count();
    let due = match due {
        0 => String::new(),
        1 => ", and one review is due".to_owned(),
        count => format!(", and {count} reviews are due"),
    };
    let of_these = match (is_older, is_full) {
        (true, _) => "Of these older ones ",
        (false, true) => "Of the newest ",
        (false, false) => "",
    };
    match (changes.len(), open) {
        (0, _) if is_older => "There are no older change requests.".to_owned(),
        (0, _) => "Nobody has asked for a change yet.".to_owned(),
        (_, 1) => format!("{of_these}1 change request waits for a decision{due}."),
        (_, count) => format!(
            "{of_these}{} wait for a decision{due}.",
            counted(count, "change request")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_of_those_that_are_shown() {
        let change = serde_json::json!({
            "id": 1, "kind": "normal", "product": "shop", "environment": "live", "title": "", "description": "",
            "risk": "low", "by": "ada", "at": "2026-01-01T00:00:00Z", "state": "open", "review_due": false, "links": [],
        });
        let change: ChangeView = serde_json::from_value(change).unwrap();
        let told = |older, full| sentence(std::slice::from_ref(&change), (older, full));
        assert_eq!(told(false, false), "1 change request waits for a decision.");
        assert_eq!(
            told(false, true),
            "Of the newest 1 change request waits for a decision."
        );
        assert_eq!(
            told(true, false),
            "Of these older ones 1 change request waits for a decision."
        );
        assert_eq!(
            sentence(&[], (true, false)),
            "There are no older change requests."
        );
    }
}
