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

#[cfg(test)]
mod tests;
