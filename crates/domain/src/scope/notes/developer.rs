//! What developers are told: everything, with commits and authors, and what does not count with the reason.

use super::{Chapter, Chapters, Line, Materials, told::Told};
use crate::scope::{heading::Heading, roll_up::Scope};

pub(super) fn chapters(scope: &Scope, told: &Told, materials: Materials<'_>) -> Vec<Chapter> {
    let mut chapters = Chapters::default();
    for change in scope.changes() {
        let words = told.change(change);
        if words.is_some_and(|words| words.text.is_none()) {
            continue;
        }
        let line = Line::of(change, words, materials)
            .with_authors(change)
            .with_remark(&change.standing);
        let line = match &change.meaning.breaking {
            Some(breaking) if words.is_none() && *breaking != change.meaning.description => {
                line.with_detail(breaking)
            }
            Some(_) | None => line,
        };
        chapters.add(Heading::of(change), line);
    }
    chapters.finish()
}
