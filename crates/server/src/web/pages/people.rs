//! Everybody who may come in, and which teams they belong to.

mod levels;
pub(in crate::web) mod person;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place},
    parts::{Prose, counted},
    visitor::{Query, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{PersonView, ProductView};

/// People of one page.
const LIMIT: usize = 100;

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// Why the visitor sees nobody but themselves.
    barred: Option<Prose>,
    me: String,
    people: Vec<Line>,
    /// Where the next of them are.
    next: Option<String>,
    teams: Vec<Team>,
}

struct Line {
    name: String,
    display: String,
    is_program: bool,
    owner: Option<String>,
    level: String,
    teams: String,
    roles: String,
    sign_in: String,
}

/// A team, as its members and its products tell of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Team {
    name: String,
    members: Vec<String>,
    products: Vec<String>,
}

/// Behind whom the page begins.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct From {
    #[serde(default)]
    after: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(from): Query<From>,
) -> Result<Response, Fault> {
    let at_large = (Action::Read, Place::default());
    let barred = offer::barred(&app, &request, at_large).await?;
    let people = match barred {
        None => app.people(&request).await?,
        Some(_) => Vec::new(),
    };
    let products = app.products(&request).await?;
    let (sentence, teams) = (sentence(&people), teams(&people, &products));
    let (people, next) = cut(people, &from.after);
    answer(&Page {
        frame: Frame::new("People", Section::People, &request)
            .twins("GET /api/v1/people", "tidegate person list"),
        sentence: match barred {
            None => sentence,
            Some(_) => "You see yourself here, and not who else there is.".to_owned(),
        },
        barred,
        me: request.actor.name.to_string(),
        teams,
        next: next.map(|last| format!("/people?after={last}")),
        people: people.into_iter().map(line).collect(),
    })
}

/// The people of one page, and who is the last of them where more come.
fn cut(mut people: Vec<PersonView>, after: &str) -> (Vec<PersonView>, Option<String>) {
    people.retain(|person| person.name.as_str() > after);
    let more = people.len() > LIMIT;
    people.truncate(LIMIT);
    let last = people.last().filter(|_| more);
    let last = last.map(|person| person.name.clone());
    (people, last)
}

fn sentence(people: &[PersonView]) -> String {
    let programs = people.iter().filter(|it| it.kind == "service").count();
    let persons = match people.len() - programs {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    };
    match programs {
        0 => format!("{persons} may come in."),
        _ => format!(
            "{persons} and {} may come in.",
            counted(programs, "program")
        ),
    }
}

fn line(view: PersonView) -> Line {
    let teams = view.teams.iter();
    let teams: Vec<_> = teams.map(|(team, level)| member(team, *level)).collect();
    Line {
        is_program: view.kind == "service",
        level: levels::spoken(view.level),
        teams: teams.join(", "),
        roles: view.roles.join(", "),
        sign_in: view.sign_in.join(", "),
        name: view.name,
        display: view.display,
        owner: view.owner,
    }
}

/// Somebody or a team, with the level that is held; 0 is none.
fn member(name: &str, level: u8) -> String {
    match level {
        0 => name.to_owned(),
        level => format!("{name} ({level})"),
    }
}

fn teams(people: &[PersonView], products: &[ProductView]) -> Vec<Team> {
    let mut teams: BTreeMap<&str, Team> = BTreeMap::new();
    for person in people {
        for (team, level) in &person.teams {
            let team = teams.entry(team).or_default();
            team.members.push(member(&person.name, *level));
        }
    }
    for product in products {
        let team = teams.entry(&product.team).or_default();
        team.products.push(product.name.clone());
    }
    let named = |(name, team): (&str, Team)| Team {
        name: name.to_owned(),
        ..team
    };
    teams.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> PersonView {
        PersonView {
            name: name.into(),
            display: "Bob".into(),
            kind: "person".into(),
            level: None,
            level_by: Vec::new(),
            teams: BTreeMap::from([("makers".to_owned(), 3)]),
            roles: Vec::new(),
            owner: None,
            email: None,
            sign_in: Vec::new(),
        }
    }

    #[test]
    fn a_long_list_comes_in_pages() {
        let everybody: Vec<_> = (0..250).map(|n| person(&format!("p-{n:03}"))).collect();
        let (mut after, mut seen) = (Some(String::new()), Vec::new());
        let (mut pages, name) = (0, |it: PersonView| it.name);
        while let Some(from) = after {
            let (page, last) = cut(everybody.clone(), &from);
            assert!(page.len() <= LIMIT);
            seen.extend(page.into_iter().map(name));
            (after, pages) = (last, pages + 1);
        }
        let everybody: Vec<_> = everybody.into_iter().map(name).collect();
        assert_eq!((seen, pages), (everybody, 3));
    }

    #[test]
    fn a_team_is_told_by_its_members_and_products() {
        let bob = person("bob");
        let shop = ProductView {
            name: "shop".into(),
            title: String::new(),
            programme: String::new(),
            team: "makers".into(),
            path: Vec::new(),
            components: Vec::new(),
        };
        let makers = Team {
            name: "makers".into(),
            members: vec!["bob (3)".into()],
            products: vec!["shop".into()],
        };
        assert_eq!(teams(&[bob], &[shop]), [makers]);
    }
}
