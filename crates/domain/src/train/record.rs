//! The record of a train, and what people do to it. Everything that changes what its members bring leaves a trace.

use super::{
    Bill, Departure, Line, Places, TrainError, TrainEvent, TrainIllegal, TrainPlan, TrainPlanError,
    TrainStatus, Way, dependents::dependents, order::acyclic,
};
use crate::{id::Edition, name::Name, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The record of a train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Its name.
    pub name: Name,
    /// What people planned.
    pub plan: TrainPlan,
    /// What its members bring, since boarding was closed; the last edition is the one that goes.
    pub editions: Vec<BillEdition>,
    /// What was changed of its members by more than an edit of the plan, oldest first.
    pub amendments: Vec<Amendment>,
    /// The products that were taken out of the plan. Who may not see one of them still sees nothing of the train.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub parted: BTreeSet<Name>,
    /// How far it is.
    pub status: TrainStatus,
    /// In whose name it leaves: who closed boarding, changed what goes after that, or let it go on, last; none while boarding is
    /// open.
    pub goes_for: Option<Name>,
    /// Who planned it first.
    pub created_by: Name,
    /// When.
    pub created_at: Timestamp,
}

/// A bill as it was fixed; it is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillEdition {
    /// Its number.
    pub edition: Edition,
    /// All lines are there, of sealed releases.
    pub bill: Bill,
    /// Since when it holds.
    pub at: Timestamp,
}

/// A plan as it was saved; none is ever changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainPlanEdition {
    /// Of which train.
    pub train: Name,
    /// Its number; whoever saves says which one theirs was made from.
    pub edition: Edition,
    /// The plan.
    pub plan: TrainPlan,
    /// Who saved it; none when the policy for late members changed it.
    pub by: Option<Name>,
    /// When.
    pub at: Timestamp,
}

/// A change of what members bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// Whose.
    pub product: Name,
    /// Which release goes no more; none where none was made.
    pub release: Option<Version>,
    /// What goes in its place; none for a member that was dropped.
    pub replaced_by: Option<Version>,
    /// The edition of the bill that it made; none while boarding was open.
    pub edition: Option<Edition>,
    /// Who wanted it, why, and when.
    pub word: Word,
}

/// Who wants something, why, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Who; none when the policy for late members does it.
    pub by: Option<Name>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Train {
    /// A train as somebody planned it.
    ///
    /// # Errors
    /// When nobody could keep to the plan.
    pub fn new(
        name: Name,
        plan: TrainPlan,
        (by, at): (Name, Timestamp),
    ) -> Result<Self, TrainPlanError> {
        plan.check()?;
        Ok(Self {
            name,
            plan,
            editions: Vec::new(),
            amendments: Vec::new(),
            parted: BTreeSet::new(),
            status: TrainStatus::Planned { hold: None },
            goes_for: None,
            created_by: by,
            created_at: at,
        })
    }

    /// Makes `event` happen, at `now`.
    ///
    /// # Errors
    /// When it cannot happen in this status, or it would leave for another place than its next; the record is unchanged then.
    pub fn apply(&mut self, event: &TrainEvent, now: Timestamp) -> Result<(), TrainIllegal> {
        let next = self.plan.next_departure(self.status.reached());
        if let TrainEvent::Left { environment, .. } = event
            && next.is_none_or(|it| it.environment != *environment)
        {
            let (event, state) = (event.word(), self.status.word());
            return Err(TrainIllegal { event, state });
        }
        self.status = self.status.after(event, now)?;
        if let (TrainEvent::Resumed { by }, Some(_)) = (event, self.bill()) {
            self.goes_for = Some(by.clone());
        }
        Ok(())
    }

    /// The bill that goes, once boarding is closed.
    pub fn bill(&self) -> Option<&BillEdition> {
        self.editions.last()
    }

    /// Every product that is or was a member.
    pub fn products(&self) -> BTreeSet<&Name> {
        let members = self.plan.members.iter().map(|it| &it.product);
        let fixed = self.editions.iter().flat_map(|it| it.bill.0.keys());
        let amended = self.amendments.iter().map(|it| &it.product);
        let all = members.chain(fixed).chain(amended);
        all.chain(&self.parted).collect()
    }

    /// Where it goes next, and what it has to have behind it; none when there is no departure left.
    pub fn way(&self) -> Option<Way<'_>> {
        let departure = self.plan.next_departure(self.status.reached())?;
        let changed = self.bill().filter(|it| it.edition.0 > 1);
        Some(Way {
            to: &departure.environment,
            tested_in: self.plan.tested_in(departure),
            voided: changed.map(|it| (it.edition, it.at)),
        })
    }

    /// The same with another plan, by `by`. Once boarding is closed its members and their releases stay, and it goes in the name of
    /// whoever changes where it goes; what is behind it stays as it was.
    ///
    /// # Errors
    /// When nobody could keep to it, it changes what is fixed, or it is too late.
    pub fn replanned(&self, plan: TrainPlan, by: &Name) -> Result<Self, TrainError> {
        plan.check()?;
        if !plan.departures.starts_with(self.behind()) {
            return Err(TrainError::Behind(self.status.reached().cloned()));
        }
        let releases = |plan: &TrainPlan| {
            let members = plan.members.iter();
            let mut all: Vec<_> = members
                .map(|it| (it.product.clone(), it.release.clone()))
                .collect();
            all.sort();
            all
        };
        match &self.status {
            TrainStatus::Planned { .. } => {}
            TrainStatus::Closed { .. }
            | TrainStatus::RolledBack { .. }
            | TrainStatus::Failed { .. } => {
                if releases(&plan) != releases(&self.plan) {
                    return Err(TrainError::Fixed);
                }
            }
            TrainStatus::UnderWay { .. }
            | TrainStatus::Arrived { .. }
            | TrainStatus::Cancelled { .. } => {
                return Err(TrainError::TooLate(self.status.word()));
            }
        }
        if let Some(BillEdition { bill, .. }) = self.bill() {
            acyclic(&plan, bill)?;
        }
        let mut train = self.clone();
        let left = self.plan.members.iter().map(|it| &it.product);
        let left = left.filter(|it| plan.member(it).is_none());
        train.parted.extend(left.cloned());
        if self.bill().is_some() && plan != self.plan {
            train.goes_for = Some(by.clone());
        }
        train.plan = plan;
        Ok(train)
    }

    /// The departures that it has behind it.
    fn behind(&self) -> &[Departure] {
        let all = &self.plan.departures;
        let reached = self.status.reached();
        let place = reached.and_then(|it| all.iter().position(|one| one.environment == *it));
        place.map_or(&[], |place| &all[..=place])
    }

    /// The same with boarding closed: exactly this goes.
    ///
    /// # Errors
    /// When a member has no sealed release or another one than planned, or the members have no order.
    pub fn closed(&self, bill: Bill, (by, at): (Name, Timestamp)) -> Result<Self, TrainError> {
        let mut train = self.clone();
        train.apply(&TrainEvent::Closed, at)?;
        train.fix(bill, at)?;
        train.goes_for = Some(by);
        Ok(train)
    }

    /// The same without one member; `bill` is what is known of all while boarding is open.
    ///
    /// # Errors
    /// When nobody says why, it is no member, too few stay, or another one needs it.
    pub fn dropped(
        &self,
        product: &Name,
        (bill, places): (&Bill, &Places),
        word: Word,
    ) -> Result<Self, TrainError> {
        let bill = self.bill().map_or(bill, |it| &it.bill);
        let by = dependents(product, bill, &self.plan, places);
        if !by.is_empty() {
            let product = product.clone();
            return Err(TrainError::Needed { product, by });
        }
        let mut bill = bill.clone();
        bill.0.remove(product);
        self.amended(product, (self.plan.without(product), bill), word)
    }

    /// The same with another sealed release of one member, once boarding is closed.
    ///
    /// # Errors
    /// When nobody says why, it is no member, the release is not sealed, or boarding is open: then the plan is changed.
    pub fn replaced(&self, product: &Name, line: Line, word: Word) -> Result<Self, TrainError> {
        let mut plan = self.plan.clone();
        let members = plan.members.iter_mut();
        for member in members.filter(|it| it.product == *product) {
            member.release = Some(line.release.clone());
        }
        let Some(edition) = self.bill() else {
            let (event, state) = (TrainEvent::Amended.word(), self.status.word());
            return Err(TrainIllegal { event, state }.into());
        };
        if edition.bill.line(product) == Some(&line) {
            let (product, release) = (product.clone(), line.release);
            return Err(TrainError::Same { product, release });
        }
        let mut bill = edition.bill.clone();
        bill.0.insert(product.clone(), Some(line));
        self.amended(product, (plan, bill), word)
    }

    fn amended(
        &self,
        product: &Name,
        (plan, bill): (TrainPlan, Bill),
        word: Word,
    ) -> Result<Self, TrainError> {
        let Some(member) = self.plan.member(product) else {
            return Err(TrainError::NotMember(product.clone()));
        };
        if word.reason.trim().is_empty() {
            return Err(TrainError::NoReason);
        }
        plan.check()?;
        let mut train = self.clone();
        let replaced_by = plan.member(product).and_then(|it| it.release.clone());
        train.plan = plan;
        let edition = match &self.status {
            TrainStatus::Planned { .. } => None,
            TrainStatus::Closed { .. }
            | TrainStatus::UnderWay { .. }
            | TrainStatus::RolledBack { .. }
            | TrainStatus::Failed { .. }
            | TrainStatus::Arrived { .. }
            | TrainStatus::Cancelled { .. } => {
                train.apply(&TrainEvent::Amended, word.at)?;
                if word.by.is_some() {
                    train.goes_for.clone_from(&word.by);
                }
                Some(train.fix(bill, word.at)?)
            }
        };
        train.amendments.push(Amendment {
            product: product.clone(),
            release: member.release.clone(),
            replaced_by,
            edition,
            word,
        });
        Ok(train)
    }

    /// Makes the next edition of the bill; the plan then names the releases that go.
    fn fix(&mut self, bill: Bill, at: Timestamp) -> Result<Edition, TrainError> {
        for member in &mut self.plan.members {
            let product = &member.product;
            let line = bill.line(product);
            let line = line.ok_or_else(|| TrainError::NotMade(product.clone()))?;
            let (product, brought) = (product.clone(), line.release.clone());
            if line.hash.is_none() {
                let release = brought;
                return Err(TrainError::Draft { product, release });
            }
            match &member.release {
                Some(planned) if *planned != brought => {
                    let planned = planned.clone();
                    return Err(TrainError::OtherRelease {
                        product,
                        planned,
                        brought,
                    });
                }
                Some(_) | None => member.release = Some(brought),
            }
        }
        let stranger = bill.0.keys().find(|it| self.plan.member(it).is_none());
        if let Some(stranger) = stranger {
            return Err(TrainError::NotMember(stranger.clone()));
        }
        acyclic(&self.plan, &bill)?;
        let last = self.bill().map_or(0, |it| it.edition.0);
        let edition = Edition(last + 1);
        self.editions.push(BillEdition { edition, bill, at });
        Ok(edition)
    }
}

#[cfg(test)]
mod tests;
