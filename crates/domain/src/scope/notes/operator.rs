//! What operators are told: what breaks, what they have to do or to set, and what was taken back; and whatever a person wrote
//! for them.

use super::{Chapter, Chapters, Line, Materials, told::Told};
use crate::scope::{
    change::Change,
    heading::Heading,
    meaning::{Kind, NoticeKind},
    roll_up::Scope,
};

pub(super) fn chapters(scope: &Scope, told: &Told, materials: Materials<'_>) -> Vec<Chapter> {
    let mut chapters = Chapters::default();
    for change in scope.counting() {
        match told.change(change) {
            Some(words) if words.text.is_none() => {}
            Some(words) => chapters.add(heading(change), line(change, materials).reworded(words)),
            None => generate(change, materials, &mut chapters),
        }
    }
    chapters.finish()
}

fn generate(change: &Change, materials: Materials<'_>, chapters: &mut Chapters) {
    let meaning = &change.meaning;
    if let Some(breaking) = &meaning.breaking {
        let line = line(change, materials)
            .saying(breaking)
            .with_detail(&meaning.description);
        chapters.add(Heading::Breaking, line);
    }
    for notice in &meaning.notices {
        let line = line(change, materials)
            .saying(&notice.text)
            .with_detail(&meaning.description);
        chapters.add(Heading::Notice(notice.kind), line);
    }
    if meaning.breaking.is_none() && meaning.notices.is_empty() && is_operational(meaning.kind) {
        chapters.add(Heading::Kind(meaning.kind), line(change, materials));
    }
}

/// Whether operators are told of a change for its kind alone.
fn is_operational(kind: Kind) -> bool {
    match kind {
        Kind::Operations | Kind::Performance | Kind::Revert => true,
        Kind::Feature
        | Kind::Fix
        | Kind::Documentation
        | Kind::Refactoring
        | Kind::Test
        | Kind::Build
        | Kind::Merge
        | Kind::Other => false,
    }
}

/// Where a person's words about a change stand.
fn heading(change: &Change) -> Heading {
    let notice = change
        .meaning
        .notices
        .iter()
        .map(|notice| notice.kind)
        .min();
    match (&change.meaning.breaking, notice) {
        (Some(_), _) => Heading::Breaking,
        (None, Some(kind)) => Heading::Notice(kind),
        (None, None) if is_operational(change.meaning.kind) => Heading::Kind(change.meaning.kind),
        (None, None) => Heading::Notice(NoticeKind::Operations),
    }
}

fn line(change: &Change, materials: Materials<'_>) -> Line {
    let mut line = Line::of(change, None, materials);
    line.commits = change.key.commit().into_iter().collect();
    line
}
