//! Reading what was: deployments, what they brought, and what suppliers did meanwhile.

use super::{
    super::Error,
    record::{MOST, Ride},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    agenda::Reliance,
    catalog::{Kind, Product},
    deployment::{Deployment, Purpose, Status},
    id::DeploymentId,
    name::Name,
    release::Contents,
    supplier::Supplier,
    version::Version,
};
use tidegate_store::Tx;

/// The releases that arrived in an environment, with when.
pub(super) async fn arrived(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Vec<(Version, Timestamp)>, Error> {
    let all = tx.succeeded_in(product, environment, MOST).await?;
    let forward = all
        .into_iter()
        .filter(|it| it.purpose == Purpose::Promotion);
    let arrived = forward.filter_map(|it| Some((it.release, it.status.ended_at()?)));
    Ok(arrived.collect())
}

/// What the releases of these deployments are made of.
pub(super) async fn contents(
    tx: &mut Tx,
    product: &Name,
    all: &[Deployment],
) -> Result<BTreeMap<Version, Contents>, Error> {
    let versions: BTreeSet<&Version> = all.iter().map(|it| &it.release).collect();
    let mut contents = BTreeMap::new();
    for version in versions {
        if let Some(release) = tx.release(product, version).await? {
            contents.insert(version.clone(), release.contents);
        }
    }
    Ok(contents)
}

/// The promotions that have ended, oldest first. Who was taken back later failed as well.
pub(super) fn rides(all: Vec<Deployment>) -> Vec<Ride> {
    let taken_back: BTreeSet<DeploymentId> = all
        .iter()
        .filter_map(|it| match it.purpose {
            Purpose::Rollback { of } => Some(of),
            Purpose::Promotion => None,
        })
        .collect();
    let (mut rides, mut standing): (Vec<Ride>, Option<Version>) = (Vec::new(), None);
    for deployment in all {
        let went_well = matches!(deployment.status, Status::Succeeded { .. });
        let before = standing.clone();
        if went_well {
            standing = Some(deployment.release.clone());
        }
        let Some(ended) = ended(&deployment) else {
            continue;
        };
        if deployment.purpose == Purpose::Promotion {
            rides.push(Ride {
                failed: !went_well || taken_back.contains(&deployment.id),
                ended,
                standing: before,
                deployment,
            });
        }
    }
    rides.sort_by_key(|it| it.ended);
    rides
}

/// When it ended in a way that says something.
const fn ended(deployment: &Deployment) -> Option<Timestamp> {
    match &deployment.status {
        Status::Succeeded { at } | Status::RolledBack { at, .. } | Status::Failed { at, .. } => {
            Some(*at)
        }
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => None,
    }
}

/// How deployments of all products of the team went there.
pub(super) async fn team(
    tx: &mut Tx,
    product: &Product,
    all: &[Deployment],
) -> Result<Vec<(Timestamp, bool)>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let own: BTreeSet<Name> = products
        .into_iter()
        .filter(|it| it.team == product.team)
        .map(|it| it.name)
        .collect();
    let forward = all
        .iter()
        .filter(|it| own.contains(&it.product) && it.purpose == Purpose::Promotion);
    let went = forward.filter_map(|it| {
        let failed = !matches!(it.status, Status::Succeeded { .. });
        Some((ended(it)?, failed))
    });
    Ok(went.collect())
}

/// When suppliers of what the product needs changed, or are to change something.
pub(super) async fn suppliers(
    tx: &mut Tx,
    product: &Name,
) -> Result<Vec<(Timestamp, Timestamp)>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let reliances = Reliance::of_each(&products, &all);
    let needs = reliances.get(product).cloned().unwrap_or_default();
    let needed: BTreeSet<&Name> = needs.needs.iter().map(|it| &it.product).collect();
    let mut times = Vec::new();
    for supplier in all.iter().filter(|it| needed.contains(&it.name)) {
        for notice in tx.notices_of(&supplier.name, MOST).await? {
            let announced = notice.current().announcement.times.iter();
            let periods = announced.flat_map(|it| it.periods());
            times.extend(periods.map(|it| (it.from, it.until)));
        }
        for seen in tx.observations_of(&supplier.name, MOST).await? {
            times.push((seen.deployed.change.by, seen.deployed.change.by));
        }
    }
    Ok(times)
}
