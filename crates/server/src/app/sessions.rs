//! Sign-ins of the pages: begun, renewed, listed and ended.
//!
//! The secret of a session is replaced every hour, so that one that leaked is soon worth nothing; the old one counts
//! for another minute, because requests are under way with it.

use super::{App, Error, Request, authenticate::SESSION_PREFIX};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::SignedDuration;
use tidegate_domain::{access::Actor, digest::Digest};
use tidegate_protocol::api::SessionView;
use tidegate_store::{ListedSession, PersonRow, SessionRow, SignedIn, Tx};
use uuid::Uuid;

/// How long a sign-in of the pages lasts.
pub const SESSION_HOURS: i64 = 12;
/// How old a secret gets.
const SECRET_MINUTES: i64 = 60;
/// How long a replaced one still counts.
const GRACE_SECONDS: i64 = 60;
/// The longest description of a browser that is kept, in characters.
const CLIENT_MAX: usize = 200;

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

    /// A new secret for a session whose present one is old; none while it is not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_session(
        &self,
        secret: &str,
        known: &SignedIn,
    ) -> Result<Option<String>, Error> {
        let age = jiff::Timestamp::now().duration_since(known.since);
        if known.is_replaced
            || known.id.is_empty()
            || age < SignedDuration::from_mins(SECRET_MINUTES)
        {
            return Ok(None);
        }
        let next = new_secret(SESSION_PREFIX);
        let input = (Digest::of(secret.as_bytes()), Digest::of(next.as_bytes()));
        let is_done = self
            .store
            .write(input, |tx, (old, next)| replace(tx, *old, *next).boxed())
            .await?;
        Ok(is_done.then_some(next))
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

/// Begins a session; its secret was made before, outside of the transaction.
pub(super) async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    secret: Digest,
    (client, how): (&str, &str),
) -> Result<(), Error> {
    tx.forget_sessions().await?;
    let row = SessionRow {
        secret,
        id: Uuid::now_v7().to_string(),
        person: actor.person,
        kind: "session",
        began_at: tx.now(),
        expires_at: tx.now() + SignedDuration::from_hours(SESSION_HOURS),
        client: client.chars().take(CLIENT_MAX).collect(),
    };
    tx.record_session(&row).await?;
    let detail = serde_json::json!({ "how": how });
    let what = ("person.signed_in", "pages");
    let entry = super::entry(tx, actor.name.as_str(), what, &detail);
    Ok(tx.record_entry(&entry).await?)
}

async fn still(tx: &mut Tx, request: &Request) -> Result<Option<Actor>, Error> {
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

async fn replace(tx: &mut Tx, old: Digest, next: Digest) -> Result<bool, Error> {
    let Some(known) = tx.actor_by_session(old).await? else {
        return Ok(false);
    };
    let listed = tx.sessions_of(known.actor.person).await?;
    let client = listed.into_iter().find(|session| session.id == known.id);
    let until = tx.now() + SignedDuration::from_secs(GRACE_SECONDS);
    if !tx.record_session_replaced(old, until).await? {
        return Ok(false);
    }
    tx.record_session(&SessionRow {
        secret: next,
        id: known.id,
        person: known.actor.person,
        kind: "session",
        began_at: known.began_at,
        expires_at: known.expires_at,
        client: client.map(|session| session.client).unwrap_or_default(),
    })
    .await?;
    Ok(true)
}

fn view(session: ListedSession) -> SessionView {
    SessionView {
        id: session.id,
        began_at: session.began_at,
        expires_at: session.expires_at,
        client: session.client,
    }
}
