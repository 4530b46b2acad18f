//! One term of a score.

use serde::{Deserialize, Serialize};

/// Something that makes a deployment larger or riskier, or less so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it is about.
    pub kind: TermKind,
    /// How much it counts; below zero it lowers the score.
    pub points: i32,
    /// In words.
    pub told: String,
    /// What would lower it, where somebody can do something about it.
    pub remedy: Option<Remedy>,
}

/// What would lower a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// What to do.
    pub told: String,
    /// By how much it would lower it.
    pub lowers: u32,
}

/// What a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// How many commits it brings.
    Changes,
    /// How many of them say that they break something.
    Breaking,
    /// How many components are other ones.
    Components,
    /// How many contracts those provide or need.
    Contracts,
    /// Jobs that run once, such as schema migrations.
    Migrations,
    /// How many targets it reaches.
    Targets,
    /// How large it is.
    Size,
    /// Components that were never there.
    Novelty,
    /// How deployments of these components went.
    ComponentTrack,
    /// How the team's deployments went.
    TeamTrack,
    /// The day of the week and the hour.
    Time,
    /// Exceptions from controls.
    Waivers,
    /// Tasks that should be done by now.
    Overdue,
    /// Issues that are open and bad.
    Issues,
    /// What suppliers change close by.
    Suppliers,
    /// That it was rehearsed.
    Rehearsed,
    /// That going back was drilled.
    Drilled,
    /// That it runs in the environment before.
    Preceded,
}

impl TermKind {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Changes,
        Self::Breaking,
        Self::Components,
        Self::Contracts,
        Self::Migrations,
        Self::Targets,
        Self::Size,
        Self::Novelty,
        Self::ComponentTrack,
        Self::TeamTrack,
        Self::Time,
        Self::Waivers,
        Self::Overdue,
        Self::Issues,
        Self::Suppliers,
        Self::Rehearsed,
        Self::Drilled,
        Self::Preceded,
    ];

    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Breaking => "breaking",
            Self::Components => "components",
            Self::Contracts => "contracts",
            Self::Migrations => "migrations",
            Self::Targets => "targets",
            Self::Size => "size",
            Self::Novelty => "novelty",
            Self::ComponentTrack => "component_track",
            Self::TeamTrack => "team_track",
            Self::Time => "time",
            Self::Waivers => "waivers",
            Self::Overdue => "overdue",
            Self::Issues => "issues",
            Self::Suppliers => "suppliers",
            Self::Rehearsed => "rehearsed",
            Self::Drilled => "drilled",
            Self::Preceded => "preceded",
        }
    }
}

impl Term {
    pub(super) const fn new(kind: TermKind, points: i32, told: String) -> Self {
        Self {
            kind,
            points,
            told,
            remedy: None,
        }
    }

    pub(super) fn or_else(mut self, told: impl Into<String>, lowers: i32) -> Self {
        let lowers = u32::try_from(lowers).unwrap_or(0);
        self.remedy = (lowers > 0).then(|| Remedy {
            told: told.into(),
            lowers,
        });
        self
    }
}
