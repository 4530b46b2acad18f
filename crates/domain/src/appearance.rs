//! What text looks like, where that is not what it is: characters that nobody sees, that turn the line around or steer a
//! terminal, and letters that look like others.
//!
//! Texts that people and foreign files wrote are shown by [`shown`] wherever people read them, in pages and terminals. What
//! it marks stays readable: `user[U+202E]txt`. Nothing is decided by it, and nothing stored.

use std::{borrow::Cow, fmt::Write as _};
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::{GeneralSecurityProfile as _, skeleton};

/// Text with a mark for each character that would deceive.
pub fn shown(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric();
        let end = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (part, behind) = rest.split_at(end);
        match is_word(first) {
            true => write_word(&mut shown, part, part == text.trim()),
            false => write_other(&mut shown, first, (before, behind.chars().next())),
        }
        before = part.chars().next_back();
        rest = behind;
    }
    Cow::Owned(shown)
}

/// Whether nobody sees the character, or it turns the line around or steers the terminal, whatever stands beside it.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        // What Unicode wants ignored (Default_Ignorable_Code_Point), the fillers among it, and the other separators of lines.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

fn write_other(shown: &mut String, c: char, (before, behind): (Option<char>, Option<char>)) {
    let joins = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_hidden(c));
    let is_used = match c {
        // A line's end as browsers send it.
        '\r' => behind == Some('\n'),
        // Scripts that join letters, and pictures that are put together, need them.
        '\u{200c}' | '\u{200d}' => joins(before) || before == Some('\u{fe0f}'),
        '\u{fe0e}' | '\u{fe0f}' => joins(before) || behind == Some('\u{20e3}'),
        _ => false,
    };
    match is_hidden(c) && !is_used {
        true => mark(shown, c),
        false => shown.push(c),
    }
}

/// A word, whose letters are marked that look like those of ASCII: each among ASCII letters, and all where no other reading
/// makes a word of it.
fn write_word(shown: &mut String, word: &str, is_alone: bool) {
    let is_mixed = word.contains(|c: char| c.is_ascii_alphabetic());
    let is_odd = |c: char| !c.identifier_allowed();
    let is_all = || word.chars().all(|c| c.is_ascii_digit() || is_like_ascii(c));
    let is_feigned = !is_mixed && (is_alone || word.contains(is_odd)) && is_all();
    for c in word.chars() {
        shown.push(c);
        if is_hidden(c) || ((is_mixed || is_feigned) && is_like_ascii(c)) {
            mark(shown, c);
        }
    }
}

/// Whether a letter that is none of ASCII looks like one, and people who write Latin have no use for it.
fn is_like_ascii(c: char) -> bool {
    if c.is_ascii() || (c.script() == Script::Latin && c.identifier_allowed()) {
        return false;
    }
    let mut buffer = [0; 4];
    let mut looks = skeleton(c.encode_utf8(&mut buffer));
    let (first, second) = (looks.next(), looks.next());
    first.is_some_and(|c| c.is_ascii_alphanumeric()) && second.is_none()
}

fn mark(shown: &mut String, c: char) {
    write!(shown, "[U+{:04X}]", u32::from(c)).expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_deceives_is_marked_and_what_people_write_is_not() {
        for (text, expect) in [
            (
                "plain, with\ttabs\nand lines",
                "plain, with\ttabs\nand lines",
            ),
            ("lines\r\nof browsers", "lines\r\nof browsers"),
            ("over\rwritten", "over[U+000D]written"),
            ("\u{1b}[2J", "[U+001B][2J"),
            ("csi \u{9b}2J", "csi [U+009B]2J"),
            ("gpj\u{202e}.exe", "gpj[U+202E].exe"),
            ("a\u{2066}b\u{2069}", "a[U+2066]b[U+2069]"),
            ("ad\u{200b}min", "ad[U+200B]min"),
            ("ad\u{200d}min", "ad[U+200D]min"),
            ("so\u{ad}ft\u{feff}", "so[U+00AD]ft[U+FEFF]"),
            ("\u{e0041}", "[U+E0041]"),
            ("filler\u{3164}", "filler\u{3164}[U+3164]"),
            // Cyrillic and Greek among Latin.
            ("p\u{430}ypal", "p\u{430}[U+0430]ypal"),
            ("by \u{430}dmin, twice", "by \u{430}[U+0430]dmin, twice"),
            ("\u{3bf}ps", "\u{3bf}[U+03BF]ps"),
            // A whole text that reads as another; letters of mathematics and of full width.
            (
                "\u{441}\u{43e}\u{441}\u{43e}",
                "\u{441}[U+0441]\u{43e}[U+043E]\u{441}[U+0441]\u{43e}[U+043E]",
            ),
            (
                "by \u{1d41a}\u{1d41b}",
                "by \u{1d41a}[U+1D41A]\u{1d41b}[U+1D41B]",
            ),
            // People write so.
            (
                "Zoë Ångström, Işık, Łukasz, Straße",
                "Zoë Ångström, Işık, Łukasz, Straße",
            ),
            ("оса летит", "оса летит"),
            ("Иван Петров", "Иван Петров"),
            ("Tidegateを使う", "Tidegateを使う"),
            ("山田 太郎", "山田 太郎"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            (
                "👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
                "👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            ),
            ("5 µs, m², 20 °C – “so”…", "5 µs, m², 20 °C – “so”…"),
        ] {
            assert_eq!(shown(text), expect);
        }
    }

    proptest! {
        /// Nothing hidden is left but where it has a use, and nothing else is lost.
        #[test]
        fn every_character_stays_or_is_marked(text in "[ -~\u{430}\u{200b}-\u{202e}é\r\u{1b}\u{e0041}]{0,20}") {
            let shown = shown(&text);
            for c in text.chars() {
                let marked = format!("[U+{:04X}]", u32::from(c));
                prop_assert!(shown.contains(c) || shown.contains(&marked));
            }
            let is_clean = !shown.contains(['\u{202e}', '\u{1b}', '\u{200b}', '\u{e0041}']);
            prop_assert!(is_clean);
        }
    }
}
