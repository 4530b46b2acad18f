//! The keys of those whose tokens service accounts trust, and whether a token is signed by one.
//!
//! Keys are found by OpenID Connect Discovery 1.0, section 4, of which programs' issuers serve only a part, and kept for a
//! while. An issuer that nobody declared is never asked.

use super::{
    kept::{Kept, Pace},
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
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tidegate_domain::access::Trust;

type Keys = openidconnect::JsonWebKeySet<CoreJsonWebKey>;
type Token = openidconnect::IdToken<
    EmptyAdditionalClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// How old keys get, and how often an issuer is asked for newer ones.
const PACE: Pace = Pace {
    kept: Duration::from_secs(600),
    asked_every: Duration::from_secs(30),
    left_alone: Duration::from_secs(30),
};
/// The longest token that is looked at, in bytes.
pub(crate) const TOKEN_MAX: usize = 16 * 1024;
/// The most issuers whose keys are kept.
const ISSUERS_MAX: usize = 1000;

/// Knows the keys of issuers.
#[derive(Debug)]
pub(crate) struct Issuers {
    outside: Outside,
    pace: Pace,
    known: Mutex<BTreeMap<String, Arc<Kept<Keys>>>>,
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
            pace: PACE,
            known: Mutex::default(),
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
        if let Some(keys) = &trust.keys {
            return verified_by(keys, trust, text);
        }
        let token: Token = text.parse().map_err(|_| UntrustedToken::Form)?;
        let keys = self.keys(trust, self.pace.kept).await?;
        match verify(&token, trust, keys) {
            // It may have changed its keys since it was asked.
            Err(Failure::UnknownKey(_)) => {
                let keys = self.keys(trust, self.pace.asked_every).await?;
                verify(&token, trust, keys)?;
            }
            other => other?,
        }
        claims(text).ok_or(UntrustedToken::Form)
    }

    /// The issuer's keys: younger than `young`, or else what it says when it is asked.
    async fn keys(&self, trust: &Trust, young: Duration) -> Result<Keys, UntrustedToken> {
        let known = self.of(&trust.issuer);
        let found = known.get(young, self.fetch(&trust.issuer)).await;
        found.map_err(|why| no_keys(trust, why))
    }

    fn of(&self, issuer: &str) -> Arc<Kept<Keys>> {
        let lock = self.known.lock();
        let mut known = lock.unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ISSUERS_MAX && !known.contains_key(issuer) {
            known.pop_first();
        }
        let kept = || Arc::new(Kept::new(self.pace));
        known.entry(issuer.to_owned()).or_insert_with(kept).clone()
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
}

/// The claims of a token by keys that a person gave.
///
/// # Errors
/// Why it is not believed.
pub(crate) fn verified_by(
    keys: &Value,
    trust: &Trust,
    text: &str,
) -> Result<Map<String, Value>, UntrustedToken> {
    let token: Token = text.parse().map_err(|_| UntrustedToken::Form)?;
    let keys = read_keys(keys).map_err(|why| no_keys(trust, why))?;
    verify(&token, trust, keys)?;
    claims(text).ok_or(UntrustedToken::Form)
}

fn no_keys(trust: &Trust, why: String) -> UntrustedToken {
    UntrustedToken::Keys {
        issuer: trust.issuer.clone(),
        why,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fake_issuer::FakeIssuer;
    use openidconnect::{
        JsonWebKeyId, PrivateSigningKey as _, core::CoreEdDsaPrivateSigningKey as SigningKey,
    };
    use serde_json::json;
    use tidegate_domain::access::{Level, Scope};

    const CONFIGURATION: &str = "/.well-known/openid-configuration";
    const EVER: Duration = Duration::from_secs(3600);

    /// An issuer, and whoever asks for its keys.
    struct Desk {
        issuer: FakeIssuer,
        issuers: Issuers,
    }

    impl Desk {
        async fn open(pace: Pace) -> Self {
            let issuer = FakeIssuer::start().await;
            let issuers = Issuers {
                pace,
                ..Issuers::new(Outside::of_tests())
            };
            Self { issuer, issuers }
        }

        /// From now on the issuer has only this key.
        fn change_to(&self, key: &SigningKey) {
            let keys = json!({ "keys": [key.as_verification_key()] });
            self.issuer.tell("/jwks", keys);
        }

        /// Whether a token is believed that this key signed.
        async fn believes(&self, key: &SigningKey) -> bool {
            let trust = Trust {
                name: "ci".parse().unwrap(),
                issuer: self.issuer.address.clone(),
                audience: "us".to_owned(),
                claims: BTreeMap::new(),
                keys: None,
                level: Level::Apply,
                scope: Scope::default(),
                minutes: 10,
            };
            let now = jiff::Timestamp::now().as_second();
            let claims = json!({
                "iss": self.issuer.address, "aud": "us", "sub": "run", "iat": now, "exp": now + 300,
            });
            let verified = self.issuers.verified(&trust, &signed(key, &claims)).await;
            verified.is_ok()
        }
    }

    fn key(name: &str) -> SigningKey {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let name = JsonWebKeyId::new(name.to_owned());
        SigningKey::from_ed25519_pem(&pair.serialize_pem(), Some(name)).unwrap()
    }

    fn signed(key: &SigningKey, claims: &Value) -> String {
        let public = serde_json::to_value(key.as_verification_key()).unwrap();
        let header = json!({ "alg": "EdDSA", "kid": public["kid"] });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let signature = key.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap()))
    }

    #[tokio::test]
    async fn a_key_that_changed_is_asked_for_and_the_old_one_counts_no_more() {
        let desk = Desk::open(Pace {
            kept: EVER,
            asked_every: Duration::ZERO,
            left_alone: Duration::ZERO,
        });
        let desk = desk.await;
        let (old, new) = (key("old"), key("new"));
        desk.change_to(&old);
        assert!(desk.believes(&old).await && !desk.believes(&new).await);
        desk.change_to(&new);
        assert!(desk.believes(&old).await, "nobody asked again yet");
        assert!(desk.believes(&new).await && !desk.believes(&old).await);
    }

    #[tokio::test]
    async fn an_issuer_is_left_alone_for_a_while_whether_or_not_it_answers() {
        let desk = Desk::open(PACE).await;
        let (old, new) = (key("old"), key("new"));
        desk.change_to(&old);
        assert!(desk.believes(&old).await);
        desk.change_to(&new);
        assert!(!desk.believes(&new).await && desk.believes(&old).await);
        assert_eq!(desk.issuer.asked("/jwks"), 1);

        let desk = Desk::open(PACE).await;
        desk.issuer.tell(CONFIGURATION, Value::Null);
        assert!(!desk.believes(&old).await && !desk.believes(&old).await);
        assert_eq!(desk.issuer.asked(CONFIGURATION), 1);
    }

    #[tokio::test]
    async fn an_issuer_that_is_slow_is_left_alone_from_its_answer_on() {
        let pause = Duration::from_millis(400);
        let desk = Desk::open(Pace {
            kept: EVER,
            asked_every: pause,
            left_alone: pause,
        });
        let desk = desk.await;
        desk.issuer.answer_after(pause);
        desk.issuer.tell(CONFIGURATION, Value::Null);
        let old = key("old");
        assert!(!desk.believes(&old).await && !desk.believes(&old).await);
        assert_eq!(desk.issuer.asked(CONFIGURATION), 1);
    }

    #[tokio::test]
    async fn keys_that_are_too_old_are_not_used_though_there_are_no_others() {
        let desk = Desk::open(Pace {
            kept: Duration::ZERO,
            asked_every: EVER,
            left_alone: EVER,
        });
        let (desk, old) = (desk.await, key("old"));
        desk.change_to(&old);
        assert!(desk.believes(&old).await, "the issuer has just said so");
        assert!(!desk.believes(&old).await);
    }
}
