//! Everybody who may come in, and which teams they belong to.

mod levels;
pub(in crate::web) mod person;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place},
    parts::{Prose, counted},
    visitor::Visitor,
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use std::collections::BTreeMap;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{PersonView, ProductView};

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// Why the visitor sees nobody but themselves.
    barred: Option<Prose>,
    me: String,
    people: Vec<Line>,
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

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let at_large = (Action::Read, Place::default());
    let barred = offer::barred(&app, &request, at_large).await?;
    let people = match barred {
        None => app.people(&request).await?,
        Some(_) => Vec::new(),
    };
    let products = app.products(&request).await?;
    answer(&Page {
        frame: Frame::new("People", Section::People, &request)
            .twins("GET /api/v1/people", "tidegate person list"),
        sentence: match barred {
            None => sentence(&people),
            Some(_) => "You see yourself here, and not who else there is.".to_owned(),
        },
        barred,
        me: request.actor.name.to_string(),
        teams: teams(&people, &products),
        people: people.into_iter().map(line).collect(),
    })
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

    #[test]
    fn a_team_is_told_by_its_members_and_products() {
        let bob = PersonView {
            name: "bob".into(),
            display: "Bob".into(),
            kind: "person".into(),
            level: None,
            teams: BTreeMap::from([("makers".to_owned(), 3)]),
            roles: Vec::new(),
            owner: None,
            email: None,
            sign_in: Vec::new(),
        };
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
