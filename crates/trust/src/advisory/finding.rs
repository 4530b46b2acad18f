//! An advisory that concerns a part.

use super::{Advisory, Score, Severity};
use crate::{bill::Part, remark::shown};
use std::collections::BTreeSet;
use tidegate_domain::attachment::{Vulnerability, VulnerabilitySeverity};

/// The longest summary that is kept with a bill, in characters.
const SUMMARY_MAX: usize = 200;

/// An advisory, and the part that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    /// What is wrong.
    pub advisory: &'a Advisory,
    /// Other advisories for the same vulnerability in the same part, by their identifiers.
    pub also: Vec<&'a str>,
    /// Where it is wrong.
    pub part: &'a Part,
    /// How bad it is there.
    pub severity: Severity,
    /// The score behind the severity.
    pub score: Option<Score>,
    /// The oldest newer version that is fixed, if one is.
    pub fixed_in: Option<&'a str>,
    /// Whether it is certain.
    pub certainty: Certainty,
}

/// How certain it is that a part is affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The bill does not know the version of the part, so every advisory for its package is found.
    VersionUnknown,
    /// The version is one of those that are affected.
    Affected,
}

impl Finding<'_> {
    /// As it is kept with the bill.
    pub fn told(&self) -> Vulnerability {
        let others = self.advisory.aliases.iter().map(String::as_str);
        Vulnerability {
            advisory: self.advisory.id.clone(),
            aliases: others
                .chain(self.also.iter().copied())
                .map(str::to_owned)
                .collect(),
            summary: shown(&self.advisory.summary, SUMMARY_MAX),
            part: self.part.name.clone(),
            version: self.part.version.clone(),
            severity: match self.severity {
                Severity::Critical => VulnerabilitySeverity::Critical,
                Severity::High => VulnerabilitySeverity::High,
                Severity::Medium => VulnerabilitySeverity::Medium,
                Severity::Low | Severity::None => VulnerabilitySeverity::Low,
                Severity::Unknown => VulnerabilitySeverity::Unknown,
            },
            fixed_in: self.fixed_in.map(str::to_owned),
        }
    }
}

impl Advisory {
    /// Which packages it is about: ecosystem, and the name as the ecosystem looks it up.
    pub fn packages(&self) -> BTreeSet<(String, String)> {
        let affected = self.affected.iter();
        let key = |it: &super::Affected| (it.ecosystem.to_string(), it.ecosystem.folded(&it.name));
        affected.map(key).collect()
    }
}
