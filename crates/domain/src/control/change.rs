//! Change requests: the change-management record that a deployment runs under.

use crate::{
    id::{ChangeId, PersonId},
    name::Name,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number.
    pub id: ChangeId,
    /// Standard, normal or emergency.
    pub kind: ChangeKind,
    /// What changes.
    pub product: Name,
    /// Where.
    pub environment: Name,
    /// The only release; any of the product unless set.
    pub release: Option<Version>,
    /// In a sentence.
    pub title: String,
    /// In Markdown.
    pub description: String,
    /// How risky.
    pub risk: Risk,
    /// From when it may be carried out.
    pub starts: Option<Timestamp>,
    /// Until when.
    pub ends: Option<Timestamp>,
    /// Where more is written.
    pub links: Vec<String>,
    /// Who asks for it, and the human being behind that account.
    pub by: (Name, PersonId),
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: ChangeState,
}

/// Standard, normal or emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ChangeKind {
    /// By a template that was approved beforehand.
    Standard {
        /// Which.
        template: Name,
    },
    /// Approved before it is carried out.
    Normal,
    /// Approved by a second person, reviewed afterwards. It may pass the promotion order.
    Emergency,
}

/// How far a change request is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ChangeState {
    /// It waits for approval.
    Open,
    /// It may be carried out.
    Approved {
        /// By whom; nobody for a standard one.
        by: Option<Name>,
        /// When.
        at: Timestamp,
    },
    /// It must not be.
    TurnedDown {
        /// By whom.
        by: Name,
        /// In their words.
        note: String,
        /// When.
        at: Timestamp,
    },
    /// It is over, and was reviewed if that was due.
    Closed {
        /// By whom.
        by: Name,
        /// What the review found.
        review: String,
        /// When.
        at: Timestamp,
    },
}

/// How risky a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Hardly.
    Low,
    /// Somewhat.
    Medium,
    /// Very.
    High,
}

/// A change that is approved beforehand, as people write it in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeTemplate {
    /// Its name.
    pub name: Name,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// In Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// How risky.
    pub risk: Risk,
    /// The products that it is good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// The environments that it is good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Name>,
}

/// Why something cannot be done to a change request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is in another state.
    #[error("change request {0} is {1}")]
    State(ChangeId, &'static str),
    /// It is theirs, by whichever account.
    #[error(
        "whoever asks for a change does not decide on it, by no other account and no token either"
    )]
    Own,
    /// An emergency is reviewed before it is closed.
    #[error("an emergency change is closed with what its review found")]
    Unreviewed,
}

impl Change {
    /// Whether a deployment of `release` to that place may run under it at `now`.
    pub fn covers(
        &self,
        (product, environment): (&Name, &Name),
        release: &Version,
        now: Timestamp,
    ) -> bool {
        matches!(self.state, ChangeState::Approved { .. })
            && self.product == *product
            && self.environment == *environment
            && self.release.as_ref().is_none_or(|own| own == release)
            && self.starts.is_none_or(|starts| now >= starts)
            && self.ends.is_none_or(|ends| now < ends)
    }

    /// Approves it.
    ///
    /// # Errors
    /// When it is not open, or the human being behind `by` asked for it.
    pub fn approve(&mut self, by: &Name, human: PersonId, at: Timestamp) -> Result<(), Unfit> {
        self.is_open()?;
        if self.by.1 == human {
            return Err(Unfit::Own);
        }
        self.state = ChangeState::Approved {
            by: Some(by.clone()),
            at,
        };
        Ok(())
    }

    /// Turns it down. Whoever asked for it does not: an emergency of theirs would never be reviewed.
    ///
    /// # Errors
    /// When it is closed or turned down already, or the human being behind `by` asked for it.
    pub fn turn_down(
        &mut self,
        (by, human): (&Name, PersonId),
        note: &str,
        at: Timestamp,
    ) -> Result<(), Unfit> {
        match self.state {
            ChangeState::Open | ChangeState::Approved { .. } if self.by.1 == human => {
                Err(Unfit::Own)
            }
            ChangeState::Open | ChangeState::Approved { .. } => {
                self.state = ChangeState::TurnedDown {
                    by: by.clone(),
                    note: note.to_owned(),
                    at,
                };
                Ok(())
            }
            ChangeState::TurnedDown { .. } | ChangeState::Closed { .. } => Err(self.unfit()),
        }
    }

    /// Closes it, with what its review found.
    ///
    /// # Errors
    /// When it was not approved, or it was an emergency and nobody reviewed it.
    pub fn close(&mut self, by: &Name, review: &str, at: Timestamp) -> Result<(), Unfit> {
        if !matches!(self.state, ChangeState::Approved { .. }) {
            return Err(self.unfit());
        }
        if self.kind == ChangeKind::Emergency && review.trim().is_empty() {
            return Err(Unfit::Unreviewed);
        }
        self.state = ChangeState::Closed {
            by: by.clone(),
            review: review.to_owned(),
            at,
        };
        Ok(())
    }

    /// Whether its review is due: an emergency that was approved and is not closed.
    pub fn review_is_due(&self) -> bool {
        self.kind == ChangeKind::Emergency && matches!(self.state, ChangeState::Approved { .. })
    }

    fn is_open(&self) -> Result<(), Unfit> {
        if self.state == ChangeState::Open {
            Ok(())
        } else {
            Err(self.unfit())
        }
    }

    const fn unfit(&self) -> Unfit {
        Unfit::State(self.id, self.state.word())
    }
}

impl ChangeTemplate {
    /// Whether it is good for a place.
    pub fn is_good_for(&self, product: &Name, environment: &Name) -> bool {
        let among = |names: &[Name], name: &Name| names.is_empty() || names.contains(name);
        among(&self.products, product) && among(&self.environments, environment)
    }
}

impl ChangeKind {
    /// The word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Standard { .. } => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }
}

impl ChangeState {
    /// Who decided on it last; nobody on a standard one, and on none that is open.
    pub const fn by(&self) -> Option<&Name> {
        match self {
            Self::Open => None,
            Self::Approved { by, .. } => by.as_ref(),
            Self::TurnedDown { by, .. } | Self::Closed { by, .. } => Some(by),
        }
    }

    /// As people speak of it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved { .. } => "approved",
            Self::TurnedDown { .. } => "turned down",
            Self::Closed { .. } => "closed",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn human(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn change(kind: ChangeKind) -> Change {
        Change {
            id: ChangeId(1),
            kind,
            product: name("shop"),
            environment: name("live"),
            release: None,
            title: "A new till".to_owned(),
            description: String::new(),
            risk: Risk::Low,
            starts: Some(at(10)),
            ends: Some(at(20)),
            links: Vec::new(),
            by: (name("ada"), human(1)),
            at: at(0),
            state: ChangeState::Open,
        }
    }

    #[test]
    fn it_covers_its_place_while_it_is_approved_and_in_its_time() {
        let mut it = change(ChangeKind::Normal);
        let covers = |it: &Change, environment: &str, now| {
            let place = (&name("shop"), &name(environment));
            it.covers(place, &"1.0.0".parse().unwrap(), at(now))
        };
        assert!(!covers(&it, "live", 15));
        assert_eq!(
            it.approve(&name("ada-two"), human(1), at(5)),
            Err(Unfit::Own)
        );
        it.approve(&name("bob"), human(2), at(5)).unwrap();
        assert!(covers(&it, "live", 10));
        assert!(!covers(&it, "live", 9));
        assert!(!covers(&it, "live", 20));
        assert!(!covers(&it, "staging", 15));
        it.release = Some("2.0.0".parse().unwrap());
        assert!(!covers(&it, "live", 15));
        let again = it.approve(&name("bob"), human(2), at(5));
        assert_eq!(again, Err(Unfit::State(ChangeId(1), "approved")));
    }

    #[test]
    fn an_emergency_is_closed_by_its_review_only() {
        let mut it = change(ChangeKind::Emergency);
        assert!(it.close(&name("bob"), "fine", at(6)).is_err());
        it.approve(&name("bob"), human(2), at(5)).unwrap();
        assert!(it.review_is_due());
        assert_eq!(it.close(&name("bob"), " ", at(6)), Err(Unfit::Unreviewed));
        it.close(&name("bob"), "the till was down; a test was missing", at(6))
            .unwrap();
        assert!(!it.review_is_due());
        let again = it.turn_down((&name("bob"), human(2)), "no", at(7));
        assert_eq!(again, Err(Unfit::State(ChangeId(1), "closed")));
    }

    #[test]
    fn who_asks_for_a_change_decides_nothing_about_it() {
        let mut it = change(ChangeKind::Emergency);
        let second = name("ada-two");
        assert_eq!(it.approve(&second, human(1), at(5)), Err(Unfit::Own));
        let own = it.turn_down((&second, human(1)), "never mind", at(5));
        assert_eq!(own, Err(Unfit::Own));
        it.approve(&name("bob"), human(2), at(5)).unwrap();
        let own = it.turn_down((&second, human(1)), "never mind", at(6));
        assert_eq!(own, Err(Unfit::Own));
        assert!(it.review_is_due());
        it.turn_down((&name("bob"), human(2)), "not needed", at(6))
            .unwrap();
    }
}
