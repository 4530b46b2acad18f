//! Declaring things, and looking at them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Files to apply.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyRequest {
    /// In the order they are read.
    pub files: Vec<SourceFile>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// One YAML file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// As the person knows it; errors name it.
    pub path: String,
    /// One or more documents.
    pub text: String,
    /// The texts of the files beside it that its documents name, by the names that they use.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub beside: std::collections::BTreeMap<String, String>,
}

/// Something declared, to be removed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveRequest {
    /// `Window`, `Freeze`, `Role` or `Policy`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Only say what would go.
    #[serde(default)]
    pub dry_run: bool,
}

/// What applying changed, or would change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApplyResponse {
    /// False after a dry run.
    pub applied: bool,
    /// One per document.
    pub changes: Vec<CatalogChange>,
}

/// What becomes of one declared thing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CatalogChange {
    /// `Product`, `Target`…
    pub kind: String,
    /// Its key within its kind.
    pub name: String,
    /// `create`, `change`, `remove` or `unchanged`.
    pub action: String,
    /// What differs.
    pub differences: Vec<Difference>,
    /// The proposal that waits for a second person, where the change binds whoever makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<u64>,
}

/// One difference.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Where, such as `components.web.service.listen`.
    pub path: String,
    /// What it was; none where it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it becomes; none where it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProductView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Where it belongs.
    pub programme: String,
    /// Who owns it.
    pub team: String,
    /// Its environments in promotion order.
    pub path: Vec<String>,
    /// Its components.
    pub components: Vec<String>,
}

/// A secret's new value.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRequest {
    /// Kept encrypted; never shown again.
    pub value: String,
}

impl std::fmt::Debug for SecretRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretRequest")
    }
}

/// A secret's version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SecretView {
    /// Its name.
    pub name: String,
    /// The newest version.
    pub version: u64,
}

/// A target and its agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TargetView {
    /// Its environment.
    pub environment: String,
    /// Its name there.
    pub name: String,
    /// Whether an agent was enrolled.
    pub enrolled: bool,
    /// Whether it is in touch.
    pub connected: bool,
    /// Whether the agent was revoked: it is not listened to until it is enrolled anew.
    #[serde(default)]
    pub revoked: bool,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<jiff::Timestamp>,
    /// The agent's program version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// What the agent found wrong with the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_alarm: Option<String>,
}

/// The key that desired states are signed with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstructionKeyView {
    /// Counted from 1.
    pub number: u64,
    /// `ed25519:` and the key in base64.
    pub key: String,
}

/// Whether keys that nothing is wrapped under any more are to go.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct RotationRequest {
    /// Take the old keys out of the key file.
    #[serde(default)]
    pub forget_old: bool,
}

/// What came of a rotation of keys.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct RotationView {
    /// How many values were wrapped anew.
    pub rewrapped: u64,
    /// How many keys there are now.
    pub keys: u64,
}
