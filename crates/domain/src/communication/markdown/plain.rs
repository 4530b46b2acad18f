//! Markdown written out as plain text, for mail readers and rooms that show nothing else.

use super::source::{filled, is_followed, marked, read};
use crate::communication::Filling;
use pulldown_cmark::{Event, Tag, TagEnd};
use std::fmt::Write as _;

/// The source as plain text, with the values in their places.
pub(in crate::communication) fn plain(source: &str, filling: &Filling) -> String {
    let marked = marked(source);
    let mut page = Page {
        filling,
        text: String::with_capacity(source.len()),
        margins: Vec::new(),
        numbers: Vec::new(),
        links: Vec::new(),
        is_begun: false,
    };
    for event in read(&marked) {
        page.write(event);
    }
    page.text.truncate(page.text.trim_end().len());
    page.text
}

struct Page<'a> {
    filling: &'a Filling,
    text: String,
    /// What lines begin with: a part for each item and quotation around them.
    margins: Vec<&'static str>,
    /// The next number of each list around, if it counts.
    numbers: Vec<Option<u64>>,
    /// The addresses of the links around, and where their words begin.
    links: Vec<(String, usize)>,
    /// Whether the line for the next block is begun already.
    is_begun: bool,
}

impl Page<'_> {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::Code(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => self.words(&text),
            Event::SoftBreak | Event::HardBreak => self.line(),
            Event::Rule => {
                self.block();
                self.text.push_str("--------");
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock => {
                self.block();
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.mark("> ", "> ");
            }
            Tag::List(start) => {
                match self.numbers.is_empty() {
                    true => self.block(),
                    false => self.line(),
                }
                self.numbers.push(start);
                self.is_begun = true;
            }
            Tag::Item => self.open_item(),
            Tag::Link { dest_url, .. } => {
                self.links.push((dest_url.to_string(), self.text.len()));
            }
            Tag::Emphasis
            | Tag::Strong
            | Tag::Image { .. }
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Item | TagEnd::BlockQuote(_) => {
                self.margins.pop();
                self.is_begun = false;
            }
            TagEnd::List(_) => {
                self.numbers.pop();
                self.is_begun = false;
            }
            TagEnd::Link => self.close_link(),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Emphasis
            | TagEnd::Strong
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
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn open_item(&mut self) {
        if !std::mem::take(&mut self.is_begun) {
            self.line();
        }
        match self.numbers.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                self.mark(&marker, "   ");
            }
            Some(None) | None => self.mark("- ", "  "),
        }
    }

    /// The address of a link behind its words, unless it is what they say.
    fn close_link(&mut self) {
        let Some((address, from)) = self.links.pop() else {
            return;
        };
        let address = filled(&address, self.filling);
        let words = self.text.get(from..).unwrap_or_default();
        let is_said = words == address || address.strip_prefix("mailto:") == Some(words);
        if is_followed(&address) && !is_said {
            write!(self.text, " ({address})").expect("a string takes everything");
        }
    }

    fn words(&mut self, text: &str) {
        let mut between = false;
        for line in text.split('\n') {
            if std::mem::replace(&mut between, true) {
                self.line();
            }
            self.text.push_str(&filled(line, self.filling));
        }
    }

    /// A marker, and what the lines below it begin with.
    fn mark(&mut self, marker: &str, margin: &'static str) {
        self.text.push_str(marker);
        self.margins.push(margin);
        self.is_begun = true;
    }

    /// A line of its own, a blank one before it.
    fn block(&mut self) {
        if std::mem::take(&mut self.is_begun) {
            return;
        }
        self.text.truncate(self.text.trim_end().len());
        if !self.text.is_empty() {
            let margin = self.margins.concat();
            self.text.push('\n');
            self.text.push_str(margin.trim_end());
            self.line();
        }
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(self.margins.iter().copied());
    }
}
