//! What somebody may see of a review now.

use super::{Review, Stage};
use crate::{id::GroupId, name::Name};
use std::collections::BTreeMap;

/// What somebody may see of a review now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The review, without what others wrote silently and voted for.
    pub review: Review,
    /// How many notes there are in all.
    pub notes: usize,
    /// How many wrote one, or voted while that is what they do.
    pub took_part: usize,
    /// What each group got, those first that got most; nothing while people vote.
    pub tally: Vec<(GroupId, u64)>,
}

impl Review {
    /// What somebody may see of it now: while notes are written only their own, and of votes only their own, ever.
    pub fn seen_by(&self, person: &Name) -> Seen {
        let mut review = self.clone();
        review.votes.retain(|by, _| by == person);
        let is_silent = self.stage == Stage::Writing;
        if is_silent {
            review.notes.retain(|note| note.by == *person);
        }
        let mut tally = BTreeMap::new();
        if self.stage != Stage::Voting {
            for group in &self.groups {
                tally.insert(group.id, self.votes_for(group.id));
            }
        }
        let mut tally: Vec<(GroupId, u64)> = tally.into_iter().collect();
        tally.sort_by_key(|(group, votes)| (std::cmp::Reverse(*votes), *group));
        let wrote = self.participants.iter();
        let took_part = match self.stage {
            Stage::Voting => self
                .votes
                .values()
                .filter(|given| !given.is_empty())
                .count(),
            Stage::Writing | Stage::Grouping | Stage::Discussing | Stage::Closed { .. } => wrote
                .filter(|person| self.notes.iter().any(|note| note.by == **person))
                .count(),
        };
        Seen {
            review,
            notes: self.notes.len(),
            took_part,
            tally,
        }
    }
}
