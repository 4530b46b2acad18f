//! Passwords: set, changed and removed by oneself, and signed in by.

use super::{
    App, Error, Kind, Request,
    authenticate::{SESSION_PREFIX, refuse_narrow, refuse_program},
    people, sessions,
    sessions::{Beginning, Visit},
    tries::{crowded, forgive, of_account, of_network, sent_away},
};
use crate::{identity::hashing, keyring::new_secret};
use futures::FutureExt;
use jiff::SignedDuration;
use tidegate_domain::{digest::Digest, id::PersonId, name::Name};
use tidegate_protocol::api::PasswordChange;
use tidegate_store::{PersonRow, StoreError, Tx};

/// For so long an invitation stands for the password that somebody forgot.
const INVITATION: SignedDuration = SignedDuration::from_hours(1);

/// How somebody stands to their password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordState {
    /// They have none, and may not choose one: whoever got hold of a session or token of theirs would stay for ever.
    Uninvited,
    /// They have none, and were invited to choose one.
    First,
    /// They have one, and were invited to choose another.
    Forgotten,
    /// They have one, and have to show it.
    Known,
}

/// Whose password is looked at: somebody, and their hash, if there is one.
type Known = Option<(PersonRow, String)>;

impl App {
    /// Begins a session for whoever knows the password of `name`; answers its secret.
    ///
    /// # Errors
    /// When name or password is wrong, and nobody learns which; when it was tried too often; when too many sign in.
    pub async fn sign_in_by_password(
        &self,
        name: &str,
        password: &str,
        visit: &Visit,
    ) -> Result<String, Error> {
        let name = people::normal(name).to_lowercase();
        let subjects = vec![of_account(&name), of_network(visit.address)];
        let known: Known = self
            .store
            .read(name, |tx, name| by_name(tx, name).boxed())
            .await?;
        let hash = known.as_ref().map(|(_, hash)| hash.as_str());
        let is_right = self.try_password(&subjects, (password, hash)).await?;
        let Some((person, hash)) = known.filter(|_| is_right) else {
            return Err(wrong());
        };
        let newer = match hashing::is_outdated(&hash) {
            // Another time will do as well.
            true => self.identity.hashing.hash(password).await.ok(),
            false => None,
        };
        let session = new_secret(SESSION_PREFIX);
        let input = (
            (person, hash, newer),
            subjects.clone(),
            (Digest::of(session.as_bytes()), visit.clone()),
        );
        let begun = self
            .store
            .write(input, |tx, (known, subjects, (session, visit))| {
                async move {
                    let (person, hash, newer) = known;
                    // Since the password was looked at, they may have been removed, or have changed it.
                    let still = tx.person(person.id).await?.ok_or_else(wrong)?;
                    if tx.password(still.id).await?.as_deref() != Some(hash) {
                        return Err(wrong());
                    }
                    if let Some(newer) = newer {
                        tx.record_password(still.id, Some(newer)).await?;
                    }
                    forgive(tx, subjects).await?;
                    let (how, token) = ("password", None);
                    let beginning = Beginning { visit, how, token };
                    sessions::begin(tx, &still.actor(), *session, &beginning).await
                }
                .boxed()
            })
            .await;
        match begun {
            Err(Error::Store(StoreError::Contended(_))) => {
                Err(sent_away(&self.store, subjects).await)
            }
            other => other.map(|()| session),
        }
    }

    /// Sets, changes or removes one's own password; every other session of one's own ends then.
    ///
    /// # Errors
    /// When the password that one has is not shown, one has none and was not invited to choose one, or the new one will
    /// not do.
    pub async fn change_password(
        &self,
        request: Request,
        change: &PasswordChange,
    ) -> Result<(), Error> {
        refuse_narrow(&request.actor)?;
        let standing = self.standing(&request).await?;
        match standing.state() {
            PasswordState::Uninvited if change.new.is_some() => return Err(uninvited(&standing)),
            PasswordState::Known => self.prove(&standing, change.current.as_deref()).await?,
            PasswordState::Uninvited | PasswordState::First | PasswordState::Forgotten => {}
        }
        let new = match &change.new {
            None => None,
            Some(new) => {
                hashing::check(new, &standing.called()).map_err(|why| {
                    Error::refused(
                        Kind::BadRequest,
                        "password-weak",
                        format!("the password will not do: {why}"),
                    )
                    .hint("a sentence of your own is long, and easy to keep in mind")
                })?;
                Some(self.identity.hashing.hash(new).await?)
            }
        };
        let input = (request, standing, new);
        self.store
            .write(input, |tx, (request, before, new)| {
                replace(tx, request, before, new.as_deref()).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// How somebody stands to their password.
    ///
    /// # Errors
    /// When the store fails, or a program asks.
    pub async fn password_state(&self, request: &Request) -> Result<PasswordState, Error> {
        Ok(self.standing(request).await?.state())
    }

    async fn standing(&self, request: &Request) -> Result<Standing, Error> {
        self.store
            .read(request.clone(), |tx, request| standing(tx, request).boxed())
            .await
    }

    async fn prove(&self, standing: &Standing, current: Option<&str>) -> Result<(), Error> {
        let subjects = vec![of_account(standing.person.name.as_str())];
        let hash = standing.hash.as_deref();
        let shown = current.unwrap_or_default();
        if !self.try_password(&subjects, (shown, hash)).await? {
            let detail = "the password that you have is another";
            return Err(
                Error::refused(Kind::NotAllowed, "password-wrong", detail).hint(
                    "who forgot it asks for an invitation, `tidegate person invite`, and sets a new one within an hour",
                ),
            );
        }
        self.store
            .write(subjects, |tx, subjects| {
                async move { forgive(tx, subjects).await }.boxed()
            })
            .await
            .map_err(crowded)
    }
}

/// Whose password it is, and what it depends on how it changes.
#[derive(Debug)]
struct Standing {
    person: PersonRow,
    hash: Option<String>,
    /// Whether their session began by an invitation a short time ago.
    is_invited: bool,
}

impl Standing {
    const fn state(&self) -> PasswordState {
        match (&self.hash, self.is_invited) {
            (None, false) => PasswordState::Uninvited,
            (None, true) => PasswordState::First,
            (Some(_), true) => PasswordState::Forgotten,
            (Some(_), false) => PasswordState::Known,
        }
    }

    /// What others would guess first.
    fn called(&self) -> Vec<&str> {
        let email = self.person.email.as_deref();
        [self.person.name.as_str(), &self.person.display]
            .into_iter()
            .chain(email)
            .collect()
    }
}

async fn standing(tx: &mut Tx, request: &Request) -> Result<Standing, Error> {
    let gone = || Error::not_found("person-not-found", "person", &request.actor.name);
    let person = tx.person(request.actor.person).await?.ok_or_else(gone)?;
    refuse_program(person.kind, &person.name)?;
    let hash = tx.password(person.id).await?;
    let is_invited = is_invited(tx, request, person.id).await?;
    Ok(Standing {
        person,
        hash,
        is_invited,
    })
}

/// Keeps a new password, if all that was looked at before is as it was: hashing takes its time.
async fn replace(
    tx: &mut Tx,
    request: &Request,
    before: &Standing,
    new: Option<&str>,
) -> Result<(), Error> {
    let is_in = sessions::still(tx, request).await?.is_some();
    let now = standing(tx, request).await?;
    if !is_in || now.hash != before.hash || now.is_invited != before.is_invited {
        let detail = "your password, or the session or token that you use, changed meanwhile";
        return Err(Error::refused(Kind::Conflict, "password-changed", detail).hint("begin again"));
    }
    let person = now.person.id;
    tx.record_password(person, new).await?;
    tx.end_other_sessions(person, request.session.as_deref())
        .await?;
    let action = match new {
        Some(_) => "person.password_set",
        None => "person.password_removed",
    };
    let subject = format!("person/{}", request.actor.name);
    let detail = serde_json::json!({});
    Ok(request.journal(tx, action, &subject, &detail).await?)
}

fn uninvited(standing: &Standing) -> Error {
    let name = &standing.person.name;
    let detail = "who has no password chooses the first one when they were invited to";
    Error::refused(Kind::NotAllowed, "password-uninvited", detail).hint(format!(
        "ask somebody of level 6 for `tidegate person invite {name}`, and choose it within an hour"
    ))
}

/// Whether the session began by an invitation a short time ago.
async fn is_invited(tx: &mut Tx, request: &Request, person: PersonId) -> Result<bool, Error> {
    let Some(id) = &request.session else {
        return Ok(false);
    };
    let since = tx.now() - INVITATION;
    let open = tx.sessions_of(person).await?;
    let fresh = |it: &tidegate_store::ListedSession| {
        it.id == *id && it.how == "invitation" && it.began_at > since
    };
    Ok(open.iter().any(fresh))
}

/// The person of that name, if they have a password.
async fn by_name(tx: &mut Tx, name: &str) -> Result<Known, Error> {
    let Ok(name) = name.parse::<Name>() else {
        return Ok(None);
    };
    let Some(person) = tx.person_named(&name).await? else {
        return Ok(None);
    };
    let hash = tx.password(person.id).await?;
    Ok(hash.map(|hash| (person, hash)))
}

fn wrong() -> Error {
    let detail = "the name or the password is wrong";
    Error::refused(Kind::NotSignedIn, "sign-in-refused", detail)
        .hint("who forgot their password asks for an invitation, `tidegate person invite`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, sync::Arc};
    use tidegate_domain::access::{ActorKind, Level};
    use tidegate_store::{SessionRow, Store};
    use uuid::Uuid;

    /// Somebody in the session in which they were invited, and what is looked at before they choose a password.
    async fn invited() -> (tempfile::TempDir, Store, Request, Standing) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let person = PersonRow {
            id: PersonId(Uuid::nil()),
            name: "ada".parse().unwrap(),
            display: "Ada".to_owned(),
            kind: ActorKind::Person,
            level: Some(Level::Apply),
            owner: None,
            email: None,
            groups: BTreeMap::new(),
            external: None,
        };
        let request = Request {
            actor: person.clone().actor(),
            id: String::new(),
            session: Some("session".to_owned()),
            gate: Arc::default(),
        };
        let made = store.write((person, request.clone()), |tx, (person, request)| {
            async move {
                tx.record_person(person).await?;
                let session = SessionRow {
                    secret: Digest::of(b"secret"),
                    id: "session".to_owned(),
                    person: person.id,
                    kind: "session",
                    began_at: tx.now(),
                    expires_at: tx.now() + INVITATION,
                    client: String::new(),
                    how: "invitation".to_owned(),
                    token: None,
                };
                tx.record_session(&session).await?;
                standing(tx, request).await
            }
            .boxed()
        });
        let standing = made.await.unwrap();
        assert_eq!(standing.state(), PasswordState::First);
        (directory, store, request, standing)
    }

    /// Replaces the password after something else happened; answers whether that counts.
    async fn counts_after(what: &'static str) -> bool {
        let (_directory, store, request, before) = invited().await;
        let written = store.write((request, before, what), |tx, (request, before, what)| {
            async move {
                let person = before.person.id;
                match *what {
                    "nothing" => {}
                    "another password" => tx.record_password(person, Some("other")).await?,
                    "the end of the session" => drop(tx.end_session("session").await?),
                    _ => tx.record_person_removed(person).await?,
                }
                replace(tx, request, before, Some("hash")).await?;
                Ok::<_, Error>(tx.password(person).await?)
            }
            .boxed()
        });
        match written.await {
            Ok(hash) => hash.as_deref() == Some("hash"),
            Err(error) => {
                let kinds = [Kind::Conflict, Kind::NotFound];
                assert!(kinds.contains(&error.kind()), "{what}: {error}");
                false
            }
        }
    }

    #[tokio::test]
    async fn a_password_is_replaced_only_where_all_is_as_it_was_looked_at() {
        assert!(counts_after("nothing").await);
        for what in ["another password", "the end of the session", "a removal"] {
            assert!(!counts_after(what).await, "{what}");
        }
    }
}
