//! What an offer and its acceptance are bound to: exactly what was there, by hash.

use super::{Fact, Handover, HandoverKind};
use crate::{canonical, digest::Digest, name::Name, planning::Party, version::Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is on record of a release, as far as handovers look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The hash of what the release is made of, and of the configuration that it would go with.
    pub contents: Digest,
    /// What there is, by its hash.
    pub record: BTreeMap<Fact, Digest>,
    /// What is kept with the release, by its kind.
    pub evidence: BTreeMap<Name, Digest>,
}

/// What an offer is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Of this map; 1.
    pub v: u32,
    /// The release.
    pub release: (Name, Version),
    /// Which of both handovers.
    pub kind: HandoverKind,
    /// What the release is made of, with its configuration.
    pub contents: Digest,
    /// Who gives, and who takes.
    pub parties: (Party, Party),
    /// What is said and seen of each item.
    pub items: BTreeMap<Name, Digest>,
    /// The sheet.
    pub sheet: Digest,
}

impl Bound {
    /// What an offer would be bound to now.
    pub fn of(handover: &Handover, seen: &Seen) -> Self {
        let known = (&handover.sheet, seen);
        let items = handover.items.iter().map(|item| {
            let shown = (item, item.status(known), item.seen(known));
            (item.name.clone(), canonical::hash(&shown))
        });
        Self {
            v: 1,
            release: (handover.product.clone(), handover.version.clone()),
            kind: handover.kind,
            contents: seen.contents,
            parties: (handover.gives.clone(), handover.takes.clone()),
            items: items.collect(),
            sheet: canonical::hash(&handover.sheet),
        }
    }

    /// The hash that people say they saw.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }

    /// What is not as it was, in words.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let Self {
            v,
            release,
            kind,
            contents,
            parties,
            items,
            sheet,
        } = self;
        let is_same = (v, release, kind) == (&now.v, &now.release, &now.kind);
        let parts = [
            ("what it is about", is_same),
            (
                "what the release is made of, or its configuration",
                *contents == now.contents,
            ),
            ("who gives and takes it", *parties == now.parties),
            ("the sheet", *sheet == now.sheet),
        ];
        let changed = parts.into_iter().filter(|(_, is_same)| !is_same);
        let mut changes: Vec<String> = changed.map(|(part, _)| part.to_owned()).collect();
        let other = now
            .items
            .iter()
            .filter(|(name, it)| items.get(name) != Some(it));
        changes.extend(other.map(|(name, _)| format!("item {name}")));
        changes
    }
}
