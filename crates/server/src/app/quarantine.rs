//! Quarantine: what lies in the registry and is handed to nobody yet, because a control that is marked for it does not hold.
//!
//! It is decided whenever somebody asks, by what is known then: the registry, an agent, a page and whoever deploys are given
//! the same answer. What is kept in the store only has the journal told once of each way. Start at [`stops`].

mod answers;
mod watch;

pub(super) use answers::Answers;

use super::{Error, Gate, Kind, artifacts};
use answers::Answer;
use jiff::SignedDuration;
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    control::{Clearance, ControlFacts, Stop, StopKind, Waiver},
    digest::Digest,
    name::Name,
    release::Release,
    version::Version,
};
use tidegate_store::{Nature, Repository, Tx};

/// An answer is given again for so long: keys and exceptions have their times.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What is asked about: a manifest or blob of a repository.
type Of<'a> = (&'a Repository, Digest);

/// Where an exception has to reach for it to count.
#[derive(Clone, Copy)]
enum Reach<'a> {
    /// Everywhere. What was found is kept by the changes that it rests on.
    All { by: (i64, i64) },
    /// To a release in an environment.
    Place(&'a Name, &'a Version),
}

/// Why a manifest or blob is handed only to those who examine it; none where it is handed to all who may pull.
///
/// # Errors
/// When the store fails; likewise below.
pub(crate) async fn withheld(
    tx: &mut Tx,
    gate: &Gate,
    of: Of<'_>,
) -> Result<Option<String>, Error> {
    let stops = stops(tx, gate, of).await?;
    Ok((!stops.is_empty()).then(|| told(&stops)))
}

/// What keeps a manifest or blob in quarantine; nothing where it is in none. It goes out with any artifact that it is part
/// of, and what is attached to an artifact goes out with that.
pub(super) async fn stops(tx: &mut Tx, gate: &Gate, of: Of<'_>) -> Result<Arc<[Stop]>, Error> {
    if !gate.controls(tx).await?.quarantines(&of.0.product) {
        return Ok(Arc::default());
    }
    let by = (tx.catalog_changes().await?, tx.trust_changes().await?);
    let key = (of.0.clone(), of.1);
    if let Some(answer) = gate.handed.get(by, &key, tx.now()) {
        return Ok(answer.stops);
    }
    let answer = whole(tx, gate, of, Reach::All { by }).await?;
    gate.handed.keep(by, key, answer.clone());
    Ok(answer.stops)
}

/// What keeps it from being deployed as part of a release to an environment, by the exceptions that are for that.
pub(crate) async fn stops_in(
    tx: &mut Tx,
    gate: &Gate,
    of: Of<'_>,
    (environment, release): (&Name, &Version),
) -> Result<Arc<[Stop]>, Error> {
    let stops = stops(tx, gate, of).await?;
    if stops.is_empty() {
        return Ok(stops);
    }
    let place = Reach::Place(environment, release);
    Ok(whole(tx, gate, of, place).await?.stops)
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
    let (mut stops, mut unread) = (Vec::new(), 0);
    for (component, content) in &release.contents {
        let of = Repository::new(release.product.clone(), component.clone());
        let place = (environment, &release.version);
        let found = stops_in(tx, gate, (&of, content.digest), place).await?;
        if !found.is_empty() {
            unread += tx.unread_attachments_of(&of, content.digest).await?;
        }
        stops.extend(found.iter().cloned());
    }
    let Some(first) = stops.first() else {
        return Ok(());
    };
    let (product, version) = (&release.product, &release.version);
    let detail = format!(
        "release {version} of {product} contains what is in quarantine: {}",
        told(&stops)
    );
    let hint = match unread {
        0 => format!(
            "{}; it leaves quarantine by itself then. An exception: `tidegate waiver ask {} {product} --in {environment} --reason WHY`",
            first.remedy, first.name
        ),
        _ => format!(
            "what was attached to it is still being read ({unread} to go): try again in a moment, `tidegate artifact show` says when all was read"
        ),
    };
    Err(Error::refused(Kind::NotReady, "in-quarantine", detail).hint(hint))
}

fn told(stops: &[Stop]) -> String {
    let all: Vec<String> = stops.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// Looks from a digest at all that it is part of or says something of, until something lets it out.
async fn whole(
    tx: &mut Tx,
    gate: &Gate,
    (of, digest): Of<'_>,
    reach: Reach<'_>,
) -> Result<Answer, Error> {
    let (mut seen, mut left) = (BTreeSet::from([digest]), vec![digest]);
    let mut held: Option<Answer> = None;
    let mut is_unread = false;
    while let Some(next) = left.pop() {
        let mut more = tx.manifests_naming(of, next).await?;
        // What is asked next comes last.
        more.reverse();
        match tx.nature_of(of, next).await? {
            Nature::Artifact => {
                let answer = alone(tx, gate, (of, next), reach).await?;
                if answer.stops.is_empty() {
                    return Ok(answer);
                }
                held = Some(match held {
                    Some(held) => held.sooner(answer.until),
                    None => answer,
                });
            }
            Nature::Evidence(about) => more.extend(about),
            Nature::Unread => is_unread = true,
            Nature::Blob => {}
        }
        left.extend(more.into_iter().filter(|it| seen.insert(*it)));
    }
    let latest = tx.now() + GOOD_FOR;
    Ok(held.unwrap_or_else(|| Answer {
        until: latest,
        stops: Arc::from([nothing_known(is_unread)]),
    }))
}

/// Why it is withheld although no artifact in quarantine names it.
fn nothing_known(is_unread: bool) -> Stop {
    let (what, remedy) = match is_unread {
        true => (
            "it is attached to something, and was not read yet",
            "it is read in a moment, and goes out with what it is attached to",
        ),
        false => (
            "nothing that was examined names it",
            "push a manifest that names it",
        ),
    };
    Stop {
        kind: StopKind::Unexamined,
        name: "unexamined".to_owned(),
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// What controls say of an artifact alone.
async fn alone(tx: &mut Tx, gate: &Gate, of: Of<'_>, reach: Reach<'_>) -> Result<Answer, Error> {
    let product = &of.0.product;
    match reach {
        Reach::All { by } => {
            let key = (of.0.clone(), of.1);
            if let Some(answer) = gate.alone.get(by, &key, tx.now()) {
                return Ok(answer);
            }
            let mut waivers = tx.waivers(Some(product), false).await?;
            waivers.retain(|waiver| waiver.scope.covers_all_of(product));
            let answer = examined(tx, gate, (of, &waivers)).await?;
            gate.alone.keep(by, key, answer.clone());
            Ok(answer)
        }
        Reach::Place(environment, release) => {
            let mut waivers = tx.waivers(Some(product), false).await?;
            let place = (product, environment);
            waivers.retain(|waiver| waiver.scope.covers(place, release));
            examined(tx, gate, (of, &waivers)).await
        }
    }
}

async fn examined(
    tx: &mut Tx,
    gate: &Gate,
    ((of, artifact), waivers): (Of<'_>, &[Waiver]),
) -> Result<Answer, Error> {
    // What looks at an artifact alone is not told its version.
    let unversioned: Version = "0"
        .parse()
        .map_err(|_| Error::Broken("`0` is a version".to_owned()))?;
    let known = Box::pin(artifacts::known(tx, gate, (of, artifact))).await?;
    let facts = known.facts(unversioned, artifact);
    let facts = ControlFacts::of_artifact((&of.product, &of.component), facts, tx.now());
    let findings = gate.controls(tx).await?.examine(&facts);
    let mut clearance = Clearance::default();
    clearance.add_findings(&findings, waivers, tx.now());
    let latest = tx.now() + GOOD_FOR;
    Ok(Answer {
        until: clearance.until.map_or(latest, |ends| ends.min(latest)),
        stops: clearance.stops.into(),
    })
}
