//! What is shown of people.

use super::super::{App, Error, Request};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, ActorKind, Level, Resource, admission::level_setters},
    id::PersonId,
    name::Name,
};
use tidegate_policy::Authorizer;
use tidegate_protocol::api::PersonView;
use tidegate_store::{PersonRow, Tx};

impl App {
    /// Every account of the human being who asks: their own, and the programs that they answer for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own_accounts(&self, request: &Request) -> Result<BTreeSet<String>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let human = request.human(tx).await?;
                    let people = tx.people().await?;
                    let own = people.iter().filter(|person| person.human() == human);
                    Ok(own.map(|person| person.name.to_string()).collect())
                }
                .boxed()
            })
            .await
    }

    /// The names of those whose page the asker may open.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn people_to_meet(&self, request: &Request) -> Result<BTreeSet<String>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let me = BTreeSet::from([request.actor.name.to_string()]);
                    if !request.sight(tx).await?.shows_organisation() {
                        return Ok(me);
                    }
                    let people = tx.people().await?;
                    let names = people.iter().map(|person| person.name.to_string());
                    Ok(names.chain(me).collect())
                }
                .boxed()
            })
            .await
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// When the asker may not read them.
    pub async fn people(&self, request: &Request) -> Result<Vec<PersonView>, Error> {
        let told = self.store.read(request.clone(), |tx, request| {
            async move {
                request.permit_at_large(tx, Action::Read).await?;
                let authorizer = request.gate.authorizer(tx).await?;
                let people = tx.people().await?;
                let with_password = tx.people_with_password().await?;
                let named = people.iter().map(|it| (it.id, it.name.clone()));
                let named: BTreeMap<PersonId, Name> = named.collect();
                let told = people.into_iter().map(|person| {
                    let ways = Ways {
                        owner: person.owner.and_then(|owner| named.get(&owner)),
                        has_password: with_password.contains(&person.id),
                    };
                    let view = shown(&authorizer, &person, ways);
                    (person, view)
                });
                Ok::<_, Error>(told.collect::<Vec<_>>())
            }
            .boxed()
        });
        let told = told.await?.into_iter();
        Ok(told.map(|told| self.with_setters(told)).collect())
    }

    /// What is said of a person, with who sets their level.
    pub(super) fn with_setters(&self, (person, view): (PersonRow, PersonView)) -> PersonView {
        let Some((issuer, _)) = &person.external else {
            return view;
        };
        let rules = self.identity.providers.rules(issuer);
        let setters = level_setters(&rules, &person.groups);
        PersonView {
            level_by: setters.iter().map(Name::to_string).collect(),
            ..view
        }
    }
}

/// One person, as they are shown.
///
/// # Errors
/// When the store fails.
pub(super) async fn view(
    tx: &mut Tx,
    authorizer: &Authorizer,
    row: &PersonRow,
) -> Result<PersonView, Error> {
    let owner = match row.owner {
        Some(owner) => tx.person(owner).await?.map(|owner| owner.name),
        None => None,
    };
    let ways = Ways {
        owner: owner.as_ref(),
        has_password: tx.password(row.id).await?.is_some(),
    };
    Ok(shown(authorizer, row, ways))
}

/// What is said of somebody elsewhere than in their own record.
#[derive(Debug, Clone, Copy)]
struct Ways<'a> {
    /// Who answers for the account.
    owner: Option<&'a Name>,
    has_password: bool,
}

fn shown(authorizer: &Authorizer, row: &PersonRow, ways: Ways<'_>) -> PersonView {
    let directory = authorizer.directory();
    let actor = row.clone().actor();
    let level_in = |team: &Name| {
        let resource = Resource::Team(team.clone());
        let level = directory.level(&actor, &resource).map_or(0, Level::number);
        (team.to_string(), level)
    };
    let password = ways.has_password.then(|| "password".to_owned());
    let provider = row.external.as_ref().map(|_| "provider".to_owned());
    PersonView {
        name: row.name.to_string(),
        display: row.display.clone(),
        kind: match row.kind {
            ActorKind::Person => "person",
            ActorKind::Service => "service",
        }
        .to_owned(),
        level: row.level.map(Level::number),
        level_by: Vec::new(),
        teams: directory.teams_of(&actor).map(level_in).collect(),
        roles: directory.roles_of(&actor).map(Name::to_string).collect(),
        owner: ways.owner.map(Name::to_string),
        email: row.email.clone(),
        sign_in: password.into_iter().chain(provider).collect(),
    }
}
