//! What was told of the builds and tests of a release, with the entries of the journal that say so.

use super::{super::Error, hear::OF_ARTIFACT_MAX};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    digest::Digest,
    evidence_file::TOLD,
    lifecycle::{Fact, FactKey},
    name::Name,
    release::Release,
};
use tidegate_store::{NumberedEntry, Tx};

/// So many entries of the journal are read at a time.
const PAGE: u64 = 10_000;

/// What was told of the builds and tests of what a release is made of, the oldest first. Two components may be of one run.
///
/// # Errors
/// When the store fails; likewise below.
pub(in crate::app) async fn facts_of(tx: &mut Tx, release: &Release) -> Result<Vec<Fact>, Error> {
    let digests: BTreeSet<Digest> = release.contents.values().map(|it| it.digest).collect();
    let mut facts: BTreeMap<FactKey, Fact> = BTreeMap::new();
    for digest in digests {
        let about = tx
            .facts_about(&release.product, digest, OF_ARTIFACT_MAX)
            .await?;
        facts.extend(about.into_iter().map(|it| (it.key.clone(), it)));
    }
    let mut facts: Vec<Fact> = facts.into_values().collect();
    facts.sort_by(|one, other| (one.received, &one.key).cmp(&(other.received, &other.key)));
    Ok(facts)
}

/// The entries below `before` that say that these facts were told.
pub(in crate::app) async fn entries_of(
    tx: &mut Tx,
    before: u64,
    (product, facts): (&Name, &[Fact]),
) -> Result<Vec<NumberedEntry>, Error> {
    let mut wanted: BTreeSet<Digest> = facts.iter().map(|it| it.key.hash()).collect();
    let subject = format!("product/{product}");
    let (mut found, mut before) = (Vec::with_capacity(wanted.len()), before);
    while !wanted.is_empty() {
        let page = tx.entries_before(before, PAGE, Some(&subject)).await?;
        let Some(last) = page.last() else { break };
        before = last.sequence;
        for numbered in page {
            let entry = numbered.entry()?;
            let told = (entry.action == TOLD).then_some(entry.detail);
            let told: Option<Fact> = told.and_then(|it| serde_json::from_value(it).ok());
            if told.is_some_and(|it| wanted.remove(&it.key.hash())) {
                found.push(numbered);
            }
        }
    }
    Ok(found)
}
