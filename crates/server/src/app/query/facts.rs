//! Collecting the facts of a deployment out of the store.

use super::super::{App, Error, clearance, runbooks};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    calendar::{Calendar, Edge, Freeze, Opening, Window},
    deployment::{
        Against, BalancerFacts, BalancerRun, Deployment, Facts, Steps, TargetFacts, facts::Report,
    },
    name::Name,
    revision::RevisionId,
};
use tidegate_store::{StoreError, Tx};

/// What is said of a target whose agent was revoked.
const REVOKED: &str = "its agent was revoked";

/// The facts of every target of `deployment`, in its order.
pub(crate) async fn collect(
    tx: &mut Tx,
    app: &App,
    deployment: &Deployment,
) -> Result<Facts, Error> {
    let desired: BTreeMap<Name, _> = tx
        .desired_in(&deployment.environment, &deployment.product)
        .await?
        .into_iter()
        .collect();
    let reports: BTreeMap<Name, Report> = tx
        .reports_in(&deployment.environment, &deployment.product)
        .await?
        .into_iter()
        .collect();
    let in_touch = tx.in_touch_in(&deployment.environment).await?;
    let revoked = tx.revoked_in(&deployment.environment).await?;
    let revoked: BTreeSet<Name> = revoked.into_iter().collect();
    let in_touch = in_touch.into_iter();
    let in_touch: BTreeSet<Name> = in_touch.filter(|name| !revoked.contains(name)).collect();
    let revocation = |name: &Name| revoked.contains(name).then(|| REVOKED.to_owned());
    let attested = app.revisions.attested(tx, revisions_in(&reports)).await?;
    let target = |run: &tidegate_domain::deployment::TargetRun| {
        let name = &run.target;
        let facts = TargetFacts::of(
            (run, deployment.slot_of_interest(run)),
            desired.get(name),
            reports.get(name),
            in_touch.contains(name),
            &attested,
        );
        TargetFacts {
            obstacle: revocation(name).or(facts.obstacle),
            ..facts
        }
    };
    let balancer = |run: &BalancerRun| {
        let name = &run.target;
        let facts = BalancerFacts::of(
            desired.get(name),
            reports.get(name),
            in_touch.contains(name),
        );
        BalancerFacts {
            failure: revocation(name).or(facts.failure),
            ..facts
        }
    };
    let targets = deployment.targets.iter().map(target).collect();
    let balancers = deployment.balancers.iter().map(balancer).collect();
    let release = tx.release(&deployment.product, &deployment.release).await?;
    let mut measurements = Vec::new();
    if let Some(wave) = deployment.status.wave()
        && !deployment.checks.is_empty()
    {
        measurements = tx.measurements((deployment.id, wave)).await?;
    }
    let block = release.and_then(|release| release.blocked);
    let facts = Facts {
        targets,
        balancers,
        calendar: opening(tx, deployment).await?,
        measurements,
        blocked: block.map(|block| block.to_string()),
        clearance: clearance::of(tx, &app.gate, deployment).await,
        steps: Steps::default(),
    };
    Ok(Facts {
        steps: runbooks::steps(tx, deployment, &facts).await?,
        ..facts
    })
}

/// What the calendar says of the deployment's place. Only what goes forward asks it.
async fn opening(tx: &mut Tx, deployment: &Deployment) -> Result<Option<Opening>, StoreError> {
    if !deployment.status.goes_forward() {
        return Ok(None);
    }
    let (windows, freezes) = (tx.windows().await?, tx.freezes().await?);
    Ok(Some(
        calendar(deployment, &windows, &freezes).judge(tx.now()),
    ))
}

fn calendar<'a>(
    deployment: &Deployment,
    windows: &'a [Window],
    freezes: &'a [Freeze],
) -> Calendar<'a> {
    let place = (&deployment.product, &deployment.environment);
    Calendar::of(place.0, place.1, windows, freezes)
}

/// When the calendar of the deployment's place closes, if it is open now and closes.
pub(in crate::app) async fn closes(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Option<Timestamp>, StoreError> {
    let now = tx.now();
    closes_at(tx, (&deployment.product, &deployment.environment), now).await
}

/// What the calendar says of a place now.
pub(in crate::app) async fn opening_of(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Opening, StoreError> {
    let (windows, freezes) = (tx.windows().await?, tx.freezes().await?);
    Ok(Calendar::of(product, environment, &windows, &freezes).judge(tx.now()))
}

/// When the calendar of a place closes, if it is open at a moment, and closes.
pub(in crate::app) async fn closes_at(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
    at: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let (windows, freezes) = (tx.windows().await?, tx.freezes().await?);
    let calendar = Calendar::of(product, environment, &windows, &freezes);
    Ok(match calendar.judge(at) {
        Opening::Open {
            until: Edge::At(closes),
        } => Some(closes),
        Opening::Open {
            until: Edge::Never | Edge::NotBefore(_),
        }
        | Opening::Closed { .. } => None,
    })
}

/// What keeps the deployment from going on: now, or, as long as nothing does, when the calendar closes next.
pub(in crate::app) async fn in_the_way(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Against, StoreError> {
    let (windows, freezes) = (tx.windows().await?, tx.freezes().await?);
    let calendar = calendar(deployment, &windows, &freezes);
    let opening = match calendar.judge(tx.now()) {
        Opening::Open {
            until: Edge::At(closes),
        } => calendar.judge(closes),
        now @ (Opening::Open { .. } | Opening::Closed { .. }) => now,
    };
    Ok(match opening {
        Opening::Closed { reasons, .. } => Against::of(&reasons),
        Opening::Open { .. } => Against::default(),
    })
}

/// Every revision that some target attests.
pub(super) fn revisions_in(reports: &BTreeMap<Name, Report>) -> BTreeSet<RevisionId> {
    reports
        .values()
        .flat_map(|report| report.observed.active.iter().filter_map(|a| a.revision))
        .collect()
}
