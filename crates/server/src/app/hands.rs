//! Whose work somebody may do: their own, that of their teams, and that of those for whom they stand in.

use super::{Error, Request};
use std::collections::BTreeSet;
use tidegate_domain::{name::Name, planning::Party, runbook::Step, talk::Delegation};
use tidegate_store::Tx;

/// What is in somebody's hands. It lends no rights: what they do is still asked of the authorizer.
#[derive(Debug)]
pub(super) struct Hands {
    me: Name,
    /// Their teams.
    pub(super) teams: BTreeSet<Name>,
    /// For whom they stand in now.
    pub(super) lent: Vec<Delegation>,
}

impl Hands {
    /// Those of whoever asks.
    pub(super) async fn of(tx: &mut Tx, request: &Request) -> Result<Self, Error> {
        let authorizer = request.gate.authorizer(tx).await?;
        let me = request.actor.name.clone();
        let now = tx.now();
        Ok(Self {
            teams: authorizer
                .directory()
                .teams_of(&request.actor)
                .cloned()
                .collect(),
            lent: tx.delegations_to(&me, now).await?,
            me,
        })
    }

    /// Whether something that falls to `owner`, and that `assignee` took, is in them.
    pub(super) fn hold(&self, owner: &Party, assignee: Option<&Name>) -> bool {
        match (assignee, owner) {
            (Some(person), _) | (None, Party::Person(person)) => self.are_for(person),
            (None, Party::Team(team)) => self.teams.contains(team),
        }
    }

    /// Whether a step of a deployment is.
    pub(super) fn have(&self, step: &Step) -> bool {
        let owner = step.owner.as_ref();
        owner.is_some_and(|owner| self.hold(owner, None))
    }

    /// Whether a person's work is in them.
    pub(super) fn are_for(&self, person: &Name) -> bool {
        *person == self.me || self.lent.iter().any(|it| it.from == *person)
    }
}
