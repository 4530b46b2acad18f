//! What an agent may fetch: exactly the manifests its desired state names, the blobs of those, and their signatures.

use crate::app::{Error, Kind, SharedApp, quarantine};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tidegate_domain::{control::Stop, digest::Digest, revision::RevisionId};
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

/// What a target is told of, by artifact.
#[derive(Debug, Default)]
struct Told {
    /// What it may fetch, each with the repository of its component.
    free: BTreeMap<Digest, Repository>,
    /// What it only prepares, and is in quarantine.
    held: BTreeMap<Digest, Arc<[Stop]>>,
}

/// Whether a target may fetch `digest`.
///
/// # Errors
/// When it is told of no such thing, or that is in quarantine; when the store fails.
pub(super) async fn check_fetch(
    tx: &mut Tx,
    app: &SharedApp,
    (key, digest): (&TargetKey, Digest),
) -> Result<(), Error> {
    let told = told(tx, app, key).await?;
    for artifact in told.free.keys() {
        if *artifact == digest || tx.manifest_references(*artifact, digest).await? {
            return Ok(());
        }
    }
    for (artifact, repository) in told.free {
        for holder in holders(tx, (repository, artifact)).await? {
            if holder == digest || tx.manifest_references(holder, digest).await? {
                return Ok(());
            }
        }
    }
    for (artifact, stops) in told.held {
        if artifact == digest || tx.manifest_references(artifact, digest).await? {
            return Err(in_quarantine(artifact, &stops));
        }
    }
    Err(not_told(digest))
}

/// The manifests that hold signatures of an artifact.
///
/// # Errors
/// When the target is not told of it, or it is in quarantine; when the store fails.
pub(super) async fn signatures(
    tx: &mut Tx,
    app: &SharedApp,
    (key, artifact): (&TargetKey, Digest),
) -> Result<Vec<Digest>, Error> {
    let mut told = told(tx, app, key).await?;
    match (told.free.remove(&artifact), told.held.get(&artifact)) {
        (Some(repository), _) => holders(tx, (repository, artifact)).await,
        (None, Some(stops)) => Err(in_quarantine(artifact, stops)),
        (None, None) => Err(not_told(artifact)),
    }
}

fn not_told(digest: Digest) -> Error {
    Error::not_found("blob-not-found", "blob that you are told to run", digest)
}

fn in_quarantine(artifact: Digest, stops: &[Stop]) -> Error {
    // The agent repeats these words, and people read them there.
    let told = stops.iter().map(|stop| format!("{stop} ({})", stop.remedy));
    let told: Vec<String> = told.collect();
    let detail = format!("{artifact} is in quarantine: {}", told.join("; "));
    Error::refused(Kind::NotReady, "in-quarantine", detail)
}

async fn told(tx: &mut Tx, app: &SharedApp, key: &TargetKey) -> Result<Told, Error> {
    let states = tx.desired_of(key).await?;
    let active = states.iter().flat_map(|state| &state.active);
    let active: BTreeSet<RevisionId> = active.map(|component| component.revision).collect();
    let named: Vec<RevisionId> = states.iter().flat_map(super::link::named).collect();
    let mut told = Told::default();
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
            let of = (&repository, component.artifact);
            // What runs, or ran and is gone back to, is kept from no target that lost it.
            let stops = match active.contains(&id) {
                true => Arc::default(),
                false => {
                    let place = (&key.environment, &revision.release);
                    quarantine::stops_in(tx, &app.gate, of, place).await?
                }
            };
            if stops.is_empty() {
                told.free.insert(component.artifact, repository);
            } else {
                told.held.insert(component.artifact, stops);
            }
        }
    }
    Ok(told)
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
