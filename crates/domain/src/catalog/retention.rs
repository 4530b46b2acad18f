//! How long versions of artifacts are kept that nothing needs.

use crate::{attachment::artifact_of_tag, digest::Digest};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is kept of each repository of a product, beside what releases need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// So many versions are kept, the newest, however old.
    pub keep: u32,
    /// Others are kept for so many days.
    pub days: u32,
}

/// A tag of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// It.
    pub tag: String,
    /// What it names.
    pub digest: Digest,
    /// Since when.
    pub since: Timestamp,
    /// Whether a release, or what stands on a target, needs it.
    pub is_needed: bool,
}

impl Retention {
    /// The tags that are over, of all that a repository has. A tag that speaks of an artifact, as cosign makes them, goes
    /// with the last tag of that artifact, and never before.
    pub fn over<'a>(&self, tags: &'a [Tagged], now: Timestamp) -> Vec<&'a Tagged> {
        let mut versions: Vec<&Tagged> = tags
            .iter()
            .filter(|it| artifact_of_tag(&it.tag).is_none())
            .collect();
        versions.sort_by(|a, b| (b.since, &b.tag).cmp(&(a.since, &a.tag)));
        let keep = usize::try_from(self.keep).unwrap_or(usize::MAX);
        let limit = self.limit(now);
        let (over, stays): (Vec<(usize, &Tagged)>, Vec<_>) = versions
            .into_iter()
            .enumerate()
            .partition(|(place, it)| *place >= keep && it.since < limit && !it.is_needed);
        let digests = |of: &[(usize, &Tagged)]| -> BTreeSet<Digest> {
            of.iter().map(|(_, it)| it.digest).collect()
        };
        let (gone, kept) = (digests(&over), digests(&stays));
        let speaks_of_it = tags.iter().filter(|it| {
            artifact_of_tag(&it.tag)
                .is_some_and(|digest| gone.contains(&digest) && !kept.contains(&digest))
        });
        let over = over.iter().map(|(_, it)| *it);
        over.chain(speaks_of_it).collect()
    }

    /// The tags that speak of an artifact that no tag names, each with it: they go as well, where the artifact is gone.
    pub fn orphans<'a>(&self, tags: &'a [Tagged], now: Timestamp) -> Vec<(&'a Tagged, Digest)> {
        let limit = self.limit(now);
        let named: BTreeSet<Digest> = tags.iter().map(|it| it.digest).collect();
        let is_over = |it: &&Tagged| it.since < limit && !it.is_needed;
        let orphan = |it: &'a Tagged| {
            let artifact = artifact_of_tag(&it.tag)?;
            (!named.contains(&artifact)).then_some((it, artifact))
        };
        tags.iter().filter(is_over).filter_map(orphan).collect()
    }

    /// What is older is over.
    fn limit(&self, now: Timestamp) -> Timestamp {
        now - SignedDuration::from_hours(24 * i64::from(self.days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(tag: &str, days_old: i64) -> Tagged {
        Tagged {
            tag: tag.to_owned(),
            digest: Digest::of(tag.as_bytes()),
            since: now() - SignedDuration::from_hours(24 * days_old),
            is_needed: false,
        }
    }

    fn now() -> Timestamp {
        "2026-11-26T12:00:00Z".parse().unwrap()
    }

    fn over(tags: &[Tagged]) -> Vec<String> {
        let rule = Retention { keep: 2, days: 30 };
        let over = rule.over(tags, now());
        over.into_iter().map(|it| it.tag.clone()).collect()
    }

    #[test]
    fn the_newest_stay_and_what_is_needed_and_what_is_young() {
        let needed = Tagged {
            is_needed: true,
            ..tagged("needed", 100)
        };
        let tags = [
            tagged("1", 90),
            tagged("2", 80),
            tagged("3", 70),
            needed,
            tagged("4", 60),
        ];
        assert_eq!(over(&tags), ["2", "1"]);
        let young = [
            tagged("a", 31),
            tagged("b", 29),
            tagged("c", 3),
            tagged("d", 1),
        ];
        assert_eq!(over(&young), ["a"]);
        assert_eq!(
            over(&young[..2]),
            [""; 0],
            "there are no more than are kept"
        );
    }

    #[test]
    fn a_signature_goes_with_the_last_tag_of_what_it_signs() {
        let signature = |tag: &str| {
            let hex = Digest::of(tag.as_bytes()).hex();
            tagged(&format!("sha256-{hex}.sig"), 99)
        };
        let (old, young) = (signature("1"), signature("4"));
        let mut tags = vec![
            tagged("1", 90),
            tagged("3", 70),
            tagged("4", 60),
            old.clone(),
            young,
        ];
        assert_eq!(over(&tags), ["1".to_owned(), old.tag.clone()]);
        tags.push(Tagged {
            tag: "latest".to_owned(),
            ..tagged("1", 1)
        });
        let gone = over(&tags);
        assert!(!gone.contains(&old.tag), "{gone:?}");
    }

    #[test]
    fn a_signature_of_what_no_tag_names_is_an_orphan_once_it_is_old() {
        let speaking = |of: &str, suffix: &str, days_old| {
            let hex = Digest::of(of.as_bytes()).hex();
            tagged(&format!("sha256-{hex}.{suffix}"), days_old)
        };
        let (gone, young) = (speaking("gone", "sig", 31), speaking("gone", "att", 29));
        let needed = Tagged {
            is_needed: true,
            ..speaking("pinned", "sig", 99)
        };
        let here = speaking("1", "sig", 99);
        let tags = [tagged("1", 1), here, gone.clone(), young, needed];
        let rule = Retention { keep: 2, days: 30 };
        assert_eq!(rule.orphans(&tags, now()), [(&gone, Digest::of(b"gone"))]);
    }

    #[test]
    fn as_many_as_a_repository_may_have_are_judged_at_once() {
        let days = 40;
        let versions: Vec<Tagged> = (0..50_000).map(|n| tagged(&n.to_string(), days)).collect();
        let signature = |of: &Tagged| tagged(&format!("sha256-{}.sig", of.digest.hex()), days);
        let signatures: Vec<Tagged> = versions.iter().map(signature).collect();
        let tags = [versions, signatures].concat();
        assert_eq!(
            over(&tags).len(),
            tags.len() - 4,
            "two stay, and what signs them"
        );
    }
}
