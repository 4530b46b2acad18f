//! Values written so that they mean nothing in Markdown.

use crate::appearance::shown;

/// A value as Markdown that means nothing but its characters, on one line. A backtick has no escape within code: it is an
/// apostrophe.
pub(in crate::communication) fn escaped(value: &str) -> String {
    let line = spaced(&shown(value)).replace('`', "'");
    let begin = line.len() - line.trim_start().len();
    let digits = line[begin..].bytes().take_while(u8::is_ascii_digit).count();
    let mut escaped = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        let is_inline = "\\*_[]<>(){}&|~$^!\"#".contains(c);
        let begins = at == begin && "-+=:%".contains(c);
        if is_inline || begins || (at == begin + digits && c == '.') {
            escaped.push('\\');
        }
        escaped.push(without_private(c));
    }
    escaped
}

/// On one line, with one space where there were several or a line's end.
pub(in crate::communication) fn spaced(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            true if line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
    line
}

/// Without the private characters that stand for open places.
pub(super) fn without_private(c: char) -> char {
    match c {
        '\u{e000}'..='\u{f8ff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
