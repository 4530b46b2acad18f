//! Which entries are asked for.

use super::{
    super::{Error, Request, planning, query::Place},
    gather::Base,
};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Resource,
    agenda::{Entry, Lane, Subject},
    calendar::Scope,
    name::Name,
    planning::Party,
};
use tidegate_store::Tx;

/// Of what the agenda is asked.
#[derive(Debug, Clone, Default)]
pub struct AgendaFilter {
    /// The only product, the only environment.
    pub place: Place,
    /// Only what concerns a team.
    pub team: Option<Name>,
    /// Only what concerns a person, by themselves or by their teams.
    pub person: Option<Name>,
    /// The only lane.
    pub lane: Option<Lane>,
}

/// The same, once it is known who is in which team.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    place: Place,
    /// Any of these, where there are any.
    pub(super) parties: BTreeSet<Party>,
    lane: Option<Lane>,
}

impl Wanted {
    /// Finds out who is meant.
    ///
    /// # Errors
    /// When there is no such team or person, or the asker may not see who is in which team.
    pub(super) async fn of(
        tx: &mut Tx,
        request: &Request,
        filter: &AgendaFilter,
    ) -> Result<Self, Error> {
        let mut parties = BTreeSet::new();
        if let Some(team) = &filter.team {
            let team = Party::Team(team.clone());
            planning::check_party(tx, &team).await?;
            parties.insert(team);
        }
        if let Some(name) = &filter.person {
            let theirs = person(tx, request, name).await?;
            // What concerns both: a person's own, in a team.
            match parties.is_empty() {
                true => parties = theirs,
                false => parties.retain(|it| theirs.contains(it)),
            }
            if parties.is_empty() {
                parties.insert(Party::Person(name.clone()));
            }
        }
        Ok(Self {
            place: filter.place.clone(),
            parties,
            lane: filter.lane.clone(),
        })
    }

    /// Whether an entry is asked for.
    pub(super) fn holds(&self, entry: &Entry, base: &Base) -> bool {
        self.lane.as_ref().is_none_or(|lane| entry.lane() == *lane)
            && self.is_in_product(entry, base)
            && self.is_in_environment(entry)
            && self.concerns(entry, base)
    }

    /// Whether what has that scope concerns those who are asked about.
    pub(super) fn is_for(&self, scope: &Scope, base: &Base) -> bool {
        match scope {
            Scope::Organisation | Scope::Environment(_) => true,
            Scope::Product(product) => {
                let team = base.team(product);
                self.parties.is_empty() || team.is_some_and(|team| self.parties.contains(&team))
            }
        }
    }

    fn is_in_product(&self, entry: &Entry, base: &Base) -> bool {
        let Some(product) = &self.place.product else {
            return true;
        };
        match &entry.subject {
            Subject::Window { scope, .. } | Subject::Freeze { scope, .. } => {
                self.place.meets(scope)
            }
            Subject::Notice { .. } => base.is_touched(product, entry),
            Subject::Release(_)
            | Subject::Departure { .. }
            | Subject::Deployment { .. }
            | Subject::Booking { .. }
            | Subject::Task { .. } => {
                let mut carried = entry.subject.carries().iter();
                carried.any(|it| it.product == *product)
            }
        }
    }

    fn is_in_environment(&self, entry: &Entry) -> bool {
        let Some(environment) = &self.place.environment else {
            return true;
        };
        match &entry.subject {
            Subject::Window { scope, .. } | Subject::Freeze { scope, .. } => {
                self.place.meets(scope)
            }
            Subject::Release(_)
            | Subject::Departure { .. }
            | Subject::Deployment { .. }
            | Subject::Booking { .. }
            | Subject::Notice { .. }
            | Subject::Task { .. } => entry.environments.contains(environment),
        }
    }

    fn concerns(&self, entry: &Entry, base: &Base) -> bool {
        if self.parties.is_empty() {
            return true;
        }
        match &entry.subject {
            Subject::Window { scope, .. } | Subject::Freeze { scope, .. } => {
                self.is_for(scope, base)
            }
            Subject::Release(_)
            | Subject::Departure { .. }
            | Subject::Deployment { .. }
            | Subject::Booking { .. }
            | Subject::Notice { .. }
            | Subject::Task { .. } => entry.concerned.iter().any(|it| self.parties.contains(it)),
        }
    }
}

/// Somebody and their teams, if the asker may see those.
async fn person(tx: &mut Tx, request: &Request, name: &Name) -> Result<BTreeSet<Party>, Error> {
    let missing = || Error::not_found("person-not-found", "person", name);
    let person = tx.person_named(name).await?.ok_or_else(missing)?.actor();
    let authorizer = request.gate.authorizer(tx).await?;
    let directory = authorizer.directory();
    let teams: Vec<Name> = directory.teams_of(&person).cloned().collect();
    let resources: Vec<Resource> = teams.iter().cloned().map(Resource::Team).collect();
    let sight = request.sight(tx).await?;
    if !sight.shows_person(&person, &resources) {
        return Err(missing());
    }
    let mut all: BTreeSet<Party> = teams.into_iter().map(Party::Team).collect();
    all.insert(Party::Person(name.clone()));
    Ok(all)
}
