//! The source of a message while it is read: open places are private characters there, which mean nothing in Markdown.

use super::escape::without_private;
use crate::{
    appearance::shown,
    communication::{
        Filling, Placeholder,
        placeholder::{Piece, pieces},
    },
};
use pulldown_cmark::{Event, Options, Parser};

/// Where private characters begin that stand for open places while Markdown is read.
const OPEN: u32 = 0xE000;

/// What a source means, each open place a private character in its text.
pub(super) fn read(marked: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(marked, Options::empty())
}

/// The source with a private character for each open place, and none that was there before. Braces that are no open place are
/// left as they are.
pub(super) fn marked(source: &str) -> String {
    let source: String = source.chars().map(without_private).collect();
    let Ok(pieces) = pieces(&source) else {
        return source;
    };
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Open(open) => mark(open).to_string(),
    };
    pieces.into_iter().map(piece).collect()
}

/// Text as it is read, with the values in their places and marks where it would deceive.
pub(super) fn filled(text: &str, filling: &Filling) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        match Placeholder::ALL.into_iter().find(|open| mark(*open) == c) {
            None => all.push(c),
            Some(open) => match filling.get(open) {
                Some(value) => all.push_str(value),
                None => all.push_str(&open.to_string()),
            },
        }
    }
    shown(&all).into_owned()
}

/// Where a link may lead: to the web or to a mailbox.
pub(super) fn is_followed(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

fn mark(open: Placeholder) -> char {
    let place = match open {
        Placeholder::Began => 0,
        Placeholder::Ended => 1,
        Placeholder::Reached => 2,
        Placeholder::Reason => 3,
        Placeholder::Target => 4,
    };
    char::from_u32(OPEN + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}
