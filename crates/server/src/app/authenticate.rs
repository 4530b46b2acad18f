//! Who asks: tokens, sessions, and the one-time link that begins the first one.

use super::{App, Error, Kind, Request};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::SignedDuration;
use tidegate_domain::{
    access::{Action, Actor, Level},
    digest::Digest,
    id::{PersonId, TokenId},
    name::Name,
};
use tidegate_store::{PersonRow, SessionRow, TokenRow, Tx};
use uuid::Uuid;

/// What every token begins with, so that a leak is found by its shape.
pub const TOKEN_PREFIX: &str = "tgt_";
/// How long a sign-in of the pages lasts.
pub const SESSION_HOURS: i64 = 12;
/// How long a one-time link is good for.
const LINK_HOURS: i64 = 24;
/// The person that the first start makes.
const ADMINISTRATOR: &str = "admin";

impl App {
    /// Whoever holds `token`.
    ///
    /// # Errors
    /// When it is wrong, revoked or over.
    pub async fn actor_by_token(&self, token: &str) -> Result<Actor, Error> {
        let secret = Digest::of(token.as_bytes());
        let actor = self
            .store
            .read(secret, |tx, secret| tx.actor_by_token(*secret).boxed())
            .await?;
        actor.ok_or_else(|| {
            Error::refused(
                Kind::NotSignedIn,
                "token-invalid",
                "the token is wrong, revoked or expired",
            )
            .hint("set TIDEGATE_TOKEN to a token from `tidegate token create`")
        })
    }

    /// Whoever is signed in by the session `secret`, if anybody is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn actor_by_session(&self, secret: &str) -> Result<Option<Actor>, Error> {
        let secret = Digest::of(secret.as_bytes());
        Ok(self
            .store
            .read(secret, |tx, secret| tx.actor_by_session(*secret).boxed())
            .await?)
    }

    /// Uses a one-time link up and begins a session; answers its secret.
    ///
    /// # Errors
    /// When the link is wrong, used or over.
    pub async fn sign_in_by_link(&self, link: &str) -> Result<String, Error> {
        let session = new_secret("tgs_");
        let input = (Digest::of(link.as_bytes()), Digest::of(session.as_bytes()));
        self.store
            .write(input, |tx, (link, session)| {
                async move {
                    let actor = tx.use_link(*link).await?.ok_or_else(|| {
                        Error::refused(
                            Kind::NotSignedIn,
                            "link-invalid",
                            "the link is wrong, was used, or is over",
                        )
                        .hint("`tidegate sign-in` prints a new one")
                    })?;
                    begin_session(tx, &actor, *session).await
                }
                .boxed()
            })
            .await?;
        Ok(session)
    }

    /// Begins a session for whoever holds `token`; answers its secret. A token that may do less than its person
    /// begins none: the session would be the person's.
    ///
    /// # Errors
    /// When the token is wrong, revoked, over, or narrower than its person.
    pub async fn sign_in_by_token(&self, token: &str) -> Result<String, Error> {
        let actor = self.actor_by_token(token).await?;
        let session = new_secret("tgs_");
        let input = (actor, Digest::of(session.as_bytes()));
        self.store
            .write(input, |tx, (actor, session)| {
                async move {
                    refuse_narrow(tx, actor).await?;
                    begin_session(tx, actor, *session).await
                }
                .boxed()
            })
            .await?;
        Ok(session)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, secret: &str) -> Result<(), Error> {
        let secret = Digest::of(secret.as_bytes());
        Ok(self
            .store
            .write(secret, |tx, secret| tx.end_session(*secret).boxed())
            .await?)
    }

    /// A one-time link that signs the asker in, behind the server's own address.
    ///
    /// # Errors
    /// When the asker may not read.
    pub async fn sign_in_path(&self, request: &Request) -> Result<String, Error> {
        request.permit(Action::Read)?;
        let actor = request.actor.clone();
        self.store
            .read(actor, |tx, actor| refuse_narrow(tx, actor).boxed())
            .await?;
        self.link_for(request.actor.person).await
    }

    /// The one-time link that the first start prints.
    pub(crate) async fn link_for(&self, person: PersonId) -> Result<String, Error> {
        let link = new_secret("tgl_");
        let input = (Digest::of(link.as_bytes()), person);
        self.store
            .write(input, |tx, (link, person)| {
                async move {
                    let expires_at = tx.now() + SignedDuration::from_hours(LINK_HOURS);
                    tx.record_session(&SessionRow {
                        secret: *link,
                        person: *person,
                        kind: "link",
                        expires_at,
                    })
                    .await
                }
                .boxed()
            })
            .await?;
        Ok(format!("/sign-in?link={link}"))
    }

    /// Makes sure that there is an administrator. `given` is their token from now on; without it, the first start keeps
    /// `made`. Answers whether this is the first start.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ensure_administrator(
        &self,
        given: Option<&str>,
        made: &str,
    ) -> Result<(PersonRow, bool), Error> {
        let hash = |token: &str| Digest::of(token.as_bytes());
        let ids = (PersonId(Uuid::now_v7()), TokenId(Uuid::now_v7()));
        let input = (given.map(hash), hash(made), ids);
        self.store
            .write(input, |tx, input| administrator(tx, *input).boxed())
            .await
    }
}

async fn begin_session(tx: &mut Tx, actor: &Actor, secret: Digest) -> Result<(), Error> {
    let row = SessionRow {
        secret,
        person: actor.person,
        kind: "session",
        expires_at: tx.now() + SignedDuration::from_hours(SESSION_HOURS),
    };
    tx.record_session(&row).await?;
    let detail = serde_json::json!({});
    let what = ("person.signed_in", "pages");
    let entry = super::entry(tx, actor.name.as_str(), what, &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// A session is the whole person: whoever may do less than they must not begin one.
async fn refuse_narrow(tx: &mut Tx, actor: &Actor) -> Result<(), Error> {
    let person = tx.person_named(&actor.name).await?;
    let is_whole = person.is_some_and(|person| person.level <= actor.level);
    if is_whole && actor.repository.is_none() {
        return Ok(());
    }
    let detail = "the token may do less than its person, so it cannot sign the person in";
    Err(Error::refused(Kind::NotAllowed, "token-narrow", detail)
        .hint("use a token of the person's own level, without a repository"))
}

async fn administrator(
    tx: &mut Tx,
    (given, made, (person, token)): (Option<Digest>, Digest, (PersonId, TokenId)),
) -> Result<(PersonRow, bool), Error> {
    let name: Name = ADMINISTRATOR
        .parse()
        .map_err(|why| Error::Broken(format!("{why}")))?;
    let row = PersonRow {
        id: person,
        name: name.clone(),
        display: "Administrator".into(),
        level: Level::Initiate,
    };
    let first = tx.people().await?.is_empty();
    if first {
        tx.record_person(&row).await?;
        let detail = serde_json::json!({ "level": row.level.number() });
        let entry = super::entry(tx, "tidegate", ("person.created", "person/admin"), &detail);
        tx.record_entry(&entry).await?;
    }
    let row = tx.person_named(&name).await?.unwrap_or(row);
    if let Some(secret) = given.or(first.then_some(made)) {
        let token = TokenRow {
            id: token,
            person: row.id,
            name,
            secret,
            level: Level::Initiate,
            repository: None,
            expires_at: None,
        };
        tx.record_token(&token).await?;
    }
    Ok((row, first))
}
