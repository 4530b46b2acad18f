//! The keys of those whose tokens service accounts trust, and whether a token is signed by one.
//!
//! Keys are found by OpenID Connect Discovery 1.0, section 4, of which programs' issuers serve only a part, and kept for a
//! while. An issuer that nobody declared is never asked.

use super::{
    outside::{Outside, causes},
    providers::ALGORITHMS,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    ClaimsVerificationError, ClientId, EmptyAdditionalClaims, IssuerUrl, JsonWebKeySetUrl, Nonce,
    SignatureVerificationError,
    core::{
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    },
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tidegate_domain::access::Trust;
use tokio::sync::Mutex;

type Keys = openidconnect::JsonWebKeySet<CoreJsonWebKey>;
type Token = openidconnect::IdToken<
    EmptyAdditionalClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// For how long keys are used before they are asked for again.
const KEPT: Duration = Duration::from_secs(600);
/// An issuer is not asked more often than this, whatever tokens say and whether or not it answered.
const ASKED_EVERY: Duration = Duration::from_secs(30);
/// The longest token that is looked at, in bytes.
pub(crate) const TOKEN_MAX: usize = 16 * 1024;
/// The most issuers whose keys are kept.
const ISSUERS_MAX: usize = 1000;

/// Knows the keys of issuers.
#[derive(Debug)]
pub(crate) struct Issuers {
    outside: Outside,
    known: std::sync::Mutex<BTreeMap<String, Arc<Mutex<Known>>>>,
}

/// What is known of one issuer, and when it was asked.
#[derive(Debug, Default)]
struct Known {
    asked: Option<Instant>,
    keys: Option<Keys>,
}

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UntrustedToken {
    /// It is no JSON Web Token that can be read.
    #[error("it is no JSON Web Token")]
    Form,
    /// The issuer's keys cannot be had.
    #[error("the keys of {issuer} cannot be had: {why}")]
    Keys {
        /// Whose.
        issuer: String,
        /// Why.
        why: String,
    },
    /// Signature, issuer, audience or time are not as they should be.
    #[error("it does not verify: {0}")]
    Unverified(String),
}

/// Where an issuer's keys are.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: JsonWebKeySetUrl,
}

impl Issuers {
    pub(super) fn new(outside: Outside) -> Self {
        Self {
            outside,
            known: std::sync::Mutex::default(),
        }
    }

    /// The claims of a token whose signature, issuer, audience and end are as `trust` asks for.
    ///
    /// # Errors
    /// Why it is not believed.
    pub(crate) async fn verified(
        &self,
        trust: &Trust,
        text: &str,
    ) -> Result<Map<String, Value>, UntrustedToken> {
        let token: Token = text.parse().map_err(|_| UntrustedToken::Form)?;
        if let Some(keys) = &trust.keys {
            let keys = read_keys(keys).map_err(|why| self.no_keys(trust, why))?;
            verify(&token, trust, keys)?;
            return claims(text).ok_or(UntrustedToken::Form);
        }
        let keys = self.keys(trust, KEPT).await?;
        match verify(&token, trust, keys) {
            // It may have changed its keys since it was asked.
            Err(Failure::UnknownKey(_)) => {
                let keys = self.keys(trust, ASKED_EVERY).await?;
                verify(&token, trust, keys)?;
            }
            other => other?,
        }
        claims(text).ok_or(UntrustedToken::Form)
    }

    /// The issuer's keys, not older than `kept` unless it was asked a moment ago.
    async fn keys(&self, trust: &Trust, kept: Duration) -> Result<Keys, UntrustedToken> {
        let known = self.of(&trust.issuer);
        let mut known = known.lock().await;
        let is_fresh = |limit: Duration| known.asked.is_some_and(|asked| asked.elapsed() < limit);
        if is_fresh(ASKED_EVERY) || (known.keys.is_some() && is_fresh(kept)) {
            let why = || "it did not answer a moment ago".to_owned();
            return known.keys.clone().ok_or_else(|| self.no_keys(trust, why()));
        }
        known.asked = Some(Instant::now());
        let found = self.fetch(&trust.issuer).await;
        let found = found.map_err(|why| self.no_keys(trust, why))?;
        known.keys = Some(found.clone());
        Ok(found)
    }

    fn of(&self, issuer: &str) -> Arc<Mutex<Known>> {
        let lock = self.known.lock();
        let mut known = lock.unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.len() >= ISSUERS_MAX && !known.contains_key(issuer) {
            known.pop_first();
        }
        known.entry(issuer.to_owned()).or_default().clone()
    }

    async fn fetch(&self, issuer: &str) -> Result<Keys, String> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let asker = self.outside.asker(issuer);
        let request = http::Request::get(&address).body(Vec::new());
        let request = request.map_err(|why| causes(&why))?;
        let answer = asker.ask(request).await;
        let answer = answer.map_err(|why| causes(&why))?;
        if !answer.status().is_success() {
            return Err(format!("{address} answers {}", answer.status()));
        }
        let metadata: Metadata = serde_json::from_slice(answer.body())
            .map_err(|why| format!("{address} cannot be read: {why}"))?;
        if metadata.issuer != issuer {
            return Err(format!(
                "{address} speaks of the issuer {}",
                metadata.issuer
            ));
        }
        let keys = Keys::fetch_async(&metadata.jwks_uri, &asker).await;
        keys.map_err(|why| causes(&why))
    }

    #[expect(clippy::unused_self, reason = "it reads as what the issuers say")]
    fn no_keys(&self, trust: &Trust, why: String) -> UntrustedToken {
        UntrustedToken::Keys {
            issuer: trust.issuer.clone(),
            why,
        }
    }
}

/// Keys as a person gave them.
///
/// # Errors
/// When they are none that can be used.
pub(crate) fn read_keys(keys: &Value) -> Result<Keys, String> {
    let read: Keys = serde_json::from_value(keys.clone()).map_err(|why| why.to_string())?;
    match read.keys().is_empty() {
        true => Err("there is no key that can be used in it".to_owned()),
        false => Ok(read),
    }
}

/// What a token says, whoever made it.
pub(crate) fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Why a token does not verify; whether a newer key would help.
enum Failure {
    UnknownKey(String),
    Other(String),
}

impl From<Failure> for UntrustedToken {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::UnknownKey(why) | Failure::Other(why) => Self::Unverified(why),
        }
    }
}

fn verify(token: &Token, trust: &Trust, keys: Keys) -> Result<(), Failure> {
    let issuer = IssuerUrl::new(trust.issuer.clone());
    let issuer = issuer.map_err(|why| Failure::Other(causes(&why)))?;
    let audience = ClientId::new(trust.audience.clone());
    let verifier = openidconnect::IdTokenVerifier::new_public_client(audience, issuer, keys)
        .set_allowed_algs(ALGORITHMS)
        // Tokens of programs are often for several, and what they say besides is judged elsewhere.
        .set_other_audience_verifier_fn(|_| true);
    let verified = token.claims(&verifier, |_: Option<&Nonce>| Ok(()));
    match verified {
        Ok(_) => Ok(()),
        Err(
            error @ ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ),
        ) => Err(Failure::UnknownKey(causes(&error))),
        Err(error) => Err(Failure::Other(causes(&error))),
    }
}
