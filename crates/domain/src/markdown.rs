//! Text of strangers within Markdown (`CommonMark` 0.31 and what sites add to it), in which it means nothing.
//!
//! Text is plain text: each character that could begin a construct is written with a backslash (§2.4). What a renderer would
//! turn into a link by itself, an address, a host or somebody's name behind `@`, is written as code (§6.1), which none
//! of them touches.

use crate::appearance::shown;

/// Text of several lines, each behind an indentation; blank lines part paragraphs.
pub(crate) fn write_text(page: &mut String, text: &str, indentation: &str) {
    let text = shown(text);
    let mut between = "";
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            between = if between.is_empty() { "" } else { "\n\n" };
            continue;
        }
        if !between.is_empty() {
            page.push_str(between);
            page.push_str(indentation);
        }
        write_words(page, line);
        between = "\n";
    }
}

/// Text on one line.
pub(crate) fn write_inline(page: &mut String, text: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    write_words(page, &shown(&text));
}

fn write_words(page: &mut String, line: &str) {
    let mut between = "";
    for word in line.split_whitespace() {
        page.push_str(between);
        let is_first = between.is_empty();
        between = " ";
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b",-'()".contains(&b);
        if !is_first && word.bytes().all(is_letter) {
            page.push_str(word);
            continue;
        }
        match is_link(word) {
            true => write_code(page, word),
            false => write_escaped(page, word, is_first),
        }
    }
}

/// Whether some renderer would make a link, or a mention, of the word.
fn is_link(word: &str) -> bool {
    let is_host = |(at, _): (usize, &str)| {
        let (left, right) = (&word[..at], &word[at + 1..]);
        let name = right.chars().take_while(|c| c.is_alphabetic()).count();
        left.ends_with(char::is_alphanumeric) && name > 1
    };
    word.contains('@')
        || word.contains("://")
        || word.contains("mailto:")
        || word.match_indices('.').any(is_host)
}

/// A code span has no escapes: a backtick would end it.
fn write_code(page: &mut String, word: &str) {
    page.push('`');
    page.push_str(&word.replace('`', "'"));
    page.push('`');
}

fn write_escaped(page: &mut String, word: &str, is_first: bool) {
    // What begins a block: headings, lists, underlines of headings, fences.
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in word.char_indices() {
        let is_inline = "\\`*_[]<>&|~$^{}".contains(c);
        let is_block =
            is_first && ((at == 0 && "#-+=:%!".contains(c)) || (at == digits && ".)".contains(c)));
        if is_inline || is_block {
            page.push('\\');
        }
        page.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    fn written(text: &str) -> String {
        let mut page = String::new();
        write_text(&mut page, text, "");
        page
    }

    #[test]
    fn nothing_foreign_means_anything() {
        for (text, expect) in [
            (
                "plain text, as it is: \"so\" (yes)",
                "plain text, as it is: \"so\" (yes)",
            ),
            (
                "<script>alert(1)</script>",
                "\\<script\\>alert(1)\\</script\\>",
            ),
            (
                "[a](javascript:x) ![b](c)",
                "\\[a\\](javascript:x) !\\[b\\](c)",
            ),
            (
                "*a* __b__ `c` ~~d~~ &amp; a|b",
                "\\*a\\* \\_\\_b\\_\\_ \\`c\\` \\~\\~d\\~\\~ \\&amp; a\\|b",
            ),
            (
                "# a\n\n---\n    code\n1. b\n12) c\n+ d\n===",
                "\\# a\n\n\\---\ncode\n1\\. b\n12\\) c\n\\+ d\n\\===",
            ),
            (
                "see https://a.example/`x`?<b>",
                "see `https://a.example/'x'?<b>`",
            ),
            (
                "@all, a@b and WWW.example.com",
                "`@all,` `a@b` and `WWW.example.com`",
            ),
            ("in main.rs, e.g. 1.2.3", "in `main.rs,` e.g. 1.2.3"),
            ("gpj\u{202e}.exe", "gpj\\[U+202E\\].exe"),
            ("C:\\ ends\\", "C:\\\\ ends\\\\"),
            ("", ""),
        ] {
            assert_eq!(written(text), expect);
        }
    }

    proptest! {
        /// Another reader finds no construct but paragraphs and code.
        #[test]
        fn another_reader_finds_only_text(text in "(<|>|\\[|\\]|\\(|\\)|!|`|\\*|_|~|#|-|\\+|=|\\||&|;|:|/|\\\\|\\$|\\^|\n|\n\n| |    |\t|1\\.|a|http://a|b@c|<b>|&lt;|---|```|\\[x\\]: /u|\\[\\^1\\]){0,25}") {
            for page in [written(&text), format!("- {}", written(&text))] {
                for event in Parser::new_ext(&page, Options::all()) {
                    let is_block = |tag: &Tag<'_>| matches!(tag, Tag::Paragraph | Tag::List(None) | Tag::Item);
                    let is_text = matches!(&event, Event::End(_) | Event::Text(_) | Event::Code(_) | Event::SoftBreak)
                        || matches!(&event, Event::Start(tag) if is_block(tag));
                    prop_assert!(is_text, "{event:?} in {page:?}");
                }
            }
        }
    }
}
