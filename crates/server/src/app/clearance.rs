//! May a deployment begin? What controls look at is collected here; controls, approvals, change request and supervision
//! come to a [`Clearance`], which the deployment's decisions wait for.

use super::{App, Error, Gate, entry, rollback::standing_of};
use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, Resource},
    catalog::{Environment, Product, path},
    control::{
        Approval, ArtifactFacts, Change, Clearance, ControlFacts, DeploymentFacts, Judgement, Mode,
        ReleaseFacts, Stop, StopKind, Verdict, Voter, Waiver, quorum,
    },
    deployment::{Deployment, Event, Purpose},
    drill::Ending,
    id::{ChangeId, DeploymentId, DrillId, PersonId, RehearsalId},
    name::Name,
    plan::Reversible,
    release::Release,
};
use tidegate_store::{DrillsOf, RehearsalsOf, Repository, Tx};

/// How many change requests of a place are looked through for one that covers a deployment.
const CHANGES: u64 = 100;
/// How many deployments of a place are looked through for another release to go back to.
const STANDING: u64 = 20;
/// How many drills of a release are looked through for one that passed.
const DRILLS: u64 = 20;

/// What was found out about a deployment.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) clearance: Clearance,
    pub(super) judgement: Judgement,
    pub(super) voters: Vec<Voter>,
}

/// What keeps `deployment` from beginning something now. Going back is kept from nothing.
pub(crate) async fn of(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Clearance, Error> {
    if deployment.purpose != Purpose::Promotion || !deployment.may_begin_next() {
        return Ok(Clearance::default());
    }
    Ok(find(tx, gate, deployment).await?.clearance)
}

/// Keeps what was judged when a wave began, in the transaction in which it begins.
pub(crate) async fn note(
    tx: &mut Tx,
    app: &App,
    deployment: &Deployment,
    event: &Event,
) -> Result<(), Error> {
    let Event::WaveStarted { wave } = event else {
        return Ok(());
    };
    let found = find(tx, &app.gate, deployment).await?;
    tx.record_judgement((deployment.id, *wave), &found.judgement)
        .await?;
    let findings = &found.judgement.findings;
    let lacking = findings.iter().filter(|finding| !finding.holds());
    let lacking: BTreeMap<&Name, &str> = lacking.map(|it| (&it.control, it.mode.word())).collect();
    let held: Vec<&Name> = findings
        .iter()
        .filter(|it| it.holds())
        .map(|it| &it.control)
        .collect();
    let detail = serde_json::json!({
        "wave": wave + 1, "held": held, "lacking": lacking, "waivers": found.judgement.waivers,
        "approvers": found.judgement.facts.deployment.approvers, "change": deployment.change,
        "parts": deployment.parts, "facts": tidegate_domain::canonical::hash(&found.judgement.facts),
    });
    let subject = format!("deployment/{}", deployment.id);
    let entry = entry(tx, "tidegate", ("deployment.cleared", &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// Everything that is found out about a deployment before it begins something.
pub(super) async fn find(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Found, Error> {
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
    let change = change(tx, deployment).await?;
    let facts = ControlFacts {
        at: tx.now(),
        release: release(tx, deployment, product.as_ref()).await?,
        deployment: DeploymentFacts {
            is_last: is_last(product.as_ref(), &environments, place.1),
            approvers: approvers(&voters, human),
            approved: unmet.is_empty(),
            change: change.as_ref().map(|change| change.kind.word().to_owned()),
            unread: unread(tx, gate, deployment).await?,
            ..deployment_facts(tx, deployment).await?
        },
        artifacts: artifacts(tx, deployment).await?,
    };
    let findings = gate.controls(tx).await?.judge(&facts);
    let waivers = waivers(tx, deployment).await?;
    let mut clearance = Clearance::default();
    clearance.stops.extend(supervision(deployment));
    clearance.add_unmet(&unmet);
    let demands = environment.is_some_and(|it| it.change_request);
    clearance
        .stops
        .extend((demands && change.is_none()).then(|| no_change(deployment)));
    clearance.add_findings(&findings, &waivers, tx.now());
    let rests_on = waivers.iter().filter(|waiver| {
        let mut stopping = findings.iter().filter(|finding| finding.stops());
        waiver.is_good(facts.at) && stopping.any(|finding| finding.control == waiver.control)
    });
    let waivers = rests_on.map(|waiver| waiver.id).collect();
    Ok(Found {
        clearance,
        judgement: Judgement {
            facts,
            findings,
            waivers,
        },
        voters,
    })
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

/// Who said what of exactly these parts, each human being's last word, as they stand now.
async fn voters(tx: &mut Tx, gate: &Gate, deployment: &Deployment) -> Result<Vec<Voter>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let said = tx.approvals_in(place.0, place.1).await?;
    let mut seen = BTreeSet::new();
    let about = |approval: &Approval| approval.parts == deployment.parts;
    let last: Vec<Approval> = said
        .into_iter()
        .filter(about)
        .filter(|it| seen.insert(it.human))
        .collect();
    let authorizer = gate.authorizer(tx).await?;
    let resource = Resource::place(place.0.clone(), place.1.clone());
    let mut voters = Vec::with_capacity(last.len());
    for approval in last {
        let person = tx.person_named(&approval.by).await?;
        let actor = person.map(tidegate_store::PersonRow::actor);
        let directory = authorizer.directory();
        let names = |it: &mut dyn Iterator<Item = &Name>| it.cloned().collect();
        voters.push(Voter {
            name: approval.by,
            human: approval.human,
            verdict: approval.verdict,
            note: approval.note,
            may: actor
                .as_ref()
                .is_some_and(|actor| authorizer.ask(actor, Action::Approve, &resource).allowed),
            roles: actor
                .as_ref()
                .map(|it| names(&mut directory.roles_of(it)))
                .unwrap_or_default(),
            teams: actor
                .as_ref()
                .map(|it| names(&mut directory.teams_of(it)))
                .unwrap_or_default(),
            level: actor
                .as_ref()
                .and_then(|actor| directory.level(actor, &resource)),
        });
    }
    Ok(voters)
}

/// The human being behind an account, be it removed or not.
async fn human(tx: &mut Tx, name: &Name) -> Result<PersonId, Error> {
    let person = tx.person_named(name).await?;
    Ok(person.map_or(PersonId(uuid::Uuid::nil()), |person| person.human()))
}

fn approvers(voters: &[Voter], requester: PersonId) -> BTreeSet<Name> {
    let counts = |voter: &&Voter| {
        voter.may && voter.human != requester && voter.verdict == Verdict::Approved
    };
    voters
        .iter()
        .filter(counts)
        .map(|voter| voter.name.clone())
        .collect()
}

/// The change request that it names, or else any of its place, as long as that covers it.
async fn change(tx: &mut Tx, deployment: &Deployment) -> Result<Option<Change>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let candidates = match deployment.change {
        Some(id) => tx.change(id).await?.into_iter().collect(),
        None => {
            tx.changes_before(ChangeId(u64::MAX >> 1), CHANGES, Some(place))
                .await?
        }
    };
    let now = tx.now();
    let covers = |change: &Change| change.covers(place, &deployment.release, now);
    Ok(candidates.into_iter().find(covers))
}

async fn release(
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
        evidence: evidence.into_iter().map(|evidence| evidence.kind).collect(),
    })
}

fn maker(release: Option<&Release>, deployment: &Deployment) -> Name {
    release.map_or_else(
        || deployment.requested_by.clone(),
        |release| release.created_by.clone(),
    )
}

fn is_last(
    product: Option<&Product>,
    environments: &BTreeMap<Name, Environment>,
    environment: &Name,
) -> bool {
    let path = product.and_then(|product| path::of(product, environments).ok());
    path.is_some_and(|path| path.last() == Some(environment))
}

/// What is known of the deployment itself; what people said is filled in by the caller.
async fn deployment_facts(tx: &mut Tx, deployment: &Deployment) -> Result<DeploymentFacts, Error> {
    let plan = deployment.plan.hash();
    let of = RehearsalsOf {
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
        drilled: is_drilled(tx, deployment).await?,
        returnable: is_returnable(tx, deployment).await?,
        unread: BTreeSet::new(),
        weekday,
        hour,
    })
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
async fn unread(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<BTreeSet<Name>, Error> {
    let controls = gate.controls(tx).await?;
    let who = &deployment.requested_by;
    let read = tx.acknowledged_by(who).await?;
    let enforced = controls.iter().filter(|(control, _)| {
        control.mode() == Mode::Enforce
            && control.is_about(&deployment.product, &deployment.environment)
    });
    let unread =
        enforced.filter(|(control, version)| !read.contains(&(control.name.clone(), *version)));
    Ok(unread.map(|(control, _)| control.name.clone()).collect())
}

async fn artifacts(
    tx: &mut Tx,
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
        let kept = tx.manifest_in(&repository, content.digest).await?.is_some();
        artifacts.insert(component, artifact(kept, content));
    }
    Ok(artifacts)
}

fn artifact(kept: bool, content: tidegate_domain::release::Content) -> ArtifactFacts {
    ArtifactFacts {
        version: content.version,
        digest: content.digest,
        kept,
        signed: false,
        signers: BTreeSet::new(),
        unsigned_because: String::new(),
        builder: None,
        source: None,
        has_bill: false,
        bill_is_about_it: false,
        licences: BTreeSet::new(),
        vulnerabilities: None,
        test_reports: 0,
        tests_passed: 0,
        tests_failed: 0,
    }
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
    let is_emergency = change.kind == tidegate_domain::control::ChangeKind::Emergency;
    Ok(is_emergency && change.covers(place, release, tx.now()))
}

/// The last deployment to the place that people approved, with other parts.
pub(super) async fn approved_before(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Option<DeploymentId>, Error> {
    let said = tx
        .approvals_in(&deployment.product, &deployment.environment)
        .await?;
    let other = |approval: &&Approval| {
        approval.verdict == Verdict::Approved && approval.parts != deployment.parts
    };
    Ok(said.iter().find(other).map(|approval| approval.deployment))
}
