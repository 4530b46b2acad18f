//! Markdown written out as HTML, of a fixed list of elements.

use super::source::{filled, is_followed, marked, read};
use crate::communication::Filling;
use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use std::fmt::Write as _;

/// The source as HTML, with the values in their places.
pub(in crate::communication) fn html(source: &str, filling: &Filling) -> String {
    let marked = marked(source);
    let mut page = Page {
        filling,
        text: String::with_capacity(source.len() * 2),
        links: Vec::new(),
    };
    for event in read(&marked) {
        page.write(event);
    }
    page.text
}

/// Text without any meaning in HTML and XML, within elements and within quotes.
pub(in crate::communication) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML 1.0 §2.2 has no place for these, however they are written.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

struct Page<'a> {
    filling: &'a Filling,
    text: String,
    /// Whether the links that are open lead anywhere.
    links: Vec<bool>,
}

impl Page<'_> {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => self.open_link(&dest_url),
            Event::End(TagEnd::Link) => {
                if self.links.pop() == Some(true) {
                    self.text.push_str("</a>");
                }
            }
            Event::Start(Tag::List(Some(start))) if start != 1 => {
                write!(self.text, "<ol start=\"{start}\">").expect("a string takes everything");
            }
            Event::Start(tag) => self.tag("<", &tag.to_end()),
            Event::End(tag) => self.tag("</", &tag),
            // HTML is text.
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.words(&text);
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text.push_str("<code>");
                self.words(&text);
                self.text.push_str("</code>");
            }
            Event::SoftBreak => self.text.push('\n'),
            Event::HardBreak => self.text.push_str("<br>\n"),
            Event::Rule => self.text.push_str("<hr>\n"),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn words(&mut self, text: &str) {
        let filled = filled(text, self.filling);
        self.text.push_str(&escape(&filled));
    }

    fn open_link(&mut self, address: &str) {
        let leads = is_followed(address);
        if leads {
            let address = escape(&filled(address, self.filling));
            write!(self.text, "<a href=\"{address}\" rel=\"noreferrer\">")
                .expect("a string takes everything");
        }
        self.links.push(leads);
    }

    fn tag(&mut self, bracket: &str, tag: &TagEnd) {
        let Some(name) = element(tag) else { return };
        self.text.push_str(bracket);
        self.text.push_str(name);
        self.text.push('>');
        if bracket == "</" && is_block(tag) {
            self.text.push('\n');
        }
    }
}

/// The element of a construct, for those that have one.
fn element(tag: &TagEnd) -> Option<&'static str> {
    match tag {
        TagEnd::Paragraph | TagEnd::HtmlBlock => Some("p"),
        TagEnd::Heading(HeadingLevel::H1) => Some("h1"),
        TagEnd::Heading(HeadingLevel::H2) => Some("h2"),
        TagEnd::Heading(HeadingLevel::H3) => Some("h3"),
        TagEnd::Heading(HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6) => Some("h4"),
        TagEnd::BlockQuote(_) => Some("blockquote"),
        TagEnd::CodeBlock => Some("pre"),
        TagEnd::List(true) => Some("ol"),
        TagEnd::List(false) => Some("ul"),
        TagEnd::Item => Some("li"),
        TagEnd::Emphasis => Some("em"),
        TagEnd::Strong => Some("strong"),
        // Links are opened apart; the words for a picture stand in its place; the others are not read.
        TagEnd::Link
        | TagEnd::Image
        | TagEnd::FootnoteDefinition
        | TagEnd::DefinitionList
        | TagEnd::DefinitionListTitle
        | TagEnd::DefinitionListDefinition
        | TagEnd::Table
        | TagEnd::TableHead
        | TagEnd::TableRow
        | TagEnd::TableCell
        | TagEnd::Strikethrough
        | TagEnd::Superscript
        | TagEnd::Subscript
        | TagEnd::MetadataBlock(_) => None,
    }
}

fn is_block(tag: &TagEnd) -> bool {
    !matches!(tag, TagEnd::Emphasis | TagEnd::Strong)
}
