//! The orders by name.

use super::{alpine, debian, gem, maven, pep440, rpm, semver, words};
use std::cmp::Ordering;

/// The rules by which versions of an ecosystem are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Semantic Versioning 2.0.0 §11; a `v` in front and missing numbers are tolerated.
    Semver,
    /// PEP 440, "Summary of permitted suffixes and relative ordering".
    Pep440,
    /// Maven's "Version Order Specification" in its POM reference.
    Maven,
    /// deb-version(7): epoch, upstream version, revision.
    Debian,
    /// rpm-version(7): epoch, version, release, with `~` and `^`.
    Rpm,
    /// The versions of Alpine's packages, APKBUILD(5).
    Alpine,
    /// `NuGet`: like Semantic Versioning with a fourth number, and without regard to case.
    NuGet,
    /// Ruby's `Gem::Version`.
    Gem,
    /// PHP's `version_compare`, which Composer builds on.
    Php,
    /// For all others: numbers by value, words of unfinished versions before the end, other words behind it.
    Generic,
}

impl Order {
    /// The longest version that the rules are applied to, in bytes. Longer ones are compared as plain text, so that
    /// comparing never takes long.
    pub const LENGTH_MAX: usize = 512;

    /// How `left` relates to `right`. `Equal` means the same version, however written.
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        let (left, right) = (left.trim(), right.trim());
        let long = |text: &str| text.len() > Self::LENGTH_MAX;
        match (long(left), long(right)) {
            (false, false) => self.compare_bounded(left, right),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => left.cmp(right),
        }
    }

    fn compare_bounded(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Semver => semver::compare(left, right),
            Self::NuGet => semver::compare(&left.to_ascii_lowercase(), &right.to_ascii_lowercase()),
            Self::Pep440 => pep440::compare(left, right),
            Self::Maven => maven::compare(left, right),
            Self::Debian => debian::compare(left, right),
            Self::Rpm => rpm::compare(left, right),
            Self::Alpine => alpine::compare(left, right),
            Self::Gem => gem::compare(left, right),
            Self::Php => words::compare_php(left, right),
            Self::Generic => words::compare_generic(left, right),
        }
    }
}
