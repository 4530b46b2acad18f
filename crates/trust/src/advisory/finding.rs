//! An advisory that concerns a part.

use super::{Advisory, Score, Severity};
use crate::bill::Part;

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
