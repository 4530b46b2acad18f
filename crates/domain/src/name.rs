//! Names that people choose for things: products, components, environments, targets, teams.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A name: 1 to 63 characters of `a-z`, `0-9` and inner `-`, so that it is also a DNS label (RFC 1123 §2.1), a
/// path segment and an OCI repository component.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Name(String);

/// The text is not a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a name: use 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit"
)]
pub struct NameError(String);

impl Name {
    /// The longest name, in characters.
    pub const LENGTH_MAX: usize = 63;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let plain = text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let framed = !text.starts_with('-') && !text.ends_with('-');
        if plain && framed && (1..=Self::LENGTH_MAX).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As many names as a sentence has room for, and how many more there are.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<&str> = names.by_ref().take(3).map(Name::as_str).collect();
    let shown = shown.join(", ");
    match names.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "web", "live-1", "0", &"x".repeat(63)] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a/b",
            "..",
            "é",
            &"x".repeat(64),
        ] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sentence_names_three_and_counts_the_others() {
        let names = |count| (1..=count).map(|i| format!("t{i}").parse().unwrap());
        let said = |count| listed(&names(count).collect::<Vec<Name>>());
        assert_eq!([said(0), said(2), said(3)], ["", "t1, t2", "t1, t2, t3"]);
        assert_eq!(said(10_000), "t1, t2, t3 and 9997 more");
    }
}
