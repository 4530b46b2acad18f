//! A runbook as people write it: who is there, what may go wrong, and the steps.

use super::{RunbookError, Step};
use crate::{calendar::Zone, canonical, digest::Digest, name::Name, planning::Party};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A deployment plan or a backout plan: steps of people and of the engine on one timeline.
///
/// ```yaml
/// way: forward
/// title: Shop 1.4.0 to live
/// time_zone: Europe/Amsterdam
/// contacts: [{name: Ada, about: the database, reached: extension 7}]
/// risks: [{name: slow, what: The migration takes hours., likelihood: rare, impact: major, answer: We go back.}]
/// deviations: {text: Stop and call., decides: team:ops}
/// steps:
///   - {name: prepare, takes: 2m, automatic: prepare}
///   - {name: call, owner: team:support, takes: 5m, before: job-web-migrate, question: Do they know?, evidence: true}
///   - {name: go, owner: ada, takes: 5m, needs: [call], before: the point of no return, decision: 21:40, otherwise: roll-back}
///   - {name: job-web-migrate, takes: 5m, needs: [prepare], automatic: job web/migrate, reversible: no}
///   - {name: wave-1, takes: 1m, needs: [job-web-migrate], automatic: wave 1}
///   - {name: success, takes: 1s, needs: [wave-1], automatic: success}
///   - {name: tell, owner: ada, needs: [success], message: it-is-live}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runbook {
    /// Which of both it is.
    pub way: Way,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whose local time; UTC unless set.
    #[serde(default)]
    pub time_zone: Zone,
    /// Whom one asks about what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What may go wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// What is done when something does not go as it is written here.
    #[serde(default, skip_serializing_if = "Deviations::is_empty")]
    pub deviations: Deviations,
    /// In the order in which people read them. When each has its turn follows from what it needs and stands before.
    pub steps: Vec<Step>,
}

/// Whether a runbook leads forward or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is a deployment plan.
    Forward,
    /// It is a backout plan.
    Back,
}

/// Whom one asks about something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Who, as people call them. Unique among the contacts.
    pub name: String,
    /// For what.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// How they are reached.
    pub reached: String,
}

/// What may go wrong, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// Unique among the risks.
    pub name: Name,
    /// What may happen.
    pub what: String,
    /// How probable it is.
    pub likelihood: Likelihood,
    /// How bad it would be.
    pub impact: Impact,
    /// What is done about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

/// How probable something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Nobody expects it.
    Rare,
    /// It may well happen.
    Possible,
    /// One should count on it.
    Likely,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Hardly anybody notices.
    Minor,
    /// Customers notice.
    Major,
    /// Customers are harmed, or something is lost.
    Severe,
}

/// What is done when something does not go as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviations {
    /// How they are handled.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Who decides about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<Party>,
}

impl Deviations {
    /// Whether nothing is said.
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty() && self.decides.is_none()
    }
}

impl Runbook {
    /// What an approval of it is bound to.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }

    /// A step by its name.
    pub fn step(&self, name: &Name) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == *name)
    }

    /// A step by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn find(&self, name: &Name) -> Result<&Step, RunbookError> {
        let found = self.step(name);
        found.ok_or_else(|| RunbookError::NoStep(name.clone()))
    }
}

impl Way {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Back => "back",
        }
    }

    /// The way of that word.
    pub fn of(word: &str) -> Option<Self> {
        let mut both = [Self::Forward, Self::Back].into_iter();
        both.find(|way| way.word() == word)
    }

    /// As people call a runbook of it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Forward => "deployment plan",
            Self::Back => "backout plan",
        }
    }
}

impl fmt::Display for Likelihood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rare => "rare",
            Self::Possible => "possible",
            Self::Likely => "likely",
        })
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Severe => "severe",
        })
    }
}
