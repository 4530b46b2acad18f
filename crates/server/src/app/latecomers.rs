//! Targets that join a place where something stands already: they run it, too.
//!
//! This is no deployment: what they get has succeeded there, and nothing that runs is changed. It waits only while a
//! deployment moves in the same place, which may not be about them. Once they have proved themselves, load balancers send
//! them requests: see [`super::admission`].

use super::{App, Error, admission, entry, present, releases, rollback::standing};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Kind, Product, Target},
    converge::{ActiveComponent, DesiredState, Portion, Present, Slot},
    deployment::Deployment,
    id::{DeploymentId, SecretVersion},
    name::Name,
    release::{Release, Snapshot, render},
    revision::Revision,
};
use tidegate_store::{TargetKey, Tx};

/// Tells the targets of an environment that run nothing of a product to run what stands there; answers which. One alone,
/// where only that may be late.
pub(crate) async fn settle(
    tx: &mut Tx,
    place: (&Name, &Name),
    only: Option<&Name>,
) -> Result<Vec<TargetKey>, Error> {
    let mut told = Vec::new();
    let candidates = candidates(tx, place, only).await?;
    if candidates.is_empty() {
        return Ok(told);
    }
    let Some((stands, late)) = late(tx, place, candidates).await? else {
        return Ok(told);
    };
    let Some(wares) = Wares::of(tx, &stands).await? else {
        return Ok(told);
    };
    let source = wares.source(&stands);
    for target in late {
        match render::revision(&source, &target, Slot::Blue) {
            Ok(revision) => told.push(tell(tx, (&stands, &target), &revision).await?),
            // Once its variables are declared, it is looked at again.
            Err(why) => tracing::warn!(target = %key(&target), %why, "latecomer.left_out"),
        }
    }
    Ok(told)
}

/// What a deployment brought, to be brought to more targets.
pub(super) struct Wares {
    release: Release,
    snapshot: Snapshot,
    secrets: BTreeMap<String, SecretVersion>,
}

impl Wares {
    /// None where the release is blocked.
    pub(super) async fn of(tx: &mut Tx, stands: &Deployment) -> Result<Option<Self>, Error> {
        let release = releases::find(tx, &stands.product, &stands.release).await?;
        if release.blocked.is_some() {
            return Ok(None);
        }
        let snapshot = releases::snapshot(tx, &release, stands.snapshot).await?;
        let secrets = tx.newest_secrets(&stands.product).await?;
        Ok(Some(Self {
            release,
            snapshot,
            secrets,
        }))
    }

    pub(super) fn source<'a>(&'a self, stands: &'a Deployment) -> render::Source<'a> {
        render::Source {
            product: &stands.product,
            release: &self.release.version,
            contents: &self.release.contents,
            snapshot: &self.snapshot,
            number: stands.snapshot,
            secrets: &self.secrets,
        }
    }
}

/// The same for every product that stands in an environment.
pub(crate) async fn settle_all(
    tx: &mut Tx,
    (environment, only): (&Name, Option<&Name>),
) -> Result<Vec<TargetKey>, Error> {
    let mut told = Vec::new();
    for product in tx.documents::<Product>(Kind::Product).await? {
        let place = (&product.name, environment);
        told.extend(settle(tx, place, only).await?);
    }
    Ok(told)
}

impl App {
    /// What kept latecomers from a product may be gone: they are told wherever it stands.
    pub(super) async fn settle_latecomers(&self, product: &Name) -> Result<(), Error> {
        let told = self
            .store
            .write(product.clone(), |tx, product| {
                everywhere(tx, product).boxed()
            })
            .await?;
        for target in &told {
            self.bus.wake_target(target);
        }
        Ok(())
    }
}

async fn everywhere(tx: &mut Tx, product: &Name) -> Result<Vec<TargetKey>, Error> {
    let mut told = Vec::new();
    for environment in tx.environments().await?.keys() {
        let place = (product, environment);
        told.extend(settle(tx, place, None).await?);
        // One may have proved itself while something kept requests from it.
        if tx
            .deployment_running_in(product, environment)
            .await?
            .is_none()
        {
            told.extend(admission::admit(tx, place).await?);
        }
    }
    Ok(told)
}

/// The targets with an agent that run nothing of the product, and are not told to. Who was left behind in an earlier history is not
/// late.
async fn candidates(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
    only: Option<&Name>,
) -> Result<Vec<Target>, Error> {
    let is_idle = |present: &Present| match present {
        Present::Told(state) => state.active.is_empty(),
        Present::Nothing => true,
        Present::Attested(_) | Present::Silent => false,
    };
    if let Some(name) = only {
        let key = TargetKey {
            environment: environment.clone(),
            target: name.clone(),
        };
        let present = present::on(tx, &key, product).await?;
        let found: Option<Target> = match is_idle(&present) {
            true => tx.document(Kind::Target, &key.to_string()).await?,
            false => None,
        };
        let found = found.filter(|target| target.balances.is_empty());
        return Ok(found.into_iter().collect());
    }
    let present = present::of(tx, product, environment).await?;
    let agents = tx.agents().await?;
    let agents = agents.into_iter().filter(|it| it.revoked_at.is_none());
    let enrolled: BTreeSet<TargetKey> = agents.map(|agent| agent.key).collect();
    let mut targets = tx.targets_in(environment).await?;
    targets.retain(|target| {
        target.balances.is_empty()
            && present.get(&target.name).is_none_or(is_idle)
            && enrolled.contains(&key(target))
    });
    Ok(targets)
}

/// What stands in a place, and those of some targets that came later; none while something moves there, or where something
/// was left halfway that what stands cannot live with. Whom people took out of the scope of what stands is not late.
pub(super) async fn late(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
    mut targets: Vec<Target>,
) -> Result<Option<(Deployment, Vec<Target>)>, Error> {
    let newest = newest(tx, (product, environment)).await?;
    let now = tx.now();
    let moves = newest.is_some_and(|newest| {
        let left = newest.leaves_no_return();
        !newest.status.is_terminal() || left.is_some_and(|past| past.from <= now)
    });
    if moves {
        return Ok(None);
    }
    let present = present::of(tx, product, environment).await?;
    if present.values().any(Present::is_left_behind) {
        // What stands there came after the backup that the record was put back from.
        return Ok(None);
    }
    let Some(stands) = standing(tx, product, environment).await?.pop() else {
        return Ok(None);
    };
    let Some(stands) = tx.deployment(stands.id).await? else {
        return Ok(None);
    };
    let known: BTreeSet<&Name> = stands.targets.iter().map(|run| &run.target).collect();
    targets.retain(|target| !known.contains(&target.name));
    Ok((!targets.is_empty()).then_some((stands, targets)))
}

/// The last deployment of a place.
pub(super) async fn newest(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Option<Deployment>, Error> {
    let any = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    Ok(tx.deployments_before(any, 1, place).await?.pop())
}

async fn tell(
    tx: &mut Tx,
    (stands, target): (&Deployment, &Target),
    revision: &Revision,
) -> Result<TargetKey, Error> {
    tx.record_revision(revision).await?;
    let minimum_healthy = stands.plan.limits.minimum_healthy;
    let state = DesiredState {
        active: ActiveComponent::of(revision, Slot::Blue, Portion::All).collect(),
        ..DesiredState::nothing(stands.product.clone(), minimum_healthy)
    };
    let key = key(target);
    tx.record_desired(&key, &state).await?;
    let detail = serde_json::json!({
        "product": stands.product, "release": stands.release, "snapshot": stands.snapshot, "deployment": stands.id,
    });
    let what = ("target.joined", format!("target/{key}"));
    let entry = entry(tx, "tidegate", (what.0, &what.1), &detail);
    tx.record_entry(&entry).await?;
    Ok(key)
}

pub(super) fn key(target: &Target) -> TargetKey {
    TargetKey {
        environment: target.environment.clone(),
        target: target.name.clone(),
    }
}
