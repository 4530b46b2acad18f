//! Workload identity: what service accounts trust, and the exchange of a program's token for one of theirs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a service account is to trust.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustRequest {
    /// Who makes the tokens, as their `iss` claim says it; its keys are found by OpenID Connect Discovery.
    pub issuer: String,
    /// Whom the tokens are made for, as their `aud` claim says it.
    pub audience: String,
    /// What they must say besides: at least one claim. `*` stands for any characters.
    pub claims: BTreeMap<String, String>,
    /// The issuer's keys as a JSON Web Key Set, where it cannot be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub keys: Option<serde_json::Value>,
    /// At most the account's level; that, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2, maximum = 6)]
    pub level: Option<u8>,
    /// The only product that the tokens are good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The only repository that they are good for, `PRODUCT/COMPONENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The only actions that they are good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// How many minutes they are good for.
    #[serde(default = "quarter_of_an_hour")]
    #[schema(minimum = 1, maximum = 60)]
    pub minutes: u32,
}

/// What a service account trusts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrustView {
    /// Its name, unique within the account.
    pub name: String,
    /// Who makes the tokens.
    pub issuer: String,
    /// Whom they are made for.
    pub audience: String,
    /// What they must say besides.
    pub claims: BTreeMap<String, String>,
    /// Whether the issuer's keys were given, so that it is not asked for them.
    pub has_keys: bool,
    /// The most that the account's tokens may do.
    pub level: u8,
    /// What they are good for, where that is less than what the account may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How many minutes they are good for.
    pub minutes: u32,
}

/// A token exchange, with the names of RFC 8693, section 2.1.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadTokenRequest {
    /// `urn:ietf:params:oauth:grant-type:token-exchange`.
    pub grant_type: String,
    /// The service account whose token is wanted.
    pub account: String,
    /// The program's own token, a JSON Web Token.
    pub subject_token: String,
    /// `urn:ietf:params:oauth:token-type:jwt`, or `…:id_token`.
    pub subject_token_type: String,
}

/// The service account's token, shown once, with the names of RFC 8693, section 2.2.1.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkloadTokenView {
    /// The secret; it is not kept and not shown again.
    pub access_token: String,
    /// `urn:ietf:params:oauth:token-type:access_token`.
    pub issued_token_type: String,
    /// `Bearer`.
    pub token_type: String,
    /// How many seconds it is good for.
    pub expires_in: u32,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: jiff::Timestamp,
}

impl WorkloadTokenRequest {
    /// The exchange of a JSON Web Token for a token of `account`.
    pub fn of_jwt(account: String, token: String) -> Self {
        Self {
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".to_owned(),
            account,
            subject_token: token,
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
        }
    }
}

impl std::fmt::Debug for WorkloadTokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkloadTokenRequest")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WorkloadTokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkloadTokenView")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

const fn quarter_of_an_hour() -> u32 {
    15
}
