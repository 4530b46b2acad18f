//! A line of notes.

use super::{Materials, told::Words};
use crate::{
    name::Name,
    scope::{
        change::{Change, ChangeKey, Standing},
        commit::CommitId,
        item::ItemKey,
        roll_up,
        wording::Subject,
    },
};
use serde::{Deserialize, Serialize};

/// The longest generated text of a line, in characters.
const TEXT_MAX: usize = 500;
/// The longest generated text below a line, in characters.
const DETAIL_MAX: usize = 2_000;

/// A line of notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What a person would write about to reword it.
    pub subject: Option<Subject>,
    /// What part it is about.
    pub area: Option<String>,
    /// What it says; of several lines if a person wrote it.
    pub text: String,
    /// More of it, below the line.
    pub detail: Option<String>,
    /// Why it does not count.
    pub remark: Option<String>,
    /// The changes that it is about.
    pub changes: Vec<ChangeKey>,
    /// Who wrote the changes, by name.
    pub authors: Vec<String>,
    /// The commits behind it, as far as the audience is told.
    pub commits: Vec<CommitId>,
    /// The items behind it, and where they are read.
    pub items: Vec<(ItemKey, Option<String>)>,
    /// Who wrote the words of the line, the last of them last; nobody if it was generated.
    pub written_by: Vec<Name>,
}

impl Line {
    /// What a person wrote.
    pub(super) fn words(words: &Words) -> Self {
        Self {
            text: words.text.clone().unwrap_or_default(),
            written_by: words.by.clone(),
            ..Self::default()
        }
    }

    /// A change and the items that it names, in a person's words if there are any.
    pub(super) fn of(change: &Change, words: Option<&Words>, materials: Materials<'_>) -> Self {
        let base = match words {
            Some(words) => Self::words(words),
            None => Self {
                area: change
                    .meaning
                    .area
                    .as_deref()
                    .map(|area| shortened(area, TEXT_MAX)),
                text: shortened(&change.meaning.description, TEXT_MAX),
                ..Self::default()
            },
        };
        let items = change.links.iter().map(|link| {
            let url = roll_up::address(&link.item, materials.links, materials.catalogue);
            (link.item.clone(), url)
        });
        Self {
            subject: Some(Subject::Change((&change.key).into())),
            changes: vec![change.key.clone()],
            items: items.collect(),
            ..base
        }
    }

    /// The same in a person's words.
    pub(super) fn reworded(self, words: &Words) -> Self {
        let Self {
            text, written_by, ..
        } = Self::words(words);
        Self {
            area: None,
            text,
            written_by,
            ..self
        }
    }

    /// With who wrote the change and its commit.
    pub(super) fn with_authors(mut self, change: &Change) -> Self {
        self.authors = change.authors();
        self.commits = change.key.commit().into_iter().collect();
        self
    }

    /// With why the change does not count, or who added it.
    pub(super) fn with_remark(mut self, standing: &Standing) -> Self {
        self.remark = match standing {
            Standing::Counts => None,
            Standing::Added(decision) => {
                Some(format!("Added by {}: {}", decision.by, decision.reason))
            }
            Standing::TakenOut(decision) => {
                Some(format!("Taken out by {}: {}", decision.by, decision.reason))
            }
            Standing::Undone { by } => Some(format!("Taken back by {}.", by.short())),
            Standing::Undoes { commits } => {
                let commits: Vec<String> = commits.iter().map(CommitId::short).collect();
                Some(format!("Takes back {}.", commits.join(", ")))
            }
        };
        self
    }

    pub(super) fn with_detail(mut self, detail: &str) -> Self {
        self.detail = (detail != self.text).then(|| shortened(detail, DETAIL_MAX));
        self
    }

    /// The same with another generated text.
    pub(super) fn saying(mut self, text: &str) -> Self {
        self.text = shortened(text, DETAIL_MAX);
        self
    }
}

/// The first so many characters, with a mark where it was cut.
pub(super) fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
