//! Markdown as messages are written in it (`CommonMark` 0.31), read by another library and written out as plain text and HTML.
//!
//! HTML in it is text. What is written out consists of a fixed list of elements without attributes, but for links, which lead to
//! the web or to a mailbox and nowhere else; pictures are left out, because whoever opened a mail would be told of it. Values of
//! open places come in behind the reader, so none of them can mean anything.

mod escape;
mod html;
mod plain;
mod source;

pub(super) use escape::{escaped, spaced};
pub(super) use html::{escape, html};
pub(super) use plain::plain;

/// A document without open places as part of a page, whose own headings it stands below: its first is one of the third rank.
///
/// What is written out has no `<` but those of its elements, so each of these is one.
pub(super) fn document(source: &str) -> String {
    let html = html(source, &super::Filling::default());
    let ranks = [
        ("h4>", "h6>"),
        ("h3>", "h5>"),
        ("h2>", "h4>"),
        ("h1>", "h3>"),
    ];
    let lowered = ranks.iter().fold(html, |html, (from, to)| {
        let (open, close) = (format!("<{from}"), format!("</{from}"));
        let html = html.replace(&open, &format!("<{to}"));
        html.replace(&close, &format!("</{to}"))
    });
    // What scrolls sideways is reached by the keyboard.
    lowered.replace("<pre>", "<pre tabindex=\"0\">")
}

#[cfg(test)]
mod tests;
