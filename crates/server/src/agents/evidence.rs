//! What an agent may fetch: exactly the manifests its desired state names, the blobs of those, and their signatures.

use crate::app::{Error, SharedApp, quarantine};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{digest::Digest, revision::RevisionId};
use tidegate_store::{Repository, TargetKey, Tx};

/// More signatures of one artifact are not handed out; an agent looks at no more.
const HOLDERS_MAX: usize = 128;
/// More that is attached to one artifact is not looked through.
const ATTACHED_MAX: u64 = 1000;
/// Types of referrers that hold signatures begin so: sigstore bundles, and what earlier versions of cosign pushed.
const TYPES: [&str; 2] = [
    "application/vnd.dev.sigstore.bundle",
    "application/vnd.dev.cosign.",
];

/// Whether a target may fetch `digest`.
///
/// # Errors
/// When the store fails; likewise below.
pub(super) async fn may_fetch(
    tx: &mut Tx,
    app: &SharedApp,
    (key, digest): (&TargetKey, Digest),
) -> Result<bool, Error> {
    let artifacts = artifacts(tx, app, key).await?;
    for artifact in artifacts.keys() {
        if *artifact == digest || tx.manifest_references(*artifact, digest).await? {
            return Ok(true);
        }
    }
    for (artifact, repository) in artifacts {
        for holder in holders(tx, (repository, artifact)).await? {
            if holder == digest || tx.manifest_references(holder, digest).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The manifests that hold signatures of an artifact; none, where the target is not told of it.
pub(super) async fn signatures(
    tx: &mut Tx,
    app: &SharedApp,
    (key, artifact): (&TargetKey, Digest),
) -> Result<Option<Vec<Digest>>, Error> {
    match artifacts(tx, app, key).await?.remove(&artifact) {
        None => Ok(None),
        Some(repository) => holders(tx, (repository, artifact)).await.map(Some),
    }
}

/// The artifacts that a target is told of, each with the repository of its component. What it only prepares, and is in
/// quarantine, is not among them.
async fn artifacts(
    tx: &mut Tx,
    app: &SharedApp,
    key: &TargetKey,
) -> Result<BTreeMap<Digest, Repository>, Error> {
    let states = tx.desired_of(key).await?;
    let active = states.iter().flat_map(|state| &state.active);
    let active: BTreeSet<RevisionId> = active.map(|component| component.revision).collect();
    let named: Vec<RevisionId> = states.iter().flat_map(super::link::named).collect();
    let mut artifacts = BTreeMap::new();
    for id in named {
        let Some(known) = app.revisions.get(tx, id).await? else {
            continue;
        };
        if known.is_said {
            continue;
        }
        let revision = &known.revision;
        for component in &revision.components {
            let repository = Repository::new(revision.product.clone(), component.component.clone());
            // What runs, or ran and is gone back to, is kept from no target that lost it.
            if !active.contains(&id) {
                let of = (&repository, component.artifact);
                let place = (&key.environment, &revision.release);
                if !quarantine::stops_in(tx, &app.gate, of, place)
                    .await?
                    .is_empty()
                {
                    continue;
                }
            }
            artifacts.insert(component.artifact, repository);
        }
    }
    Ok(artifacts)
}

/// What was attached first comes first, so that whoever attaches more keeps nothing of it from the agents. A tag of cosign
/// may have moved on.
async fn holders(
    tx: &mut Tx,
    (repository, artifact): (Repository, Digest),
) -> Result<Vec<Digest>, Error> {
    let attached = tx.manifests_attached_to(&repository, artifact, ATTACHED_MAX);
    let holds = |kind: Option<String>| {
        kind.is_none_or(|kind| TYPES.iter().any(|known| kind.starts_with(known)))
    };
    let attached = attached.await?.into_iter();
    let holders = attached.filter_map(|(manifest, kind)| holds(kind).then_some(manifest));
    Ok(holders.take(HOLDERS_MAX).collect())
}
