//! Who asks: tokens, sessions, and the one-time link that begins the first one.

use super::{
    App, Error, Kind, Request, field, people, sessions,
    sessions::{Beginning, SESSION_HOURS, Visit},
};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
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
        let actor = actor.ok_or_else(token_over)?;
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
                    let token = found.token;
                    let beginning = Beginning { visit, how, token };
                    sessions::begin(tx, &found.actor, *session, &beginning).await?;
                    Ok::<_, Error>(is_invitation)
                }
                .boxed()
            })
            .await?;
        Ok((session, is_invitation))
    }

    /// Begins a session for whoever holds `token`; answers its secret. A token that may do less than its person, or
    /// ends sooner than a session, begins none: the session would be the person's.
    ///
    /// # Errors
    /// When the token is wrong, revoked, over, narrower than its person, or a program's.
    pub async fn sign_in_by_token(&self, token: &str, visit: &Visit) -> Result<String, Error> {
        let actor = self.actor_by_token(token).await?;
        refuse_program(actor.kind, &actor.name)?;
        refuse_narrow(&actor)?;
        let session = new_secret(SESSION_PREFIX);
        let input = (actor, Digest::of(session.as_bytes()), visit.clone());
        self.store
            .write(input, |tx, (actor, session, visit)| {
                async move {
                    let token = actor.token.as_ref().map(|token| token.id);
                    let how = "token";
                    let beginning = Beginning { visit, how, token };
                    sessions::begin(tx, actor, *session, &beginning).await
                }
                .boxed()
            })
            .await?;
        Ok(session)
    }

    /// A one-time link that signs the asker in, behind the server's own address.
    ///
    /// # Errors
    /// When the asker is a program, or holds a token that may do less than they.
    pub async fn sign_in_path(&self, request: &Request) -> Result<String, Error> {
        let actor = &request.actor;
        refuse_program(actor.kind, &actor.name)?;
        refuse_narrow(actor)?;
        let token = actor.token.as_ref().map(|token| token.id);
        self.link_for(actor.person, ("link", token)).await
    }

    /// A one-time link that signs somebody else in: they set a password then, or go on without one.
    ///
    /// # Errors
    /// When there is no such person, it is a program's account, or the asker holds a token that may do less than they.
    pub async fn invite(&self, request: Request, name: &str) -> Result<String, Error> {
        let name: Name = field("name", name)?;
        let person = self
            .store
            .write((request, name), |tx, (request, name)| {
                async move {
                    request.permit_at_large(tx, Action::ManagePeople).await?;
                    refuse_narrow(&request.actor)?;
                    let person = people::found(tx, name).await?;
                    refuse_program(person.kind, name)?;
                    let (detail, subject) = (serde_json::json!({}), format!("person/{name}"));
                    request
                        .journal(tx, "person.invited", &subject, &detail)
                        .await?;
                    Ok::<_, Error>(person.id)
                }
                .boxed()
            })
            .await?;
        self.link_for(person, ("invitation", None)).await
    }

    /// A one-time link: an `invitation` that somebody else made, or a `link` of one's own, which ends with the token
    /// that it was made with.
    pub(crate) async fn link_for(
        &self,
        person: PersonId,
        (how, token): (&'static str, Option<TokenId>),
    ) -> Result<String, Error> {
        let link = new_secret("tgl_");
        let input = (Digest::of(link.as_bytes()), person, (how, token));
        self.store
            .write(input, |tx, (link, person, (how, token))| {
                async move {
                    let expires_at = sessions::until(tx, *token, LINK_HOURS).await?;
                    tx.record_session(&SessionRow {
                        secret: *link,
                        id: Uuid::now_v7().to_string(),
                        person: *person,
                        kind: "link",
                        began_at: tx.now(),
                        expires_at,
                        client: String::new(),
                        how: (*how).to_owned(),
                        token: *token,
                    })
                    .await?;
                    Ok::<_, Error>(())
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

/// A session is the whole person, and a password, an invitation or a trust outlives whatever made it: whoever may do less
/// than the person, or only for a while, must not make one.
pub(super) fn refuse_narrow(actor: &Actor) -> Result<(), Error> {
    let Some(token) = &actor.token else {
        return Ok(());
    };
    let is_whole = actor.level.is_none_or(|level| level <= token.level) && token.scope.is_whole();
    let session_end = Timestamp::now() + SignedDuration::from_hours(SESSION_HOURS);
    let is_lasting = token.expires_at.is_none_or(|end| end >= session_end);
    if is_whole && is_lasting && (actor.level.is_some() || token.level == Level::Initiate) {
        return Ok(());
    }
    let detail = "the token may do less than its person, or ends soon: this takes the whole person";
    Err(Error::refused(Kind::NotAllowed, "token-narrow", detail)
        .hint("use a token of the person's own level, for everything, that ends no sooner than a session, or sign in"))
}

/// Programs have tokens, and neither sessions nor passwords.
pub(super) fn refuse_program(kind: ActorKind, name: &Name) -> Result<(), Error> {
    match kind {
        ActorKind::Person => Ok(()),
        ActorKind::Service => {
            let detail = format!("{name} is a program's account: it signs in by tokens only");
            Err(Error::refused(Kind::BadRequest, "not-a-person", detail))
        }
    }
}

pub(super) fn token_over() -> Error {
    let detail = "the token is wrong, revoked or expired";
    Error::refused(Kind::NotSignedIn, "token-invalid", detail)
        .hint("set TIDEGATE_TOKEN to a token from `tidegate token create`")
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
        groups: BTreeMap::new(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tidegate_domain::access::UsedToken;

    #[test]
    fn only_a_whole_token_that_lasts_stands_for_its_person() {
        let check = |own: Option<Level>,
                     token: (Level, Option<&str>, Option<i64>),
                     expect: bool| {
            let (level, product, hours) = token;
            let token = UsedToken {
                id: TokenId(Uuid::nil()),
                level,
                scope: Scope {
                    product: product.map(|name| name.parse().unwrap()),
                    ..Scope::default()
                },
                expires_at: hours.map(|hours| Timestamp::now() + SignedDuration::from_hours(hours)),
            };
            let actor = Actor {
                person: PersonId(Uuid::nil()),
                name: "ada".parse().unwrap(),
                kind: ActorKind::Person,
                level: own,
                groups: BTreeSet::new(),
                token: Some(token),
            };
            assert_eq!(refuse_narrow(&actor).is_ok(), expect, "{actor:?}");
        };
        let (three, six) = (Level::Apply, Level::Initiate);
        check(Some(three), (three, None, None), true);
        check(Some(six), (three, None, None), false);
        check(None, (three, None, None), false);
        check(None, (six, None, None), true);
        check(Some(three), (three, Some("shop"), None), false);
        check(Some(three), (three, None, Some(13)), true);
        check(Some(three), (three, None, Some(11)), false);
    }
}
