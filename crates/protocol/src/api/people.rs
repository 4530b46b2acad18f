//! People, tokens and enrolments.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person to add.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRequest {
    /// Unique.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub display: String,
    /// Responsibility level, 2 to 6.
    #[schema(minimum = 2, maximum = 6)]
    pub level: u8,
}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Unique.
    pub name: String,
    /// For people.
    pub display: String,
    /// Responsibility level, 2 to 6.
    pub level: u8,
}

/// A token to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// For whom; oneself unless set, and others only by level 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// At most one's own level; the person's unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// The only repository it is good for, `PRODUCT/COMPONENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// How many days it is good for; for ever unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A token, shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Its identifier, for revoking.
    pub id: String,
    /// The secret; it is not kept and not shown again.
    pub token: String,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<jiff::Timestamp>,
}

/// A permission for agents to join.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// The only environment it is good for.
    pub environment: String,
    /// How many agents may use it.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10000)]
    pub uses: u32,
    /// Whether it may take the place of an agent that is enrolled.
    #[serde(default)]
    pub replace: bool,
    /// How many hours it is good for.
    #[serde(default = "a_day")]
    #[schema(minimum = 1, maximum = 8760)]
    pub hours: u32,
}

/// An enrolment, its token shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentView {
    /// What `agent enroll --token` takes.
    pub token: String,
    /// The environment.
    pub environment: String,
    /// How many agents may use it.
    pub uses: u32,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: jiff::Timestamp,
}

impl std::fmt::Debug for TokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenView")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EnrolmentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolmentView")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

const fn one() -> u32 {
    1
}

const fn a_day() -> u32 {
    24
}
