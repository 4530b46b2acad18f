//! Who may do what: questions to the authorizer, and the policies that it answers by.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question to the authorizer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CanRequest {
    /// About whom; oneself unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What they would do, such as `deploy`.
    pub action: String,
    /// The product that it would be about; the organisation unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The environment that it would be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The component that it would be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The team that it would be about, instead of a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The supplier that it would be about, instead of a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
}

/// The authorizer's answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CanView {
    /// Whether they may.
    pub allowed: bool,
    /// In a sentence.
    pub sentence: String,
    /// How far they answer for it, 2 to 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// The policies that decided.
    pub because: Vec<PolicyNote>,
}

/// A policy, as a person should know it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyNote {
    /// Its name.
    pub id: String,
    /// What it says, in a sentence.
    pub title: String,
    /// Why it is so, in Markdown.
    pub document: String,
}

/// A change that waits for a second person, or waited.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposalView {
    /// Its number.
    pub id: u64,
    /// `Policy`, `Role`, `Control` or `Environment`.
    pub kind: String,
    /// The name of what changes.
    pub name: String,
    /// `change` or `remove`.
    pub action: String,
    /// Its policy as it is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who proposes it.
    pub proposed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub proposed_at: jiff::Timestamp,
    /// `waits`, or what became of it.
    pub state: String,
}
