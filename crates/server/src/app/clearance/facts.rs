//! What controls look at: of the release, of the deployment, and of each artifact.

use super::super::{Error, Gate, artifacts, handovers, rollback::standing_of};
use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Environment, Product, path},
    control::{ArtifactFacts, DeploymentFacts, Mode, ReleaseFacts, Severity},
    deployment::{Deployment, Status},
    drill::Ending,
    handover::HandoverKind,
    id::{DrillId, RehearsalId},
    name::Name,
    plan::Reversible,
    preflight,
    release::Release,
    version::Version,
};
use tidegate_store::{AboutPlan, DrillsOf, Repository, Tx};

/// How many deployments of a place are looked through for another release to go back to.
const STANDING: u64 = 20;
/// How many drills of a release are looked through for one that passed.
const DRILLS: u64 = 20;
/// How many preflights of a plan are looked through for one that passed.
const PREFLIGHTS: u64 = 50;

pub(super) async fn release(
    tx: &mut Tx,
    deployment: &Deployment,
    product: Option<&Product>,
) -> Result<ReleaseFacts, Error> {
    let found = tx.release(&deployment.product, &deployment.release).await?;
    let contents = found.as_ref().map(|it| &it.contents);
    let lacks = |name: &&Name| contents.is_some_and(|contents| !contents.contains_key(*name));
    let components = product.iter().flat_map(|product| &product.components);
    let evidence = tx
        .evidence_of(&deployment.product, &deployment.release)
        .await?;
    let of = (&deployment.product, &deployment.release);
    let (begun, accepted) = handovers::standing(tx, of).await?;
    let word = |kind: HandoverKind| kind.evidence().parse::<Name>().ok();
    // Where a release is handed over, only its acceptance says that it was.
    let begun: BTreeSet<Name> = begun.into_iter().filter_map(word).collect();
    let handed = accepted.into_iter().filter_map(word);
    Ok(ReleaseFacts {
        product: deployment.product.clone(),
        version: deployment.release.clone(),
        team: product.map_or_else(
            || deployment.product.clone(),
            |product| product.team.clone(),
        ),
        missing: components
            .map(|it| &it.name)
            .filter(lacks)
            .cloned()
            .collect(),
        sealed: found.as_ref().is_some_and(|it| it.sealed.is_some()),
        configured: found
            .as_ref()
            .is_some_and(|it| it.current_snapshot().is_some()),
        blocked: found.as_ref().is_some_and(|it| it.blocked.is_some()),
        created_by: maker(found.as_ref(), deployment),
        evidence: evidence
            .into_iter()
            .map(|evidence| evidence.kind)
            .filter(|kind| !begun.contains(kind))
            .chain(handed)
            .collect(),
        demanded: demanded(tx, of).await?,
    })
}

/// The controls that the plan of a release wants enforced.
async fn demanded(tx: &mut Tx, of: (&Name, &Version)) -> Result<BTreeSet<Name>, Error> {
    let plan = tx.newest_plan(of).await?;
    Ok(plan.map_or_else(BTreeSet::new, |it| it.plan.controls.into_iter().collect()))
}

fn maker(release: Option<&Release>, deployment: &Deployment) -> Name {
    release.map_or_else(
        || deployment.requested_by.clone(),
        |release| release.created_by.clone(),
    )
}

pub(super) fn is_last(
    product: Option<&Product>,
    environments: &BTreeMap<Name, Environment>,
    environment: &Name,
) -> bool {
    let path = product.and_then(|product| path::of(product, environments).ok());
    path.is_some_and(|path| path.last() == Some(environment))
}

/// What is known of the deployment itself; what people said is filled in by the caller.
pub(super) async fn deployment_facts(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<DeploymentFacts, Error> {
    let plan = deployment.plan.hash();
    let of = AboutPlan {
        plan: Some(plan),
        product: Some(deployment.product.clone()),
        release: Some(deployment.release.clone()),
        environment: Some(deployment.environment.clone()),
    };
    let rehearsals = tx
        .rehearsals_before(RehearsalId(u64::MAX >> 1), 1, &of)
        .await?;
    let (weekday, hour) = clock(tx.now());
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Ok(DeploymentFacts {
        environment: deployment.environment.clone(),
        is_last: false,
        requested_by: deployment.requested_by.clone(),
        plan,
        targets: size(deployment.targets.len()),
        waves: size(deployment.plan.waves.len()),
        approvers: BTreeSet::new(),
        approved: false,
        change: None,
        rehearsed: !rehearsals.is_empty(),
        preflight: preflight(tx, deployment, &of).await?,
        severe_issues: Some(severe_issues(tx, deployment).await?),
        drilled: is_drilled(tx, deployment).await?,
        returnable: is_returnable(tx, deployment).await?,
        unread: BTreeSet::new(),
        weekday,
        hour,
    })
}

/// How old the preflight is that it can rest on, in minutes.
async fn preflight(
    tx: &mut Tx,
    deployment: &Deployment,
    of: &AboutPlan,
) -> Result<Option<u32>, Error> {
    let made = tx
        .preflights_passed(of, deployment.snapshot, PREFLIGHTS)
        .await?;
    let begun = matches!(deployment.status, Status::Rolling { .. });
    let begun = begun.then_some(deployment.requested_at);
    Ok(preflight::age(&made, begun, tx.now()))
}

async fn severe_issues(tx: &mut Tx, deployment: &Deployment) -> Result<u32, Error> {
    let of = (&deployment.product, &deployment.release);
    let open = tx.open_issues_of(of).await?;
    let severe = open.iter().filter(|it| it.severity >= Severity::High);
    Ok(u32::try_from(severe.count()).unwrap_or(u32::MAX))
}

async fn is_drilled(tx: &mut Tx, deployment: &Deployment) -> Result<bool, Error> {
    let of = DrillsOf {
        product: Some(deployment.product.clone()),
        release: Some(deployment.release.clone()),
        environment: None,
    };
    let drills = tx
        .drills_before(DrillId(u64::MAX >> 1), DRILLS, &of)
        .await?;
    let passed = |ended: &(Timestamp, Ending)| ended.1 == Ending::Passed;
    Ok(drills
        .iter()
        .any(|drill| drill.ended.as_ref().is_some_and(passed)))
}

/// Whether something else stands there, and nothing in the plan cannot be undone.
async fn is_returnable(tx: &mut Tx, deployment: &Deployment) -> Result<bool, Error> {
    let place = (&deployment.product, &deployment.environment);
    let standing = standing_of(tx, place, STANDING).await?;
    let other = |it: &Deployment| it.release != deployment.release && it.id != deployment.id;
    let undoable = deployment
        .plan
        .jobs
        .iter()
        .all(|job| job.reversible == Reversible::Yes);
    Ok(undoable && standing.iter().any(other))
}

fn clock(now: Timestamp) -> (String, u8) {
    let now = now.to_zoned(TimeZone::UTC);
    let weekday = match now.weekday() {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    };
    (
        weekday.to_owned(),
        u8::try_from(now.hour()).unwrap_or_default(),
    )
}

/// The enforced controls of the place whose version in force the requester has not read.
pub(super) async fn unread(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, demanded): (&Deployment, &BTreeSet<Name>),
) -> Result<BTreeSet<Name>, Error> {
    let controls = gate.controls(tx).await?;
    let who = &deployment.requested_by;
    let read = tx.acknowledged_by(who).await?;
    let enforced = controls.iter().filter(|(control, _)| {
        (control.mode() == Mode::Enforce || demanded.contains(&control.name))
            && control.is_about(&deployment.product, &deployment.environment)
    });
    let unread =
        enforced.filter(|(control, version)| !read.contains(&(control.name.clone(), *version)));
    Ok(unread.map(|(control, _)| control.name.clone()).collect())
}

pub(super) async fn artifacts(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<BTreeMap<Name, ArtifactFacts>, Error> {
    let release = tx.release(&deployment.product, &deployment.release).await?;
    let contents = release.map(|release| release.contents).unwrap_or_default();
    let mut artifacts = BTreeMap::new();
    for (component, content) in contents {
        let repository = Repository {
            product: deployment.product.clone(),
            component: component.clone(),
        };
        let known = artifacts::known(tx, gate, (&repository, content.digest)).await?;
        artifacts.insert(component, known.facts(content.version, content.digest));
    }
    Ok(artifacts)
}
