//! People, tokens and enrolments.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A person, or a service account, to add.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRequest {
    /// Unique.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub display: String,
    /// Responsibility level in the whole organisation, 2 to 6; left out: what their teams give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2, maximum = 6)]
    pub level: Option<u8>,
    /// Whether it is a program's account.
    #[serde(default)]
    pub service: bool,
    /// Whose second account, or whose program, it is. A service account has one; it ends with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where mail reaches them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Who they are to an identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalIdentity>,
}

/// What is to change of a person; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Responsibility level in the whole organisation, 2 to 6; 0 leaves what their teams give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 6)]
    pub level: Option<u8>,
    /// Whose second account, or whose program, it is; empty for nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where mail reaches them; empty for nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Who they are to an identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalIdentity>,
}

/// Who somebody is to an identity provider, for ever.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalIdentity {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Their subject there.
    pub subject: String,
}

/// A person, or a service account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Unique.
    pub name: String,
    /// For people.
    pub display: String,
    /// `person` or `service`.
    pub kind: String,
    /// Responsibility level in the whole organisation, 2 to 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// The identity providers whose groups set that level anew at each sign-in, whatever a person made of it since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub level_by: Vec<String>,
    /// Their level in each of their teams.
    #[serde(default)]
    pub teams: BTreeMap<String, u8>,
    /// The roles they have.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whose second account, or whose program, it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where mail reaches them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How they sign in: `password`, `provider`, or neither.
    #[serde(default)]
    pub sign_in: Vec<String>,
}

/// A password to set, change or remove: one's own.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one that there is. It is not asked for where there is none, and in the first hour after an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The new one; left out, the password is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordChange").finish_non_exhaustive()
    }
}

/// A token to make.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// For whom; oneself unless set, and others only by who administers people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// At most one's own level; the person's unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2, maximum = 6)]
    pub level: Option<u8>,
    /// The only product it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The only repository it is good for, `PRODUCT/COMPONENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The only actions it is good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// How many days it is good for; for ever unless set, or as long as the token that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A token as it is listed; its secret is not kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListedTokenView {
    /// Its identifier, for revoking.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub level: u8,
    /// What it is good for, where that is less than what its person may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The token that it was made with, and ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<jiff::Timestamp>,
    /// When it was last used, to a minute or so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<jiff::Timestamp>,
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

/// A sign-in of the pages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Its name, for ending it.
    pub id: String,
    /// When the person signed in.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: jiff::Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: jiff::Timestamp,
    /// What the browser says of itself.
    pub client: String,
    /// By what it began: `link`, `invitation`, `token`, `password` or `provider`; empty where that was not kept.
    #[serde(default)]
    pub how: String,
}
