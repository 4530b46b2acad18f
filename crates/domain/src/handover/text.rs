//! How long what people write may be, and that all of it is seen.

use crate::appearance::is_hidden;

/// The longest line, in characters.
pub(super) const LINE_MAX: usize = 200;
/// The longest text, in characters.
pub(super) const TEXT_MAX: usize = 8_000;
/// The most things in one list.
pub(super) const LIST_MAX: usize = 200;

/// What is wrong with a line that has to say something.
pub(super) fn line_fault(text: &str) -> Option<String> {
    match text.trim().is_empty() || text.contains('\n') {
        true => Some("is one line that says something".to_owned()),
        false => fault(text, LINE_MAX),
    }
}

/// What is wrong with a text.
pub(super) fn text_fault(text: &str) -> Option<String> {
    fault(text, TEXT_MAX)
}

fn fault(text: &str, max: usize) -> Option<String> {
    let is_unseen = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t');
    match (text.chars().count() > max, text.chars().any(is_unseen)) {
        (true, _) => Some(format!("has at most {max} characters")),
        (false, true) => Some("has a character that nobody sees: remove it".to_owned()),
        (false, false) => None,
    }
}
