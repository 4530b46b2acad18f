//! Who asks for what: the way to the authorizer, and the writing of what came of it into the journal.

use super::{Error, Gate, releases};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    access::{Action, Actor, Resource},
    deployment::Deployment,
    id::PersonId,
    journal::Entry,
    name::Name,
};
use tidegate_policy::{Authorizer, Denied, Permit};
use tidegate_store::{StoreError, Tx};

/// A request by a known person.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who.
    pub actor: Actor,
    /// Names the request in the log and the journal.
    pub id: String,
    /// The session that it came by, if it came by one.
    pub session: Option<String>,
    /// Where the authorizer is found.
    pub(crate) gate: Arc<Gate>,
}

/// Which products somebody may see, found out as they come up.
#[derive(Debug)]
pub(super) struct Sight {
    authorizer: Arc<Authorizer>,
    actor: Actor,
    known: BTreeMap<Name, bool>,
}

impl Request {
    /// What is begun in somebody's name, though they do not ask just now. `id` names it in the journal.
    ///
    /// # Errors
    /// When there is no such person any more.
    pub(crate) async fn on_behalf(
        tx: &mut Tx,
        gate: &Arc<Gate>,
        (name, id): (&Name, String),
    ) -> Result<Self, Error> {
        let person = tx.person_named(name).await?;
        let person = person.ok_or_else(|| Error::not_found("person-not-found", "person", name))?;
        Ok(Self {
            actor: person.actor(),
            id,
            session: None,
            gate: gate.clone(),
        })
    }

    /// Asks the authorizer. Who may not see what it is about gets `missing`, as if there were none.
    ///
    /// # Errors
    /// Its refusal.
    pub async fn permit(
        &self,
        tx: &mut Tx,
        (action, resource): (Action, &Resource),
        missing: impl FnOnce() -> Error + Send,
    ) -> Result<Permit, Error> {
        let authorizer = self.gate.authorizer(tx).await?;
        match authorizer.permit(&self.actor, action, resource) {
            Err(Denied::Hidden) => Err(missing()),
            other => Ok(other?),
        }
    }

    /// Asks about what belongs to the whole organisation, or to all teams together.
    ///
    /// # Errors
    /// The refusal.
    pub async fn permit_at_large(&self, tx: &mut Tx, action: Action) -> Result<Permit, Error> {
        let nothing = || Error::not_found("organisation-not-found", "organisation", "");
        self.permit(tx, (action, &Resource::Organisation), nothing)
            .await
    }

    /// Asks about a product.
    ///
    /// # Errors
    /// The refusal.
    pub async fn permit_product(
        &self,
        tx: &mut Tx,
        action: Action,
        product: &Name,
    ) -> Result<Permit, Error> {
        let resource = Resource::product(product.clone());
        self.permit(tx, (action, &resource), || releases::no_product(product))
            .await
    }

    /// Asks about a product in one environment.
    ///
    /// # Errors
    /// The refusal.
    pub async fn permit_place(
        &self,
        tx: &mut Tx,
        action: Action,
        (product, environment): (&Name, &Name),
    ) -> Result<Permit, Error> {
        let resource = Resource::place(product.clone(), environment.clone());
        self.permit(tx, (action, &resource), || releases::no_product(product))
            .await
    }

    /// Asks about a deployment.
    ///
    /// # Errors
    /// The refusal.
    pub async fn permit_deployment(
        &self,
        tx: &mut Tx,
        action: Action,
        of: &Deployment,
    ) -> Result<Permit, Error> {
        let resource = Resource::place(of.product.clone(), of.environment.clone());
        let missing = || Error::not_found("deployment-not-found", "deployment", of.id);
        self.permit(tx, (action, &resource), missing).await
    }

    /// The human being who asks, by whichever account, program or token.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn human(&self, tx: &mut Tx) -> Result<PersonId, StoreError> {
        let person = tx.person(self.actor.person).await?;
        Ok(person.map_or(self.actor.person, |person| person.human()))
    }

    /// What whoever asks may see.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn sight(&self, tx: &mut Tx) -> Result<Sight, Error> {
        Ok(Sight {
            authorizer: self.gate.authorizer(tx).await?,
            actor: self.actor.clone(),
            known: BTreeMap::new(),
        })
    }

    /// Writes into the journal what this request did.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn journal<D: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        action: &str,
        subject: &str,
        detail: &D,
    ) -> Result<(), StoreError> {
        let mut entry = entry(tx, self.actor.name.as_str(), (action, subject), detail);
        entry.request = Some(self.id.clone());
        tx.record_entry(&entry).await
    }
}

impl Sight {
    /// Whether a product, and all that is of it, is seen.
    pub(super) fn shows(&mut self, product: &Name) -> bool {
        if let Some(known) = self.known.get(product) {
            return *known;
        }
        let resource = Resource::product(product.clone());
        let seen = self
            .authorizer
            .ask(&self.actor, Action::Read, &resource)
            .allowed;
        self.known.insert(product.clone(), seen);
        seen
    }

    /// Whether whoever asks may do something. An answer is no permit.
    pub(super) fn may(&self, action: Action, resource: &Resource) -> bool {
        self.authorizer.ask(&self.actor, action, resource).allowed
    }

    /// Whether something keeps whoever asks from it beside that they answer for too little: a policy, or the token in their hand.
    pub(super) fn is_forbidden(&self, action: Action, resource: &Resource) -> bool {
        let answer = self.authorizer.ask(&self.actor, action, resource);
        let is_barred = !answer.because.is_empty() || !answer.failed.is_empty();
        !answer.allowed && (is_barred || answer.scope.is_some())
    }

    /// Why an artifact must stay, as it is told: a release of what is not seen is not named. Equal artifacts are one, whoever pushed
    /// them.
    pub(super) fn told(&mut self, reason: String) -> String {
        let mut words = reason.split(' ');
        let of = match (words.next(), words.next().map(str::parse::<Name>)) {
            (Some("release"), Some(Ok(product))) => Some(product),
            _ => None,
        };
        match of {
            Some(product) if !self.shows(&product) => "a release of another team".to_owned(),
            Some(_) | None => reason,
        }
    }

    /// Whether somebody who is in these teams is seen: by whoever sees everybody, by their teams, and by themselves.
    pub(super) fn shows_person(&self, person: &Actor, teams: &[Resource]) -> bool {
        let sees = |it: &Resource| self.authorizer.ask(&self.actor, Action::Read, it).allowed;
        person.person == self.actor.person || self.shows_organisation() || teams.iter().any(sees)
    }

    /// Whether what belongs to no product is seen: people, policies, the journal as a whole.
    pub(super) fn shows_organisation(&self) -> bool {
        let resource = Resource::Organisation;
        self.authorizer
            .ask(&self.actor, Action::Read, &resource)
            .allowed
    }
}

/// A page of a list, filled with what is seen of it.
#[derive(Debug)]
pub(super) struct Page<T> {
    limit: usize,
    /// What is seen so far.
    pub(super) rows: Vec<T>,
}

impl<T> Page<T> {
    /// At most `limit` rows.
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            rows: Vec::new(),
        }
    }

    /// Takes what is seen of the next rows; answers whether the page is whole: full, or at the end of the list.
    pub(super) fn take(&mut self, found: Vec<T>, seen: impl FnMut(&T) -> bool) -> bool {
        let is_end = found.len() < self.limit;
        self.rows.extend(found.into_iter().filter(seen));
        let is_full = self.rows.len() >= self.limit;
        self.rows.truncate(self.limit);
        is_end || is_full
    }
}

/// An entry about `what`: an action and its subject.
pub(crate) fn entry<D: Serialize>(tx: &Tx, actor: &str, what: (&str, &str), detail: &D) -> Entry {
    Entry {
        v: 1,
        time: tx.now(),
        actor: actor.to_owned(),
        action: what.0.to_owned(),
        subject: what.1.to_owned(),
        detail: serde_json::to_value(detail).unwrap_or_default(),
        request: None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use futures::FutureExt;
    use tidegate_domain::access::{ActorKind, Level};
    use tidegate_store::{PersonRow, Store};
    use uuid::Uuid;

    /// A request of somebody who is of that level about everything, or of none about anything.
    pub(in crate::app) fn by(level: Option<Level>) -> Request {
        let person = PersonRow {
            id: PersonId(Uuid::nil()),
            name: "eve".parse().unwrap(),
            display: "Eve".to_owned(),
            kind: ActorKind::Person,
            level,
            owner: None,
            email: None,
            groups: BTreeMap::new(),
            external: None,
        };
        Request {
            actor: person.actor(),
            id: String::new(),
            session: None,
            gate: Arc::default(),
        }
    }

    #[tokio::test]
    async fn a_release_of_what_is_not_seen_is_not_named() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        for (level, told) in [
            (Some(Level::Assist), "release bank 1.0.0"),
            (None, "a release of another team"),
        ] {
            let request = by(level);
            let sight = store.read(request, |tx, request| request.sight(tx).boxed());
            let mut sight = sight.await.unwrap();
            assert_eq!(sight.told("release bank 1.0.0".to_owned()), told);
            assert_eq!(sight.told("kept by hand".to_owned()), "kept by hand");
        }
    }
}
