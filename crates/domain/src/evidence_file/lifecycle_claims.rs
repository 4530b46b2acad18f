//! What is told of builds and tests has to be what the journal says, and all of it.

use super::Dossier;
use crate::{
    canonical,
    digest::Digest,
    journal::Entry,
    lifecycle::{Fact, RunKey},
};
use std::collections::BTreeSet;

/// What the journal calls it when something is told of a build or of tests.
pub const TOLD: &str = "lifecycle.told";

/// Every fact is of an artifact of the release and is one that the journal has, and the other way round.
pub(super) fn check(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    let subject = format!("product/{}", dossier.release.product);
    let told = entries
        .iter()
        .filter(|it| it.action == TOLD && it.subject == subject);
    let mut told: BTreeSet<(Digest, &str)> = told
        .map(|it| (canonical::hash(&it.detail), it.actor.as_str()))
        .collect();
    let runs = runs(dossier);
    for fact in &dossier.lifecycle {
        let said = format!("`{}` of run `{}`", fact.what.words(), fact.run.id);
        if !runs.contains(&fact.run) {
            return Err(format!("{said}: it is of no artifact of the release"));
        }
        if !told.remove(&(canonical::hash(fact), fact.by.as_str())) {
            return Err(format!("{said}: no entry says that it was told like that"));
        }
    }
    match told.first() {
        None => Ok(()),
        Some((_, by)) => Err(format!(
            "{by} told of a build or of tests, and the file does not say so"
        )),
    }
}

/// The runs of which a fact names an artifact of the release.
fn runs(dossier: &Dossier) -> BTreeSet<&RunKey> {
    let contents: BTreeSet<Digest> = dossier
        .release
        .contents
        .values()
        .map(|it| it.digest)
        .collect();
    let names = |it: &&Fact| !it.digests.is_disjoint(&contents);
    let naming = dossier.lifecycle.iter().filter(names);
    naming.map(|it| &it.run).collect()
}
