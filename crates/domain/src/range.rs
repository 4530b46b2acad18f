//! Ranges of semantic versions (Semantic Versioning 2.0.0), and what they say of a version. What cannot be compared is never
//! admitted.

use crate::version::Version;
use semver::{Prerelease, VersionReq};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A range of versions, written as Cargo writes them: `^2`, `>=1.4, <3`, `~1.2`, `=1.4.2`, `*`. A bare `2.1` means `^2.1`.
///
/// A pre-release is admitted only by a range that names one of the same three numbers: `>=2.1.0-rc.1, <3` admits
/// `2.1.0-rc.2` and `2.2.0`, and not `2.2.0-rc.1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Range(VersionReq);

/// The text is not a [`Range`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a range of versions: write for instance ^2, or >=1.4, <3 with a comma where both have to hold"
)]
pub struct RangeError(String);

/// Why a range does not admit a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// It is a pre-release of a version that would be admitted.
    PreRelease,
    /// It is outside of the range.
    Outside,
    /// It is no semantic version, so nothing can be said.
    NotSemantic,
}

impl Range {
    /// Whether it admits a version.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(&self, version: &semver::Version) -> Result<(), Misfit> {
        if self.0.matches(version) {
            return Ok(());
        }
        let finished = semver::Version {
            pre: Prerelease::EMPTY,
            ..version.clone()
        };
        match self.0.matches(&finished) {
            true => Err(Misfit::PreRelease),
            false => Err(Misfit::Outside),
        }
    }

    /// Whether it admits the version of a component.
    ///
    /// # Errors
    /// Why not.
    pub fn admits_tag(&self, version: &Version) -> Result<(), Misfit> {
        let version = version.semantic().ok_or(Misfit::NotSemantic)?;
        self.admits(&version)
    }
}

impl FromStr for Range {
    type Err = RangeError;
    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = |_| RangeError(text.chars().take(80).collect());
        VersionReq::parse(text).map(Self).map_err(wrong)
    }
}

impl TryFrom<String> for Range {
    type Error = RangeError;
    fn try_from(text: String) -> Result<Self, RangeError> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_admits_what_cargo_would() {
        for (range, version, expect) in [
            ("^2", "2.1.0", Ok(())),
            ("2", "2.9.9", Ok(())),
            ("^2", "3.0.0", Err(Misfit::Outside)),
            ("^0.3", "0.4.0", Err(Misfit::Outside)),
            (">=1.4, <3", "1.4.0", Ok(())),
            (">=1.4, <3", "1.3.9", Err(Misfit::Outside)),
            (">=1.4, <3", "3.0.0", Err(Misfit::Outside)),
            ("*", "0.0.1", Ok(())),
            ("^2", "v2.1.0", Ok(())),
        ] {
            let (range, version): (Range, Version) =
                (range.parse().unwrap(), version.parse().unwrap());
            assert_eq!(range.admits_tag(&version), expect, "{range} {version}");
        }
    }

    #[test]
    fn a_pre_release_is_admitted_only_by_a_range_that_names_one() {
        for (range, version, expect) in [
            ("^2", "2.1.0-rc.1", Err(Misfit::PreRelease)),
            ("*", "2.1.0-rc.1", Err(Misfit::PreRelease)),
            (">=2.1.0-rc.1, <3", "2.1.0-rc.2", Ok(())),
            (">=2.1.0-rc.2, <3", "2.1.0-rc.1", Err(Misfit::PreRelease)),
            (">=2.1.0-rc.1, <3", "2.1.0", Ok(())),
            (">=2.1.0-rc.1, <3", "2.2.0-rc.1", Err(Misfit::PreRelease)),
            // What comes before 3.0.0 is still a 3, for whoever asks for less than 3.
            ("<3", "3.0.0-rc.1", Err(Misfit::Outside)),
        ] {
            let (range, version): (Range, Version) =
                (range.parse().unwrap(), version.parse().unwrap());
            assert_eq!(range.admits_tag(&version), expect, "{range} {version}");
        }
    }

    #[test]
    fn what_is_no_semantic_version_is_admitted_by_no_range() {
        let range: Range = "*".parse().unwrap();
        for version in ["nightly", "1.4", "2026-12-01", "v", "1.02.0"] {
            let version: Version = version.parse().unwrap();
            assert_eq!(range.admits_tag(&version), Err(Misfit::NotSemantic));
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "^2 || ^3", "newest", ">=1.4 <3", "1.2.3.4"] {
            let error = text.parse::<Range>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "`{text}` is not a range of versions: write for instance ^2, or >=1.4, <3 with a comma where both have to hold"
                )
            );
        }
        assert_eq!("2.1".parse::<Range>().unwrap().to_string(), "^2.1");
    }
}
