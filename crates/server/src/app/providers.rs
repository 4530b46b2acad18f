//! Signing in by an identity provider.

use super::{
    App, Error, Gate, Kind,
    authenticate::{SESSION_PREFIX, refuse_program},
    links, people, sessions,
    sessions::{Beginning, Visit},
};
use crate::{
    identity::providers::{Attempt, Provider, ProviderError, Word},
    keyring::new_secret,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    access::{
        ActorKind, Admission, Level,
        admission::{GroupsBy, level, names},
    },
    digest::Digest,
    id::PersonId,
    name::Name,
};
use tidegate_store::{PersonRow, Tx};
use uuid::Uuid;

/// What the sealed attempt in a browser is sealed for.
const PURPOSE: &str = "sign-in/attempt";
/// So many names are tried before somebody is turned away.
const NAMES_MAX: usize = 50;

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

/// Somebody known by a provider, and by which rules they are let in.
#[derive(Debug)]
struct Arrival {
    id: PersonId,
    provider: Name,
    issuer: String,
    word: Word,
    /// Of each provider of this issuer.
    rules: BTreeMap<Name, Admission>,
    /// Where the authorizer is found.
    gate: Arc<Gate>,
}

impl Arrival {
    /// Their groups from now on: those of the other providers stay, unless they are not declared any more.
    fn groups(&self, before: &GroupsBy) -> GroupsBy {
        let mut groups = before.clone();
        groups.retain(|provider, _| self.rules.contains_key(provider));
        groups.insert(self.provider.clone(), self.word.groups.clone());
        groups
    }
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

/// The person that a provider's word is about, as they are from now on; or why they are not let in any more, although
/// what the word says of them is kept.
async fn arrive(tx: &mut Tx, arrival: &Arrival) -> Result<Result<PersonRow, Error>, Error> {
    let (word, issuer) = (&arrival.word, arrival.issuer.as_str());
    let known = tx.person_known_as(issuer, &word.subject).await?;
    if known.is_none() && tx.is_known_as(issuer, &word.subject).await? {
        let detail = "your account here was removed";
        return Err(Error::refused(Kind::NotAllowed, "account-removed", detail)
            .hint("ask somebody of level 6 for another"));
    }
    if let Some(known) = &known {
        refuse_program(known.kind, &known.name)?;
    }
    let rules = &arrival.rules[&arrival.provider];
    let admitted = rules.admit(known.is_some(), &word.groups);
    let admitted = admitted.map_err(|why| {
        Error::refused(Kind::NotAllowed, "not-admitted", why.to_string())
            .hint("ask somebody of level 6 to let you in")
    });
    match (known, admitted) {
        (Some(known), Ok(())) => refresh(tx, arrival, known).await.map(Ok),
        (Some(known), Err(refusal)) => {
            put_out(tx, arrival, known).await?;
            Ok(Err(refusal))
        }
        (None, Ok(())) => add(tx, arrival).await.map(Ok),
        (None, Err(refusal)) => Ok(Err(refusal)),
    }
}

/// Somebody who is not let in any more: what they have by groups that they left goes, and all their sessions end.
async fn put_out(tx: &mut Tx, arrival: &Arrival, known: PersonRow) -> Result<(), Error> {
    let row = refresh(tx, arrival, known).await?;
    tx.end_sessions_of(row.id).await?;
    note(tx, arrival, "person.put_out", &row).await
}

/// Somebody who was here before: what the provider says of them counts from now on.
async fn refresh(tx: &mut Tx, arrival: &Arrival, known: PersonRow) -> Result<PersonRow, Error> {
    let groups = arrival.groups(&known.groups);
    let row = PersonRow {
        level: level(&arrival.rules, known.level, &groups),
        groups,
        ..known.clone()
    };
    if row == known {
        return Ok(known);
    }
    tx.record_person_changed(&row).await?;
    let authorizer = arrival.gate.authorizer(tx).await?;
    if people::somebody_administers(tx, &authorizer).await? {
        note(tx, arrival, "person.changed", &row).await?;
        return Ok(row);
    }
    // Nobody could undo it: a provider shuts everybody out no more than a person does.
    tx.record_person_changed(&known).await?;
    note(tx, arrival, "person.rights_kept", &known).await?;
    Ok(known)
}

async fn add(tx: &mut Tx, arrival: &Arrival) -> Result<PersonRow, Error> {
    let word = &arrival.word;
    let display = word
        .display
        .as_deref()
        .map(|text| people::words("display", text));
    let display = display.and_then(Result::ok).flatten();
    let email = word.email.as_deref().map(people::email);
    let email = email.and_then(Result::ok).flatten();
    if let Some(email) = &email {
        refuse_known_address(tx, arrival, email).await?;
    }
    let groups = arrival.groups(&GroupsBy::new());
    let mut row = PersonRow {
        id: arrival.id,
        name: arrival.provider.clone(),
        display: String::new(),
        kind: ActorKind::Person,
        level: level(&arrival.rules, None, &groups),
        owner: None,
        email,
        groups,
        external: Some((arrival.issuer.clone(), word.subject.clone())),
    };
    let authorizer = arrival.gate.authorizer(tx).await?;
    let called: Vec<String> = word
        .called
        .iter()
        .map(|text| people::normal(text))
        .collect();
    for name in names(called.iter().map(String::as_str)).take(NAMES_MAX) {
        // Whoever was granted something by that name is somebody else, for all that is known.
        if authorizer.speaks_of(&name) {
            continue;
        }
        row.display = display.clone().unwrap_or_else(|| name.to_string());
        row.name = name;
        if tx.record_person(&row).await? {
            note(tx, arrival, "person.created", &row).await?;
            return Ok(row);
        }
    }
    let detail = "too many people are called like you";
    Err(Error::refused(Kind::Conflict, "person-exists", detail)
        .hint("ask somebody of level 6 for an account by another name"))
}

/// Whoever has this address here is most likely the same human being, who would be two people from now on. That they are,
/// only a person can say: addresses are given away and taken again.
async fn refuse_known_address(tx: &mut Tx, arrival: &Arrival, email: &str) -> Result<(), Error> {
    let is_theirs = |person: &PersonRow| {
        let known = person.email.as_deref().map(str::to_lowercase);
        person.kind == ActorKind::Person && known == Some(email.to_lowercase())
    };
    if !tx.people().await?.iter().any(is_theirs) {
        return Ok(());
    }
    let detail =
        format!("somebody here has the address {email} already, and no second account is made");
    let (issuer, subject) = (&arrival.issuer, &arrival.word.subject);
    Err(Error::refused(Kind::Conflict, "email-taken", detail).hint(format!(
        "if that is you, ask somebody of level 6 to link it: `tidegate person change NAME --external {issuer} {subject}`"
    )))
}

async fn note(tx: &mut Tx, arrival: &Arrival, action: &str, row: &PersonRow) -> Result<(), Error> {
    let detail = serde_json::json!({
        "level": row.level.map(Level::number), "kind": row.kind, "groups": row.groups, "provider": arrival.provider,
        "external": links::linked(row),
    });
    let subject = format!("person/{}", row.name);
    let entry = super::entry(tx, row.name.as_str(), (action, &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tidegate_store::Store;

    fn of(groups: &[&str]) -> BTreeSet<String> {
        groups.iter().map(|&group| group.to_owned()).collect()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    /// Ada comes by a provider of the issuer that all share; `staff` only ever gets level 5, by the first of them.
    fn ada(provider: &str, declared: &[&str], groups: &[&str]) -> Arrival {
        let rules = |provider: &&str| {
            let levels = [("staff".to_owned(), Level::Ensure)];
            let levels = levels.into_iter().filter(|_| *provider == "corp");
            let admission = Admission {
                makes_people: true,
                groups: BTreeSet::new(),
                levels: levels.collect(),
            };
            (name(provider), admission)
        };
        Arrival {
            id: PersonId(Uuid::nil()),
            provider: name(provider),
            issuer: "https://id.example".to_owned(),
            word: Word {
                subject: "42".to_owned(),
                called: vec!["ada".to_owned()],
                display: None,
                email: None,
                groups: of(groups),
            },
            rules: declared.iter().map(rules).collect(),
            gate: Arc::default(),
        }
    }

    #[tokio::test]
    async fn a_provider_speaks_of_its_own_groups_only() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let check = async |(provider, declared): (&str, &[&str]), groups: &[&str], expect| {
            let arrival = ada(provider, declared, groups);
            let arrived = store.write(arrival, |tx, arrival| arrive(tx, arrival).boxed());
            let row = arrived.await.unwrap().unwrap();
            let (level, all): (Option<u8>, &[&str]) = expect;
            assert_eq!(row.level.map(Level::number), level);
            assert_eq!(row.actor().groups, of(all));
        };
        let both = &["corp", "partner"][..];
        let chief = PersonRow {
            id: PersonId(Uuid::max()),
            name: name("chief"),
            display: "Chief".to_owned(),
            kind: ActorKind::Person,
            level: Some(Level::Initiate),
            owner: None,
            email: None,
            groups: GroupsBy::new(),
            external: None,
        };
        let made = store.write(chief, |tx, chief| tx.record_person(chief).boxed());
        assert!(made.await.unwrap());
        check(("corp", both), &["staff"], (Some(5), &["staff"])).await;
        check(
            ("partner", both),
            &["guests"],
            (Some(5), &["guests", "staff"]),
        )
        .await;
        check(("partner", both), &[], (Some(5), &["staff"])).await;
        check(("corp", both), &["sre"], (None, &["sre"])).await;
        check(("partner", &["partner"]), &["guests"], (None, &["guests"])).await;
    }
}
