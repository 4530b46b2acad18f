//! Targets that join a place where something stands already: they run it, too.
//!
//! This is no deployment: what they get has succeeded there, and nothing that runs is changed. It waits only while a
//! deployment moves in the same place, which may not be about them.

use super::{Error, deploy, entry, releases, rollback::standing};
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::{Kind, Product, Target},
    converge::{ActiveComponent, DesiredState, Slot},
    deployment::Deployment,
    generation::Incarnation,
    name::Name,
    release::render,
    revision::Revision,
};
use tidegate_store::{TargetKey, Tx};

/// Tells the targets of an environment that run nothing of a product to run what stands there; answers which.
pub(crate) async fn settle(
    tx: &mut Tx,
    incarnation: Incarnation,
    (product, environment): (&Name, &Name),
) -> Result<Vec<TargetKey>, Error> {
    let mut told = Vec::new();
    let Some((stands, late)) = late(tx, (product, environment)).await? else {
        return Ok(told);
    };
    let release = releases::find(tx, product, &stands.release).await?;
    if release.blocked.is_some() {
        return Ok(told);
    }
    let snapshot = releases::snapshot(tx, &release, stands.snapshot).await?;
    let secrets = tx.newest_secrets(product).await?;
    let source = render::Source {
        product,
        release: &release.version,
        contents: &release.contents,
        snapshot: &snapshot,
        number: stands.snapshot,
        secrets: &secrets,
    };
    for target in late {
        match render::revision(&source, &target, Slot::Blue) {
            Ok(revision) => told.push(tell(tx, incarnation, (&stands, &target), &revision).await?),
            // Once its variables are declared, it is looked at again.
            Err(why) => tracing::warn!(target = %key(&target), %why, "latecomer.left_out"),
        }
    }
    Ok(told)
}

/// The same for every product that stands in an environment.
pub(crate) async fn settle_all(
    tx: &mut Tx,
    incarnation: Incarnation,
    environment: &Name,
) -> Result<Vec<TargetKey>, Error> {
    let mut told = Vec::new();
    for product in tx.documents::<Product>(Kind::Product).await? {
        told.extend(settle(tx, incarnation, (&product.name, environment)).await?);
    }
    Ok(told)
}

/// What stands in a place, and the targets with an agent that run nothing of it; none while something moves there. Whom
/// people took out of the scope of what stands is not late.
async fn late(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Option<(Deployment, Vec<Target>)>, Error> {
    let moves = tx.deployment_running_in(product, environment).await?;
    let Some(stands) = standing(tx, product, environment).await?.pop() else {
        return Ok(None);
    };
    let Some(stands) = tx.deployment(stands.id).await?.filter(|_| moves.is_none()) else {
        return Ok(None);
    };
    let told = deploy::told(tx, product, environment).await?;
    let runs = told.iter().filter(|(_, state)| !state.active.is_empty());
    let known = runs.map(|(name, _)| name);
    let known: BTreeSet<&Name> = known
        .chain(stands.targets.iter().map(|run| &run.target))
        .collect();
    let agents = tx.agents().await?;
    let enrolled: BTreeSet<TargetKey> = agents.into_iter().map(|agent| agent.key).collect();
    let mut targets = tx.targets_in(environment).await?;
    targets.retain(|target| {
        target.balances.is_empty()
            && !known.contains(&target.name)
            && enrolled.contains(&key(target))
    });
    Ok((!targets.is_empty()).then_some((stands, targets)))
}

async fn tell(
    tx: &mut Tx,
    incarnation: Incarnation,
    (stands, target): (&Deployment, &Target),
    revision: &Revision,
) -> Result<TargetKey, Error> {
    tx.record_revision(revision).await?;
    let minimum_healthy = stands.plan.limits.minimum_healthy;
    let state = DesiredState {
        active: ActiveComponent::all_of(revision, Slot::Blue).collect(),
        ..DesiredState::nothing(stands.product.clone(), minimum_healthy)
    };
    let key = key(target);
    tx.record_desired(&key, incarnation, &state).await?;
    let detail = serde_json::json!({
        "product": stands.product, "release": stands.release, "snapshot": stands.snapshot, "deployment": stands.id,
    });
    let what = ("target.joined", format!("target/{key}"));
    let entry = entry(tx, "tidegate", (what.0, &what.1), &detail);
    tx.record_entry(&entry).await?;
    Ok(key)
}

fn key(target: &Target) -> TargetKey {
    TargetKey {
        environment: target.environment.clone(),
        target: target.name.clone(),
    }
}
