//! A control as people write it in a file.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A documented rule. Without a `policy` it changes what is said of a shipped control of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name.
    pub name: Name,
    /// What it asks, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Why, and how it is met, in Markdown. People acknowledge it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// The procedure by which it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Name>,
    /// Who answers for it: a person or a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// How bad it is to go without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether it stops anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Whether artifacts stay in quarantine until it holds, while it enforces. It looks at the artifact alone then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quarantine: bool,
    /// What has to be supplied for it to hold, such as `signature` or `customer-approval`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Name>,
    /// The environments that it is about; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Name>,
    /// The products that it is about; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// Cedar, by the schema that `tidegate controls schema` prints.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
}

/// Whether a control stops anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is not asked.
    Off,
    /// It is asked, and what it would stop is told.
    Observe,
    /// What does not hold does not go on.
    Enforce,
}

/// How bad it is to go without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Untidy.
    Low,
    /// A risk.
    Medium,
    /// A danger.
    High,
    /// Never.
    Critical,
}

impl Control {
    /// Whether it is about a product in an environment.
    pub fn is_about(&self, product: &Name, environment: &Name) -> bool {
        let among = |names: &[Name], name: &Name| names.is_empty() || names.contains(name);
        among(&self.products, product) && among(&self.environments, environment)
    }

    /// This one, with what it leaves unsaid as `shipped` says it.
    #[must_use]
    pub fn over(self, shipped: &Self) -> Self {
        let text = |own: String, other: &String| if own.is_empty() { other.clone() } else { own };
        Self {
            title: text(self.title, &shipped.title),
            document: text(self.document, &shipped.document),
            procedure: self.procedure.or_else(|| shipped.procedure.clone()),
            owner: self.owner.or_else(|| shipped.owner.clone()),
            severity: self.severity.or(shipped.severity),
            mode: self.mode.or(shipped.mode),
            evidence: match self.evidence.is_empty() {
                true => shipped.evidence.clone(),
                false => self.evidence,
            },
            policy: text(self.policy, &shipped.policy),
            ..self
        }
    }

    /// Whether artifacts of a product stay in quarantine until it holds.
    pub fn quarantines(&self, product: &Name) -> bool {
        let is_about = self.products.is_empty() || self.products.contains(product);
        self.quarantine && self.mode() == Mode::Enforce && is_about
    }

    /// Whether it stops anything; one that does not say enforces.
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or(Mode::Enforce)
    }
}

impl Mode {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text is not a [`Severity`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no severity: write low, medium, high or critical")]
pub struct SeverityError(String);

impl FromStr for Severity {
    type Err = SeverityError;

    fn from_str(text: &str) -> Result<Self, SeverityError> {
        let found = Self::ALL.into_iter().find(|it| it.word() == text.trim());
        found.ok_or_else(|| SeverityError(text.chars().take(40).collect()))
    }
}
