//! The claims of a provider, in the types of the `openidconnect` crate, and what they say of somebody.

use super::Word;
use crate::identity::ProviderSettings;
use openidconnect::{
    AdditionalClaims, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenClaims, IdTokenFields, StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidegate_domain::access::admission::groups;

/// Whatever a provider says beyond the standard claims.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Further(Map<String, Value>);

impl AdditionalClaims for Further {}

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

pub(super) type IdToken = openidconnect::IdToken<
    Further,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

pub(super) type Claims = IdTokenClaims<Further, CoreGenderClaim>;

pub(super) type Tokens = StandardTokenResponse<Fields, CoreTokenType>;

pub(super) type UserInfo = UserInfoClaims<Further, CoreGenderClaim>;

pub(super) type Client = openidconnect::Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the claims say of somebody; where the ID token says nothing, the answer about the user counts.
pub(super) fn word(settings: &ProviderSettings, claims: &Claims, more: Option<&UserInfo>) -> Word {
    let all = [
        serde_json::to_value(claims).unwrap_or_default(),
        serde_json::to_value(more).unwrap_or_default(),
    ];
    let claim = |name: &str| all.iter().find_map(|said| said.get(name));
    let text = |name: &str| claim(name).and_then(Value::as_str).map(str::to_owned);
    let is_verified = claim("email_verified") == Some(&Value::Bool(true));
    let called = [settings.name_claim.as_str(), "preferred_username", "email"];
    Word {
        subject: claims.subject().to_string(),
        called: called.iter().filter_map(|name| text(name)).collect(),
        display: text("name"),
        email: text("email").filter(|_| is_verified),
        groups: groups(claim(&settings.groups_claim)),
    }
}
