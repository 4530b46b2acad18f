//! What a release has ready before it needs it: messages, the people's part of its runbooks, and its review.

use super::{Due, Party};
use crate::{
    communication::Schedule,
    name::Name,
    runbook::{Outline, Way},
};
use serde::{Deserialize, Serialize};

/// A message that is written ahead, from a message template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedMessage {
    /// Unique among the plan's messages.
    pub name: Name,
    /// The template that it begins with.
    pub template: Name,
    /// What it waits for; what the template says, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Schedule>,
    /// Whom it is for; whom the template says, unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Name>,
}

/// What people do around the release's deployments to one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRunbooks {
    /// Where to. Unique among the plan's runbooks.
    pub environment: Name,
    /// What its deployment plan begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Outline>,
    /// What its backout plan begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Outline>,
}

/// When and by whom the release is looked back at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedReview {
    /// Who leads it.
    pub lead: Party,
    /// By when it is over.
    pub due: Due,
    /// Who takes part, besides those whom the record names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Name>,
}

impl PlannedRunbooks {
    /// What the runbook of that way begins with.
    pub const fn outline(&self, way: Way) -> Option<&Outline> {
        match way {
            Way::Forward => self.forward.as_ref(),
            Way::Back => self.back.as_ref(),
        }
    }

    /// Takes over what another one says, which has the last word of each way.
    pub(super) fn take_over(&mut self, other: &Self) {
        for (own, other) in [
            (&mut self.forward, &other.forward),
            (&mut self.back, &other.back),
        ] {
            if other.is_some() {
                own.clone_from(other);
            }
        }
    }

    /// The ways for which there is something, with it.
    pub fn outlines(&self) -> impl Iterator<Item = (Way, &Outline)> {
        let both = [Way::Forward, Way::Back].into_iter();
        both.filter_map(|way| Some((way, self.outline(way)?)))
    }
}
