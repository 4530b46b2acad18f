//! What shows that an item of a handover is done.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What shows that an item is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Wants {
    /// Somebody says so, in words.
    #[default]
    Text,
    /// Somebody says so, and where it is.
    Link,
    /// Something that is on record; nobody says so.
    Fact(Fact),
    /// Something that is kept with the release, of this kind; nobody says so.
    Evidence(Name),
}

/// Something that is on record of a release or written in the sheet of its handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The release is sealed.
    Sealed,
    /// It has a deployment plan for the last environment of its path.
    DeploymentPlan,
    /// It has a backout plan for it.
    BackoutPlan,
    /// Monitors are in the sheet.
    Monitors,
    /// Contacts are in the sheet.
    Contacts,
    /// Known errors are in the sheet.
    KnownErrors,
    /// Who was taught is in the sheet.
    Taught,
    /// When it is announced is in the sheet.
    Announcement,
    /// Assets are in the sheet.
    Assets,
    /// What customers may see is in the sheet.
    Visible,
}

/// The text is no [`Wants`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing that an item can want: write text, link, evidence:KIND, or one of {facts}", facts = Fact::all())]
pub struct WantsError(String);

impl Fact {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Sealed,
        Self::DeploymentPlan,
        Self::BackoutPlan,
        Self::Monitors,
        Self::Contacts,
        Self::KnownErrors,
        Self::Taught,
        Self::Announcement,
        Self::Assets,
        Self::Visible,
    ];

    /// As files have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::DeploymentPlan => "deployment-plan",
            Self::BackoutPlan => "backout-plan",
            Self::Monitors => "monitors",
            Self::Contacts => "contacts",
            Self::KnownErrors => "known-errors",
            Self::Taught => "taught",
            Self::Announcement => "announcement",
            Self::Assets => "assets",
            Self::Visible => "visible",
        }
    }

    /// What helps where it is missing.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Sealed => "`tidegate release seal` seals it",
            Self::DeploymentPlan => "`tidegate runbook begin` generates it",
            Self::BackoutPlan => "`tidegate runbook begin --back` generates it",
            Self::Monitors => "write `monitors` into the sheet",
            Self::Contacts => "write `contacts` into the sheet",
            Self::KnownErrors => "write `known_errors` into the sheet",
            Self::Taught => "write `taught` into the sheet",
            Self::Announcement => "write `announced` into the sheet",
            Self::Assets => "write `assets` into the sheet",
            Self::Visible => "write `visible` into the sheet",
        }
    }

    fn all() -> String {
        let words: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
        words.join(", ")
    }
}

impl Wants {
    /// Whether nobody says that it is done: it is seen.
    pub const fn is_seen(&self) -> bool {
        match self {
            Self::Text | Self::Link => false,
            Self::Fact(_) | Self::Evidence(_) => true,
        }
    }

    /// What helps where it is missing.
    pub fn remedy(&self) -> String {
        match self {
            Self::Text => "somebody says that it is done".to_owned(),
            Self::Link => "somebody says that it is done, and where it is: `--link URL`".to_owned(),
            Self::Fact(fact) => fact.remedy().to_owned(),
            Self::Evidence(kind) => {
                format!("`tidegate release evidence PRODUCT VERSION {kind} --note TEXT` keeps it")
            }
        }
    }
}

impl FromStr for Wants {
    type Err = WantsError;

    fn from_str(text: &str) -> Result<Self, WantsError> {
        let wrong = || WantsError(text.chars().take(80).collect());
        let fact = Fact::ALL.into_iter().find(|it| it.word() == text);
        match (text, fact, text.strip_prefix("evidence:")) {
            ("text", ..) => Ok(Self::Text),
            ("link", ..) => Ok(Self::Link),
            (_, Some(fact), _) => Ok(Self::Fact(fact)),
            (_, None, Some(kind)) => kind.parse().map(Self::Evidence).map_err(|_| wrong()),
            (_, None, None) => Err(wrong()),
        }
    }
}

impl fmt::Display for Wants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Link => f.write_str("link"),
            Self::Fact(fact) => f.write_str(fact.word()),
            Self::Evidence(kind) => write!(f, "evidence:{kind}"),
        }
    }
}

impl TryFrom<String> for Wants {
    type Error = WantsError;
    fn try_from(text: String) -> Result<Self, WantsError> {
        text.parse()
    }
}

impl From<Wants> for String {
    fn from(wants: Wants) -> Self {
        wants.to_string()
    }
}
