//! How badly a component is touched.

use crate::range::Misfit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How badly a component is touched; the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harm {
    /// What it needs still serves.
    Fits,
    /// It does without for that time.
    DoesWithout,
    /// Nobody can say whether it still serves.
    NotKnown,
    /// What it needs is not there for a while.
    Interrupted,
    /// What it needs does not serve any more.
    Breaks(Breach),
}

/// Why something does not serve any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breach {
    /// It becomes a pre-release, which the range does not name.
    PreRelease,
    /// It becomes a version outside of the range.
    Outside,
    /// It is not there any more.
    Gone,
}

impl Harm {
    /// What a range that does not hold comes to.
    pub(super) const fn of(misfit: Misfit) -> Self {
        match misfit {
            Misfit::PreRelease => Self::Breaks(Breach::PreRelease),
            Misfit::Outside => Self::Breaks(Breach::Outside),
            Misfit::NotSemantic => Self::NotKnown,
        }
    }

    /// As people and programs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::DoesWithout => "does without",
            Self::NotKnown => "not known",
            Self::Interrupted => "interrupted",
            Self::Breaks(_) => "breaks",
        }
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fits => "fits",
            Self::DoesWithout => "does without",
            Self::NotKnown => "not known whether it fits",
            Self::Interrupted => "interrupted for a while",
            Self::Breaks(Breach::PreRelease) => "breaks: it becomes a pre-release",
            Self::Breaks(Breach::Outside) => "breaks: it leaves the range",
            Self::Breaks(Breach::Gone) => "breaks: it is not there any more",
        })
    }
}
