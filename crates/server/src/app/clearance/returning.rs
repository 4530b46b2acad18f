//! What controls say of what going back leads to: found and kept whenever that begins. It keeps nothing from going back.

use super::{
    super::{Error, Gate, entry, rollback::standing_of},
    Found, find,
};
use std::collections::BTreeSet;
use tidegate_domain::{
    control::{Judgement, Returned},
    deployment::{Deployment, Purpose},
    id::SnapshotNumber,
    name::Name,
    version::Version,
};
use tidegate_store::Tx;

/// How many deployments of a place are looked through for the one that brought what it goes back to.
const STANDING: u64 = 20;

/// What going back leads to on the targets of `deployment`, and what controls find of each release of it.
///
/// # Errors
/// When its revisions cannot be read. That nothing can be said of a release is an answer.
pub(in crate::app) async fn of(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Vec<Returned>, Error> {
    let mut led_to: BTreeSet<(Version, SnapshotNumber)> = BTreeSet::new();
    for home in deployment.homes() {
        let revision = tx.revision(home).await?;
        led_to.extend(revision.map(|it| (it.release, it.snapshot)));
    }
    let mut returned: Vec<Returned> = Vec::with_capacity(led_to.len());
    for (release, snapshot) in led_to {
        let found = judged(tx, gate, (deployment, &release, snapshot)).await;
        returned.push(match found {
            Ok(found) => Returned::judged(release, found.judgement, found.clearance),
            Err(why) => {
                let error = &why as &dyn std::error::Error;
                tracing::error!(deployment = deployment.id.0, error, "controls.unjudged");
                Returned::unjudged(release, &why.to_string())
            }
        });
    }
    Ok(returned)
}

/// Finds and keeps what going back leads to, in the transaction in which it begins.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn note(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<(), Error> {
    let subject = format!("deployment/{}", deployment.id);
    for it in of(tx, gate, deployment).await? {
        let mut detail = match &it.judgement {
            Some(judgement) => {
                tx.record_return_judgement(deployment.id, judgement).await?;
                judgement.told()
            }
            None => serde_json::json!({}),
        };
        let objections = it.objections.iter().map(ToString::to_string);
        detail["objections"] = objections.collect();
        detail["release"] = it.release.as_str().into();
        let what = ("deployment.return_judged", subject.as_str());
        let entry = entry(tx, "tidegate", what, &detail);
        tx.record_entry(&entry).await?;
    }
    Ok(())
}

/// What was objected to when a deployment went back.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn objections(
    tx: &mut Tx,
    judgement: &Judgement,
) -> Result<Vec<String>, Error> {
    let set_aside = set_aside(tx, judgement).await?;
    let objections = judgement.objections(&set_aside);
    Ok(objections.iter().map(ToString::to_string).collect())
}

/// The controls that the waivers of a judgement set aside.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn set_aside(
    tx: &mut Tx,
    judgement: &Judgement,
) -> Result<BTreeSet<Name>, Error> {
    let mut set_aside = BTreeSet::new();
    for id in &judgement.waivers {
        set_aside.extend(tx.waiver(*id).await?.map(|waiver| waiver.control));
    }
    Ok(set_aside)
}

async fn judged(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, release, snapshot): (&Deployment, &Version, SnapshotNumber),
) -> Result<Found, Error> {
    let way = way_there(tx, deployment, (release, snapshot)).await?;
    find(tx, gate, &way).await
}

/// The deployment that brought a release to where it is gone back to: what people said then is looked at, and what is known
/// now. Where there is none any more, nobody said anything.
async fn way_there(
    tx: &mut Tx,
    deployment: &Deployment,
    (release, snapshot): (&Version, SnapshotNumber),
) -> Result<Deployment, Error> {
    let place = (&deployment.product, &deployment.environment);
    let standing = standing_of(tx, place, STANDING).await?;
    let brought = |it: &Deployment| {
        it.release == *release && it.snapshot == snapshot && it.id != deployment.id
    };
    if let Some(found) = standing.into_iter().rfind(brought) {
        let whole = tx.deployment(found.id).await?;
        return Ok(whole.unwrap_or(found));
    }
    let mut unknown = deployment.clone();
    unknown.release = release.clone();
    unknown.snapshot = snapshot;
    unknown.purpose = Purpose::Promotion;
    unknown.parts.contents = None;
    Ok(unknown)
}
