//! Which part of a text is the version.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A regular expression, such as `gateway/(\S+)`: the version is its group, or all of what it finds when it has none.
///
/// It takes time in proportion to the text, whatever is written in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pattern(Regex);

/// The text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no pattern: write a regular expression with at most one group, such as gateway/(\\S+)"
)]
pub struct PatternError(String);

impl Pattern {
    /// The part of a text that it finds first.
    pub fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        let found = self.0.captures(text)?;
        found.get(1).or_else(|| found.get(0)).map(|it| it.as_str())
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let wrong = || PatternError(text.chars().take(80).collect());
        if text.len() > 300 {
            return Err(wrong());
        }
        // Large enough for what people write, and small enough for whoever writes `(a{1000}){1000}`.
        let built = RegexBuilder::new(text)
            .size_limit(200_000)
            .nest_limit(20)
            .build();
        let regex = built.map_err(|_| wrong())?;
        match regex.captures_len() <= 2 {
            true => Ok(Self(regex)),
            false => Err(wrong()),
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl TryFrom<String> for Pattern {
    type Error = PatternError;
    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_its_group_or_all_of_it() {
        for (pattern, text, expect) in [
            (
                r"gateway/(\S+)",
                "acme gateway/2.4.1 (linux)",
                Some("2.4.1"),
            ),
            (r"\d+\.\d+", "gateway 2.4.1", Some("2.4")),
            (r"(?:version |v)(.+)", "version 3", Some("3")),
            ("beta", "gateway 2.4.1", None),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.find(text), expect, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_a_hostile_one_is_refused() {
        for text in [
            "(",
            "(a)(b)",
            "(a{1000}){1000}",
            &"(".repeat(100),
            &"a".repeat(301),
        ] {
            let why = text.parse::<Pattern>().unwrap_err().to_string();
            assert!(why.ends_with(
                "write a regular expression with at most one group, such as gateway/(\\S+)"
            ));
        }
        // It takes its time in proportion to the text.
        let pattern: Pattern = "(?:a+)+b".parse().unwrap();
        assert_eq!(pattern.find(&"a".repeat(100_000)), None);
    }
}
