//! Tokens of the registry: `docker login` shows a token of a person or program once and is handed one for what it wants to
//! do, where, for a quarter of an hour (distribution, `docs/spec/auth/token.md`).
//!
//! Such a token is sealed by the key file and kept nowhere. It is good as long as the token that it was made for is: that
//! one is looked up with every request, so whoever is removed is out at once.

use super::{
    ApiError,
    access::bearer,
    registry::{basic, registry_action},
};
use crate::{
    app::{Error, Kind, SharedApp},
    keyring::Keyring,
};
use axum::{
    Json, Router,
    extract::{RawForm, RawQuery, State},
    http::{HeaderMap, Uri, header},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{access::Resource, id::TokenId};
use tidegate_registry::{Action, Asked, Repository};

/// What such a token begins with.
const PREFIX: &str = "tgr_";
/// What it is sealed for.
const PURPOSE: &str = "registry-token";
/// How long it is good for, in seconds.
const SECONDS: i64 = 900;
/// Where it is asked for.
const PATH: &str = "/registry/token";
/// What the registry calls itself to clients.
const SERVICE: &str = "tidegate";
/// The most scopes of one token.
const SCOPES_MAX: usize = 32;

/// What a registry token is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// The token that it was made for.
    pub(super) token: TokenId,
    expires_at: Timestamp,
    /// `PRODUCT/COMPONENT` and what may be done there.
    repositories: BTreeMap<String, BTreeSet<String>>,
    /// Whether it may list repositories.
    catalog: bool,
}

impl Ticket {
    /// The ticket that a bearer token is, if it is one of ours that is not over.
    pub(super) fn read(keyring: &Keyring, text: &str, now: Timestamp) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let ticket: Self = serde_json::from_slice(&keyring.unwrap(PURPOSE, &sealed)?).ok()?;
        (now < ticket.expires_at).then_some(ticket)
    }

    /// Whether a bearer token claims to be one.
    pub(super) fn is_one(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    fn text(&self, keyring: &Keyring) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(keyring.wrap(PURPOSE, &json))
        )
    }

    /// Whether it was made for this.
    pub(super) fn allows(&self, action: Action, repository: &Repository) -> bool {
        let actions = self.repositories.get(&repository.to_string());
        actions.is_some_and(|actions| actions.contains(action.word()))
    }

    /// Whether it was made for the list of repositories.
    pub(super) const fn lists(&self) -> bool {
        self.catalog
    }
}

/// How the server is reached, as far as it was told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reached<'a> {
    /// Its address, if somebody said it.
    pub(super) at: Option<&'a str>,
    /// Whether a proxy stands before it, whose words count.
    pub(super) behind_proxy: bool,
}

/// What `WWW-Authenticate` says: where a token is had, and for what. Only where nobody said how the server is reached it is made
/// of what the request says.
pub(super) fn challenge(asked: Asked<'_>, reached: Reached<'_>) -> String {
    let at = reached.at.map_or_else(
        || as_asked(asked, reached.behind_proxy),
        |at| at.trim_end_matches('/').to_owned(),
    );
    let scope = match asked.wants {
        Some((Action::Push, repository)) => format!(",scope=\"repository:{repository}:pull,push\""),
        Some((action, repository)) => {
            format!(",scope=\"repository:{repository}:{}\"", action.word())
        }
        None if asked.uri.path().ends_with("/_catalog") => {
            ",scope=\"registry:catalog:*\"".to_owned()
        }
        None => String::new(),
    };
    format!("Bearer realm=\"{at}{PATH}\",service=\"{SERVICE}\"{scope}")
}

fn as_asked(asked: Asked<'_>, behind_proxy: bool) -> String {
    let text = |name| asked.headers.get(name).and_then(|it| it.to_str().ok());
    let said = text(header::HeaderName::from_static("x-forwarded-proto"));
    let scheme = match said.filter(|_| behind_proxy) {
        Some("https") => "https",
        Some(_) | None => "http",
    };
    let host = text(header::HOST).or_else(|| asked.uri.authority().map(|it| it.as_str()));
    // A host that could end the quotes is not one.
    let host = host.filter(|host| Uri::try_from(*host).is_ok() && !host.contains(['"', '\\']));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

pub(super) fn router() -> Router<SharedApp> {
    Router::new().route("/registry/token", get(by_query).post(by_form))
}

/// What a client asks for.
#[derive(Debug, Default)]
struct Wanted {
    scopes: Vec<String>,
    /// The password of a form (distribution, `docs/spec/auth/oauth.md`).
    password: Option<String>,
    grant: Option<String>,
}

/// The token, in the words that clients of every age look for.
#[derive(Debug, Serialize)]
struct Granted {
    token: String,
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    issued_at: Timestamp,
    scope: String,
}

async fn by_query(
    app: State<SharedApp>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<Granted>, ApiError> {
    let wanted = read(query.unwrap_or_default().as_bytes());
    let secret = bearer(&headers).map(str::to_owned);
    let secret = secret.or_else(|| basic(&headers));
    Ok(Json(grant(&app, secret, &wanted).await?))
}

async fn by_form(app: State<SharedApp>, RawForm(form): RawForm) -> Result<Json<Granted>, ApiError> {
    let mut wanted = read(&form);
    if wanted.grant.as_deref() != Some("password") {
        let detail =
            "the registry hands tokens out for a password: a token of `tidegate token create`";
        return Err(Error::refused(Kind::BadRequest, "grant-type", detail).into());
    }
    let secret = wanted.password.take();
    Ok(Json(grant(&app, secret, &wanted).await?))
}

/// Several scopes come as several fields, or as one with spaces between.
fn read(form: &[u8]) -> Wanted {
    let mut wanted = Wanted::default();
    for (name, value) in form_urlencoded::parse(form) {
        match &*name {
            "scope" => wanted
                .scopes
                .extend(value.split_whitespace().map(str::to_owned)),
            "password" => wanted.password = Some(value.into_owned()),
            "grant_type" => wanted.grant = Some(value.into_owned()),
            _ => {}
        }
    }
    wanted.scopes.truncate(SCOPES_MAX);
    wanted
}

/// A token for as much of what is wanted as its owner may. Less than was asked for is no error: the registry refuses in
/// words what is tried with it.
async fn grant(app: &SharedApp, secret: Option<String>, wanted: &Wanted) -> Result<Granted, Error> {
    let unknown = || {
        let detail = "show a token as the password, of any user name";
        Error::refused(Kind::NotSignedIn, "not-signed-in", detail)
            .hint("`tidegate token create` makes one")
    };
    let actor = app.actor_by_token(&secret.ok_or_else(unknown)?).await?;
    let token = actor
        .token
        .as_ref()
        .map(|token| token.id)
        .ok_or_else(unknown)?;
    let catalog = wanted
        .scopes
        .iter()
        .any(|scope| scope == "registry:catalog:*");
    let asked: Vec<(Repository, BTreeSet<Action>)> =
        wanted.scopes.iter().filter_map(|it| scope(it)).collect();
    let input = (app.gate.clone(), actor, asked);
    let repositories = app
        .store
        .read(input, |tx, (gate, actor, asked)| {
            async move {
                let authorizer = gate.authorizer(tx).await?;
                let mut granted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
                for (repository, actions) in asked {
                    let (product, component) =
                        (repository.product.clone(), repository.component.clone());
                    let resource = Resource::component(product, component);
                    let may = |action: &&Action| {
                        let action = registry_action(**action);
                        authorizer.ask(actor, action, &resource).allowed
                    };
                    let words = actions.iter().filter(may).map(|it| it.word().to_owned());
                    granted
                        .entry(repository.to_string())
                        .or_default()
                        .extend(words);
                }
                Ok::<_, Error>(granted)
            }
            .boxed()
        })
        .await?;
    let now = Timestamp::now();
    let ticket = Ticket {
        token,
        expires_at: now + SignedDuration::from_secs(SECONDS),
        repositories,
        catalog,
    };
    let text = ticket.text(&app.keyring);
    Ok(Granted {
        token: text.clone(),
        access_token: text,
        token_type: "Bearer",
        expires_in: SECONDS,
        issued_at: now,
        scope: told(&ticket),
    })
}

fn told(ticket: &Ticket) -> String {
    let repositories = ticket.repositories.iter().map(|(repository, actions)| {
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        format!("repository:{repository}:{}", actions.join(","))
    });
    let catalog = ticket.catalog.then(|| "registry:catalog:*".to_owned());
    repositories.chain(catalog).collect::<Vec<_>>().join(" ")
}

/// `repository:PRODUCT/COMPONENT:pull,push`; `*` is everything.
fn scope(text: &str) -> Option<(Repository, BTreeSet<Action>)> {
    let (name, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
    let all = [Action::Pull, Action::Push, Action::Delete];
    let wanted: Vec<&str> = actions.split(',').collect();
    let is_wanted = |action: &Action| wanted.contains(&action.word()) || wanted.contains(&"*");
    Some((
        name.parse().ok()?,
        all.into_iter().filter(is_wanted).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::KeySource;
    use std::str::FromStr as _;

    #[test]
    fn a_scope_names_a_repository_and_actions() {
        for (text, expect) in [
            ("repository:shop/web:pull", Some("pull")),
            ("repository:shop/web:push,pull", Some("pull push")),
            ("repository:shop/web:*", Some("pull push delete")),
            ("repository:shop/web:fly", Some("")),
            ("repository:shop:pull", None),
            ("repository:shop/web", None),
            ("registry:catalog:*", None),
        ] {
            let words = scope(text).map(|(repository, actions)| {
                assert_eq!(repository.to_string(), "shop/web");
                let words: Vec<&str> = actions.into_iter().map(Action::word).collect();
                words.join(" ")
            });
            assert_eq!(words.as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn a_challenge_says_where_and_for_what() {
        let web = Repository::from_str("shop/web").unwrap();
        let of = |host: &'static str, proto: Option<&'static str>, wants| {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            if let Some(proto) = proto {
                headers.insert("x-forwarded-proto", proto.parse().unwrap());
            }
            let asked = Asked {
                headers: &headers,
                uri: &Uri::from_static("/v2/"),
                wants,
            };
            let behind_proxy = proto.is_some();
            let told = challenge(
                asked,
                Reached {
                    at: None,
                    behind_proxy,
                },
            );
            // What a client says of a proxy that is not there does not count; what an operator says does.
            let alone = challenge(asked, Reached::default());
            assert!(alone.starts_with("Bearer realm=\"http://"), "{alone}");
            let at = Some("https://stated.example/");
            let stated = challenge(asked, Reached { at, behind_proxy });
            assert!(
                stated.starts_with("Bearer realm=\"https://stated.example/registry/token\""),
                "{stated}"
            );
            told
        };
        assert_eq!(
            of("release.example", Some("https"), Some((Action::Push, &web))),
            "Bearer realm=\"https://release.example/registry/token\",service=\"tidegate\",scope=\"repository:shop/web:pull,push\""
        );
        assert_eq!(
            of("127.0.0.1:7420", None, None),
            "Bearer realm=\"http://127.0.0.1:7420/registry/token\",service=\"tidegate\""
        );
        for odd in ["a\"b", "a\\b", "a b"] {
            assert!(
                of(odd, Some("gopher"), None).contains("\"http://localhost/"),
                "{odd}"
            );
        }
    }

    #[test]
    fn a_token_is_sealed_and_ends() {
        let directory = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(KeySource::File(directory.path().join("key"))).unwrap();
        let other = Keyring::open(KeySource::File(directory.path().join("other"))).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let ticket = Ticket {
            token: TokenId(uuid::Uuid::nil()),
            expires_at: now + SignedDuration::from_secs(1),
            repositories: [("shop/web".to_owned(), ["pull".to_owned()].into())].into(),
            catalog: false,
        };
        let text = ticket.text(&keyring);
        assert_eq!(Ticket::read(&keyring, &text, now), Some(ticket.clone()));
        let web = Repository::from_str("shop/web").unwrap();
        let api = Repository::from_str("shop/api").unwrap();
        assert!(ticket.allows(Action::Pull, &web));
        assert!(!ticket.allows(Action::Push, &web) && !ticket.allows(Action::Pull, &api));
        let later = now + SignedDuration::from_secs(1);
        assert_eq!(Ticket::read(&keyring, &text, later), None, "it is over");
        assert_eq!(Ticket::read(&other, &text, now), None, "another key");
        let mut bent = text.into_bytes();
        let last = bent.len() - 3;
        bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert_eq!(Ticket::read(&keyring, &bent, now), None, "bent");
    }
}
