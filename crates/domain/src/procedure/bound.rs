//! Whom a procedure binds.

use crate::{
    access::{Actor, ActorKind, Directory, Level},
    name::Name,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Whom a procedure binds: `level:3` (everybody of that level or above, in the organisation or in a team), `team:NAME`,
/// `role:NAME`, or a person's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Bound {
    /// Everybody of that level or above.
    Level(Level),
    /// Everybody in a team.
    Team(Name),
    /// Everybody who has a role.
    Role(Name),
    /// One person.
    Person(Name),
}

/// The text says nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` binds nobody: write `level:2` to `level:6`, `team:NAME`, `role:NAME`, or a person's name"
)]
pub struct BoundError(String);

impl Bound {
    /// Whether it binds somebody. Programs acknowledge nothing.
    pub fn binds(&self, actor: &Actor, directory: &Directory) -> bool {
        if actor.kind == ActorKind::Service {
            return false;
        }
        match self {
            Self::Level(level) => directory.highest(actor) >= Some(*level),
            Self::Team(team) => directory.teams_of(actor).any(|it| it == team),
            Self::Role(role) => directory.roles_of(actor).any(|it| it == role),
            Self::Person(name) => actor.name == *name,
        }
    }
}

impl FromStr for Bound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let wrong = || BoundError(text.chars().take(80).collect());
        let name = |text: &str| text.trim().parse::<Name>().map_err(|_| wrong());
        match text.split_once(':') {
            Some(("level", number)) => {
                let number = number.trim().parse().map_err(|_| wrong())?;
                Level::from_number(number)
                    .map(Self::Level)
                    .ok_or_else(wrong)
            }
            Some(("team", team)) => name(team).map(Self::Team),
            Some(("role", role)) => name(role).map(Self::Role),
            Some(("person", person)) => name(person).map(Self::Person),
            Some(_) => Err(wrong()),
            None => name(text).map(Self::Person),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(level) => write!(f, "level:{}", level.number()),
            Self::Team(team) => write!(f, "team:{team}"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::Person(name) => name.fmt(f),
        }
    }
}

impl TryFrom<String> for Bound {
    type Error = BoundError;
    fn try_from(text: String) -> Result<Self, BoundError> {
        text.parse()
    }
}

impl From<Bound> for String {
    fn from(bound: Bound) -> Self {
        bound.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Role, Team},
        id::PersonId,
    };
    use uuid::Uuid;

    fn actor(who: &str, level: Option<Level>) -> Actor {
        Actor {
            person: PersonId(Uuid::nil()),
            name: who.parse().unwrap(),
            kind: ActorKind::Person,
            level,
            groups: ["sre".to_owned()].into(),
            token: None,
        }
    }

    fn directory() -> Directory {
        let team: Team = serde_json::from_str(
            r#"{"name": "shop", "members": ["ada"], "levels": {"ben": "enable"}}"#,
        )
        .unwrap();
        let role: Role =
            serde_json::from_str(r#"{"name": "desk", "members": ["cy"], "groups": []}"#).unwrap();
        Directory::new(vec![team], vec![role], &[])
    }

    #[test]
    fn it_binds_by_level_team_role_and_name() {
        let all = directory();
        for (bound, who, level, expect) in [
            ("level:3", "zoe", Some(Level::Apply), true),
            ("level:3", "zoe", Some(Level::Assist), false),
            ("level:3", "zoe", None, false),
            ("level:4", "ben", None, true),
            ("level:5", "ben", Some(Level::Assist), false),
            ("level:2", "ada", None, true),
            ("team:shop", "ada", None, true),
            ("team:shop", "zoe", Some(Level::Initiate), false),
            ("role:desk", "cy", None, true),
            ("role:desk", "ada", None, false),
            ("ada", "ada", None, true),
            ("ada", "ben", None, false),
        ] {
            let bound: Bound = bound.parse().unwrap();
            assert_eq!(
                bound.binds(&actor(who, level), &all),
                expect,
                "{bound} {who}"
            );
        }
        let mut program = actor("ada", Some(Level::Initiate));
        program.kind = ActorKind::Service;
        assert!(!Bound::Level(Level::Assist).binds(&program, &all));
    }

    #[test]
    fn it_reads_as_it_is_written() {
        for (text, kept) in [
            ("level:3", "level:3"),
            ("team:shop", "team:shop"),
            ("role: desk", "role:desk"),
            ("person:ada", "ada"),
        ] {
            assert_eq!(text.parse::<Bound>().unwrap().to_string(), kept);
        }
        for bad in [
            "", "level:1", "level:7", "level:x", "team:", "group:x", "Ada",
        ] {
            assert!(bad.parse::<Bound>().is_err(), "{bad}");
        }
    }
}
