//! Changes of what binds their author: they wait until a second person agrees.

use super::Action;
use crate::{
    catalog::{Document, Environment, KeySet, Kind, Policy, Role},
    control::{ChangeTemplate, Control},
    digest::Digest,
    id::{PersonId, ProposalId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number.
    pub id: ProposalId,
    /// What is to change.
    pub change: ProposedChange,
    /// The hash of what is declared now, which must still be there when somebody agrees; none of something new.
    pub base: Option<Digest>,
    /// Who proposes it.
    pub by: Name,
    /// The human being behind that account.
    pub human: PersonId,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub settled: Option<Settled>,
}

/// What is to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ProposedChange {
    /// A policy, as it is to be.
    Policy {
        /// It.
        policy: Policy,
    },
    /// A policy that is to go.
    PolicyRemoved {
        /// Its name.
        name: Name,
    },
    /// A role, as it is to be.
    Role {
        /// It.
        role: Role,
    },
    /// A role that is to go.
    RoleRemoved {
        /// Its name.
        name: Name,
    },
    /// A control, as it is to be.
    Control {
        /// It.
        control: Box<Control>,
    },
    /// A control that is to go.
    ControlRemoved {
        /// Its name.
        name: Name,
    },
    /// A change that is approved beforehand, as it is to be.
    ChangeTemplate {
        /// It.
        template: ChangeTemplate,
    },
    /// One that is to go.
    ChangeTemplateRemoved {
        /// Its name.
        name: Name,
    },
    /// A key set, as it is to be.
    KeySet {
        /// It.
        key_set: KeySet,
    },
    /// One that is to go.
    KeySetRemoved {
        /// Its name.
        name: Name,
    },
    /// An environment with other rules for who approves there, or whether a change request is asked for.
    Environment {
        /// It.
        environment: Box<Environment>,
    },
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Whether it was agreed to.
    pub agreed: bool,
    /// By whom.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// Why somebody cannot settle a proposal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It was settled before.
    #[error("it was settled by {0} already")]
    Settled(Name),
    /// It is theirs, by whichever account.
    #[error(
        "whoever proposes a change does not agree to it, by no other account and no token either"
    )]
    Own,
    /// What it changes has changed meanwhile.
    #[error("what it changes is not what it was when it was proposed")]
    Stale,
}

impl Proposal {
    /// Whether the human being `human` may agree to it, with `base` declared now.
    ///
    /// # Errors
    /// Why not.
    pub fn agreeable(&self, human: PersonId, base: Option<Digest>) -> Result<(), Unfit> {
        match &self.settled {
            Some(settled) => Err(Unfit::Settled(settled.by.clone())),
            None if self.human == human => Err(Unfit::Own),
            None if self.base != base => Err(Unfit::Stale),
            None => Ok(()),
        }
    }
}

impl ProposedChange {
    /// The kind of what changes, and its name.
    pub fn subject(&self) -> (Kind, &Name) {
        match self {
            Self::Policy { policy } => (Kind::Policy, &policy.name),
            Self::PolicyRemoved { name } => (Kind::Policy, name),
            Self::Role { role } => (Kind::Role, &role.name),
            Self::RoleRemoved { name } => (Kind::Role, name),
            Self::Control { control } => (Kind::Control, &control.name),
            Self::ControlRemoved { name } => (Kind::Control, name),
            Self::ChangeTemplate { template } => (Kind::ChangeTemplate, &template.name),
            Self::ChangeTemplateRemoved { name } => (Kind::ChangeTemplate, name),
            Self::KeySet { key_set } => (Kind::KeySet, &key_set.name),
            Self::KeySetRemoved { name } => (Kind::KeySet, name),
            Self::Environment { environment } => (Kind::Environment, &environment.name),
        }
    }

    /// What is declared instead; nothing, where it is to go.
    pub fn document(&self) -> Option<Document> {
        match self {
            Self::Policy { policy } => Some(Document::Policy(policy.clone())),
            Self::Role { role } => Some(Document::Role(role.clone())),
            Self::Control { control } => Some(Document::Control(control.clone())),
            Self::ChangeTemplate { template } => Some(Document::ChangeTemplate(template.clone())),
            Self::KeySet { key_set } => Some(Document::KeySet(key_set.clone())),
            Self::Environment { environment } => {
                Some(Document::Environment((**environment).clone()))
            }
            Self::PolicyRemoved { .. }
            | Self::RoleRemoved { .. }
            | Self::ControlRemoved { .. }
            | Self::ChangeTemplateRemoved { .. }
            | Self::KeySetRemoved { .. } => None,
        }
    }

    /// What both people must be able to do.
    pub const fn right(&self) -> Action {
        match self {
            Self::Policy { .. }
            | Self::PolicyRemoved { .. }
            | Self::Role { .. }
            | Self::RoleRemoved { .. } => Action::ManagePolicies,
            Self::Control { .. }
            | Self::ControlRemoved { .. }
            | Self::ChangeTemplate { .. }
            | Self::ChangeTemplateRemoved { .. }
            | Self::KeySet { .. }
            | Self::KeySetRemoved { .. }
            | Self::Environment { .. } => Action::ManageControls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn somebody_else_agrees_to_what_is_still_so_and_once() {
        let human = |n| PersonId(Uuid::from_u128(n));
        let name = |text: &str| -> Name { text.parse().unwrap() };
        let base = Digest::of(b"as it was");
        let open = Proposal {
            id: ProposalId(1),
            change: ProposedChange::RoleRemoved {
                name: name("captain"),
            },
            base: Some(base),
            by: name("ada"),
            human: human(1),
            at: Timestamp::UNIX_EPOCH,
            settled: None,
        };
        assert_eq!(open.agreeable(human(2), Some(base)), Ok(()));
        assert_eq!(open.agreeable(human(1), Some(base)), Err(Unfit::Own));
        assert_eq!(open.agreeable(human(2), None), Err(Unfit::Stale));
        let by = name("bob");
        let settled = Settled {
            agreed: false,
            by: by.clone(),
            at: Timestamp::UNIX_EPOCH,
        };
        let settled = Proposal {
            settled: Some(settled),
            ..open
        };
        assert_eq!(
            settled.agreeable(human(2), Some(base)),
            Err(Unfit::Settled(by))
        );
    }
}
