//! Who asks: tokens, sessions, and the one-time link that begins the first one.

use super::{App, Error, Kind, Request, field, people, sessions, sessions::Visit};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Actor, ActorKind, Level, Scope},
    digest::Digest,
    id::{PersonId, TokenId},
    name::Name,
};
use tidegate_store::{PersonRow, SessionRow, TokenRow, Tx};
use uuid::Uuid;

/// What every token begins with, so that a leak is found by its shape.
pub const TOKEN_PREFIX: &str = "tgt_";
/// What the secret of a session begins with.
pub(super) const SESSION_PREFIX: &str = "tgs_";
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
        let actor = actor.ok_or_else(|| {
            Error::refused(
                Kind::NotSignedIn,
                "token-invalid",
                "the token is wrong, revoked or expired",
            )
            .hint("set TIDEGATE_TOKEN to a token from `tidegate token create`")
        })?;
        if let Some(token) = &actor.token {
            self.token_uses.note(token.id);
        }
        Ok(actor)
    }

    /// Uses a one-time link up and begins a session; answers its secret, and whether it was an invitation.
    ///
    /// # Errors
    /// When the link is wrong, used or over.
    pub async fn sign_in_by_link(
        &self,
        link: &str,
        visit: &Visit,
    ) -> Result<(String, bool), Error> {
        let session = new_secret(SESSION_PREFIX);
        let input = (
            Digest::of(link.as_bytes()),
            Digest::of(session.as_bytes()),
            visit.clone(),
        );
        let is_invitation = self
            .store
            .write(input, |tx, (link, session, visit)| {
                async move {
                    let found = tx.use_link(*link).await?.ok_or_else(|| {
                        Error::refused(
                            Kind::NotSignedIn,
                            "link-invalid",
                            "the link is wrong, was used, or is over",
                        )
                        .hint("`tidegate sign-in` prints a new one")
                    })?;
                    let is_invitation = found.how == "invitation";
                    let how = if is_invitation { "invitation" } else { "link" };
                    sessions::begin(tx, &found.actor, *session, (visit, how)).await?;
                    Ok::<_, Error>(is_invitation)
                }
                .boxed()
            })
            .await?;
        Ok((session, is_invitation))
    }

    /// Begins a session for whoever holds `token`; answers its secret. A token that may do less than its person
    /// begins none: the session would be the person's.
    ///
    /// # Errors
    /// When the token is wrong, revoked, over, or narrower than its person.
    pub async fn sign_in_by_token(&self, token: &str, visit: &Visit) -> Result<String, Error> {
        let actor = self.actor_by_token(token).await?;
        refuse_narrow(&actor)?;
        let session = new_secret(SESSION_PREFIX);
        let input = (actor, Digest::of(session.as_bytes()), visit.clone());
        self.store
            .write(input, |tx, (actor, session, visit)| {
                sessions::begin(tx, actor, *session, (visit, "token")).boxed()
            })
            .await?;
        Ok(session)
    }

    /// A one-time link that signs the asker in, behind the server's own address.
    ///
    /// # Errors
    /// When the asker holds a token that may do less than they.
    pub async fn sign_in_path(&self, request: &Request) -> Result<String, Error> {
        refuse_narrow(&request.actor)?;
        self.link_for(request.actor.person, "link").await
    }

    /// A one-time link that signs somebody else in: they set a password then, or go on without one.
    ///
    /// # Errors
    /// When there is no such person, or it is a program's account.
    pub async fn invite(&self, request: Request, name: &str) -> Result<String, Error> {
        let name: Name = field("name", name)?;
        let person = self
            .store
            .write((request, name), |tx, (request, name)| {
                async move {
                    request.permit_at_large(tx, Action::ManagePeople).await?;
                    let person = people::found(tx, name).await?;
                    if person.kind == ActorKind::Service {
                        let detail =
                            format!("{name} is a program's account: it signs in by tokens only");
                        return Err(Error::refused(Kind::BadRequest, "not-a-person", detail));
                    }
                    let (detail, subject) = (serde_json::json!({}), format!("person/{name}"));
                    request
                        .journal(tx, "person.invited", &subject, &detail)
                        .await?;
                    Ok(person.id)
                }
                .boxed()
            })
            .await?;
        self.link_for(person, "invitation").await
    }

    /// A one-time link: an `invitation` that somebody else made, or a `link` of one's own.
    pub(crate) async fn link_for(
        &self,
        person: PersonId,
        how: &'static str,
    ) -> Result<String, Error> {
        let link = new_secret("tgl_");
        let input = (Digest::of(link.as_bytes()), person, how);
        self.store
            .write(input, |tx, (link, person, how)| {
                async move {
                    let expires_at = tx.now() + SignedDuration::from_hours(LINK_HOURS);
                    tx.record_session(&SessionRow {
                        secret: *link,
                        id: Uuid::now_v7().to_string(),
                        person: *person,
                        kind: "link",
                        began_at: tx.now(),
                        expires_at,
                        client: String::new(),
                        how: (*how).to_owned(),
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

/// A session is the whole person: whoever may do less than they must not begin one.
pub(super) fn refuse_narrow(actor: &Actor) -> Result<(), Error> {
    let Some(token) = &actor.token else {
        return Ok(());
    };
    let is_whole = actor.level.is_none_or(|level| level <= token.level) && token.scope.is_whole();
    if is_whole && (actor.level.is_some() || token.level == Level::Initiate) {
        return Ok(());
    }
    let detail = "the token may do less than its person, so it cannot sign the person in";
    Err(Error::refused(Kind::NotAllowed, "token-narrow", detail)
        .hint("use a token of the person's own level, for everything"))
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
        kind: ActorKind::Person,
        level: Some(Level::Initiate),
        owner: None,
        email: None,
        groups: BTreeSet::new(),
        external: None,
    };
    let first = tx.people().await?.is_empty();
    if first {
        tx.record_person(&row).await?;
        let detail = serde_json::json!({ "level": row.level.map(Level::number) });
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
            scope: Scope::default(),
            parent: None,
            trust: None,
            expires_at: None,
        };
        tx.record_token(&token).await?;
    }
    Ok((row, first))
}
