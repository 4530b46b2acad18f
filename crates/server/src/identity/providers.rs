//! Identity providers: OpenID Connect Core 1.0, by the authorization code flow with PKCE (RFC 7636), `state` and `nonce`.
//!
//! What a provider says is believed when its signature, issuer, audience, time and nonce are verified, which the
//! `openidconnect` crate does. Providers are asked for their metadata when they are first needed, and again from time to
//! time: one that is down keeps nobody else from signing in.

mod claims;

use super::{
    ProviderSettings, SettingsError,
    kept::{Kept, Pace},
    outside::{Asker, Outside, OutsideError, causes},
};
use claims::{Claims, Client, IdToken, Tokens, UserInfo, word};
use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreJwsSigningAlgorithm, CoreProviderMetadata},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tidegate_domain::{access::Admission, name::Name};

/// How old metadata and keys get, and how often a provider is asked for newer ones, whatever tokens say.
const PACE: Pace = Pace {
    kept: Duration::from_secs(600),
    asked_every: Duration::from_secs(30),
    left_alone: Duration::from_secs(5),
};
/// How long somebody may take at the provider.
const ATTEMPT_MINUTES: i64 = 15;

/// Signatures that are understood: public keys only, so that nobody who knows our secret can sign (RFC 8725, section 3.1).
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Those that the server was started with.
#[derive(Debug)]
pub(crate) struct Providers(Vec<Provider>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Provider {
    /// What was declared.
    pub(crate) settings: ProviderSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    outside: Asker,
    known: Kept<CoreProviderMetadata>,
}

/// Somebody on the way to a provider and back. Their browser holds it, sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// Which provider.
    pub(crate) provider: Name,
    /// Comes back with the answer: it belongs to this browser.
    pub(crate) state: String,
    /// How long it counts.
    pub(crate) until: Timestamp,
    nonce: String,
    verifier: String,
}

/// What a provider says of somebody.
#[derive(Debug)]
pub(crate) struct Word {
    /// Who they are to it, for ever.
    pub(crate) subject: String,
    /// What they may be called, the best first.
    pub(crate) called: Vec<String>,
    /// Their name for people.
    pub(crate) display: Option<String>,
    /// Where mail reaches them, if the provider made sure.
    pub(crate) email: Option<String>,
    /// Their groups.
    pub(crate) groups: BTreeSet<String>,
}

/// Why a provider's word cannot be had, or is not believed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// It is down, or answers nonsense.
    #[error("it does not answer as it should: {0}")]
    Down(String),
    /// It was asked well and refused, or its answer is not believed.
    #[error("its word does not count: {0}")]
    Refused(String),
}

impl Providers {
    /// Those that were declared, for people who reach us at `public_url`.
    ///
    /// # Errors
    /// When an address cannot be one.
    pub(super) fn new(
        declared: Vec<ProviderSettings>,
        public_url: &str,
        outside: &Outside,
    ) -> Result<Self, SettingsError> {
        let provider = |settings: ProviderSettings| {
            let wrong = |why: String| SettingsError::Provider {
                name: settings.name.clone(),
                why,
            };
            let back = format!("{public_url}/sign-in/providers/{}/back", settings.name);
            Ok(Provider {
                issuer: IssuerUrl::new(settings.issuer.clone())
                    .map_err(|why| wrong(why.to_string()))?,
                redirect: RedirectUrl::new(back).map_err(|why| wrong(why.to_string()))?,
                outside: outside.asker(&settings.issuer),
                known: Kept::new(PACE),
                settings,
            })
        };
        let all: Result<_, SettingsError> = declared.into_iter().map(provider).collect();
        Ok(Self(all?))
    }

    /// The one of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Provider> {
        self.0
            .iter()
            .find(|provider| provider.settings.name.as_str() == name)
    }

    /// By which rules those of this issuer let people in.
    pub(crate) fn rules(&self, issuer: &str) -> BTreeMap<Name, Admission> {
        let all = self.0.iter().map(|provider| &provider.settings);
        all.filter(|settings| settings.issuer == issuer)
            .map(|settings| (settings.name.clone(), settings.admission.clone()))
            .collect()
    }

    /// Name and title of each.
    pub(crate) fn offered(&self) -> impl Iterator<Item = (&Name, &str)> {
        let all = self.0.iter().map(|provider| &provider.settings);
        all.map(|settings| (&settings.name, settings.title.as_str()))
    }
}

impl Provider {
    /// Where somebody has to go to sign in, and what has to come back with them.
    ///
    /// # Errors
    /// When the provider's metadata cannot be had.
    pub(crate) async fn begin(&self, now: Timestamp) -> Result<(String, Attempt), ProviderError> {
        let client = self.client(PACE.kept).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut asked = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in &self.settings.scopes {
            asked = asked.add_scope(Scope::new(scope.clone()));
        }
        let (url, state, nonce) = asked.url();
        let attempt = Attempt {
            provider: self.settings.name.clone(),
            state: state.into_secret(),
            until: now + SignedDuration::from_mins(ATTEMPT_MINUTES),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        Ok((url.to_string(), attempt))
    }

    /// What the provider says of whoever came back with this code.
    ///
    /// # Errors
    /// When it does not answer, or what it says does not verify.
    pub(crate) async fn finish(
        &self,
        attempt: Attempt,
        code: String,
    ) -> Result<Word, ProviderError> {
        let client = self.client(PACE.kept).await?;
        let answer = self.exchange(&client, attempt.verifier, code).await?;
        let nothing = || ProviderError::Refused("it sent no ID token".to_owned());
        let token = answer.id_token().ok_or_else(nothing)?;
        let client = self.knowing_the_key(client, token).await?;
        let claims = verified(&client, &answer, (token, &Nonce::new(attempt.nonce)))?;
        let more = self.more(&client, &answer, claims).await?;
        Ok(word(&self.settings, claims, more.as_ref()))
    }

    /// What the provider gives for a code.
    async fn exchange(
        &self,
        client: &Client,
        verifier: String,
        code: String,
    ) -> Result<Tokens, ProviderError> {
        let asked = client.exchange_code(AuthorizationCode::new(code));
        let asked = asked.map_err(|error| refused(&error))?;
        let answer = asked
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.outside)
            .await;
        answer.map_err(|error| match &error {
            RequestTokenError::ServerResponse(_) => refused(&error),
            RequestTokenError::Request(_)
            | RequestTokenError::Parse(..)
            | RequestTokenError::Other(_) => ProviderError::Down(causes(&error)),
        })
    }

    /// What the provider says of the user besides, where it says anything: many tell groups only there.
    async fn more(
        &self,
        client: &Client,
        answer: &Tokens,
        claims: &Claims,
    ) -> Result<Option<UserInfo>, ProviderError> {
        if client.user_info_url().is_none() {
            return Ok(None);
        }
        let subject = Some(claims.subject().clone());
        let asked = client.user_info(answer.access_token().clone(), subject);
        let asked = asked.map_err(|error| refused(&error))?;
        let more = asked.request_async(&self.outside).await;
        more.map(Some)
            .map_err(|error| ProviderError::Down(causes(&error)))
    }

    /// A client that knows the key of the token, if the provider has one: it may have changed its keys since it was asked.
    async fn knowing_the_key(
        &self,
        client: Client,
        token: &IdToken,
    ) -> Result<Client, ProviderError> {
        let is_unknown = {
            let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
            let verified = token.claims(&verifier, |_: Option<&Nonce>| Ok(()));
            matches!(
                verified,
                Err(ClaimsVerificationError::SignatureVerification(
                    SignatureVerificationError::NoMatchingKey
                ))
            )
        };
        match is_unknown {
            true => self.client(PACE.asked_every).await,
            false => Ok(client),
        }
    }

    /// A client by metadata that are younger than that.
    async fn client(&self, young: Duration) -> Result<Client, ProviderError> {
        let client = Client::from_provider_metadata(
            self.metadata(young).await?,
            ClientId::new(self.settings.client_id.clone()),
            self.settings.client_secret.clone(),
        );
        Ok(client.set_redirect_uri(self.redirect.clone()))
    }

    async fn metadata(&self, young: Duration) -> Result<CoreProviderMetadata, ProviderError> {
        let ask = async {
            let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.outside);
            let found = found.await.map_err(|error| causes(&error))?;
            self.check(&found).map_err(|error| causes(&error))?;
            Ok(found)
        };
        let found = self.known.get(young, ask).await;
        found.map_err(ProviderError::Down)
    }

    /// Whether people, codes and secrets go nowhere unprotected. That the keys did not come from there was seen already.
    fn check(&self, found: &CoreProviderMetadata) -> Result<(), OutsideError> {
        self.outside
            .check(found.authorization_endpoint().as_str())?;
        let token = found.token_endpoint().map(|it| it.as_str());
        let user_info = found.userinfo_endpoint().map(|it| it.as_str());
        let mut others = token.into_iter().chain(user_info);
        others.try_for_each(|address| self.outside.check(address))
    }
}

/// The claims of an ID token that is signed by the provider, for us, for this attempt, and with this access token (OpenID
/// Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8).
fn verified<'a>(
    client: &Client,
    answer: &Tokens,
    (token, nonce): (&'a IdToken, &Nonce),
) -> Result<&'a Claims, ProviderError> {
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
    let claims = token.claims(&verifier, nonce);
    let claims = claims.map_err(|error| refused(&error))?;
    let Some(expected) = claims.access_token_hash() else {
        return Ok(claims);
    };
    let algorithm = token.signing_alg().map_err(|error| refused(&error))?;
    let key = token
        .signing_key(&verifier)
        .map_err(|error| refused(&error))?;
    let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
    match actual.map_err(|error| refused(&error))? == *expected {
        true => Ok(claims),
        false => {
            let why = "its access token is another's";
            Err(ProviderError::Refused(why.to_owned()))
        }
    }
}

fn refused(error: &dyn std::error::Error) -> ProviderError {
    ProviderError::Refused(causes(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fake_issuer::FakeIssuer;
    use serde_json::json;

    /// A provider with one of its addresses elsewhere; answers where people are sent.
    async fn begun(endpoint: &str, address: &str) -> Result<String, ProviderError> {
        let issuer = FakeIssuer::start().await;
        let mut document = issuer.document();
        document["authorization_endpoint"] = json!(format!("{}/auth", issuer.address));
        document[endpoint] = json!(address.replace("HERE", &issuer.address));
        issuer.tell("/.well-known/openid-configuration", document);
        let settings = ProviderSettings {
            name: "test".parse().unwrap(),
            title: String::new(),
            issuer: issuer.address.clone(),
            client_id: "us".to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            groups_claim: String::new(),
            name_claim: String::new(),
            admission: Admission::default(),
        };
        let outside = Outside::of_tests();
        let providers = Providers::new(vec![settings], "https://us.example", &outside).unwrap();
        let begun = providers.0[0].begin(Timestamp::now()).await;
        begun.map(|(url, _)| url)
    }

    #[tokio::test]
    async fn no_endpoint_is_less_protected_than_the_provider() {
        for endpoint in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
        ] {
            let error = begun(endpoint, "http://id.example/there").await;
            let error = error.unwrap_err().to_string();
            let expect = "http://id.example/there is not protected";
            assert!(error.contains(expect), "{endpoint}: {error}");
            assert!(begun(endpoint, "HERE/jwks").await.is_ok(), "{endpoint}");
        }
        let there = begun("authorization_endpoint", "https://id.example/auth").await;
        assert!(there.unwrap().starts_with("https://id.example/auth?"));
    }
}
