//! What is known of an environment: what runs there of each product, and what members ran there before.

use super::{
    super::super::{App, Error, releases, suppliers},
    surroundings::Surroundings,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    converge::Present,
    deployment::{Deployment, Status},
    digest::Digest,
    id::DeploymentId,
    name::{Name, listed},
    train::{Outcome, Past, Place, Runs, Train, parts},
    version::Version,
};
use tidegate_store::Tx;

/// How many deployments of a member in one environment are looked back at.
const PAST: u64 = 50;

/// What is known of an environment that a train goes to.
pub(super) async fn place(
    tx: &mut Tx,
    app: &App,
    (environment, train): (&Name, &Train),
) -> Result<Place, Error> {
    let mut place = Place {
        runs: running(tx, app, environment).await?,
        ..Place::default()
    };
    place
        .runs
        .extend(suppliers::running(tx, environment).await?);
    for member in &train.plan.members {
        place
            .past
            .extend(past(tx, &member.product, environment).await?);
    }
    Ok(place)
}

/// What all targets of an environment run, by product; without those that are not there.
pub(in crate::app) async fn running(
    tx: &mut Tx,
    app: &App,
    environment: &Name,
) -> Result<BTreeMap<Name, Runs>, Error> {
    let surroundings = Surroundings::of(tx, environment).await?;
    let mut all = BTreeMap::new();
    for product in surroundings.products() {
        if let Some(runs) = runs(tx, app, (&surroundings, product)).await? {
            all.insert(product.clone(), runs);
        }
    }
    Ok(all)
}

/// What all targets run of a product; none where it is not there.
async fn runs(
    tx: &mut Tx,
    app: &App,
    (surroundings, product): (&Surroundings, &Name),
) -> Result<Option<Runs>, Error> {
    let unknown = |why: String| Ok(Some(Runs::Unknown(why)));
    let present = surroundings.present(product);
    let is_silent = |it: &(&Name, &Present)| matches!(it.1, Present::Silent);
    let silent: Vec<&Name> = present.iter().filter(is_silent).map(|it| it.0).collect();
    if !silent.is_empty() {
        return unknown(format!("{} said nothing yet", listed(silent)));
    }
    if let Some(running) = surroundings.running.get(product) {
        return unknown(format!("deployment {running} changes it"));
    }
    let serving = match surroundings.leftovers(product) {
        Ok(left) => left.serving(&present),
        Err(Error::Refused { detail, .. }) => return unknown(detail),
        Err(other) => return Err(other),
    };
    if serving.is_empty() && present.values().all(|it| !does_run(it)) {
        return Ok(None);
    }
    let others = present.iter().filter(|it| !serving.contains_key(it.0));
    let (mixed, without): (Vec<_>, Vec<_>) = others.partition(|it| does_run(it.1));
    if !mixed.is_empty() {
        let mixed = listed(mixed.into_iter().map(|it| it.0));
        return unknown(format!("{mixed} runs several revisions of it at once"));
    }
    if !without.is_empty() {
        let without = listed(without.into_iter().map(|it| it.0));
        return unknown(format!("{without} runs nothing of it, and others do"));
    }
    let mut found = BTreeSet::new();
    for serving in serving.values() {
        let Some(known) = app.revisions.get(tx, serving.revision).await? else {
            return unknown("a target runs what this record does not know".to_owned());
        };
        found.insert((known.revision.release.clone(), known.revision.snapshot));
    }
    let mut all = found.iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some((version, number)), None) => {
            let Some(release) = tx.release(product, version).await? else {
                return unknown(format!("release {version} is not on record"));
            };
            let snapshot = releases::snapshot(tx, &release, *number).await?;
            Ok(Some(Runs::Known(parts(&release, &snapshot.components))))
        }
        (Some((one, _)), Some((other, _))) if one == other => {
            unknown(format!("its targets run {one} with several configurations"))
        }
        (Some((one, _)), Some((other, _))) => unknown(format!("its targets run {one} and {other}")),
    }
}

fn does_run(present: &Present) -> bool {
    match present {
        Present::Told(runs) | Present::Attested(runs) => !runs.active.is_empty(),
        Present::Nothing | Present::Silent => false,
    }
}

/// The last deployments of a product to an environment.
async fn past(tx: &mut Tx, product: &Name, environment: &Name) -> Result<Vec<Past>, Error> {
    let newest = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    let mut known: BTreeMap<Version, BTreeMap<Name, Digest>> = BTreeMap::new();
    let mut past = Vec::new();
    for deployment in tx.deployments_before(newest, PAST, place).await? {
        let version = &deployment.release;
        if !known.contains_key(version) {
            let release = tx.release(product, version).await?;
            let contents = release.map(|it| it.contents).unwrap_or_default();
            let digests = contents.into_iter().map(|(name, it)| (name, it.digest));
            known.insert(version.clone(), digests.collect());
        }
        past.push(Past {
            product: product.clone(),
            deployment: deployment.id,
            began: deployment.requested_at,
            outcome: outcome(&deployment),
            digests: known.get(version).cloned().unwrap_or_default(),
            snapshot: deployment.snapshot,
        });
    }
    Ok(past)
}

fn outcome(deployment: &Deployment) -> Outcome {
    match (&deployment.status, deployment.status.is_terminal()) {
        (Status::Succeeded { at, .. }, _) => Outcome::Succeeded(*at),
        (_, true) => Outcome::Otherwise,
        (_, false) => Outcome::UnderWay,
    }
}
