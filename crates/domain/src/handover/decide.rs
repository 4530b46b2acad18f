//! What people do with a handover: whether they may now, and what happens then.

use super::{
    Acceptance, Bound, Handover, HandoverEvent, ItemDeed, ItemState, Offer, RejectedItem,
    Rejection, Seen, Standing, Status, Wants,
};
use crate::{
    access::Level,
    digest::Digest,
    id::PersonId,
    name::{Name, listed},
    planning::Party,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Somebody who offers, accepts or rejects, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taker {
    /// Their account's name.
    pub name: Name,
    /// The human being behind it.
    pub human: PersonId,
    /// Their teams.
    pub teams: BTreeSet<Name>,
    /// Their roles.
    pub roles: BTreeSet<Name>,
    /// How far they answer for the product.
    pub level: Option<Level>,
}

/// Why somebody cannot do something with a handover.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoverError {
    /// Items are missing.
    #[error("it is not offered without {}", listed(.0))]
    Lacks(Vec<Name>),
    /// It is not the time for that.
    #[error("the handover is {0}")]
    State(&'static str),
    /// It has no such item.
    #[error("the handover has no item `{0}`")]
    NoItem(Name),
    /// It is seen on record; nobody says so.
    #[error("item `{name}` is done once it is on record: {remedy}")]
    Seen {
        /// Which item.
        name: Name,
        /// What helps.
        remedy: String,
    },
    /// It wants to know where it is.
    #[error("item `{0}` wants a link")]
    NoLink(Name),
    /// Nothing is said.
    #[error("say why")]
    NoReason,
    /// It cannot be left out.
    #[error("item `{0}` is required")]
    Required(Name),
    /// It is in that state already.
    #[error("item `{0}` is {1} already")]
    ItemState(Name, &'static str),
    /// Nobody accepts what they offered, under any account.
    #[error("{by} offered it: somebody else has to accept it")]
    OwnOffer {
        /// The name that they offered it under.
        by: Name,
    },
    /// They are not of those who take it.
    #[error("it is for {0} to accept or reject")]
    NotTheirs(String),
    /// What they read is not what is there.
    #[error("what was offered changed: {}", .0.join(", "))]
    Changed(Vec<String>),
    /// What they say they read was never offered.
    #[error("what was read is not what is offered now")]
    NotRead,
}

impl Handover {
    /// Asks those who take it to accept exactly what is there.
    ///
    /// # Errors
    /// When items are missing, or it is offered already.
    pub fn offered(
        &self,
        seen: &Seen,
        by: &Taker,
        (at, note): (Timestamp, String),
    ) -> Result<HandoverEvent, HandoverError> {
        match self.standing(seen) {
            Standing::Open { lacks }
            | Standing::Rejected { lacks }
            | Standing::Stale { lacks, .. }
                if !lacks.is_empty() =>
            {
                Err(HandoverError::Lacks(lacks))
            }
            Standing::Open { .. } | Standing::Rejected { .. } | Standing::Stale { .. } => {
                Ok(HandoverEvent::Offered(Box::new(Offer {
                    bound: Bound::of(self, seen),
                    by: by.name.clone(),
                    human: by.human,
                    at,
                    note,
                })))
            }
            other @ (Standing::Offered | Standing::Accepted | Standing::Withdrawn) => {
                Err(HandoverError::State(other.word()))
            }
        }
    }

    /// The word of somebody of those who take it that they have what has the hash `read`.
    ///
    /// # Errors
    /// When it is not offered, or not theirs, or they offered it, or it is not what they read.
    pub fn accepted(
        &self,
        seen: &Seen,
        by: &Taker,
        (read, at, note): (Digest, Timestamp, String),
    ) -> Result<HandoverEvent, HandoverError> {
        let offer = self.waiting()?;
        self.check_taker(by)?;
        if offer.human == by.human {
            let by = offer.by.clone();
            return Err(HandoverError::OwnOffer { by });
        }
        let now = Bound::of(self, seen);
        let changes = offer.bound.changes(&now);
        match (changes.is_empty(), now.hash() == read) {
            (false, _) => Err(HandoverError::Changed(changes)),
            (true, false) => Err(HandoverError::NotRead),
            (true, true) => Ok(HandoverEvent::Accepted(Acceptance {
                hash: read,
                by: by.name.clone(),
                human: by.human,
                at,
                note,
            })),
        }
    }

    /// The word of somebody of those who take it that they do not take it as it is: why, and because of which items.
    ///
    /// # Errors
    /// When it is not offered, or not theirs, or nothing is said.
    pub fn rejected(
        &self,
        by: &Taker,
        (reason, items): (String, Vec<RejectedItem>),
        at: Timestamp,
    ) -> Result<HandoverEvent, HandoverError> {
        self.waiting()?;
        self.check_taker(by)?;
        if reason.is_empty() || items.iter().any(|it| it.reason.is_empty()) {
            return Err(HandoverError::NoReason);
        }
        if let Some(missing) = items.iter().find(|it| self.item(&it.name).is_none()) {
            return Err(HandoverError::NoItem(missing.name.clone()));
        }
        Ok(HandoverEvent::Rejected(Rejection {
            by: by.name.clone(),
            at,
            reason,
            items,
        }))
    }

    /// What somebody says of an item.
    ///
    /// # Errors
    /// When there is none, it is seen and not said, it is required, or it is so already.
    pub fn said(
        &self,
        name: &Name,
        deed: ItemDeed,
        seen: &Seen,
    ) -> Result<HandoverEvent, HandoverError> {
        let item = self
            .item(name)
            .ok_or_else(|| HandoverError::NoItem(name.clone()))?;
        let already = |word| HandoverError::ItemState(name.clone(), word);
        match (&item.state, &deed) {
            (ItemState::Open | ItemState::Rejected { .. }, ItemDeed::Reopened) => {
                Err(already("open"))
            }
            (ItemState::Done { .. }, ItemDeed::Done(..)) => Err(already("done")),
            (ItemState::NotApplicable { .. }, ItemDeed::Skipped(_)) => {
                Err(already("not applicable"))
            }
            (_, ItemDeed::Skipped(_)) if item.required => {
                Err(HandoverError::Required(name.clone()))
            }
            (_, ItemDeed::Skipped(reason)) if reason.is_empty() => Err(HandoverError::NoReason),
            (state, ItemDeed::Done(..)) if item.wants.is_seen() => {
                // Who was told that it does not do may answer that it does.
                let answers = matches!(state, ItemState::Rejected { .. });
                match answers && item.seen((&self.sheet, seen)).is_some() {
                    true => Ok(HandoverEvent::Item(name.clone(), deed)),
                    false => Err(HandoverError::Seen {
                        name: name.clone(),
                        remedy: item.wants.remedy(),
                    }),
                }
            }
            (_, ItemDeed::Done(_, None)) if item.wants == Wants::Link => {
                Err(HandoverError::NoLink(name.clone()))
            }
            (
                ItemState::Open
                | ItemState::Done { .. }
                | ItemState::NotApplicable { .. }
                | ItemState::Rejected { .. },
                ItemDeed::Done(..) | ItemDeed::Skipped(_) | ItemDeed::Reopened,
            ) => Ok(HandoverEvent::Item(name.clone(), deed)),
        }
    }

    /// Whether somebody is of those who accept or reject it.
    pub fn is_taken_by(&self, by: &Taker) -> bool {
        self.check_taker(by).is_ok()
    }

    fn waiting(&self) -> Result<&Offer, HandoverError> {
        match &self.status {
            Status::Offered { offer } => Ok(offer),
            other @ (Status::Open
            | Status::Accepted { .. }
            | Status::Rejected { .. }
            | Status::Withdrawn { .. }) => Err(HandoverError::State(other.word())),
        }
    }

    fn check_taker(&self, by: &Taker) -> Result<(), HandoverError> {
        let is_of_them = match &self.takes {
            Party::Person(name) => *name == by.name,
            Party::Team(team) => by.teams.contains(team),
        };
        let asks = &self.accepts;
        let is_fit = asks.team.as_ref().is_none_or(|it| by.teams.contains(it))
            && asks.role.as_ref().is_none_or(|it| by.roles.contains(it))
            && asks.level.is_none_or(|it| by.level >= Some(it));
        match is_of_them && is_fit {
            true => Ok(()),
            false => Err(HandoverError::NotTheirs(self.takers())),
        }
    }

    /// Who accepts or rejects it, in words.
    pub fn takers(&self) -> String {
        let asks = &self.accepts;
        let team = asks.team.as_ref().map(|it| format!("team {it}"));
        let role = asks.role.as_ref().map(|it| format!("role {it}"));
        let level = asks
            .level
            .map(|it| format!("level {} or above", it.number()));
        let more: Vec<String> = [team, role, level].into_iter().flatten().collect();
        match more.is_empty() {
            true => self.takes.to_string(),
            false => format!("{} with {}", self.takes, more.join(" and ")),
        }
    }
}
