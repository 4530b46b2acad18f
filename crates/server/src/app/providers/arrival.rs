//! Whoever arrives by an identity provider: what its word makes of somebody who is known or new, and whether they are let in.

use super::super::{
    Error, Gate, Kind, authenticate::refuse_program, links, people, standstill::rests,
};
use crate::identity::providers::Word;
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    access::{
        ActorKind, Admission, Level,
        admission::{GroupsBy, level, names},
    },
    id::PersonId,
    name::Name,
};
use tidegate_store::{PersonRow, Tx};

/// So many names are tried before somebody is turned away.
const NAMES_MAX: usize = 50;

/// Somebody known by a provider, and by which rules they are let in.
#[derive(Debug)]
pub(super) struct Arrival {
    /// What they are called inside, should they be new.
    pub(super) id: PersonId,
    /// By which provider they come.
    pub(super) provider: Name,
    /// Who vouches for them.
    pub(super) issuer: String,
    /// What it says of them.
    pub(super) word: Word,
    /// Of each provider of this issuer.
    pub(super) rules: BTreeMap<Name, Admission>,
    /// Whether the server was put back from a backup and nobody let it go on: then nothing is changed.
    pub(super) rests: bool,
    /// Where the authorizer is found.
    pub(super) gate: Arc<Gate>,
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

/// The person that a provider's word is about, as they are from now on; or why they are not let in any more, although
/// what the word says of them is kept.
pub(super) async fn arrive(
    tx: &mut Tx,
    arrival: &Arrival,
) -> Result<Result<PersonRow, Error>, Error> {
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
        (Some(_), Err(refusal)) if arrival.rests => Ok(Err(refusal)),
        (Some(known), Err(refusal)) => {
            put_out(tx, arrival, known).await?;
            Ok(Err(refusal))
        }
        (None, Ok(())) if arrival.rests => Err(rests()),
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

/// Somebody who was here before: what the provider says of them counts from now on. While that cannot be written down they do not
/// come in: what they have by the record they may have lost since.
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
    if arrival.rests {
        return Err(rests());
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
    let entry = super::super::entry(tx, row.name.as_str(), (action, &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use std::collections::BTreeSet;
    use tidegate_store::Store;
    use uuid::Uuid;

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
            rests: false,
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

    #[tokio::test]
    async fn while_a_restored_server_rests_nobody_is_added_or_changed() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let come = async |groups: &[&str], rests| {
            let arrival = Arrival {
                rests,
                ..ada("corp", &["corp"], groups)
            };
            let arrived = store.write(arrival, |tx, arrival| arrive(tx, arrival).boxed());
            arrived.await.map(Result::unwrap)
        };
        let refused = |arrived: Result<PersonRow, Error>| {
            let error = arrived.unwrap_err();
            assert_eq!(error.kind(), Kind::NotReady, "{error}");
        };
        refused(come(&["guests"], true).await);
        let known = come(&["guests"], false).await.unwrap();
        // As the record has them they come in; what they gained or lost since is not written down.
        assert_eq!(come(&["guests"], true).await.unwrap(), known);
        refused(come(&["staff"], true).await);
        let people = store.read((), |tx, ()| tx.people().boxed()).await;
        assert_eq!(people.unwrap(), [known]);
    }
}
