//! Whether procedures name only whom there is, and what names a procedure only those that there are.

use super::{
    super::{
        super::Error,
        parse::{Located, nearest},
    },
    keys,
};
use crate::app::procedures::unknown;
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::{Document, Kind, Role, Team},
    name::Name,
    planning::Party,
    procedure::{Bound, Procedure},
};
use tidegate_store::Tx;

/// # Errors
/// The first name that stands for nothing, at the document that uses it.
pub(super) async fn check(tx: &mut Tx, documents: &[(Document, &Located)]) -> Result<(), Error> {
    let is_about = |(it, _): &(Document, &Located)| {
        matches!(
            it.kind(),
            Kind::Procedure | Kind::ReleaseTemplate | Kind::Control
        )
    };
    if !documents.iter().any(is_about) {
        return Ok(());
    }
    let known = Known {
        procedures: keys(tx, documents, Kind::Procedure, |it: Procedure| {
            Document::Procedure(Box::new(it))
        })
        .await?,
        teams: keys(tx, documents, Kind::Team, |it: Team| Document::Team(it)).await?,
        roles: keys(tx, documents, Kind::Role, |it: Role| Document::Role(it)).await?,
        people: people(tx).await?,
    };
    for (document, at) in documents {
        if let Some(fault) = known.fault(document) {
            return Err(at.error(fault));
        }
    }
    Ok(())
}

/// Whom a procedure names that there is none of, by what is declared.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn party_fault(
    tx: &mut Tx,
    procedure: &Procedure,
) -> Result<Option<String>, Error> {
    let known = Known {
        procedures: BTreeSet::new(),
        teams: keys(tx, &[], Kind::Team, |it: Team| Document::Team(it)).await?,
        roles: keys(tx, &[], Kind::Role, |it: Role| Document::Role(it)).await?,
        people: people(tx).await?,
    };
    Ok(known.stranger(procedure))
}

async fn people(tx: &mut Tx) -> Result<BTreeSet<Name>, Error> {
    let people = tx.people().await?;
    Ok(people.into_iter().map(|it| it.name).collect())
}

/// What is declared, now or by these files.
struct Known {
    procedures: BTreeSet<String>,
    teams: BTreeSet<String>,
    roles: BTreeSet<String>,
    people: BTreeSet<Name>,
}

impl Known {
    /// What is wrong with a document.
    fn fault(&self, document: &Document) -> Option<String> {
        if let Document::Procedure(procedure) = document {
            let unfit = procedure.check().err().map(|why| why.to_string());
            return unfit.or_else(|| self.stranger(procedure));
        }
        if let Document::ReleaseTemplate(template) = document {
            let mut named = template.procedures();
            return named.find_map(|(what, name)| self.named(&what, Some(name)));
        }
        if let Document::Control(control) = document {
            let what = format!("control `{}`", control.name);
            return self.named(&what, control.procedure.as_ref());
        }
        None
    }

    fn named(&self, what: &str, name: Option<&Name>) -> Option<String> {
        let name = name.filter(|name| !self.procedures.contains(name.as_str()))?;
        let meant = nearest(name.as_str(), self.procedures.iter().map(String::as_str));
        let remedy = meant.unwrap_or_else(|| "declare it by `kind: Procedure`".to_owned());
        Some(format!("{}: {remedy}", unknown(what, name)))
    }

    /// Whom a procedure names that there is none of.
    fn stranger(&self, procedure: &Procedure) -> Option<String> {
        let owner = match &procedure.owner {
            Party::Team(team) => Bound::Team(team.clone()),
            Party::Person(person) => Bound::Person(person.clone()),
        };
        let mut named = std::iter::once(&owner).chain(&procedure.binds);
        named.find_map(|it| match it {
            Bound::Level(_) => None,
            Bound::Team(team) => missing("team", team, self.teams.contains(team.as_str())),
            Bound::Role(role) => missing("role", role, self.roles.contains(role.as_str())),
            Bound::Person(person) => missing("person", person, self.people.contains(person)),
        })
    }
}

fn missing(noun: &str, name: &Name, is_there: bool) -> Option<String> {
    (!is_there).then(|| format!("there is no {noun} `{name}`"))
}
