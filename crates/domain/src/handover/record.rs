//! A handover on record. Each change of it is another edition.

use super::{HandoverKind, HandoverTemplate, Item, Seen, Sheet, Status, TakenBy};
use crate::{
    canonical,
    id::Edition,
    name::Name,
    planning::{Begun, Party},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A release given into other hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// The product.
    pub product: Name,
    /// Its release.
    pub version: Version,
    /// To whom.
    pub kind: HandoverKind,
    /// Its number; whoever saves a sheet says which one theirs was made from.
    pub edition: Edition,
    /// The template that it began from.
    pub begun: Begun,
    /// Who gives.
    pub gives: Party,
    /// Who takes.
    pub takes: Party,
    /// Who of those accepts.
    pub accepts: TakenBy,
    /// What is handed over.
    pub items: Vec<Item>,
    /// What those who take it have to know.
    pub sheet: Sheet,
    /// How far it is.
    pub status: Status,
    /// Who made this edition.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

impl Handover {
    /// The handover of a release that begins from a template, between these parties: who gives and who takes.
    pub fn begin(
        (product, version): (Name, Version),
        template: &HandoverTemplate,
        (gives, takes): (Party, Party),
        (by, at): (Name, Timestamp),
    ) -> Self {
        Self {
            product,
            version,
            kind: template.handover,
            edition: Edition(1),
            begun: Begun {
                template: template.name.clone(),
                hash: canonical::hash(template),
            },
            accepts: template.accepts.clone(),
            items: template.begin((&gives, &takes)),
            sheet: Sheet::blank(template.handover),
            status: Status::Open,
            gives,
            takes,
            by,
            at,
        }
    }

    /// One of its items.
    pub fn item(&self, name: &Name) -> Option<&Item> {
        self.items.iter().find(|it| it.name == *name)
    }

    /// The items that keep it from being offered.
    pub fn lacks<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a Item> {
        let items = self.items.iter();
        items.filter(move |it| it.is_lacking((&self.sheet, seen)))
    }

    /// Until when customers are told nothing of the release, if that is still so.
    ///
    /// It holds however far the handover is: an embargo ends by its time, or by whoever writes the sheet.
    pub fn embargo(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.sheet.announcement().and_then(|it| it.embargo);
        until.filter(|until| *until > now)
    }
}
