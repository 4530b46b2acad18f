//! One person: what they may, their tokens and sign-ins, and what whoever administers people changes of them.

use super::{
    super::super::{
        confirm,
        fault::Fault,
        frame::{Frame, Section, answer},
        moment::Moment,
        offer::{self, Place},
        parts::Prose,
        visitor::{Path, Query, Submitted, Visitor},
    },
    levels,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{ListedTokenView, PersonChange, PersonView, SessionView};

#[derive(Template)]
#[template(path = "person.html")]
struct Page {
    frame: Frame,
    sentence: String,
    name: String,
    is_self: bool,
    /// None where the visitor may not see more than themselves.
    person: Option<Shown>,
    tokens: Vec<Token>,
    sessions: Vec<Session>,
    may_manage: bool,
    /// Why nothing can be changed here.
    barred: Option<Prose>,
    choices: Vec<levels::Choice>,
    wanted: Option<levels::Wanted>,
    /// The programs that end with them.
    programs: Vec<String>,
}

/// What is said of them.
struct Shown {
    view: PersonView,
    level: String,
    teams: Vec<String>,
}

struct Token {
    view: ListedTokenView,
    created: Moment,
    expires: Option<Moment>,
    used: Option<Moment>,
}

struct Session {
    view: SessionView,
    began: Moment,
    expires: Moment,
    is_this: bool,
}

/// Which level is looked at before it holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Look {
    level: Option<u8>,
}

/// The level that somebody is to have.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    level: u8,
}

/// Whose name was typed.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Confirmed {
    #[serde(default)]
    confirm: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Fault> {
    let is_self = request.actor.name.as_str() == name;
    let reads = offer::barred(&app, &request, (Action::Read, Place::default())).await?;
    let everybody = match (&reads, is_self) {
        (None, _) => app.people(&request).await?,
        (Some(_), true) => Vec::new(),
        (Some(_), false) => return Err(no_person(&name)),
    };
    let programs = everybody
        .iter()
        .filter(|it| it.owner.as_deref() == Some(&name))
        .map(|it| it.name.clone())
        .collect();
    let view = everybody.into_iter().find(|it| it.name == name);
    if view.is_none() && !is_self {
        return Err(no_person(&name));
    }
    let manages = (Action::ManagePeople, Place::default());
    let barred = offer::barred(&app, &request, manages).await?;
    let level = view.as_ref().and_then(|view| view.level);
    let person = view.map(shown);
    let now = Timestamp::now();
    answer(&Page {
        frame: Frame::new(&name, Section::People, &request)
            .twins("GET /api/v1/people", "tidegate person list"),
        sentence: sentence(&name, person.as_ref()),
        is_self,
        tokens: tokens(&app, &request, &name, now).await?,
        sessions: match is_self {
            true => sessions(&app, &request, now).await?,
            false => Vec::new(),
        },
        may_manage: barred.is_none() && person.is_some(),
        barred,
        choices: levels::choices(level),
        wanted: look.level.and_then(|wanted| levels::wanted(level, wanted)),
        programs,
        person,
        name,
    })
}

pub(in crate::web) async fn change(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let here = format!("/people/{name}");
    let change = PersonChange {
        level: Some(wish.level),
        ..PersonChange::default()
    };
    let done = app.change_person(request, &name, &change).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn remove(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(typed): Submitted<Confirmed>,
) -> Result<Redirect, Fault> {
    let here = format!("/people/{name}");
    let back = |error| Fault::back(error, &here);
    confirm::meant(&name, &typed.confirm).map_err(back)?;
    app.remove_person(request, &name).await.map_err(back)?;
    Ok(Redirect::to("/people"))
}

pub(in crate::web) async fn revoke(
    app: State,
    Visitor(request): Visitor,
    Path((name, token)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let here = format!("/people/{name}");
    let done = app.revoke_token(request, &token).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

/// Ends one of the visitor's own sign-ins.
pub(in crate::web) async fn end(
    app: State,
    Visitor(request): Visitor,
    Path((name, session)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let here = format!("/people/{name}");
    let done = app.end_session(request, &session).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}

fn no_person(name: &str) -> Fault {
    let error = Error::not_found("person-not-found", "person", name);
    Fault::back(error, "/people")
}

fn shown(view: PersonView) -> Shown {
    let teams = view.teams.iter();
    Shown {
        level: levels::spoken(view.level),
        teams: teams
            .map(|(team, level)| super::member(team, *level))
            .collect(),
        view,
    }
}

fn sentence(name: &str, person: Option<&Shown>) -> String {
    let Some(person) = person else {
        return format!("You are signed in as {name}.");
    };
    let who = match person.view.display == name {
        true => name.to_owned(),
        false => format!("{} ({name})", person.view.display),
    };
    match (person.view.kind.as_str(), person.view.level) {
        ("service", _) => format!("{who} is a program’s account."),
        (_, Some(_)) => format!(
            "{who} has level {} in the whole organisation.",
            person.level
        ),
        (_, None) if person.teams.is_empty() => format!("{who} has no level anywhere."),
        (_, None) => format!("{who} has what their teams give."),
    }
}

async fn tokens(
    app: &SharedApp,
    request: &Request,
    name: &str,
    now: Timestamp,
) -> Result<Vec<Token>, Error> {
    let tokens = app.tokens(request).await?.into_iter();
    let token = |view: ListedTokenView| Token {
        created: Moment::seen(view.created_at, now),
        expires: view.expires_at.map(|at| Moment::seen(at, now)),
        used: view.used_at.map(|at| Moment::seen(at, now)),
        view,
    };
    Ok(tokens.filter(|it| it.person == name).map(token).collect())
}

async fn sessions(
    app: &SharedApp,
    request: &Request,
    now: Timestamp,
) -> Result<Vec<Session>, Error> {
    let sessions = app.sessions(request).await?.into_iter();
    let session = |view: SessionView| Session {
        began: Moment::seen(view.began_at, now),
        expires: Moment::seen(view.expires_at, now),
        is_this: request.session.as_deref() == Some(view.id.as_str()),
        view,
    };
    Ok(sessions.map(session).collect())
}
