//! The kinds of things that files declare, and what holds of all things of a kind.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a document declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// The whole.
    Organisation,
    /// People who own products.
    Team,
    /// A role beside the responsibility levels.
    Role,
    /// Who may do what, beside the shipped policies.
    Policy,
    /// A document that people acknowledge.
    Procedure,
    /// A documented rule that deployments satisfy.
    Control,
    /// A change that is approved beforehand.
    ChangeTemplate,
    /// Whose signatures count.
    KeySet,
    /// What release plans begin with.
    ReleaseTemplate,
    /// What handovers begin with.
    HandoverTemplate,
    /// Where work items are kept.
    Tracker,
    /// Somebody concerned who has no account.
    Stakeholder,
    /// By which means messages reach people.
    Channel,
    /// People who are told things together.
    Audience,
    /// What messages begin with.
    MessageTemplate,
    /// What outsiders see of a product.
    StatusPage,
    /// Who makes or deploys components that ours need.
    Supplier,
    /// Products that belong together.
    Programme,
    /// What is released.
    Product,
    /// What is built and deployed on its own, declared apart from its product.
    Component,
    /// Testing, staging, live…
    Environment,
    /// One place in an environment.
    Target,
    /// A named group of targets.
    Ring,
    /// A way to deploy, with a name.
    Strategy,
    /// When deployment is allowed.
    Window,
    /// When deployment is forbidden.
    Freeze,
}

impl Kind {
    /// Every kind a file may declare, in the order they are applied: what is named by others comes first.
    pub const ALL: [Self; 26] = [
        Self::Organisation,
        Self::Team,
        Self::Role,
        Self::Policy,
        Self::Procedure,
        Self::Control,
        Self::ChangeTemplate,
        Self::KeySet,
        Self::Programme,
        Self::Strategy,
        Self::Environment,
        Self::Target,
        Self::Ring,
        Self::Product,
        Self::Component,
        Self::ReleaseTemplate,
        Self::HandoverTemplate,
        Self::Tracker,
        Self::Stakeholder,
        Self::Channel,
        Self::Audience,
        Self::MessageTemplate,
        Self::StatusPage,
        Self::Supplier,
        Self::Window,
        Self::Freeze,
    ];

    /// Whether it may be removed: nothing else ever names it, but for templates that include others, and what messages go to.
    pub const fn is_removable(self) -> bool {
        match self {
            Self::Role
            | Self::Policy
            | Self::Procedure
            | Self::Control
            | Self::ChangeTemplate
            | Self::KeySet
            | Self::ReleaseTemplate
            | Self::HandoverTemplate
            | Self::Tracker
            | Self::Stakeholder
            | Self::Channel
            | Self::Audience
            | Self::MessageTemplate
            | Self::StatusPage
            | Self::Supplier
            | Self::Window
            | Self::Freeze => true,
            Self::Organisation
            | Self::Team
            | Self::Programme
            | Self::Product
            | Self::Component
            | Self::Environment
            | Self::Target
            | Self::Ring
            | Self::Strategy => false,
        }
    }

    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "Organisation",
            Self::Team => "Team",
            Self::Role => "Role",
            Self::Policy => "Policy",
            Self::Procedure => "Procedure",
            Self::Control => "Control",
            Self::ChangeTemplate => "ChangeTemplate",
            Self::KeySet => "KeySet",
            Self::ReleaseTemplate => "ReleaseTemplate",
            Self::HandoverTemplate => "HandoverTemplate",
            Self::Tracker => "Tracker",
            Self::Stakeholder => "Stakeholder",
            Self::Channel => "Channel",
            Self::Audience => "Audience",
            Self::MessageTemplate => "MessageTemplate",
            Self::StatusPage => "StatusPage",
            Self::Supplier => "Supplier",
            Self::Programme => "Programme",
            Self::Product => "Product",
            Self::Component => "Component",
            Self::Environment => "Environment",
            Self::Target => "Target",
            Self::Ring => "Ring",
            Self::Strategy => "Strategy",
            Self::Window => "Window",
            Self::Freeze => "Freeze",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
