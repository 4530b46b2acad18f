//! Jobs of a plan: what a component does once per deployment, and whether it can be undone.

use crate::{catalog::Scalar, duration::Millis, name::Name};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A job that runs on one target: once per deployment, or whenever a check asks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedJob {
    /// Which.
    pub job: JobName,
    /// When.
    pub when: When,
    /// Whether what ran before still runs after it.
    pub reversible: Reversible,
    /// It is stopped after this, and has failed.
    pub deadline: Millis,
}

/// Which job of which component, `COMPONENT/JOB`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobName {
    /// The component that declares it.
    pub component: Name,
    /// Its name there.
    pub job: Name,
}

/// The text names no job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no job: write COMPONENT/JOB")]
pub struct JobNameError(String);

/// When a job runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Once the new revision lies ready everywhere, before the first target changes.
    #[default]
    Before,
    /// Once the last wave is through, before the deployment has succeeded.
    After,
    /// Whenever a check asks it, on a target that has changed; never by itself.
    Check,
}

/// Whether what ran before a job can run after it. Written `yes`, `no`, or `until 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Scalar", into = "String")]
pub enum Reversible {
    /// It can.
    Yes,
    /// From its start on it cannot.
    No,
    /// It can until so long after the end of the job.
    Until(Millis),
}

/// The text says nothing about going back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of `yes`, `no` and `until` with a length of time, such as `until 30m`")]
pub struct ReversibleError(String);

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.component, self.job)
    }
}

impl FromStr for JobName {
    type Err = JobNameError;

    fn from_str(text: &str) -> Result<Self, JobNameError> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(component, job)| {
            let (component, job) = (component.parse().ok()?, job.parse().ok()?);
            Some(Self { component, job })
        });
        parts.ok_or_else(|| JobNameError(text.chars().take(130).collect()))
    }
}

impl TryFrom<String> for JobName {
    type Error = JobNameError;

    fn try_from(text: String) -> Result<Self, JobNameError> {
        text.parse()
    }
}

impl From<JobName> for String {
    fn from(name: JobName) -> Self {
        name.to_string()
    }
}

impl When {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Check => "check",
        }
    }
}

impl fmt::Display for Reversible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("yes"),
            Self::No => f.write_str("no"),
            Self::Until(length) => write!(f, "until {length}"),
        }
    }
}

impl TryFrom<Scalar> for Reversible {
    type Error = ReversibleError;

    fn try_from(Scalar(text): Scalar) -> Result<Self, ReversibleError> {
        let wrong = || ReversibleError(text.chars().take(40).collect());
        match text.trim() {
            // Some programs write YAML's older words for true and false.
            "yes" | "true" => Ok(Self::Yes),
            "no" | "false" => Ok(Self::No),
            other => {
                let length = other.strip_prefix("until ").ok_or_else(wrong)?;
                Ok(Self::Until(length.parse().map_err(|_| wrong())?))
            }
        }
    }
}

impl From<Reversible> for String {
    fn from(reversible: Reversible) -> Self {
        match reversible {
            // Exact, and for hashes the same for ever.
            Reversible::Until(length) => format!("until {}ms", length.0),
            Reversible::Yes | Reversible::No => reversible.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_undone_is_said_in_words() {
        let read = |text: &str| serde_json::from_str::<Reversible>(text);
        for (text, meant) in [
            (r#""yes""#, Reversible::Yes),
            ("true", Reversible::Yes),
            (r#""no""#, Reversible::No),
            ("false", Reversible::No),
            (r#""until 30m""#, Reversible::Until(Millis::from_secs(1800))),
        ] {
            assert_eq!(read(text).unwrap(), meant);
            let written = serde_json::to_string(&meant).unwrap();
            assert_eq!(read(&written).unwrap(), meant, "{written}");
        }
        let said = read(r#""until Tuesday""#).unwrap_err().to_string();
        assert!(said.contains("such as `until 30m`"), "{said}");
    }

    #[test]
    fn a_job_is_named_by_its_component() {
        let name: JobName = "web/migrate".parse().unwrap();
        assert_eq!(name.to_string(), "web/migrate");
        assert!("migrate".parse::<JobName>().is_err());
        assert!("web/mi grate".parse::<JobName>().is_err());
    }
}
