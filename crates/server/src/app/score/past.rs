//! Reading what was: deployments, what they brought, and what suppliers did meanwhile.

use super::{
    super::Error,
    record::{END, MOST},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    agenda::Reliance,
    catalog::{Kind, Product},
    deployment::{Deployment, Went, went},
    id::DeploymentId,
    name::Name,
    release::Release,
    score::Track,
    supplier::{Supplier, notice::NoticeStatus},
    version::Version,
};
use tidegate_store::Tx;

/// When what went ended, and when some of it failed.
#[derive(Default)]
pub(super) struct History {
    ended: Vec<Timestamp>,
    failed: Vec<Timestamp>,
}

/// A supplier's change of something that the product needs.
pub(super) struct Nearby {
    pub(super) known_since: Timestamp,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl History {
    fn of(all: impl Iterator<Item = (Timestamp, Option<Timestamp>)>) -> Self {
        let mut history = Self::default();
        for (ended, failed) in all {
            history.add(ended, failed);
        }
        history.sorted()
    }

    fn add(&mut self, ended: Timestamp, failed: Option<Timestamp>) {
        self.ended.push(ended);
        self.failed.extend(failed);
    }

    fn sorted(mut self) -> Self {
        self.ended.sort_unstable();
        self.failed.sort_unstable();
        self
    }

    /// How it went as far as it was known at a moment.
    pub(super) fn track(&self, at: Timestamp) -> Track {
        let until = |all: &[Timestamp]| all.partition_point(|it| *it <= at) as u64;
        Track {
            ended: until(&self.ended),
            failed: until(&self.failed),
        }
    }
}

/// The newest deployments of a product to an environment, the oldest of them first.
pub(super) async fn deployed(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Vec<Deployment>, Error> {
    let place = (Some(product), Some(environment));
    let mut all = tx
        .deployments_before(DeploymentId(END), MOST, place)
        .await?;
    all.reverse();
    Ok(all)
}

/// The releases that they brought.
pub(super) async fn brought(
    tx: &mut Tx,
    product: &Name,
    rides: &[Went],
) -> Result<BTreeMap<Version, Release>, Error> {
    let versions: BTreeSet<&Version> = rides.iter().map(|it| &it.release).collect();
    let mut releases = BTreeMap::new();
    for version in versions {
        if let Some(release) = tx.release(product, version).await? {
            releases.insert(version.clone(), release);
        }
    }
    Ok(releases)
}

/// How what changed each component went.
pub(super) fn histories(
    rides: &[Went],
    releases: &BTreeMap<Version, Release>,
) -> BTreeMap<Name, History> {
    let mut all: BTreeMap<Name, History> = BTreeMap::new();
    for ride in rides {
        let contents = |version: &Version| Some(&releases.get(version)?.contents);
        let before = ride.before.as_ref().and_then(contents);
        for (component, content) in contents(&ride.release).into_iter().flatten() {
            let known = before.and_then(|it| it.get(component));
            if known.is_none_or(|it| it.digest != content.digest) {
                let history = all.entry(component.clone()).or_default();
                history.add(ride.ended, ride.failed);
            }
        }
    }
    let sorted = all.into_iter().map(|(name, it)| (name, it.sorted()));
    sorted.collect()
}

/// How deployments of all products of the team went there.
pub(super) async fn team(
    tx: &mut Tx,
    product: &Product,
    all: &[Deployment],
) -> Result<History, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let own: BTreeSet<Name> = products
        .into_iter()
        .filter(|it| it.team == product.team)
        .map(|it| it.name)
        .collect();
    let mut history = Vec::new();
    for product in own {
        let of: Vec<Deployment> = all
            .iter()
            .filter(|it| it.product == product)
            .cloned()
            .collect();
        history.extend(went(&of).iter().map(|it| (it.ended, it.failed)));
    }
    Ok(History::of(history.into_iter()))
}

/// When suppliers of what the product needs changed, or are to change something.
pub(super) async fn suppliers(tx: &mut Tx, product: &Name) -> Result<Vec<Nearby>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let reliances = Reliance::of_each(&products, &all);
    let needs = reliances.get(product).cloned().unwrap_or_default();
    let needed: BTreeSet<&Name> = needs.needs.iter().map(|it| &it.product).collect();
    let mut times = Vec::new();
    for supplier in all.iter().filter(|it| needed.contains(&it.name)) {
        for notice in tx.notices_of(&supplier.name, MOST).await? {
            let current = notice.current();
            let periods = current
                .announcement
                .times
                .iter()
                .flat_map(|it| it.periods());
            if !is_off(&notice.status) {
                times.extend(periods.map(|it| Nearby {
                    known_since: current.at,
                    from: it.from,
                    until: it.until,
                }));
            }
        }
        for seen in tx.observations_of(&supplier.name, MOST).await? {
            let at = seen.deployed.change.by;
            times.push(Nearby {
                known_since: at,
                from: at,
                until: at,
            });
        }
    }
    Ok(times)
}

/// Whether what was announced does not happen.
const fn is_off(status: &NoticeStatus) -> bool {
    match status {
        NoticeStatus::Cancelled { .. } | NoticeStatus::Withdrawn { .. } => true,
        NoticeStatus::Announced { .. }
        | NoticeStatus::Acknowledged { .. }
        | NoticeStatus::Overdue { .. }
        | NoticeStatus::Happened { .. }
        | NoticeStatus::Closed { .. } => false,
    }
}
