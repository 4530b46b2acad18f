//! What people and suppliers write, as it is kept: bounded, and without what nobody sees.

use crate::appearance::is_hidden;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Plain text from outside, of at most `MAX` characters on one line or, if `LINES`, on several. It is shown as text and never as
/// anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Said<const MAX: usize, const LINES: bool>(String);

/// One line.
pub type Line = Said<200, false>;

/// Some paragraphs.
pub type Paragraphs = Said<4_000, true>;

impl<const MAX: usize, const LINES: bool> Said<MAX, LINES> {
    /// The text, without characters that nobody sees or that steer a terminal, and cut where it is too long.
    pub fn of(text: &str) -> Self {
        // What is never kept is not looked at either.
        let seen = text.chars().take(MAX * 4).filter(|c| !is_hidden(*c));
        let placed = seen.map(|c| if !LINES && c.is_whitespace() { ' ' } else { c });
        let mut kept: String = placed.take(MAX + 1).collect();
        kept.truncate(kept.trim_end().len());
        let before = kept.len() - kept.trim_start().len();
        kept.drain(..before);
        if let Some((cut, _)) = kept.char_indices().nth(MAX - 1)
            && kept.chars().count() > MAX
        {
            kept.truncate(cut);
            kept.push('…');
        }
        Self(kept)
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was said.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Line {
    /// The first line of a text that says something.
    pub fn first_of(text: &str) -> Self {
        let line = text.lines().find(|line| !line.trim().is_empty());
        Self::of(line.unwrap_or_default())
    }
}

impl<const MAX: usize, const LINES: bool> From<String> for Said<MAX, LINES> {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl<const MAX: usize, const LINES: bool> From<Said<MAX, LINES>> for String {
    fn from(said: Said<MAX, LINES>) -> Self {
        said.0
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Display for Said<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_kept_is_bounded_and_plain() {
        for (text, expect) in [
            ("  Gateway 2.5.0  ", "Gateway 2.5.0"),
            ("over\r\nlines", "over lines"),
            ("gpj\u{202e}.exe\u{1b}[2J\0", "gpj.exe[2J"),
            ("<b>bold</b>", "<b>bold</b>"),
            ("", ""),
        ] {
            assert_eq!(Line::of(text).as_str(), expect);
        }
        assert_eq!(Line::of(&"x".repeat(200)).as_str(), "x".repeat(200));
        let cut = Line::of(&"é".repeat(100_000));
        assert_eq!(cut.as_str(), format!("{}…", "é".repeat(199)));
        assert_eq!(Line::first_of("\n \nRe:\tthis\nthat").as_str(), "Re: this");
        assert_eq!(Paragraphs::of("one\r\n\ntwo").as_str(), "one\n\ntwo");
    }

    proptest! {
        /// Whatever is said: it is short, on one line, and kept the same when read again.
        #[test]
        fn what_is_said_is_a_short_line(text in "[<>&\"' a-zé\u{202e}\0\r\n]{0,300}") {
            let said = Line::of(&text);
            prop_assert!(said.as_str().chars().count() <= 200);
            prop_assert_eq!(&Line::of(said.as_str()), &said);
            let hidden = ['\n', '\r', '\t', '\0', '\u{202e}'];
            prop_assert!(!said.as_str().contains(hidden));
        }
    }
}
