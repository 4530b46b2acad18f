//! A commit as it was read from a source, whose every text was written by others.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The name of a commit: SHA-1 or SHA-256 of its content, written as 40 or 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CommitId {
    bytes: [u8; 32],
    length: u8,
}

/// The text is not a [`CommitId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the full id of a commit: 40 or 64 of 0-9 and a-f")]
pub struct CommitIdError(String);

/// The first digits of a commit's name, as people write it: 7 to 64 of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CommitPrefix(String);

/// The text is not a [`CommitPrefix`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a commit: write at least its first 7 digits, of 0-9 and a-f")]
pub struct CommitPrefixError(String);

/// Who wrote a commit or brought it in, by their own word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Author {
    /// As they call themselves.
    pub name: String,
    /// Their address, which tells apart people of one name. It is never part of notes.
    pub email: String,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub id: CommitId,
    /// The commits that it follows directly: none for the first of a history, several for a merge.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Author,
    /// Who brought it in.
    pub committer: Author,
    /// When it was brought in, by the clock of the committer.
    pub time: Timestamp,
    /// What it says; the first line is the summary.
    pub message: String,
}

impl CommitId {
    /// The name of which these are the raw bytes: 20 or 32 of them.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let length = match raw.len() {
            20 => 20,
            32 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, length })
    }

    /// The raw bytes: 20 or 32.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The first ten digits: for people, never for look-ups.
    pub fn short(&self) -> String {
        hex::encode(&self.bytes[..5])
    }
}

impl FromStr for CommitId {
    type Err = CommitIdError;

    fn from_str(text: &str) -> Result<Self, CommitIdError> {
        let error = || CommitIdError(text.chars().take(80).collect());
        if !is_lower_hex(text) {
            return Err(error());
        }
        let raw = hex::decode(text).map_err(|_| error())?;
        Self::from_bytes(&raw).ok_or_else(error)
    }
}

impl TryFrom<String> for CommitId {
    type Error = CommitIdError;
    fn try_from(text: String) -> Result<Self, CommitIdError> {
        text.parse()
    }
}

impl From<CommitId> for String {
    fn from(id: CommitId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

impl CommitPrefix {
    /// The fewest digits that are taken for a commit's name.
    pub const LENGTH_MIN: usize = 7;

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the commit's name begins so.
    pub fn is_of(&self, id: &CommitId) -> bool {
        let (bytes, digits) = (id.as_bytes(), self.0.as_bytes());
        let digit = |at: usize| {
            let byte = bytes[at / 2];
            let half = if at.is_multiple_of(2) {
                byte >> 4
            } else {
                byte & 15
            };
            char::from_digit(u32::from(half), 16)
        };
        digits.len() <= bytes.len() * 2
            && (0..digits.len()).all(|at| digit(at) == Some(char::from(digits[at])))
    }

    /// The first and the last name that begins so, in the order of names of its length.
    pub(super) fn bounds(&self, length: usize) -> Option<(CommitId, CommitId)> {
        let filled = |digit: &str| {
            let missing = (length * 2).checked_sub(self.0.len())?;
            format!("{}{}", self.0, digit.repeat(missing)).parse().ok()
        };
        Some((filled("0")?, filled("f")?))
    }
}

impl FromStr for CommitPrefix {
    type Err = CommitPrefixError;

    fn from_str(text: &str) -> Result<Self, CommitPrefixError> {
        let lower = text.to_ascii_lowercase();
        match is_lower_hex(&lower) && (Self::LENGTH_MIN..=64).contains(&lower.len()) {
            true => Ok(Self(lower)),
            false => Err(CommitPrefixError(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for CommitPrefix {
    type Error = CommitPrefixError;
    fn try_from(text: String) -> Result<Self, CommitPrefixError> {
        text.parse()
    }
}

impl From<CommitPrefix> for String {
    fn from(prefix: CommitPrefix) -> Self {
        prefix.0
    }
}

impl From<CommitId> for CommitPrefix {
    fn from(id: CommitId) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for CommitPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for CommitPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Commit {
    /// Its first line.
    pub fn summary(&self) -> &str {
        self.message.lines().next().unwrap_or_default().trim()
    }

    /// Whether it joins histories.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }

    /// Who else wrote it, by its `Co-authored-by` trailers; each once, and not the author again.
    pub fn co_authors(&self) -> Vec<Author> {
        let mut found: Vec<Author> = Vec::new();
        let lines = self.message.lines().skip(1);
        for author in lines.filter_map(trailer).filter_map(Author::read) {
            if !author.is_same_as(&self.author) && !found.iter().any(|a| a.is_same_as(&author)) {
                found.push(author);
            }
        }
        found
    }
}

impl Author {
    /// Reads `Name <address>`.
    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<')?;
        let (email, _) = rest.split_once('>')?;
        let (name, email) = (name.trim().to_owned(), email.trim().to_owned());
        (!name.is_empty()).then_some(Self { name, email })
    }

    /// Whether both are taken to be one person: the same address, or the same name where one has none.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match self.email.is_empty() || other.email.is_empty() {
            true => self.name == other.name,
            false => self.email.eq_ignore_ascii_case(&other.email),
        }
    }
}

/// What stands behind `Co-authored-by:`, which programs write with any capitals.
fn trailer(line: &str) -> Option<&str> {
    const TOKEN: &str = "co-authored-by:";
    let (token, value) = line.split_at_checked(TOKEN.len())?;
    token.eq_ignore_ascii_case(TOKEN).then_some(value)
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A commit whose name is the number, repeated.
    pub(crate) fn commit(number: u8, message: &str) -> Commit {
        let author = Author {
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
        };
        Commit {
            id: CommitId::from_bytes(&[number; 20]).unwrap(),
            parents: vec![CommitId::from_bytes(&[number.wrapping_sub(1); 20]).unwrap()],
            author: author.clone(),
            committer: author,
            time: Timestamp::from_second(1_800_000_000 + i64::from(number)).unwrap(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn names_have_one_spelling() {
        for length in [40, 64] {
            let text = "0a".repeat(length / 2);
            let id: CommitId = text.parse().unwrap();
            assert_eq!(
                (id.to_string(), id.short()),
                (text, "0a0a0a0a0a".to_owned())
            );
        }
        let long = "a".repeat(41);
        for bad in ["", "0a", &"A".repeat(40), &"g".repeat(40), &long] {
            assert!(bad.parse::<CommitId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_first_digits_are_enough_for_people() {
        let id: CommitId = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
        for (prefix, expect) in [
            ("0123456", true),
            ("01234567", true),
            ("01234567A", false),
            ("0123456789ABCDEF", true),
            ("0123456789abcdef0123456789abcdef01234567", true),
            ("0123456789abcdef0123456789abcdef0123456700", false),
        ] {
            assert_eq!(prefix.parse::<CommitPrefix>().unwrap().is_of(&id), expect);
        }
        for bad in ["", "012345", "HEAD", "é123456", &"0".repeat(65)] {
            assert!(bad.parse::<CommitPrefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn co_authors_are_in_trailers() {
        let message = "Co-authored-by: Not <in@summary>\n\ntext\n\nCo-authored-by: Bob <b@x>\n\
            CO-AUTHORED-BY:  Bobby <B@X>\nco-authored-by: Ada <ADA@example.com>\nCo-authored-by: nobody\né";
        let names: Vec<String> = commit(1, message)
            .co_authors()
            .into_iter()
            .map(|a| a.name)
            .collect();
        assert_eq!(names, ["Bob"]);
    }
}
