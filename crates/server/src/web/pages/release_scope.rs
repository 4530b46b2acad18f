//! The scope of a release: what it brings to an environment, what people decide about that, and what they tell whom.

mod deeds;
mod shown;

pub(in crate::web) use deeds::{adjust, word};

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place},
    parts::Prose,
    visitor::{Path, Query, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use shown::{Group, Item, Lost, Notes, Unread};
use tidegate_domain::access::Action;

/// How many changes are shown under one heading.
const CHANGES: usize = 100;
/// The audience whose notes are shown first.
const AUDIENCE: &str = "customer";

#[derive(Template)]
#[template(path = "release_scope.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    /// The address of this page, without what is chosen on it.
    here: String,
    sentence: String,
    /// What runs where it goes.
    since: String,
    environments: Vec<Choice>,
    audiences: Vec<Choice>,
    /// What is chosen, for forms that lead back here.
    environment: String,
    audience: String,
    unread: Vec<Unread>,
    lost: Vec<Lost>,
    groups: Vec<Group>,
    items: Vec<Item>,
    contributors: String,
    /// What was left out or did nothing.
    remarks: Vec<String>,
    notes: Notes,
    /// Why the visitor decides nothing about changes.
    may_not_adjust: Option<Prose>,
    /// Why the visitor writes nothing.
    may_not_word: Option<Prose>,
}

/// One of several views of the page.
struct Choice {
    name: String,
    href: String,
    is_current: bool,
}

/// What is chosen.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Chosen {
    environment: Option<String>,
    audience: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Fault> {
    let audience = chosen.audience.as_deref().unwrap_or(AUDIENCE);
    let asked = chosen.environment.as_deref().filter(|it| !it.is_empty());
    let asked = (asked, CHANGES, audience);
    let of = (product.as_str(), version.as_str());
    let (scope, notes) = app.scope_with_notes(&request, of, asked).await?;
    let place = Place::product(&product);
    let may_not_adjust = offer::barred(&app, &request, (Action::PlanRelease, place)).await?;
    let may_not_word = offer::barred(&app, &request, (Action::WordNotes, place)).await?;
    let here = format!("/products/{product}/releases/{version}/scope");
    let environment = scope.environment.clone().unwrap_or_default();
    let to = |environment: &str, audience: &str| {
        format!("{here}?environment={environment}&audience={audience}")
    };
    let environments = scope.environments.iter().map(|name| Choice {
        href: to(name, audience),
        is_current: *name == environment,
        name: name.clone(),
    });
    let audiences = ["customer", "operator", "developer"].map(|name| Choice {
        href: to(&environment, name),
        is_current: name == audience,
        name: format!("{name}s"),
    });
    let title = format!("Scope of {product} {version}");
    let frame = Frame::new(&title, Section::Elsewhere, &request).twins(
        format!("/api/v1{here}?environment={environment}"),
        format!("tidegate release scope show {product} {version} --to {environment}"),
    );
    let now = Timestamp::now();
    answer(&Page {
        frame,
        sentence: scope.sentence.clone(),
        since: shown::since(&scope),
        environments: environments.collect(),
        audiences: audiences.into(),
        unread: scope.unread.iter().map(Unread::of).collect(),
        lost: scope.lost.iter().map(Lost::of).collect(),
        groups: scope.groups.iter().map(|it| Group::of(it, now)).collect(),
        items: scope.items.iter().map(Item::of).collect(),
        contributors: shown::contributors(&scope),
        remarks: shown::remarks(&scope),
        notes: Notes::of(notes),
        audience: audience.to_owned(),
        environment,
        here,
        product,
        version,
        may_not_adjust,
        may_not_word,
    })
}
