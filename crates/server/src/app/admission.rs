//! Latecomers receive requests: once they have proved themselves, load balancers that were told whom requests go to are
//! told of them, too.
//!
//! It waits while a deployment moves in the same place, and while what it left is for the next one to settle.

use super::{
    Error, balancing, deploy, entry,
    latecomers::{Wares, key, late, newest},
    present,
};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Target,
    converge::{DesiredState, Slot},
    deployment::{
        Deployment,
        facts::{Report, attested},
    },
    latecomer,
    name::Name,
    release::render,
    revision::RevisionId,
};
use tidegate_store::{TargetKey, Tx};

/// One that a target has just reported of itself. Looks no further unless it is new that it proved itself.
pub(super) async fn heard(
    tx: &mut Tx,
    (key, desired, report): (&TargetKey, &DesiredState, &Report),
) -> Result<Vec<TargetKey>, Error> {
    let Some(revision) = proved(tx, desired, report).await? else {
        return Ok(Vec::new());
    };
    let place = (&desired.product, &key.environment);
    let is_known = tx.proved(key, place.0).await? == Some(revision);
    if is_known || tx.deployment_running_in(place.0, place.1).await?.is_some() {
        return Ok(Vec::new());
    }
    admit(tx, place).await
}

/// Tells the load balancers of a place of all latecomers that have proved themselves; answers which were told.
pub(crate) async fn admit(tx: &mut Tx, place: (&Name, &Name)) -> Result<Vec<TargetKey>, Error> {
    let last = newest(tx, place).await?;
    if !last.is_some_and(|last| latecomer::is_settled(&last)) {
        return Ok(Vec::new());
    }
    let mut targets = tx.targets_in(place.1).await?;
    targets.retain(|target| target.balances.is_empty());
    let Some((stands, late)) = late(tx, place, targets).await? else {
        return Ok(Vec::new());
    };
    let late = proved_of(tx, &stands, late).await?;
    let wares = match late.is_empty() {
        true => None,
        false => Wares::of(tx, &stands).await?,
    };
    let Some(wares) = wares else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (target, revision) in late {
        tx.record_proved(&key(&target), place.0, revision).await?;
        match render::routes(&wares.source(&stands), &target, Slot::Blue) {
            Ok(addresses) => found.push((target, addresses)),
            // Once its variables are declared, the next deployment sees to it.
            Err(why) => tracing::warn!(target = %key(&target), %why, "latecomer.without_requests"),
        }
    }
    tell(tx, (&stands, &found)).await
}

/// Those of them that have proved themselves on what stands.
async fn proved_of(
    tx: &mut Tx,
    stands: &Deployment,
    late: Vec<Target>,
) -> Result<Vec<(Target, RevisionId)>, Error> {
    let place = (&stands.environment, &stands.product);
    let told = deploy::told(tx, place.1, place.0).await?;
    let reports: BTreeMap<Name, Report> =
        tx.reports_in(place.0, place.1).await?.into_iter().collect();
    let mut found = Vec::new();
    for target in late {
        let (Some(told), Some(report)) = (told.get(&target.name), reports.get(&target.name)) else {
            continue;
        };
        let Some(revision) = proved(tx, told, report).await? else {
            continue;
        };
        let brings = tx.revision(revision).await?;
        if brings.is_some_and(|it| {
            (it.release, it.snapshot) == (stands.release.clone(), stands.snapshot)
        }) {
            found.push((target, revision));
        }
    }
    Ok(found)
}

async fn proved(
    tx: &mut Tx,
    told: &DesiredState,
    report: &Report,
) -> Result<Option<RevisionId>, Error> {
    let said = &report.observed;
    let (Some(first), true) = (told.active.first(), told.instruction == said.instruction) else {
        return Ok(None);
    };
    if !said.active.iter().all(|attestation| attestation.proved) {
        return Ok(None);
    }
    let revision = tx.revision(first.revision).await?;
    Ok(revision.and_then(|it| latecomer::proved(told, &said.active, &attested(&it))))
}

type Addressed = (Target, BTreeMap<Name, String>);

async fn tell(
    tx: &mut Tx,
    (stands, late): (&Deployment, &[Addressed]),
) -> Result<Vec<TargetKey>, Error> {
    let place = (&stands.product, &stands.environment);
    let history = present::history(tx).await?;
    let told_before = deploy::told(tx, place.0, place.1).await?;
    let mut told = Vec::new();
    for balancer in balancing::found(tx, place.0, place.1).await? {
        let before = told_before.get(&balancer.target);
        // What was lost of what it was told is not told again: the next deployment sees to it.
        let Some(before) = before.filter(|told| !present::is_over(history, told)) else {
            continue;
        };
        let mut state = before.clone();
        let mut admitted = Vec::new();
        for (target, addresses) in late {
            if let Some(routes) = latecomer::admit(&state.traffic, &target.name, addresses) {
                state.traffic = routes;
                admitted.push(target);
            }
        }
        if admitted.is_empty() {
            continue;
        }
        let balancer = TargetKey {
            environment: stands.environment.clone(),
            target: balancer.target,
        };
        tx.record_desired(&balancer, &state).await?;
        for target in admitted {
            let detail = serde_json::json!({
                "product": stands.product, "release": stands.release, "balancer": balancer.target, "deployment": stands.id,
            });
            let subject = format!("target/{}", key(target));
            let entry = entry(tx, "tidegate", ("target.admitted", &subject), &detail);
            tx.record_entry(&entry).await?;
        }
        told.push(balancer);
    }
    Ok(told)
}
