//! Who may do what: responsibility levels, and the least level of every action.
//!
//! The levels are those of the deployment and release-management skills (SFIA 9, levels 2 to 6). The answer is a
//! [`Permit`], which only [`permit`] can make: code that changes something takes one.

use crate::{id::PersonId, id::TokenId, name::Name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a person answers for what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 2: sees everything, runs what others released.
    Assist,
    /// 3: deploys, watches and rolls back, by the procedure.
    Apply,
    /// 4: plans deployments and releases.
    Enable,
    /// 5: sets strategies and controls.
    Ensure,
    /// 6: sets policy, administers people.
    Initiate,
}

/// Whoever asks, as the server knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// Their name, for records.
    pub name: Name,
    /// The lower of the person's level and the token's.
    pub level: Level,
    /// The token used, if any.
    pub token: Option<TokenId>,
    /// The only repository the token is good for, `PRODUCT/COMPONENT`.
    pub repository: Option<String>,
}

/// Everything that can be asked of the authorizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read any page or record.
    Read,
    /// Read components' output.
    ReadLogs,
    /// Fetch artifacts.
    Pull,
    /// Bring artifacts.
    Push,
    /// Remove artifacts.
    DeleteArtifact,
    /// Declare products, environments, targets…
    ApplyCatalog,
    /// Set a secret.
    SetSecret,
    /// Draft and seal releases.
    CreateRelease,
    /// Try on a simulated fleet what a deployment would come to.
    Rehearse,
    /// Deploy a release, take it back and deploy it again, to see that going back works.
    Drill,
    /// Start a deployment.
    Deploy,
    /// Pause, resume or cancel one.
    SteerDeployment,
    /// Find the waves of a deployment good, where its plan asks for that.
    SignOff,
    /// Try a failed target again, or a check.
    RetryTarget,
    /// Let a failed target not count, or take one out of a deployment's scope.
    ExcludeTarget,
    /// Go on although a check did not pass.
    AcceptCheck,
    /// Ask to deploy against the calendar, or be the second person who agrees.
    OverrideCalendar,
    /// Keep a release from being deployed anywhere.
    BlockRelease,
    /// Let it be deployed again.
    UnblockRelease,
    /// Go back.
    RollBack,
    /// Let agents join.
    Enrol,
    /// Make tokens for oneself.
    CreateToken,
    /// Add people.
    CreatePerson,
}

/// The proof that an actor may do an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    actor: Actor,
    action: Action,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The level is too low.
    #[error("{action} takes level {needed}; {name} has {has}")]
    Level {
        /// What was asked.
        action: Action,
        /// Who asked.
        name: Name,
        /// The least level.
        needed: Level,
        /// Theirs.
        has: Level,
    },
    /// The token is good for something else only.
    #[error("the token is good for repository {repository} only")]
    Scope {
        /// What it is good for.
        repository: String,
    },
}

/// Whether `actor` may do `action`; on `repository`, when the action is about one.
///
/// # Errors
/// A refusal that says what would be needed.
pub fn permit(actor: &Actor, action: Action, repository: Option<&str>) -> Result<Permit, Denied> {
    if let Some(scope) = &actor.repository
        && repository != Some(scope)
    {
        return Err(Denied::Scope {
            repository: scope.clone(),
        });
    }
    let needed = action.least_level();
    if actor.level < needed {
        let name = actor.name.clone();
        return Err(Denied::Level {
            action,
            name,
            needed,
            has: actor.level,
        });
    }
    Ok(Permit {
        actor: actor.clone(),
        action,
    })
}

impl Action {
    /// The least level that may do this.
    pub const fn least_level(self) -> Level {
        match self {
            Self::Read | Self::ReadLogs | Self::Pull => Level::Assist,
            Self::Push
            | Self::Rehearse
            | Self::Drill
            | Self::Deploy
            | Self::SteerDeployment
            | Self::RetryTarget
            | Self::BlockRelease
            | Self::RollBack
            | Self::CreateToken => Level::Apply,
            Self::CreateRelease
            | Self::ApplyCatalog
            | Self::SetSecret
            | Self::SignOff
            | Self::ExcludeTarget
            | Self::OverrideCalendar
            | Self::UnblockRelease
            | Self::Enrol => Level::Enable,
            Self::DeleteArtifact | Self::AcceptCheck => Level::Ensure,
            Self::CreatePerson => Level::Initiate,
        }
    }
}

impl Permit {
    /// Who was permitted.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What was permitted.
    pub const fn action(&self) -> Action {
        self.action
    }
}

impl Level {
    /// The number in the skill framework.
    pub const fn number(self) -> u8 {
        match self {
            Self::Assist => 2,
            Self::Apply => 3,
            Self::Enable => 4,
            Self::Ensure => 5,
            Self::Initiate => 6,
        }
    }

    /// The level with this number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            2 => Some(Self::Assist),
            3 => Some(Self::Apply),
            4 => Some(Self::Enable),
            5 => Some(Self::Ensure),
            6 => Some(Self::Initiate),
            _ => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Assist => "assist",
            Self::Apply => "apply",
            Self::Enable => "enable",
            Self::Ensure => "ensure",
            Self::Initiate => "initiate",
        };
        write!(f, "{} ({word})", self.number())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "reading",
            Self::ReadLogs => "reading logs",
            Self::Pull => "pulling artifacts",
            Self::Push => "pushing artifacts",
            Self::DeleteArtifact => "deleting artifacts",
            Self::ApplyCatalog => "changing the catalog",
            Self::SetSecret => "setting a secret",
            Self::CreateRelease => "creating a release",
            Self::Rehearse => "rehearsing a deployment",
            Self::Drill => "drilling a rollback",
            Self::Deploy => "deploying",
            Self::SteerDeployment => "steering a deployment",
            Self::SignOff => "signing off a wave, or a way back",
            Self::RetryTarget => "retrying a target, a check or a job",
            Self::ExcludeTarget => "ignoring or excluding a target",
            Self::AcceptCheck => "accepting a check or a job that did not succeed",
            Self::OverrideCalendar => "deploying against the calendar",
            Self::BlockRelease => "blocking a release",
            Self::UnblockRelease => "unblocking a release",
            Self::RollBack => "rolling back",
            Self::Enrol => "enrolling agents",
            Self::CreateToken => "creating a token",
            Self::CreatePerson => "adding people",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn actor(level: Level, repository: Option<&str>) -> Actor {
        Actor {
            person: PersonId(Uuid::nil()),
            name: "ada".parse().unwrap(),
            level,
            token: None,
            repository: repository.map(str::to_owned),
        }
    }

    #[test]
    fn a_level_permits_its_own_actions_and_those_below() {
        assert!(permit(&actor(Level::Assist, None), Action::Read, None).is_ok());
        assert!(permit(&actor(Level::Assist, None), Action::Deploy, None).is_err());
        assert!(permit(&actor(Level::Apply, None), Action::Deploy, None).is_ok());
        assert!(permit(&actor(Level::Initiate, None), Action::CreatePerson, None).is_ok());
    }

    #[test]
    fn a_scoped_token_is_good_for_its_repository_only() {
        let scoped = actor(Level::Initiate, Some("storefront/web"));
        assert!(permit(&scoped, Action::Push, Some("storefront/web")).is_ok());
        assert!(permit(&scoped, Action::Push, Some("storefront/api")).is_err());
        assert!(permit(&scoped, Action::Deploy, None).is_err());
    }
}
