//! Who belongs where: the teams with their members and products, and the roles that an organisation adds.

use super::{Actor, Level, Resource};
use crate::{
    catalog::{Product, Role, Team},
    name::Name,
    supplier::Supplier,
};
use std::collections::BTreeMap;

/// Who belongs where, as the catalog declares it.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    teams: BTreeMap<Name, Team>,
    roles: Vec<Role>,
    products: BTreeMap<Name, Name>,
    suppliers: BTreeMap<Name, Name>,
}

impl Directory {
    /// Of everything declared.
    pub fn new(teams: Vec<Team>, roles: Vec<Role>, products: &[Product]) -> Self {
        let owner = |product: &Product| (product.name.clone(), product.team.clone());
        Self {
            teams: teams
                .into_iter()
                .map(|team| (team.name.clone(), team))
                .collect(),
            roles,
            products: products.iter().map(owner).collect(),
            suppliers: BTreeMap::new(),
        }
    }

    /// The same with these suppliers: one that a team deals with is that team's.
    #[must_use]
    pub fn with_suppliers(mut self, suppliers: &[Supplier]) -> Self {
        let owned = |it: &Supplier| Some((it.name.clone(), it.team()?.clone()));
        self.suppliers = suppliers.iter().filter_map(owned).collect();
        self
    }

    /// The team that what is asked about belongs to. What is not declared belongs to none.
    pub fn team_of<'a>(&'a self, resource: &'a Resource) -> Option<&'a Name> {
        match resource {
            Resource::Organisation => None,
            Resource::Team(team) => Some(team),
            Resource::Supplier(supplier) => self.suppliers.get(supplier),
            Resource::Product { product, .. } => self.products.get(product),
        }
    }

    /// How far `actor` answers for `resource`: the higher of their level in the organisation and the one in the team
    /// that it belongs to, and never more than the token in their hand is good for.
    pub fn level(&self, actor: &Actor, resource: &Resource) -> Option<Level> {
        let team = self.team_of(resource).and_then(|team| self.teams.get(team));
        let own = team.and_then(|team| team.level_of(actor)).max(actor.level);
        let most = actor
            .token
            .as_ref()
            .map_or(Level::Initiate, |token| token.level);
        own.map(|level| level.min(most))
    }

    /// The teams that `actor` belongs to.
    pub fn teams_of<'a>(&'a self, actor: &'a Actor) -> impl Iterator<Item = &'a Name> {
        let belongs = |team: &&Team| team.level_of(actor).is_some();
        self.teams.values().filter(belongs).map(|team| &team.name)
    }

    /// The highest level that `actor` has anywhere: in the organisation, or in a team. A token in their hand changes nothing.
    pub fn highest(&self, actor: &Actor) -> Option<Level> {
        let in_teams = self.teams.values().filter_map(|team| team.level_of(actor));
        in_teams.chain(actor.level).max()
    }

    /// The roles that `actor` has.
    pub fn roles_of<'a>(&'a self, actor: &'a Actor) -> impl Iterator<Item = &'a Name> {
        let has = |role: &&Role| {
            let by_group = role.groups.iter().any(|group| actor.groups.contains(group));
            by_group || role.members.contains(&actor.name)
        };
        self.roles.iter().filter(has).map(|role| &role.name)
    }

    /// Whether a team or a role speaks of somebody of that name, who may not exist yet.
    pub fn speaks_of(&self, name: &Name) -> bool {
        let in_team = |team: &Team| team.members.contains(name) || team.levels.contains_key(name);
        let in_role = |role: &Role| role.members.contains(name);
        self.teams.values().any(in_team) || self.roles.iter().any(in_role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::{ActorKind, Scope, UsedToken},
        id::{PersonId, TokenId},
    };
    use uuid::Uuid;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn actor(who: &str, level: Option<Level>, most: Option<Level>) -> Actor {
        Actor {
            person: PersonId(Uuid::nil()),
            name: name(who),
            kind: ActorKind::Person,
            level,
            groups: ["sre".to_owned()].into(),
            token: most.map(|level| UsedToken {
                id: TokenId(Uuid::nil()),
                level,
                scope: Scope::default(),
                expires_at: None,
            }),
        }
    }

    fn directory() -> Directory {
        let team = Team {
            name: name("payments"),
            title: String::new(),
            members: vec![name("ada"), name("eve")],
            levels: [(name("bob"), Level::Ensure)].into(),
            groups: BTreeMap::new(),
        };
        let operations = Team {
            name: name("operations"),
            title: String::new(),
            members: Vec::new(),
            levels: BTreeMap::new(),
            groups: [("sre".to_owned(), Level::Apply)].into(),
        };
        let desk = Role {
            name: name("desk"),
            title: String::new(),
            members: vec![name("zoe")],
            groups: vec!["desk".to_owned()],
        };
        let mut all = Directory::new(vec![team, operations], vec![desk], &[]);
        all.products.insert(name("bank"), name("payments"));
        all.products.insert(name("probe"), name("operations"));
        all
    }

    #[test]
    fn it_speaks_of_whoever_is_a_member_by_name() {
        let all = directory();
        let check = |who: &str, expect| assert_eq!(all.speaks_of(&name(who)), expect, "{who}");
        check("ada", true);
        check("bob", true);
        check("zoe", true);
        check("sre", false);
        check("mallory", false);
    }

    #[test]
    fn the_higher_of_team_and_organisation_counts_and_a_token_caps_it() {
        let all = directory();
        let bank = Resource::product(name("bank"));
        let check = |actor: &Actor, resource: &Resource, expect| {
            assert_eq!(all.level(actor, resource), expect, "{actor:?} {resource}");
        };
        let apply = Some(Level::Apply);
        check(&actor("bob", None, None), &bank, Some(Level::Ensure));
        check(&actor("bob", None, apply), &bank, apply);
        check(&actor("bob", None, None), &Resource::Organisation, None);
        check(
            &actor("bob", Some(Level::Initiate), None),
            &bank,
            Some(Level::Initiate),
        );
        check(&actor("ada", apply, None), &bank, apply);
        check(&actor("eve", None, None), &bank, Some(Level::Assist));
        check(&actor("mallory", None, None), &bank, None);
        check(
            &actor("mallory", None, None),
            &Resource::product(name("probe")),
            apply,
        );
        check(
            &actor("bob", None, None),
            &Resource::product(name("unknown")),
            None,
        );
    }

    #[test]
    fn whoever_deals_with_a_supplier_answers_for_it() {
        let supplier = |text: &str| serde_json::from_str(text).unwrap();
        let all = directory().with_suppliers(&[
            supplier(r#"{"name": "acme", "owner": "team:payments"}"#),
            supplier(r#"{"name": "globex", "owner": "bob"}"#),
            supplier(r#"{"name": "initech"}"#),
        ]);
        for (who, of, expect) in [
            ("bob", "acme", Some(Level::Ensure)),
            ("ada", "acme", Some(Level::Assist)),
            ("mallory", "acme", None),
            ("bob", "globex", None),
            ("bob", "initech", None),
        ] {
            let of = Resource::Supplier(name(of));
            assert_eq!(
                all.level(&actor(who, None, None), &of),
                expect,
                "{who} {of}"
            );
        }
    }
}
