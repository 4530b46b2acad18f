//! What was odd in something read, in words, as far as there is room.

use serde::{Deserialize, Serialize};

/// What was odd: the first [`Remarks::MAX`] in words, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    texts: Vec<String>,
    count: u64,
}

impl Remarks {
    /// How many are kept in words.
    pub const MAX: usize = 100;

    /// Notes something odd; `text` is not asked for when there is no room.
    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.texts.len() < Self::MAX {
            self.texts.push(shown(&text(), 300));
        }
    }

    /// The remarks in the order of the document.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// How many there are, with those that are not kept.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// Foreign text for people, on one line: no control characters, nothing that turns the direction of writing, no more than `max`
/// characters.
pub(crate) fn shown(text: &str, max: usize) -> String {
    let plain = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_deceptive(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(plain).take(max).collect()
}

/// Whether the character shows as something else than it is, or not at all.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
