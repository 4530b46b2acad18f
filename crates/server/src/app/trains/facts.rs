//! What is known of a train: what runs where it goes, and how far each member is.

use super::super::{
    App, Error, Gate, Request, clearance, deploy, leftovers, plans::Wanted, present, releases,
};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    control::{Clearance, Stop, StopKind},
    converge::Present,
    deployment::{Deployment, Status},
    digest::Digest,
    group::GroupStatus,
    id::DeploymentId,
    name::{Name, listed},
    release::Release,
    train::{
        Line, Member, MemberFacts, Outcome, Past, Place, Runs, Train, TrainFacts, TrainStatus,
        parts,
    },
    version::Version,
};
use tidegate_protocol::api::DeploymentRequest;
use tidegate_store::Tx;

/// How many deployments of a member in one environment are looked back at.
const PAST: u64 = 50;

/// How far the group run is that carries a train, if one does.
pub(crate) async fn run(tx: &mut Tx, train: &Train) -> Result<Option<GroupStatus>, Error> {
    let TrainStatus::UnderWay { run, .. } = &train.status else {
        return Ok(None);
    };
    let found = tx.group_run(*run).await?;
    let gone = || Error::Broken(format!("group run {run} of a train is gone"));
    Ok(Some(found.ok_or_else(gone)?.status))
}

/// Everything that is known of a train.
pub(super) async fn of(tx: &mut Tx, app: &App, train: &Train) -> Result<TrainFacts, Error> {
    let mut facts = TrainFacts {
        run: run(tx, train).await?,
        ..TrainFacts::default()
    };
    if train.status.is_terminal() || facts.run.is_some() {
        return Ok(facts);
    }
    for departure in &train.plan.departures {
        let environment = &departure.environment;
        let place = place(tx, app, (environment, train)).await?;
        facts.places.insert(environment.clone(), place);
    }
    let mut whole = Clearance::default();
    for member in &train.plan.members {
        let mut known = self::member(tx, member).await?;
        if let Some(line) = known.line.as_ref().filter(|line| line.hash.is_some()) {
            let wanted = (train, &member.product, &line.release);
            let (own, refused) = leave(tx, &app.gate, wanted).await;
            known.clearance = Some(own);
            whole.stops.extend(refused);
        } else {
            known.clearance = Some(Clearance::default());
        }
        facts.members.insert(member.product.clone(), known);
    }
    facts.clearance = Some(whole);
    Ok(facts)
}

async fn place(
    tx: &mut Tx,
    app: &App,
    (environment, train): (&Name, &Train),
) -> Result<Place, Error> {
    let mut place = Place::default();
    for product in tx.products_in(environment).await? {
        if let Some(runs) = runs(tx, app, (&product, environment)).await? {
            place.runs.insert(product, runs);
        }
    }
    for member in &train.plan.members {
        place
            .past
            .extend(past(tx, &member.product, environment).await?);
    }
    Ok(place)
}

/// What all targets of an environment run of a product; none where it is not there.
async fn runs(
    tx: &mut Tx,
    app: &App,
    (product, environment): (&Name, &Name),
) -> Result<Option<Runs>, Error> {
    let unknown = |why: String| Ok(Some(Runs::Unknown(why)));
    let present = present::of(tx, product, environment).await?;
    let is_silent = |it: &(&Name, &Present)| matches!(it.1, Present::Silent);
    let silent: Vec<&Name> = present.iter().filter(is_silent).map(|it| it.0).collect();
    if !silent.is_empty() {
        return unknown(format!("{} said nothing yet", listed(silent)));
    }
    if let Some(running) = tx.deployment_running_in(product, environment).await? {
        return unknown(format!("deployment {running} changes it"));
    }
    let serving = match leftovers::of(tx, product, environment).await {
        Ok(left) => left.serving(&present),
        Err(Error::Refused { detail, .. }) => return unknown(detail),
        Err(other) => return Err(other),
    };
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

/// How far a member is, but for what stops its deployment.
async fn member(tx: &mut Tx, member: &Member) -> Result<MemberFacts, Error> {
    let product = &member.product;
    let Some(version) = &member.release else {
        return Ok(MemberFacts::default());
    };
    let release = tx.release(product, version).await?;
    let plan = tx.newest_plan((product, version)).await?;
    Ok(MemberFacts {
        line: match &release {
            Some(release) => Some(line(tx, release).await?),
            None => None,
        },
        blocked: release.and_then(|it| it.blocked),
        plan: plan.map(|it| it.plan),
        tasks: tx.tasks_of((product, version)).await?,
        ..MemberFacts::default()
    })
}

/// What a release brings.
pub(super) async fn line(tx: &mut Tx, release: &Release) -> Result<Line, Error> {
    let components = match release.current_snapshot() {
        Some(number) => releases::snapshot(tx, release, number).await?.components,
        None => {
            releases::find_product(tx, &release.product)
                .await?
                .components
        }
    };
    Ok(Line::of(release, &components))
}

/// What stops the next deployment of a member: what it lacks itself, and what stands in the way where it goes. Whoever approves
/// deployments approves those that the train begins, so that this is not asked for before.
async fn leave(
    tx: &mut Tx,
    gate: &std::sync::Arc<Gate>,
    (train, product, release): (&Train, &Name, &Version),
) -> (Clearance, Option<Stop>) {
    let Some(way) = train.way() else {
        return (Clearance::default(), None);
    };
    let input = (gate, train, (product, release, way.to));
    let found = tx
        .attempt(&input, |tx, (gate, train, place)| {
            would(tx, gate, (train, *place)).boxed()
        })
        .await;
    let refused = |what: String, remedy: String| Stop {
        kind: StopKind::Refused,
        name: product.to_string(),
        what,
        remedy,
    };
    match found {
        Ok(mut clearance) => {
            let is_asked =
                |it: &Stop| !matches!(it.kind, StopKind::Approval | StopKind::Supervision);
            clearance.stops.retain(is_asked);
            (clearance, None)
        }
        // That it ran in the environment before is what the barrier asks for.
        Err(Error::Refused {
            code: "promotion-order",
            ..
        }) if way.tested_in.is_some() => (Clearance::default(), None),
        Err(Error::Refused {
            code: "person-not-found",
            ..
        }) => {
            let what = format!("{product}: nobody is there any more in whose name it goes");
            let name = &train.name;
            let remedy = format!(
                "let it go on in another name: `tidegate train hold {name} --reason WHY`, then `tidegate train resume {name}`"
            );
            (Clearance::default(), Some(refused(what, remedy)))
        }
        Err(Error::Refused { detail, hint, .. }) => {
            let mended = || {
                format!(
                    "`tidegate plan compile {product} {release} --to {}` says when that is mended",
                    way.to
                )
            };
            let remedy = hint.unwrap_or_else(mended);
            (
                Clearance::default(),
                Some(refused(format!("{product}: {detail}"), remedy)),
            )
        }
        Err(why) => {
            let error = &why as &dyn std::error::Error;
            tracing::error!(train = train.name.as_str(), error, "train.unjudged");
            (Clearance::unknown(&why.to_string()), None)
        }
    }
}

/// What controls say of the deployment that would begin.
async fn would(
    tx: &mut Tx,
    gate: &std::sync::Arc<Gate>,
    (train, (product, release, environment)): (&Train, (&Name, &Version, &Name)),
) -> Result<Clearance, Error> {
    let by = train.goes_for.as_ref().unwrap_or(&train.created_by);
    let who = (by, super::subject(&train.name));
    let request = Request::on_behalf(tx, gate, who).await?;
    let wanted = wanted((product, release, environment))?;
    let deployment = deploy::would_begin(tx, &request, &wanted).await?;
    Ok(Box::pin(clearance::find(tx, gate, &deployment))
        .await?
        .clearance)
}

/// A deployment as a train asks for it.
pub(super) fn wanted(
    (product, release, environment): (&Name, &Version, &Name),
) -> Result<Wanted, Error> {
    Wanted::read(&DeploymentRequest {
        product: product.to_string(),
        release: release.to_string(),
        environment: environment.to_string(),
        ..DeploymentRequest::default()
    })
}
