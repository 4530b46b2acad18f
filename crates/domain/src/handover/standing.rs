//! How a handover stands: what people left, against what is there now.

use super::{Bound, Handover, Seen, Status};
use crate::name::{Name, listed};

/// How a handover stands. It is computed and never kept: what was offered may be something else by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Items are to be done, or it can be offered.
    Open {
        /// The items that it is not offered without.
        lacks: Vec<Name>,
    },
    /// It waits for those who take it.
    Offered,
    /// They have exactly what is there.
    Accepted,
    /// What was offered, or even accepted, is not what is there: it has to be offered again.
    Stale {
        /// Whether it was accepted.
        was_accepted: bool,
        /// What is not as it was, in words.
        changes: Vec<String>,
        /// The items that it is not offered without.
        lacks: Vec<Name>,
    },
    /// They did not take it as it was.
    Rejected {
        /// The items that it is not offered without.
        lacks: Vec<Name>,
    },
    /// It was called off.
    Withdrawn,
}

impl Handover {
    /// How it stands.
    pub fn standing(&self, seen: &Seen) -> Standing {
        let lacks = || self.lacks(seen).map(|it| it.name.clone()).collect();
        let changes = self.changes(seen);
        match &self.status {
            Status::Open => Standing::Open { lacks: lacks() },
            Status::Rejected { .. } => Standing::Rejected { lacks: lacks() },
            Status::Withdrawn { .. } => Standing::Withdrawn,
            Status::Offered { .. } | Status::Accepted { .. } if !changes.is_empty() => {
                Standing::Stale {
                    was_accepted: matches!(self.status, Status::Accepted { .. }),
                    changes,
                    lacks: lacks(),
                }
            }
            Status::Offered { .. } => Standing::Offered,
            Status::Accepted { .. } => Standing::Accepted,
        }
    }

    /// Whether those who take it have exactly what is there now.
    pub fn is_accepted(&self, seen: &Seen) -> bool {
        self.standing(seen) == Standing::Accepted
    }

    /// Whether what was offered is not what is there.
    pub(super) fn is_stale(&self, seen: &Seen) -> bool {
        !self.changes(seen).is_empty()
    }

    fn changes(&self, seen: &Seen) -> Vec<String> {
        let offer = self.status.offer();
        let changes = offer.map(|offer| offer.bound.changes(&Bound::of(self, seen)));
        changes.unwrap_or_default()
    }

    /// How it stands, in a sentence.
    pub fn sentence(&self, seen: &Seen) -> String {
        let takes = &self.takes;
        match (self.standing(seen), &self.status) {
            (Standing::Open { lacks }, _) if lacks.is_empty() => {
                format!("Nothing is missing: it can be offered to {takes}.")
            }
            (Standing::Open { lacks }, _) => format!("It lacks {}.", listed(&lacks)),
            (Standing::Offered, _) => format!("It waits for {takes} to accept it."),
            (Standing::Accepted, Status::Accepted { acceptance, .. }) => {
                format!("{} accepted it for {takes}.", acceptance.by)
            }
            (Standing::Accepted, _) => format!("It is accepted by {takes}."),
            (
                Standing::Stale {
                    was_accepted,
                    changes,
                    ..
                },
                _,
            ) => {
                let was = if was_accepted { "accepted" } else { "offered" };
                format!(
                    "What was {was} is not what is there any more ({} changed): it has to be offered again.",
                    changes.join(", ")
                )
            }
            (Standing::Rejected { .. }, Status::Rejected { rejection }) => {
                format!("{} rejected it: {}", rejection.by, rejection.reason)
            }
            (Standing::Rejected { .. }, _) => format!("It is rejected by {takes}."),
            (Standing::Withdrawn, Status::Withdrawn { by, reason, .. }) => {
                format!("{by} withdrew it: {reason}")
            }
            (Standing::Withdrawn, _) => "It is withdrawn.".to_owned(),
        }
    }
}

impl Standing {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Stale { .. } => "stale",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it can be offered now.
    pub const fn may_be_offered(&self) -> bool {
        match self {
            Self::Open { lacks } | Self::Rejected { lacks } | Self::Stale { lacks, .. } => {
                lacks.is_empty()
            }
            Self::Offered | Self::Accepted | Self::Withdrawn => false,
        }
    }
}
