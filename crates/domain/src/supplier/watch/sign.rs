//! What follows from what a probe answered.

use super::{Known, Silence};
use crate::supplier::probe::Sighting;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Something that somebody is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// It is known for the first time what runs. That is no change.
    First {
        /// What.
        seen: Sighting,
        /// When it was seen first.
        at: Timestamp,
    },
    /// The supplier deployed something.
    Changed(Change),
    /// It answers different things in turn: several instances, or a canary.
    Wavers {
        /// What.
        among: BTreeSet<Sighting>,
    },
    /// It does not waver any more, and nothing was changed.
    Steady {
        /// What it answers.
        seen: Sighting,
    },
    /// It says nothing any more, several times in a row.
    Silent {
        /// How.
        silence: Silence,
        /// What it ran when it was seen last.
        known: Option<Known>,
    },
    /// It says something again.
    Answers {
        /// Since when it did not.
        since: Timestamp,
        /// When it did again.
        at: Timestamp,
    },
}

/// A deployment of a supplier's, as far as it can be told from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What ran before.
    pub from: Sighting,
    /// What runs now.
    pub to: Sighting,
    /// When the old one was seen last.
    pub after: Timestamp,
    /// When the new one was seen first.
    pub by: Timestamp,
    /// Whether the version is an earlier one.
    pub is_back: bool,
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First { seen, at } => write!(f, "it runs {seen}, as first seen at {at}"),
            Self::Changed(change) => change.fmt(f),
            Self::Wavers { among } => {
                let among: Vec<String> = among.iter().map(ToString::to_string).collect();
                let among = among.join(" and ");
                write!(
                    f,
                    "it answers {among} in turn: several instances, or a canary. Nothing counts as changed"
                )
            }
            Self::Steady { seen } => write!(f, "it answers {seen} every time again"),
            Self::Silent { silence, known } => {
                let Silence {
                    since,
                    times,
                    fault,
                } = silence;
                write!(f, "not known since {since}, after {times} tries: {fault}")?;
                known.as_ref().map_or(Ok(()), |known| {
                    write!(f, ". At {} it ran {}", known.last, known.seen)
                })
            }
            Self::Answers { since, at } => {
                write!(
                    f,
                    "it says what it runs again since {at}, which it did not from {since} on"
                )
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from,
            to,
            after,
            by,
            is_back,
        } = self;
        let back = if *is_back {
            ", which is an earlier version"
        } else {
            ""
        };
        write!(f, "changed from {from} to {to}{back}")?;
        match after == by {
            true => write!(f, " at {by}"),
            false => write!(f, ", between {after} and {by}"),
        }
    }
}
