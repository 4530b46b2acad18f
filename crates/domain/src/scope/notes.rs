//! Release notes: what an audience is told about a scope. Texts in them are plain, and foreign until they are written out.
//!
//! [`developer`] tells everything, [`operator`] what to do and what behaves otherwise, [`customer`] what is new and mended. What
//! people wrote, in [`told`], takes the place of what is generated.

mod customer;
mod developer;
mod line;
mod operator;
mod told;

pub use line::Line;

use super::{
    change::ChangeKey,
    heading::Heading,
    item::Catalogue,
    link::Links,
    roll_up::Scope,
    wording::{Audience, Subject, Wording},
};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use told::Told;

/// What notes are made of, beside the scope.
#[derive(Debug, Clone, Copy)]
pub struct Materials<'a> {
    /// Which items texts name, and where those are read.
    pub links: &'a Links<'a>,
    /// The imported items.
    pub catalogue: &'a Catalogue,
    /// What people wrote, in the order of writing, for all audiences.
    pub wordings: &'a [Wording],
}

/// What an audience is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// Whom.
    pub audience: Audience,
    /// What a person wrote about the whole.
    pub introduction: Option<Line>,
    /// By heading, none of them empty.
    pub chapters: Vec<Chapter>,
    /// Who contributed, by name; developers are told.
    pub contributors: Vec<String>,
    /// What customers are not told of, because neither an imported item nor a person says it in their words.
    pub unworded: Vec<ChangeKey>,
    /// What people wrote about that is not there.
    pub unplaced: Vec<Subject>,
    /// Who wrote words of these notes, for each audience's own part.
    pub writers: Vec<Name>,
}

/// Lines under a heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// What they have in common.
    pub heading: Heading,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Notes {
    /// What to tell an audience about a scope.
    pub fn of(scope: &Scope, audience: Audience, materials: Materials<'_>) -> Self {
        let told = Told::of(scope, audience, materials.wordings);
        let (chapters, unworded) = match audience {
            Audience::Developer => (developer::chapters(scope, &told, materials), Vec::new()),
            Audience::Operator => (operator::chapters(scope, &told, materials), Vec::new()),
            Audience::Customer => customer::chapters(scope, &told, materials),
        };
        Self {
            audience,
            introduction: told.introduction().map(Line::words),
            chapters,
            contributors: match audience {
                Audience::Developer => scope
                    .contributors()
                    .into_iter()
                    .map(|c| c.author.name)
                    .collect(),
                Audience::Operator | Audience::Customer => Vec::new(),
            },
            unworded,
            unplaced: told.unplaced().to_vec(),
            writers: told.writers(),
        }
    }
}

/// Lines by heading.
#[derive(Debug, Default)]
struct Chapters(BTreeMap<Heading, Vec<Line>>);

impl Chapters {
    fn add(&mut self, heading: Heading, line: Line) {
        self.0.entry(heading).or_default().push(line);
    }

    fn finish(self) -> Vec<Chapter> {
        let chapter = |(heading, lines)| Chapter { heading, lines };
        self.0.into_iter().map(chapter).collect()
    }
}

#[cfg(test)]
mod tests;
