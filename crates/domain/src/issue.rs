//! Issues: what is wrong with a release or a deployment, raised by anybody, owned by somebody, and resolved in words.
//!
//! An issue is a record with its past: [`Issue::after`] is the only place where it changes, and every change stays readable.

#[cfg(test)]
mod tests;

use crate::{
    control::Severity,
    id::{DeploymentId, IssueId},
    name::Name,
    planning::Party,
    text::{Line, Paragraphs},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How often one issue changes at most: what goes on longer is another one.
const PAST_MAX: usize = 500;

/// Something that is wrong with a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number.
    pub id: IssueId,
    /// The product.
    pub product: Name,
    /// The release.
    pub version: Version,
    /// The deployment in which it showed, if it showed in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// In a line.
    pub title: Line,
    /// What happens, and how to see it.
    pub description: Paragraphs,
    /// How bad it is.
    pub severity: Severity,
    /// How bad it was held to be when it was raised.
    pub raised_as: Severity,
    /// Whom it falls to.
    pub owner: Party,
    /// Who raised it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: IssueState,
    /// What became of it since, the oldest first.
    pub past: Vec<Happened>,
}

/// How far an issue is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum IssueState {
    /// Nobody is at it.
    Open,
    /// Somebody is.
    Started {
        /// Who.
        by: Name,
        /// Since when.
        at: Timestamp,
    },
    /// It is no more.
    Resolved {
        /// Who says so.
        by: Name,
        /// When.
        at: Timestamp,
        /// What was done.
        resolution: Paragraphs,
    },
    /// It is lived with, or it is none.
    Dismissed {
        /// Who says so.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: Paragraphs,
    },
}

/// What happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Who did it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: IssueEvent,
}

/// What can happen to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "said")]
pub enum IssueEvent {
    /// Somebody is at it.
    Started,
    /// It falls to somebody else.
    Assigned(Party),
    /// It is better or worse than was thought.
    Rated(Severity),
    /// It is no more; what was done.
    Resolved(Paragraphs),
    /// It is lived with, or it is none; why.
    Dismissed(Paragraphs),
    /// It is there after all, or again; what shows it.
    Reopened(Paragraphs),
}

/// Why something cannot happen to an issue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// It is in another state.
    #[error("issue {0} is {1}")]
    State(IssueId, &'static str),
    /// It is like that already.
    #[error("issue {0} is that already")]
    Same(IssueId),
    /// Whoever asks later reads that.
    #[error("say of issue {0} {1}")]
    Unsaid(IssueId, &'static str),
    /// It changed too often.
    #[error("issue {0} changed {PAST_MAX} times")]
    Full(IssueId),
}

impl Issue {
    /// The issue after something that `by` did at `at`.
    ///
    /// # Errors
    /// When that cannot happen in the state that it is in, or is not said why.
    pub fn after(mut self, what: IssueEvent, by: &Name, at: Timestamp) -> Result<Self, IssueError> {
        if self.past.len() >= PAST_MAX {
            return Err(IssueError::Full(self.id));
        }
        if let Some(missing) = what.unsaid() {
            return Err(IssueError::Unsaid(self.id, missing));
        }
        let same = match &what {
            IssueEvent::Assigned(owner) => *owner == self.owner,
            IssueEvent::Rated(severity) => *severity == self.severity,
            IssueEvent::Started
            | IssueEvent::Resolved(_)
            | IssueEvent::Dismissed(_)
            | IssueEvent::Reopened(_) => false,
        };
        if same {
            return Err(IssueError::Same(self.id));
        }
        self.state = self
            .state
            .after(&what, (by, at))
            .ok_or_else(|| IssueError::State(self.id, self.state.word()))?;
        match &what {
            IssueEvent::Assigned(owner) => self.owner = owner.clone(),
            IssueEvent::Rated(severity) => self.severity = *severity,
            IssueEvent::Started
            | IssueEvent::Resolved(_)
            | IssueEvent::Dismissed(_)
            | IssueEvent::Reopened(_) => {}
        }
        let by = by.clone();
        self.past.push(Happened { by, at, what });
        Ok(self)
    }

    /// Whether it was there at a time, as was known then: a reopened issue was there all the while.
    pub fn was_open(&self, at: Timestamp) -> bool {
        let before = self.past.iter().take_while(|it| it.at <= at);
        let is_open = before.fold(true, |open, it| it.what.opens().unwrap_or(open));
        self.at <= at && is_open
    }

    /// How bad it was held to be at a time.
    pub fn severity_at(&self, at: Timestamp) -> Severity {
        let rated = |it: &Happened| match it.what {
            IssueEvent::Rated(severity) => Some(severity),
            IssueEvent::Started
            | IssueEvent::Assigned(_)
            | IssueEvent::Resolved(_)
            | IssueEvent::Dismissed(_)
            | IssueEvent::Reopened(_) => None,
        };
        let before = self.past.iter().take_while(|it| it.at <= at);
        before.filter_map(rated).last().unwrap_or(self.raised_as)
    }
}

impl IssueState {
    /// The state after something; none if that cannot happen.
    fn after(&self, what: &IssueEvent, (by, at): (&Name, Timestamp)) -> Option<Self> {
        use IssueState::{Dismissed, Open, Resolved, Started};
        let by = by.clone();
        match (self, what) {
            (Open, IssueEvent::Started) => Some(Started { by, at }),
            // Who is at it is not at what falls to others.
            (Open | Started { .. }, IssueEvent::Assigned(_)) => Some(Open),
            (Open | Started { .. }, IssueEvent::Rated(_)) => Some(self.clone()),
            (Open | Started { .. }, IssueEvent::Resolved(resolution)) => Some(Resolved {
                by,
                at,
                resolution: resolution.clone(),
            }),
            (Open | Started { .. }, IssueEvent::Dismissed(reason)) => Some(Dismissed {
                by,
                at,
                reason: reason.clone(),
            }),
            (Resolved { .. } | Dismissed { .. }, IssueEvent::Reopened(_)) => Some(Open),
            (Started { .. }, IssueEvent::Started)
            | (Open | Started { .. }, IssueEvent::Reopened(_))
            | (
                Resolved { .. } | Dismissed { .. },
                IssueEvent::Started
                | IssueEvent::Assigned(_)
                | IssueEvent::Rated(_)
                | IssueEvent::Resolved(_)
                | IssueEvent::Dismissed(_),
            ) => None,
        }
    }

    /// Whether somebody has to see to it.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Open | Self::Started { .. } => true,
            Self::Resolved { .. } | Self::Dismissed { .. } => false,
        }
    }

    /// Who is at it, if anybody.
    pub const fn at_it(&self) -> Option<&Name> {
        match self {
            Self::Started { by, .. } => Some(by),
            Self::Open | Self::Resolved { .. } | Self::Dismissed { .. } => None,
        }
    }

    /// When it was over, if it is.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Open | Self::Started { .. } => None,
            Self::Resolved { at, .. } | Self::Dismissed { at, .. } => Some(*at),
        }
    }

    /// The word for people and programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Started { .. } => "started",
            Self::Resolved { .. } => "resolved",
            Self::Dismissed { .. } => "dismissed",
        }
    }
}

impl fmt::Display for IssueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Started { by, .. } => write!(f, "{by} is at it"),
            Self::Resolved { by, resolution, .. } => write!(f, "resolved by {by}: {resolution}"),
            Self::Dismissed { by, reason, .. } => write!(f, "dismissed by {by}: {reason}"),
        }
    }
}

impl IssueEvent {
    /// What has to be said with it and is not.
    fn unsaid(&self) -> Option<&'static str> {
        match self {
            Self::Resolved(said) if said.is_empty() => Some("what was done about it"),
            Self::Dismissed(said) if said.is_empty() => Some("why it is none, or is lived with"),
            Self::Reopened(said) if said.is_empty() => Some("what shows that it is still there"),
            Self::Started
            | Self::Assigned(_)
            | Self::Rated(_)
            | Self::Resolved(_)
            | Self::Dismissed(_)
            | Self::Reopened(_) => None,
        }
    }

    /// Whether it is there after that; none if that says nothing of it.
    const fn opens(&self) -> Option<bool> {
        match self {
            Self::Resolved(_) | Self::Dismissed(_) => Some(false),
            Self::Reopened(_) => Some(true),
            Self::Started | Self::Assigned(_) | Self::Rated(_) => None,
        }
    }

    /// As the journal names it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Started => "issue.started",
            Self::Assigned(_) => "issue.assigned",
            Self::Rated(_) => "issue.rated",
            Self::Resolved(_) => "issue.resolved",
            Self::Dismissed(_) => "issue.dismissed",
            Self::Reopened(_) => "issue.reopened",
        }
    }

    /// As a person would tell it, after a name: `resolved it: the cache was cold`.
    pub fn told(&self) -> String {
        match self {
            Self::Started => "is at it".to_owned(),
            Self::Assigned(owner) => format!("gave it to {owner}"),
            Self::Rated(severity) => format!("called it {severity}"),
            Self::Resolved(said) => format!("resolved it: {said}"),
            Self::Dismissed(said) => format!("dismissed it: {said}"),
            Self::Reopened(said) => format!("reopened it: {said}"),
        }
    }
}
