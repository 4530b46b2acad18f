//! An item of a handover, and how far it is.

use super::{Seen, Sheet, TemplateItem, Wants};
use crate::{communication::WebAddress, digest::Digest, name::Name, planning::Party};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An item of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name.
    pub name: Name,
    /// In a sentence.
    pub title: String,
    /// What it takes, in Markdown.
    pub document: String,
    /// Who sees to it.
    pub gives: Party,
    /// Who takes it over.
    pub takes: Party,
    /// Whether nothing is offered without it.
    pub required: bool,
    /// What shows that it is done.
    pub wants: Wants,
    /// What people said of it.
    pub state: ItemState,
}

/// What people said of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ItemState {
    /// Nothing yet.
    Open,
    /// It is done.
    Done {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// In their words.
        note: String,
        /// Where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<WebAddress>,
    },
    /// It does not apply to this release.
    NotApplicable {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Those who take it did not accept it.
    Rejected {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
        /// What was seen of it then; it counts again once that is something else, or somebody says that it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Digest>,
    },
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// It is to be done.
    Open,
    /// It is done.
    Done,
    /// It does not apply to this release.
    NotApplicable,
}

impl Item {
    /// The item that a template asks for. What the template leaves open falls to the parties of the handover.
    pub fn begin(from: &TemplateItem, (gives, takes): (&Party, &Party)) -> Self {
        Self {
            name: from.name.clone(),
            title: from.title().to_owned(),
            document: from.document.clone(),
            gives: from.gives.clone().unwrap_or_else(|| gives.clone()),
            takes: from.takes.clone().unwrap_or_else(|| takes.clone()),
            required: from.required,
            wants: from.wants.clone(),
            state: ItemState::Open,
        }
    }

    /// What is on record of what it wants, by its hash.
    pub fn seen(&self, (sheet, seen): (&Sheet, &Seen)) -> Option<Digest> {
        match &self.wants {
            Wants::Text | Wants::Link => None,
            Wants::Fact(fact) => sheet
                .digest(*fact)
                .or_else(|| seen.record.get(fact).copied()),
            Wants::Evidence(kind) => seen.evidence.get(kind).copied(),
        }
    }

    /// How far it is, by what people said and what is on record.
    pub fn status(&self, known: (&Sheet, &Seen)) -> ItemStatus {
        let now = self.seen(known);
        let is_there = now.is_some() || !self.wants.is_seen();
        match &self.state {
            ItemState::NotApplicable { .. } => ItemStatus::NotApplicable,
            ItemState::Done { .. } if is_there => ItemStatus::Done,
            ItemState::Open if now.is_some() => ItemStatus::Done,
            ItemState::Rejected { seen, .. } if now.is_some() && now != *seen => ItemStatus::Done,
            ItemState::Done { .. } | ItemState::Open | ItemState::Rejected { .. } => {
                ItemStatus::Open
            }
        }
    }

    /// Whether it keeps the handover from being offered.
    pub fn is_lacking(&self, known: (&Sheet, &Seen)) -> bool {
        let rejected = matches!(self.state, ItemState::Rejected { .. });
        (self.required || rejected) && self.status(known) == ItemStatus::Open
    }
}

impl ItemStatus {
    /// As people and programs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::NotApplicable => "not applicable",
        }
    }
}
