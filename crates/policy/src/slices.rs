//! The policies of each question apart, so that it meets only those that can speak about it.
//!
//! A policy whose scope names another action or another resource can neither be satisfied nor fail (Cedar evaluates
//! the scope first, <https://docs.cedarpolicy.com/policies/syntax-policy.html>), so leaving it out changes no answer.

use crate::entities;
use cedar_policy::{ActionConstraint, Entity, EntityUid, Policy, PolicySet, ResourceConstraint};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::access::Action;

/// How many slices are kept before they are made anew.
const KEPT_MAX: usize = 4_096;

/// The policies that can speak about each action, and, as they are asked for, about each resource.
#[derive(Debug)]
pub(crate) struct Slices {
    actions: BTreeMap<Action, OfAction>,
    kept: Mutex<BTreeMap<Key, Arc<PolicySet>>>,
}

/// An action, a resource, and the team that it is in.
type Key = (Action, EntityUid, Option<EntityUid>);

/// One action, in Cedar's terms, with its policies.
#[derive(Debug)]
struct OfAction {
    action: Entity,
    policies: Vec<Policy>,
}

impl Slices {
    /// Of policies whose names differ.
    pub(crate) fn new(policies: &[Policy]) -> Self {
        let of = |action: &Action| {
            let entity = entities::action(*action);
            let (uid, group) = (entity.uid(), entities::group(action.least_level()));
            let speaks = |policy: &&Policy| match policy.action_constraint() {
                ActionConstraint::Any => true,
                ActionConstraint::Eq(one) => one == uid,
                ActionConstraint::In(some) => some.contains(&uid) || some.contains(&group),
            };
            let policies = policies.iter().filter(speaks).cloned().collect();
            (
                *action,
                OfAction {
                    action: entity,
                    policies,
                },
            )
        };
        Self {
            actions: Action::ALL.iter().map(of).collect(),
            kept: Mutex::default(),
        }
    }

    /// An action in Cedar's terms.
    pub(crate) fn action(&self, action: Action) -> &Entity {
        &self.of(action).action
    }

    /// The policies that can speak about an action and a resource that belongs to `team`.
    pub(crate) fn about(
        &self,
        action: Action,
        resource: &EntityUid,
        team: Option<&EntityUid>,
    ) -> Arc<PolicySet> {
        let key = (action, resource.clone(), team.cloned());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(&key) {
            return found.clone();
        }
        let speaks = |policy: &&Policy| reaches(&policy.resource_constraint(), resource, team);
        let policies = self.of(action).policies.iter().filter(speaks).cloned();
        let made = PolicySet::from_policies(policies).expect("no two share a name");
        let made = Arc::new(made);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, made.clone());
        made
    }

    fn of(&self, action: Action) -> &OfAction {
        let found = self.actions.get(&action);
        found.expect("there are policies for every action")
    }
}

/// Whether what a policy says of its resource can hold: it is `resource`, of its type, or in `team`.
fn reaches(scope: &ResourceConstraint, resource: &EntityUid, team: Option<&EntityUid>) -> bool {
    let within = |uid: &EntityUid| uid == resource || Some(uid) == team;
    match scope {
        ResourceConstraint::Any => true,
        ResourceConstraint::In(uid) => within(uid),
        ResourceConstraint::Eq(uid) => uid == resource,
        ResourceConstraint::Is(kind) => kind == resource.type_name(),
        ResourceConstraint::IsIn(kind, uid) => kind == resource.type_name() && within(uid),
    }
}
