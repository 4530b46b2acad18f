//! How a declared identity is compared with the one in a certificate: exactly, or by a glob that says it is one.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What an identity or an issuer must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// Exactly this.
    Exact(String),
    /// Anything that this glob covers.
    Glob(Glob),
}

/// A glob: `*` stands for any run of characters but `/`, `**` for any run at all; everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Glob(String);

/// Why a text is not a glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is too long to be matched quickly.
    #[error("a glob has at most {} bytes", Glob::LENGTH_MAX)]
    Length,
    /// It would let everybody in.
    #[error("a glob names something beside `*` and `/`; this one lets everybody in")]
    Everything,
}

impl Pattern {
    /// Whether `text` is what the pattern asks for.
    pub fn covers(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Glob(glob) => glob.covers(text),
        }
    }

    /// Whether the pattern names exactly one text.
    pub(crate) const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }
}

impl Glob {
    /// The longest glob, in bytes.
    pub const LENGTH_MAX: usize = 512;
    /// The longest text that a glob covers, in bytes: matching costs the product of both lengths.
    pub const TEXT_LENGTH_MAX: usize = 2048;

    /// Whether the glob covers all of `text`.
    pub fn covers(&self, text: &str) -> bool {
        if text.len() > Self::TEXT_LENGTH_MAX {
            return false;
        }
        // reached[i]: what was read of the glob so far covers the first i bytes of the text.
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        let mut rest = self.0.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let (wild, after) = match (first, after.strip_prefix(b"*")) {
                (b'*', Some(after)) => (Some(Wild::Any), after),
                (b'*', None) => (Some(Wild::Segment), after),
                _ => (None, after),
            };
            reached = match wild {
                Some(wild) => stretch(reached, text.as_bytes(), wild),
                None => step(&reached, text.as_bytes(), *first),
            };
            rest = after;
        }
        reached.last() == Some(&true)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wild {
    Segment,
    Any,
}

fn stretch(mut reached: Vec<bool>, text: &[u8], wild: Wild) -> Vec<bool> {
    for (i, byte) in text.iter().enumerate() {
        if reached[i] && (wild == Wild::Any || *byte != b'/') {
            reached[i + 1] = true;
        }
    }
    reached
}

fn step(reached: &[bool], text: &[u8], literal: u8) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for (i, byte) in text.iter().enumerate() {
        next[i + 1] = reached[i] && *byte == literal;
    }
    next
}

impl FromStr for Glob {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.len() > Self::LENGTH_MAX {
            return Err(PatternError::Length);
        }
        if text.bytes().all(|b| matches!(b, b'*' | b'/')) {
            return Err(PatternError::Everything);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Glob {
    type Error = PatternError;
    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> Self {
        glob.0
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_segment_and_two_do_not() {
        for (glob, text, covered) in [
            ("*@shop.example", "ann@shop.example", true),
            ("*@shop.example", "ann@shop.example.evil", false),
            ("*@shop.example", "evil/x@shop.example", false),
            ("a/*/c", "a/b/c", true),
            ("a/*/c", "a/b/b/c", false),
            ("a/**/c", "a/b/b/c", true),
            ("a/**", "a/", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "", false),
            ("a?", "ab", false),
            ("a.c", "abc", false),
            ("*é", "éé", true),
        ] {
            let glob: Glob = glob.parse().unwrap();
            assert_eq!(glob.covers(text), covered, "{glob} {text}");
        }
    }

    #[test]
    fn a_glob_that_lets_everybody_in_is_none() {
        for bad in ["", "*", "**", "**/*"] {
            assert_eq!(bad.parse::<Glob>(), Err(PatternError::Everything), "{bad}");
        }
        assert_eq!("x".repeat(513).parse::<Glob>(), Err(PatternError::Length));
        let hard: Glob = "a**".repeat(170).parse().unwrap();
        assert!(!hard.covers(&"a".repeat(Glob::TEXT_LENGTH_MAX + 1)));
        assert!(!hard.covers(&"b".repeat(Glob::TEXT_LENGTH_MAX)));
    }
}
