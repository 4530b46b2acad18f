//! Signing in by an identity provider: there, and back. Who comes back is looked at in [`arrival`].

mod arrival;

use super::{
    App, Error, Kind,
    authenticate::SESSION_PREFIX,
    sessions,
    sessions::{Beginning, Visit},
};
use crate::{
    identity::providers::{Attempt, Provider, ProviderError},
    keyring::new_secret,
};
use arrival::{Arrival, arrive};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{digest::Digest, id::PersonId};
use uuid::Uuid;

/// What the sealed attempt in a browser is sealed for.
const PURPOSE: &str = "sign-in/attempt";
/// What somebody brings back from a provider (RFC 6749, section 4.1.2, and RFC 9207).
#[derive(Debug, Default, Deserialize)]
pub struct Brought {
    /// What their account there is exchanged for.
    #[serde(default)]
    code: String,
    /// What they were sent with.
    #[serde(default)]
    state: String,
    /// Why they were refused.
    error: Option<String>,
    /// Who says so.
    iss: Option<String>,
}

impl App {
    /// Name and title of each provider that people may sign in by.
    pub fn providers(&self) -> Vec<(String, String)> {
        let offered = self.identity.providers.offered();
        offered
            .map(|(name, title)| (name.to_string(), title.to_owned()))
            .collect()
    }

    /// Where somebody has to go to sign in, and what their browser keeps meanwhile, sealed.
    ///
    /// # Errors
    /// When there is no such provider, or it does not answer.
    pub async fn go_to_provider(&self, name: &str) -> Result<(String, String), Error> {
        let provider = self.provider(name)?;
        let begun = provider.begin(Timestamp::now()).await;
        let (url, attempt) = begun.map_err(|error| unanswered(provider, &error))?;
        let text = serde_json::to_vec(&attempt)
            .map_err(|why| Error::Broken(format!("an attempt has no JSON form: {why}")))?;
        let sealed = self.keyring.wrap(PURPOSE, &text);
        Ok((url, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Begins a session for whoever came back from a provider; answers its secret.
    ///
    /// # Errors
    /// When this browser did not go there, when the provider's word cannot be had or is not believed, or when it lets
    /// them not in.
    pub async fn sign_in_by_provider(
        &self,
        (name, sealed): (&str, Option<&str>),
        brought: Brought,
        visit: &Visit,
    ) -> Result<String, Error> {
        let provider = self.provider(name)?;
        let attempt = self.opened(sealed).ok_or_else(strayed)?;
        let is_own = Digest::of(attempt.state.as_bytes()) == Digest::of(brought.state.as_bytes());
        let is_there = attempt.provider == provider.settings.name;
        if !is_own || !is_there || attempt.until <= Timestamp::now() {
            return Err(strayed());
        }
        // With several providers, one must not answer for another (RFC 9207, section 2.4).
        if brought
            .iss
            .is_some_and(|iss| iss != provider.settings.issuer)
        {
            return Err(strayed());
        }
        if let Some(error) = brought.error {
            return Err(turned_away(provider, &error));
        }
        let word = provider.finish(attempt, brought.code).await;
        let word = word.map_err(|error| unanswered(provider, &error))?;
        let arrival = Arrival {
            id: PersonId(Uuid::now_v7()),
            provider: provider.settings.name.clone(),
            issuer: provider.settings.issuer.clone(),
            word,
            rules: self.identity.providers.rules(&provider.settings.issuer),
            rests: self.standstill.is_on(),
            gate: self.gate.clone(),
        };
        let session = new_secret(SESSION_PREFIX);
        let input = (arrival, Digest::of(session.as_bytes()), visit.clone());
        let arrived = self
            .store
            .write(input, |tx, (arrival, session, visit)| {
                async move {
                    let arrived = arrive(tx, arrival).await?;
                    if let Ok(person) = &arrived {
                        let (how, token) = ("provider", None);
                        let beginning = Beginning { visit, how, token };
                        sessions::begin(tx, &person.clone().actor(), *session, &beginning).await?;
                    }
                    Ok::<_, Error>(arrived)
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        arrived.map(|_| session)
    }

    fn provider(&self, name: &str) -> Result<&Provider, Error> {
        let found = self.identity.providers.named(name);
        found.ok_or_else(|| Error::not_found("provider-not-found", "identity provider", name))
    }

    fn opened(&self, sealed: Option<&str>) -> Option<Attempt> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed?).ok()?;
        let text = self.keyring.unwrap(PURPOSE, &sealed)?;
        serde_json::from_slice(&text).ok()
    }
}

fn strayed() -> Error {
    let detail =
        "this answer belongs to no sign-in that was begun in this browser, or comes too late";
    Error::refused(Kind::BadRequest, "sign-in-strayed", detail).hint("begin again")
}

fn turned_away(provider: &Provider, error: &str) -> Error {
    let title = &provider.settings.title;
    let code: String = error
        .chars()
        .filter(char::is_ascii_graphic)
        .take(60)
        .collect();
    let detail = format!("{title} did not sign you in: {code}");
    Error::refused(Kind::NotAllowed, "provider-refused", detail).hint("begin again")
}

/// What went wrong with a provider is told to who runs the server; people learn that it did.
fn unanswered(provider: &Provider, error: &ProviderError) -> Error {
    let name = &provider.settings.name;
    tracing::warn!(provider = %name, error = %error, "sign_in.provider_failed");
    let title = &provider.settings.title;
    match error {
        ProviderError::Down(_) => {
            let detail = format!("{title} does not answer as it should, so it signs nobody in");
            Error::refused(Kind::Busy, "provider-down", detail)
                .hint("try again, or sign in by a password, a one-time link or a token")
        }
        ProviderError::Refused(_) => {
            let detail = format!("what {title} says of you does not count");
            Error::refused(Kind::NotSignedIn, "provider-unbelieved", detail)
                .hint("begin again; the server's log says more")
        }
    }
}
