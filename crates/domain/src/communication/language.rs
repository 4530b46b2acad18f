//! The language that a message is in, as mail, pages and feeds name it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A language tag (RFC 5646 §2.1) such as `en` or `pt-BR`; English unless set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Language(String);

/// The text is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no language: write for instance en, de or pt-BR")]
pub struct LanguageError(String);

impl Language {
    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is what it is unless set.
    pub fn is_english(&self) -> bool {
        self.0 == "en"
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        let mut parts = text.split('-');
        let is_first = |part: &str| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        };
        let is_next = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let is_tag = parts.next().is_some_and(is_first) && parts.all(is_next) && text.len() <= 35;
        match is_tag {
            true => Ok(Self(text.to_owned())),
            false => Err(LanguageError(text.chars().take(40).collect())),
        }
    }
}

impl TryFrom<String> for Language {
    type Error = LanguageError;
    fn try_from(text: String) -> Result<Self, LanguageError> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tags() {
        for good in ["en", "pt-BR", "zh-Hant-TW", "de-1996"] {
            assert_eq!(good.parse::<Language>().unwrap().as_str(), good);
        }
        for bad in ["", "e", "en_GB", "en-", "1de", "en\" onload=\"x", "-"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }
}
