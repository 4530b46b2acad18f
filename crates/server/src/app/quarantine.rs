//! Quarantine: what lies in the registry and is handed to nobody yet, because a control that is marked for it does not hold.
//!
//! It is decided whenever somebody asks, by what is known then. What is kept in the store only has the journal told once of
//! each way. Start at [`withheld`].

mod watch;

use super::{Error, Gate, Kind, artifacts};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::{
    control::{ArtifactFacts, Clearance, ControlFacts, Stop, Waiver},
    digest::Digest,
    name::Name,
    release::Release,
    version::Version,
};
use tidegate_policy::Controls;
use tidegate_store::{Repository, Tx};
use tidegate_trust::attached::is_evidence;

/// More manifests that name one thing are not looked at.
const NAMING_MAX: u64 = 100;
/// More steps from a blob to what it is part of are not gone.
const STEPS_MAX: usize = 1_000;
/// An answer is given again for so long: keys and exceptions have their times.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(30);
/// The most answers that are kept.
const ANSWERS_MAX: usize = 10_000;

/// What was found of artifacts by the catalog, attachments and exceptions as they are now.
#[derive(Debug, Default)]
pub(super) struct Answers {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by: (i64, i64),
    answers: BTreeMap<(Repository, Digest), Answer>,
}

/// What stops an artifact, and until when that is said again.
type Answer = (Timestamp, Arc<[Stop]>);

impl Answers {
    fn get(
        &self,
        by: (i64, i64),
        of: &(Repository, Digest),
        now: Timestamp,
    ) -> Option<Arc<[Stop]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, stops) = kept.answers.get(of).filter(|_| kept.by == by)?;
        (now < *until).then(|| stops.clone())
    }

    fn keep(&self, by: (i64, i64), of: (Repository, Digest), answer: Answer) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by != by || kept.answers.len() >= ANSWERS_MAX {
            kept.answers.clear();
            kept.by = by;
        }
        kept.answers.insert(of, answer);
    }
}

/// Why a manifest or blob is handed only to those who examine it; none where it is handed to all who may pull. It goes out with
/// any artifact that it is part of, and what is attached to an artifact goes out with that.
///
/// # Errors
/// When the store fails; likewise below.
pub(crate) async fn withheld(
    tx: &mut Tx,
    gate: &Gate,
    (of, digest): (&Repository, Digest),
) -> Result<Option<String>, Error> {
    if !gate.controls(tx).await?.quarantines(&of.product) {
        return Ok(None);
    }
    let mut why = None;
    for artifact in parts_of(tx, of, digest).await? {
        let stops = stops(tx, gate, (of, artifact)).await?;
        if stops.is_empty() {
            return Ok(None);
        }
        why.get_or_insert_with(|| told(&stops));
    }
    Ok(Some(why.unwrap_or_else(|| {
        "nothing that was examined names it".to_owned()
    })))
}

/// What keeps an artifact in quarantine; nothing where it is in none.
pub(super) async fn stops(
    tx: &mut Tx,
    gate: &Gate,
    (of, artifact): (&Repository, Digest),
) -> Result<Arc<[Stop]>, Error> {
    let controls = gate.controls(tx).await?;
    if !controls.quarantines(&of.product) {
        return Ok(Arc::default());
    }
    let by = (tx.catalog_changes().await?, tx.trust_changes().await?);
    let key = (of.clone(), artifact);
    if let Some(stops) = gate.answers.get(by, &key, tx.now()) {
        return Ok(stops);
    }
    let mut waivers = tx.waivers(Some(&of.product), false).await?;
    waivers.retain(|waiver| waiver.scope.covers_all_of(&of.product));
    let found = examined(tx, gate, (of, artifact, &waivers)).await?;
    let latest = tx.now() + GOOD_FOR;
    let until = found.until.map_or(latest, |ends| ends.min(latest));
    let stops: Arc<[Stop]> = found.stops.into();
    gate.answers.keep(by, key, (until, stops.clone()));
    Ok(stops)
}

/// The same in words; none where it is in none.
pub(super) async fn why(
    tx: &mut Tx,
    gate: &Gate,
    of: (&Repository, Digest),
) -> Result<Option<String>, Error> {
    let stops = stops(tx, gate, of).await?;
    Ok((!stops.is_empty()).then(|| told(&stops)))
}

/// What keeps an artifact from being deployed as part of a release to an environment, by the exceptions that are for that.
pub(crate) async fn stops_in(
    tx: &mut Tx,
    gate: &Gate,
    (of, artifact): (&Repository, Digest),
    (environment, release): (&Name, &Version),
) -> Result<Vec<Stop>, Error> {
    let stops = stops(tx, gate, (of, artifact)).await?;
    if stops.is_empty() {
        return Ok(Vec::new());
    }
    let mut waivers = tx.waivers(Some(&of.product), false).await?;
    waivers.retain(|waiver| waiver.scope.covers((&of.product, environment), release));
    Ok(examined(tx, gate, (of, artifact, &waivers)).await?.stops)
}

/// A release that contains what is in quarantine is not deployed.
///
/// # Errors
/// What keeps it there, and who can supply what is missing.
pub(super) async fn check_release(
    tx: &mut Tx,
    gate: &Gate,
    (release, environment): (&Release, &Name),
) -> Result<(), Error> {
    let mut stops = Vec::new();
    for (component, content) in &release.contents {
        let of = Repository::new(release.product.clone(), component.clone());
        let place = (environment, &release.version);
        stops.extend(stops_in(tx, gate, (&of, content.digest), place).await?);
    }
    let Some(first) = stops.first() else {
        return Ok(());
    };
    let (product, version) = (&release.product, &release.version);
    let detail = format!(
        "release {version} of {product} contains what is in quarantine: {}",
        told(&stops)
    );
    let hint = format!(
        "{}; it leaves quarantine by itself then. An exception: `tidegate waiver ask {} {product} --in {environment} --reason WHY`",
        first.remedy, first.name
    );
    Err(Error::refused(Kind::NotReady, "in-quarantine", detail).hint(hint))
}

fn told(stops: &[Stop]) -> String {
    let all: Vec<String> = stops.iter().map(ToString::to_string).collect();
    all.join("; ")
}

async fn examined(
    tx: &mut Tx,
    gate: &Gate,
    (of, artifact, waivers): (&Repository, Digest, &[Waiver]),
) -> Result<Clearance, Error> {
    let controls: Arc<Controls> = gate.controls(tx).await?;
    let known = Box::pin(artifacts::known(tx, gate, (of, artifact))).await?;
    // What looks at an artifact alone is not told its version.
    let unversioned: Version = "0"
        .parse()
        .map_err(|_| Error::Broken("`0` is a version".to_owned()))?;
    let mut facts = ArtifactFacts::unknown(unversioned, artifact);
    facts.kept = known.kept;
    known.fill(&mut facts);
    let facts = ControlFacts::of_artifact((&of.product, &of.component), facts, tx.now());
    let findings = controls.examine(&facts);
    let mut clearance = Clearance::default();
    clearance.add_findings(&findings, waivers, tx.now());
    Ok(clearance)
}

/// The artifacts that a manifest or blob is part of, itself among them if it is one.
async fn parts_of(tx: &mut Tx, of: &Repository, digest: Digest) -> Result<BTreeSet<Digest>, Error> {
    let (mut artifacts, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut left = vec![digest];
    while let Some(next) = left.pop() {
        if !seen.insert(next) || seen.len() > STEPS_MAX {
            continue;
        }
        match attached_to(tx, of, next).await? {
            Nature::Artifact => drop(artifacts.insert(next)),
            Nature::Evidence(about) => left.extend(about),
            Nature::Blob => {}
        }
        left.extend(tx.manifests_naming(of, next, NAMING_MAX).await?);
    }
    Ok(artifacts)
}

/// What a digest names in a repository.
enum Nature {
    Artifact,
    /// What says something of these artifacts.
    Evidence(Vec<Digest>),
    Blob,
}

async fn attached_to(tx: &mut Tx, of: &Repository, digest: Digest) -> Result<Nature, Error> {
    let Some(manifest) = tx.manifest_in(of, digest).await? else {
        return Ok(Nature::Blob);
    };
    if !is_evidence(&manifest.body) {
        return Ok(Nature::Artifact);
    }
    let about = tx.attached_to(of, digest).await?;
    Ok(match about.is_empty() {
        true => Nature::Artifact,
        false => Nature::Evidence(about),
    })
}
