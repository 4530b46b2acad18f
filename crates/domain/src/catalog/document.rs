//! The declared things, each as a person writes it in a file: `kind`, `name`, and what belongs to it.

use super::{
    Component, KeySet, Kind, NamedStrategy, Policy, Retention, Role, SlotVariables, Team, Variables,
};
use crate::{
    calendar::{Freeze, Window},
    communication::{Audience, Channel, MessageTemplate, Stakeholder, StatusPage},
    control::{ApprovalRule, ChangeTemplate, Control},
    converge::Balancer,
    handover::{HandoverKind, HandoverTemplate},
    name::Name,
    planning::ReleaseTemplate,
    procedure::Procedure,
    scope::Tracker,
    supplier::Supplier,
    talk::NewsPost,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One declared thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Document {
    /// The whole.
    Organisation(Organisation),
    /// People who own products.
    Team(Team),
    /// A role beside the responsibility levels.
    Role(Role),
    /// Who may do what, beside the shipped policies.
    Policy(Policy),
    /// A document that people acknowledge.
    Procedure(Box<Procedure>),
    /// A documented rule that deployments satisfy.
    Control(Box<Control>),
    /// A change that is approved beforehand.
    ChangeTemplate(ChangeTemplate),
    /// Whose signatures count.
    KeySet(KeySet),
    /// What release plans begin with.
    ReleaseTemplate(Box<ReleaseTemplate>),
    /// What handovers begin with.
    HandoverTemplate(Box<HandoverTemplate>),
    /// Where work items are kept.
    Tracker(Tracker),
    /// Somebody concerned who has no account.
    Stakeholder(Stakeholder),
    /// By which means messages reach people.
    Channel(Channel),
    /// People who are told things together.
    Audience(Box<Audience>),
    /// What messages begin with.
    MessageTemplate(Box<MessageTemplate>),
    /// What outsiders see of a product.
    StatusPage(StatusPage),
    /// Who makes or deploys components that ours need.
    Supplier(Box<Supplier>),
    /// Products that belong together.
    Programme(Programme),
    /// What is released.
    Product(Box<Product>),
    /// Testing, staging, live…
    Environment(Environment),
    /// One place in an environment.
    Target(Target),
    /// A named group of targets.
    Ring(Ring),
    /// A way to deploy, with a name.
    Strategy(Box<NamedStrategy>),
    /// When deployment is allowed.
    Window(Window),
    /// When deployment is forbidden.
    Freeze(Freeze),
}

/// The organisation: all that one server serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// How its people are mailed what is new for them; they are not unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<NewsPost>,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// A product: what is released, with its components and the way to its users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name; also the first half of its repositories' names.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where it belongs; a default exists.
    #[serde(default = "default_name")]
    pub programme: Name,
    /// Who owns it; a default exists.
    #[serde(default = "default_name")]
    pub team: Name,
    /// The promotion path; left out: every environment in the order of `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<Name>>,
    /// Variables of the product, weakest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: Variables,
    /// What holds for this product in one environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environments: BTreeMap<Name, ProductEnvironment>,
    /// How long versions of its artifacts are kept that nothing needs; for ever, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// The templates that its handovers begin with; what comes with the program unless set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub handovers: BTreeMap<HandoverKind, Name>,
    /// What it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

/// What holds for a product in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductEnvironment {
    /// Stronger than the product's and the environment's, weaker than the target's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: Variables,
    /// The strategy of its deployments there; stronger than the environment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Name>,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The environment a release must have reached before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Name>,
    /// Variables of the environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: Variables,
    /// The strategy of deployments to it; rolling by 1 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Name>,
    /// Who has to approve a deployment before it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalRule>,
    /// Whether a deployment runs only under an approved change request.
    #[serde(default, skip_serializing_if = "is_false")]
    pub change_request: bool,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Unique within its environment.
    pub name: Name,
    /// Where it is.
    pub environment: Name,
    /// Variables of the target, stronger than any but those of its slots.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: Variables,
    /// What differs between its slots, strongest: ports above all.
    #[serde(default, skip_serializing_if = "SlotVariables::is_empty")]
    pub slots: SlotVariables,
    /// What it shares out requests to. A load balancer runs no components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub balances: Vec<Balance>,
}

/// A component that a load balancer shares out requests to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// Of which product.
    pub product: Name,
    /// Which component; it says under `route` where it receives them.
    pub component: Name,
    /// What is told.
    pub balancer: Balancer,
}

/// A ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// Unique within its environment.
    pub name: Name,
    /// Where its targets are.
    pub environment: Name,
    /// Their names.
    pub targets: Vec<Name>,
}

impl Document {
    /// What it declares.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Organisation(_) => Kind::Organisation,
            Self::Team(_) => Kind::Team,
            Self::Role(_) => Kind::Role,
            Self::Policy(_) => Kind::Policy,
            Self::Procedure(_) => Kind::Procedure,
            Self::Control(_) => Kind::Control,
            Self::ChangeTemplate(_) => Kind::ChangeTemplate,
            Self::KeySet(_) => Kind::KeySet,
            Self::ReleaseTemplate(_) => Kind::ReleaseTemplate,
            Self::HandoverTemplate(_) => Kind::HandoverTemplate,
            Self::Tracker(_) => Kind::Tracker,
            Self::Stakeholder(_) => Kind::Stakeholder,
            Self::Channel(_) => Kind::Channel,
            Self::Audience(_) => Kind::Audience,
            Self::MessageTemplate(_) => Kind::MessageTemplate,
            Self::StatusPage(_) => Kind::StatusPage,
            Self::Supplier(_) => Kind::Supplier,
            Self::Programme(_) => Kind::Programme,
            Self::Product(_) => Kind::Product,
            Self::Environment(_) => Kind::Environment,
            Self::Target(_) => Kind::Target,
            Self::Ring(_) => Kind::Ring,
            Self::Strategy(_) => Kind::Strategy,
            Self::Window(_) => Kind::Window,
            Self::Freeze(_) => Kind::Freeze,
        }
    }

    /// Its key within its kind: the name, behind the environment's name and a slash for targets and rings.
    pub fn key(&self) -> String {
        match self {
            Self::Organisation(d) => d.name.to_string(),
            Self::Team(d) => d.name.to_string(),
            Self::Role(d) => d.name.to_string(),
            Self::Policy(d) => d.name.to_string(),
            Self::Procedure(d) => d.name.to_string(),
            Self::Control(d) => d.name.to_string(),
            Self::ChangeTemplate(d) => d.name.to_string(),
            Self::KeySet(d) => d.name.to_string(),
            Self::ReleaseTemplate(d) => d.name.to_string(),
            Self::HandoverTemplate(d) => d.name.to_string(),
            Self::Tracker(d) => d.name().to_string(),
            Self::Stakeholder(d) => d.name.to_string(),
            Self::Channel(d) => d.name.to_string(),
            Self::Audience(d) => d.name.to_string(),
            Self::MessageTemplate(d) => d.name.to_string(),
            Self::StatusPage(d) => d.product.to_string(),
            Self::Supplier(d) => d.name.to_string(),
            Self::Programme(d) => d.name.to_string(),
            Self::Product(d) => d.name.to_string(),
            Self::Environment(d) => d.name.to_string(),
            Self::Target(d) => format!("{}/{}", d.environment, d.name),
            Self::Ring(d) => format!("{}/{}", d.environment, d.name),
            Self::Strategy(d) => d.name.to_string(),
            Self::Window(d) => d.name.to_string(),
            Self::Freeze(d) => d.name.to_string(),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

fn default_name() -> Name {
    "default".parse().expect("`default` is a name")
}
