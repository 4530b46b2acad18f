//! Sign-ins of the pages: begun, looked at again, listed and ended.

use super::{
    App, Error, Request,
    authenticate::{SESSION_PREFIX, token_over},
};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;
use tidegate_domain::{access::Actor, digest::Digest, id::TokenId};
use tidegate_protocol::api::SessionView;
use tidegate_store::{ListedSession, PersonRow, SessionRow, SignedIn, Tx};
use uuid::Uuid;

/// How long a sign-in of the pages lasts.
pub const SESSION_HOURS: i64 = 12;
/// For how long a secret that was replaced still counts, at most: requests are under way with it.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// The longest description of a browser that is kept, in characters.
const CLIENT_MAX: usize = 200;

/// Who visits, as far as the request says.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Where they come from.
    pub address: IpAddr,
    /// What their browser says of itself.
    pub client: String,
    /// The secret of the session that the browser has already: it ends when another begins.
    pub before: Option<String>,
}

impl App {
    /// Whoever is signed in by the session `secret`, if anybody is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signed_in(&self, secret: &str) -> Result<Option<SignedIn>, Error> {
        let secret = Digest::of(secret.as_bytes());
        Ok(self
            .store
            .read(secret, |tx, secret| tx.actor_by_session(*secret).boxed())
            .await?)
    }

    /// A new secret for a session whose secret is old enough; none where another request was first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_session(
        &self,
        secret: &str,
        known: &SignedIn,
    ) -> Result<Option<String>, Error> {
        let renewal = self.identity.renewal;
        let age = Timestamp::now().duration_since(known.since);
        if known.is_replaced || age < renewal {
            return Ok(None);
        }
        let new = new_secret(SESSION_PREFIX);
        let input = (
            Digest::of(secret.as_bytes()),
            Digest::of(new.as_bytes()),
            (known.clone(), renewal.min(GRACE)),
        );
        let is_ours = self
            .store
            .write(input, |tx, (old, new, (known, grace))| {
                async move {
                    let until = tx.now() + *grace;
                    if !tx.record_session_replaced(*old, until).await? {
                        return Ok(false);
                    }
                    tx.record_session(&SessionRow {
                        secret: *new,
                        id: known.id.clone(),
                        person: known.actor.person,
                        kind: "session",
                        began_at: known.began_at,
                        expires_at: known.expires_at,
                        client: known.client.clone(),
                        how: known.how.clone(),
                        token: known.token,
                    })
                    .await?;
                    Ok::<_, Error>(true)
                }
                .boxed()
            })
            .await?;
        Ok(is_ours.then_some(new))
    }

    /// The same request as whoever asks stands now, for what goes on long after it was asked; none once they were
    /// removed, or the token or session that they asked by has ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renewed(&self, request: &Request) -> Result<Option<Request>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let actor = still(tx, request).await?;
                    Ok(actor.map(|actor| Request {
                        actor,
                        ..request.clone()
                    }))
                }
                .boxed()
            })
            .await
    }

    /// One's own sessions, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(&self, request: &Request) -> Result<Vec<SessionView>, Error> {
        let found = self
            .store
            .read(request.actor.person, |tx, person| {
                tx.sessions_of(*person).boxed()
            })
            .await?;
        Ok(found.into_iter().map(view).collect())
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn end_session(&self, request: Request, id: &str) -> Result<(), Error> {
        self.store
            .write((request, id.to_owned()), |tx, (request, id)| {
                async move {
                    let own = tx.sessions_of(request.actor.person).await?;
                    if !own.iter().any(|session| session.id == *id) {
                        return Err(Error::not_found("session-not-found", "session", id));
                    }
                    tx.end_session(id).await?;
                    let (detail, subject) = (serde_json::json!({}), format!("session/{id}"));
                    Ok(request
                        .journal(tx, "session.ended", &subject, &detail)
                        .await?)
                }
                .boxed()
            })
            .await
    }
}

/// By what a session begins.
#[derive(Debug)]
pub(super) struct Beginning<'a> {
    /// Who visits.
    pub(super) visit: &'a Visit,
    /// As it is listed.
    pub(super) how: &'static str,
    /// The token that was shown, or that the link was made with: the session ends with it.
    pub(super) token: Option<TokenId>,
}

/// Begins a session; its secret was made before, outside of the transaction.
pub(super) async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    secret: Digest,
    beginning: &Beginning<'_>,
) -> Result<(), Error> {
    let expires_at = until(tx, beginning.token, SESSION_HOURS).await?;
    let (visit, how) = (beginning.visit, beginning.how);
    if let Some(before) = &visit.before {
        let before = Digest::of(before.as_bytes());
        if let Some(before) = tx.actor_by_session(before).await? {
            tx.end_session(&before.id).await?;
        }
    }
    let row = SessionRow {
        secret,
        id: Uuid::now_v7().to_string(),
        person: actor.person,
        kind: "session",
        began_at: tx.now(),
        expires_at,
        client: visit.client.chars().take(CLIENT_MAX).collect(),
        how: how.to_owned(),
        token: beginning.token,
    };
    tx.record_session(&row).await?;
    let detail = serde_json::json!({ "how": how });
    let what = ("person.signed_in", "pages");
    let entry = super::entry(tx, actor.name.as_str(), what, &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// So many hours from now, and no longer than the token that it is begun with.
///
/// # Errors
/// When that token has ended.
pub(super) async fn until(
    tx: &mut Tx,
    token: Option<TokenId>,
    hours: i64,
) -> Result<Timestamp, Error> {
    let usual = tx.now() + SignedDuration::from_hours(hours);
    let Some(token) = token else {
        return Ok(usual);
    };
    match tx.token_end(token).await? {
        Some(None) => Ok(usual),
        Some(Some(end)) if end > tx.now() => Ok(usual.min(end)),
        Some(Some(_)) | None => Err(token_over()),
    }
}

/// Whoever asks, as they stand now; none once the token or session that they asked by has ended.
pub(super) async fn still(tx: &mut Tx, request: &Request) -> Result<Option<Actor>, Error> {
    if let Some(token) = &request.actor.token {
        return Ok(tx.actor_by_token_id(token.id).await?);
    }
    if let Some(id) = &request.session {
        let open = tx.sessions_of(request.actor.person).await?;
        if !open.iter().any(|session| session.id == *id) {
            return Ok(None);
        }
    }
    let person = tx.person(request.actor.person).await?;
    Ok(person.map(PersonRow::actor))
}

fn view(session: ListedSession) -> SessionView {
    SessionView {
        id: session.id,
        began_at: session.began_at,
        expires_at: session.expires_at,
        client: session.client,
        how: session.how,
    }
}
