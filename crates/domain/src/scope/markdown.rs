//! Notes as Markdown, in which nothing foreign means anything.
//!
//! The only links are those to work items, whose addresses come from trackers or were checked.

use super::notes::{Line, Notes};
use crate::markdown::{write_inline, write_text};
use std::fmt::Write as _;

impl Notes {
    /// The notes as Markdown.
    pub fn markdown(&self) -> String {
        let mut page = String::new();
        if let Some(introduction) = &self.introduction {
            write_text(&mut page, &introduction.text, "");
            page.push_str("\n\n");
        }
        for chapter in &self.chapters {
            page.push_str("## ");
            page.push_str(chapter.heading.title());
            page.push_str("\n\n");
            for line in &chapter.lines {
                write_line(&mut page, line);
            }
            if !page.ends_with("\n\n") {
                page.push('\n');
            }
        }
        if self.chapters.is_empty() {
            page.push_str("No changes.\n\n");
        }
        if !self.contributors.is_empty() {
            page.push_str("## Contributors\n\n");
            write_inline(&mut page, &self.contributors.join(", "));
            page.push_str("\n\n");
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }
}

fn write_line(page: &mut String, line: &Line) {
    page.push_str("- ");
    if let Some(area) = &line.area {
        page.push_str("**");
        write_inline(page, area);
        page.push_str(":** ");
    }
    write_text(page, &line.text, "  ");
    if !line.authors.is_empty() {
        page.push_str(" — ");
        write_inline(page, &line.authors.join(", "));
    }
    write_sources(page, line);
    page.push('\n');
    for text in line.detail.iter().chain(&line.remark) {
        page.push_str("\n  ");
        write_text(page, text, "  ");
        page.push_str("\n\n");
    }
}

/// Commits and items, in parentheses.
fn write_sources(page: &mut String, line: &Line) {
    let mut between = " (";
    for commit in &line.commits {
        page.push_str(between);
        write!(page, "`{}`", commit.short()).expect("a string takes everything");
        between = ", ";
    }
    for (key, url) in &line.items {
        page.push_str(between);
        between = ", ";
        if let Some(url) = url {
            page.push('[');
            write_inline(page, &key.key);
            write!(page, "](<{url}>)").expect("a string takes everything");
        } else {
            write_inline(page, &key.key);
        }
    }
    if between == ", " {
        page.push(')');
    }
}
