//! Who belongs where, and the policies that say who may do what, as people write them in files.

use crate::{
    access::{Actor, Level},
    name::Name,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A team: people who own products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Names of people who see what the team has; what else they may is by their level in the organisation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Name>,
    /// The levels that people have for what the team has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<Name, Level>,
    /// The levels that members of an identity provider's groups have for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Level>,
}

/// A role that the organisation adds to the responsibility levels; policies name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Names of people who have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Name>,
    /// The groups of an identity provider whose members have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A policy of the organisation about who may do what, beside the shipped ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Why it is so, in Markdown; a refusal prints it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Cedar, by the schema that `tidegate policy schema` prints.
    pub policy: String,
}

impl Team {
    /// The level of a member: the highest of what their name and their groups give; none of somebody else.
    pub fn level_of(&self, actor: &Actor) -> Option<Level> {
        let named = self.levels.get(&actor.name).copied();
        let listed = self.members.contains(&actor.name).then_some(Level::Assist);
        let grouped = self
            .groups
            .iter()
            .filter(|(group, _)| actor.groups.contains(*group));
        grouped
            .map(|(_, level)| *level)
            .chain(named)
            .chain(listed)
            .max()
    }
}
