//! May a deployment begin? What controls look at is collected here; controls, approvals, change request and supervision
//! come to a [`Clearance`], which the deployment's decisions wait for.

mod facts;
pub(super) mod returning;
mod voters;

use super::{Error, Gate, entry, suppliers};
use facts::{artifacts, deployment_facts, is_last, release, unread};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    control::{
        self, Change, ChangeKind, Clearance, ControlFacts, DeploymentFacts, Finding, Judgement,
        Stop, StopKind, Unmet, Voter, Waiver, quorum,
    },
    deployment::{Deployment, Event, Purpose, Status},
    id::{ChangeId, WaiverId},
    name::Name,
};
use tidegate_policy::Controls;
use tidegate_store::Tx;
use voters::{approvers, human, may_approve, voters};
pub(super) use voters::{whose_of, whose_yes};

/// How many change requests of a place are looked through for one that covers a deployment.
const CHANGES: u64 = 100;

/// What was found out about a deployment.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) clearance: Clearance,
    pub(super) judgement: Judgement,
    pub(super) voters: Vec<Voter>,
    /// What approvals lack.
    pub(super) unmet: Vec<Unmet>,
}

/// Whether controls and people are asked before it goes on: what goes back is kept by nothing.
pub(crate) fn is_asked_for(deployment: &Deployment) -> bool {
    deployment.purpose == Purpose::Promotion && deployment.may_begin_next()
}

/// What keeps `deployment` from beginning something now. Going back is kept from nothing; and where nothing can be found out,
/// that keeps it from going forward alone.
pub(crate) async fn of(tx: &mut Tx, gate: &Gate, deployment: &Deployment) -> Clearance {
    if !is_asked_for(deployment) {
        return Clearance::default();
    }
    let found = tx
        .attempt(&(gate, deployment), |tx, (gate, deployment)| {
            find(tx, gate, deployment).boxed()
        })
        .await;
    found.map_or_else(
        |why| {
            let error = &why as &dyn std::error::Error;
            tracing::error!(deployment = deployment.id.0, error, "controls.unjudged");
            Clearance::unknown(&why.to_string())
        },
        |found| found.clearance,
    )
}

/// Keeps what was judged when a wave began, or when it went back, in the transaction in which that begins.
pub(crate) async fn note(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
    event: &Event,
) -> Result<(), Error> {
    if matches!(event, Event::RollbackStarted { .. }) {
        Box::pin(returning::note(tx, gate, deployment)).await;
        return Ok(());
    }
    let Event::WaveStarted { wave } = event else {
        return Ok(());
    };
    let judgement = Box::pin(find(tx, gate, deployment)).await?.judgement;
    tx.record_judgement((deployment.id, *wave), &judgement)
        .await?;
    let mut detail = judgement.told();
    detail["wave"] = (wave + 1).into();
    detail["approvers"] = serde_json::json!(judgement.facts.deployment.approvers);
    detail["change"] = serde_json::json!(deployment.change);
    detail["parts"] = serde_json::json!(deployment.parts);
    let subject = format!("deployment/{}", deployment.id);
    let entry = entry(tx, "tidegate", ("deployment.cleared", &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// What was collected of a deployment before controls judge it.
struct Collected {
    facts: ControlFacts,
    voters: Vec<Voter>,
    unmet: Vec<Unmet>,
    waivers: Vec<Waiver>,
    /// Where a change request is demanded and none covers it.
    no_change: Option<Stop>,
    /// What is held because of a supplier's change.
    held: Vec<Stop>,
}

/// Everything that is found out about a deployment before it begins something.
pub(super) async fn find(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Found, Error> {
    let now = tx.now();
    let collected = collect(tx, gate, (deployment, now)).await?;
    judged(tx, gate, (deployment, collected, now)).await
}

/// What would keep a deployment from beginning, if its targets had just been found fit.
pub(crate) async fn with_preflight(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Clearance, Error> {
    let now = tx.now();
    let mut collected = collect(tx, gate, (deployment, now)).await?;
    collected.facts.deployment.preflight = Some(0);
    Ok(judged(tx, gate, (deployment, collected, now))
        .await?
        .clearance)
}

/// What every control says, and those that should say something and are gone.
fn asked(controls: &Controls, facts: &ControlFacts) -> Vec<Finding> {
    let mut findings = controls.judge(facts);
    findings.extend(controls.undeclared(facts));
    findings
}

async fn judged(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, collected, now): (&Deployment, Collected, Timestamp),
) -> Result<Found, Error> {
    let Collected {
        facts,
        voters,
        unmet,
        waivers,
        no_change,
        held,
    } = collected;
    let findings = asked(&*gate.controls(tx).await?, &facts);
    let mut clearance = Clearance::default();
    clearance.stops.extend(supervision(deployment));
    clearance.add_unmet(&unmet);
    clearance.stops.extend(no_change);
    clearance.stops.extend(held);
    clearance.add_findings(&findings, &waivers, now);
    Ok(Found {
        clearance,
        judgement: Judgement {
            waivers: rests_on(&findings, &waivers, now),
            facts,
            findings,
        },
        voters,
        unmet,
    })
}

/// What would keep a deployment from beginning at a moment to come, whatever people say of it until then: controls that lack
/// only their approval are not named.
pub(super) async fn ahead(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, at): (&Deployment, Timestamp),
) -> Result<Clearance, Error> {
    let Collected {
        mut facts,
        waivers,
        no_change,
        held,
        ..
    } = collect(tx, gate, (deployment, at)).await?;
    let controls = gate.controls(tx).await?;
    let mut findings = asked(&controls, &facts);
    if findings.iter().any(Finding::stops) {
        facts.deployment.approved = true;
        let may = may_approve(tx, gate, deployment).await?;
        let may = may.into_iter().map(|it| it.name);
        facts.deployment.approvers.extend(may);
        let supposing = asked(&controls, &facts);
        let stops = |it: &Finding| {
            let mut same = supposing.iter();
            same.any(|other| other.control == it.control && other.stops())
        };
        findings.retain(stops);
    }
    let mut clearance = Clearance::default();
    clearance.stops.extend(no_change);
    clearance.stops.extend(held);
    clearance.add_findings(&findings, &waivers, at);
    Ok(clearance)
}

async fn collect(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, at): (&Deployment, Timestamp),
) -> Result<Collected, Error> {
    let place = (&deployment.product, &deployment.environment);
    let product = tx.product(place.0).await?;
    let environments = tx.environments().await?;
    let environment = environments.get(place.1);
    let voters = voters(tx, gate, deployment).await?;
    let human = human(tx, &deployment.requested_by).await?;
    let owner = product
        .as_ref()
        .map_or_else(|| place.0.clone(), |product| product.team.clone());
    let rules = environment
        .map(|it| it.approvals.as_slice())
        .unwrap_or_default();
    let unmet = quorum(rules, &voters, (human, &owner));
    let change = change(tx, (deployment, at)).await?;
    let demands = environment.is_some_and(|it| it.change_request);
    let release = release(tx, deployment, product.as_ref()).await?;
    let facts = ControlFacts {
        at,
        deployment: DeploymentFacts {
            is_last: is_last(product.as_ref(), &environments, place.1),
            approvers: approvers(&voters, human),
            approved: unmet.is_empty(),
            change: change.as_ref().map(|change| change.kind.word().to_owned()),
            unread: unread(tx, gate, (deployment, &release.demanded)).await?,
            ..deployment_facts(tx, deployment).await?
        },
        artifacts: artifacts(tx, gate, deployment).await?,
        release,
    };
    Ok(Collected {
        facts,
        voters,
        unmet,
        waivers: waivers(tx, deployment).await?,
        no_change: (demands && change.is_none()).then(|| no_change(deployment)),
        held: suppliers::blocks::stops(tx, place, at).await?,
    })
}

/// The waivers that set aside what controls find.
fn rests_on(findings: &[Finding], waivers: &[Waiver], now: Timestamp) -> Vec<WaiverId> {
    let rests = waivers.iter().filter(|waiver| {
        let mut stopping = findings.iter().filter(|finding| finding.stops());
        waiver.is_good(now) && stopping.any(|finding| finding.control == waiver.control)
    });
    rests.map(|waiver| waiver.id).collect()
}

fn supervision(deployment: &Deployment) -> Option<Stop> {
    let supervision = deployment.supervision.as_ref()?;
    supervision.released.is_none().then(|| Stop {
        kind: StopKind::Supervision,
        name: "supervision".to_owned(),
        what: format!(
            "somebody of level 3 or above to let go what {} asked for",
            deployment.requested_by
        ),
        remedy: format!("`tidegate supervise {}`", deployment.id),
    })
}

fn no_change(deployment: &Deployment) -> Stop {
    let (product, environment) = (&deployment.product, &deployment.environment);
    let what = match deployment.change {
        Some(id) => format!(
            "change request {id} does not cover it: not approved, or not for this, or not now"
        ),
        None => format!("an approved change request for {product} in {environment}"),
    };
    Stop {
        kind: StopKind::Change,
        name: "change-request".to_owned(),
        what,
        remedy: format!(
            "`tidegate change create {product} --in {environment}`, and somebody else approves it"
        ),
    }
}

/// The change request that it names, or else any of its place, as long as that covers it.
async fn change(
    tx: &mut Tx,
    (deployment, at): (&Deployment, Timestamp),
) -> Result<Option<Change>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let candidates = match deployment.change {
        Some(id) => tx.change(id).await?.into_iter().collect(),
        None => {
            tx.changes_before(ChangeId(u64::MAX >> 1), CHANGES, Some(place))
                .await?
        }
    };
    let covers = |change: &Change| change.covers(place, &deployment.release, at);
    Ok(candidates.into_iter().find(covers))
}

async fn waivers(tx: &mut Tx, deployment: &Deployment) -> Result<Vec<Waiver>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let mut waivers = tx.waivers(Some(place.0), false).await?;
    waivers.retain(|waiver| waiver.scope.covers(place, &deployment.release));
    Ok(waivers)
}

/// Whether an emergency change covers a deployment that would pass the promotion order.
pub(super) async fn is_emergency(
    tx: &mut Tx,
    id: ChangeId,
    (place, release): ((&Name, &Name), &tidegate_domain::version::Version),
) -> Result<bool, Error> {
    let missing = || Error::not_found("change-not-found", "change request", id);
    let change = tx.change(id).await?.ok_or_else(missing)?;
    let is_emergency = change.kind == ChangeKind::Emergency;
    Ok(is_emergency && change.covers(place, release, tx.now()))
}

/// What to compare a deployment with: of those before it that people approved, with other parts, the last that succeeded, or
/// else the last.
pub(super) async fn approved_before(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Option<Deployment>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let said = tx.approvals_in(place.0, place.1).await?;
    let mut last = None;
    for id in control::approved_before(&said, (deployment.id, &deployment.parts)) {
        let Some(found) = tx.deployment(id).await? else {
            continue;
        };
        if matches!(found.status, Status::Succeeded { .. }) {
            return Ok(Some(found));
        }
        last = last.or(Some(found));
    }
    Ok(last)
}
