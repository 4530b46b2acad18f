//! What deployments run by: fixed when they begin, and followed while they go on.

use super::{
    super::{Error, Kind, entry},
    arguments, newest,
};
use tidegate_domain::{
    deployment::{Deployment, Facts, Purpose, Steps},
    drill::Drill,
    id::DeploymentId,
    rehearsal::Profile,
    runbook::{
        Conducted, Errand, Heading, Run, Runbook, Way, backout_plan, deployment_plan, differences,
    },
};
use tidegate_store::{StoreError, Tx};

/// So many of the last deployments of a place are looked through for those that brought the same again.
const AGAIN: u64 = 20;

/// The newest runbooks of what a deployment brings, as it would run by them; of one that takes another back, the backout plan of that.
///
/// # Errors
/// When one was generated from another plan than the deployment has.
pub(in crate::app) async fn conducted(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Vec<Conducted>, Error> {
    if let Purpose::Rollback { of } = deployment.purpose {
        let taken_back = backout(tx, deployment, of).await?;
        return Ok(taken_back.into_iter().collect());
    }
    let mut all = Vec::new();
    for way in [Way::Forward, Way::Back] {
        let of = Errand {
            product: deployment.product.clone(),
            version: deployment.release.clone(),
            environment: deployment.environment.clone(),
            way,
        };
        let Some(edition) = newest(tx, &of).await? else {
            continue;
        };
        let strays = strays(deployment, &edition.runbook);
        if !strays.is_empty() {
            return Err(stray(&of, &strays));
        }
        all.push(Conducted {
            deployment: deployment.id,
            edition: edition.edition,
            runbook: edition.runbook,
            procedures: edition.procedures,
            run: Run::new(deployment.requested_at),
        });
    }
    Ok(all)
}

/// The backout plan by which a deployment takes back another: the one that was approved with that, or else the newest. Nobody approved
/// the latter, so that it keeps nothing waiting. Where it is only tried whether one comes back, no people take part.
async fn backout(
    tx: &mut Tx,
    deployment: &Deployment,
    of: DeploymentId,
) -> Result<Option<Conducted>, StoreError> {
    let place = (&deployment.product, &deployment.environment);
    let drills = tx.running_drills().await?;
    let is_here = |it: &Drill| (&it.product, &it.environment) == place;
    if drills.iter().any(is_here) {
        return Ok(None);
    }
    let Some(taken_back) = tx.deployment(of).await? else {
        return Ok(None);
    };
    let (edition, runbook, procedures) = match approved(tx, &taken_back).await? {
        Some(it) => (it.edition, it.runbook, it.procedures),
        None => {
            let of = Errand {
                product: taken_back.product,
                version: taken_back.release,
                environment: taken_back.environment,
                way: Way::Back,
            };
            let Some(it) = newest(tx, &of).await? else {
                return Ok(None);
            };
            (it.edition, it.runbook.without_waiting(), it.procedures)
        }
    };
    Ok(Some(Conducted {
        deployment: deployment.id,
        edition,
        runbook: runbook.at_once(&generated(deployment, &runbook)),
        procedures,
        run: Run::new(deployment.requested_at),
    }))
}

/// The backout plan that went with a deployment, or with the last one that brought the same there again.
async fn approved(tx: &mut Tx, of: &Deployment) -> Result<Option<Conducted>, StoreError> {
    let again = tx.succeeded_in(&of.product, &of.environment, AGAIN).await?;
    let again = again
        .into_iter()
        .filter(|it| it.id > of.id && it.release == of.release && it.snapshot == of.snapshot);
    for id in again.map(|it| it.id).chain([of.id]) {
        let mut all = tx.conducted(id).await?.into_iter();
        if let Some(back) = all.find(|it| it.runbook.way == Way::Back) {
            return Ok(Some(back));
        }
    }
    Ok(None)
}

/// The steps of the engine that are not what the plan of a deployment gives.
pub(super) fn strays(deployment: &Deployment, runbook: &Runbook) -> Vec<String> {
    let strays = runbook.strays(&generated(deployment, runbook));
    strays.iter().map(ToString::to_string).collect()
}

/// What the plan of a deployment gives, without people.
fn generated(deployment: &Deployment, runbook: &Runbook) -> Runbook {
    let plan = &deployment.plan;
    // How long things take, and what people call them, is not compared.
    let profile = Profile::assumed(&plan.limits, None);
    let heading = Heading {
        title: String::new(),
        owner: tidegate_domain::planning::Party::Person(deployment.requested_by.clone()),
        time_zone: runbook.time_zone.clone(),
    };
    match runbook.way {
        Way::Forward => deployment_plan(plan, &profile, &heading),
        Way::Back => backout_plan(plan, &profile, &heading),
    }
}

fn stray(of: &Errand, strays: &[String]) -> Error {
    let detail = format!(
        "the {} was written for another way of deploying: the engine would do {} otherwise",
        of.way.title(),
        strays.join(", ")
    );
    Error::refused(Kind::NotReady, "runbook-strays", detail).hint(format!(
        "generate it anew with the same strategy: `tidegate runbook renew {}`; what people wrote stays",
        arguments(of)
    ))
}

/// What the runbooks of a deployment say to it now.
///
/// # Errors
/// When the store fails.
pub(crate) async fn steps(
    tx: &mut Tx,
    deployment: &Deployment,
    facts: &Facts,
) -> Result<Steps, StoreError> {
    let conducted = tx.conducted(deployment.id).await?;
    Ok(Steps::of(deployment, facts, &conducted, tx.now()))
}

/// Makes happen to steps what happens by itself. Answers whether anything did.
///
/// # Errors
/// When the store fails.
pub(crate) async fn follow(
    tx: &mut Tx,
    deployment: &Deployment,
    steps: &Steps,
) -> Result<bool, Error> {
    if steps.happens.is_empty() {
        return Ok(false);
    }
    for mut conducted in tx.conducted(deployment.id).await? {
        let way = conducted.runbook.way;
        let mine = steps.happens.iter().filter(|(of, _)| *of == way);
        let mine: Vec<_> = mine.map(|(_, happened)| happened).collect();
        if mine.is_empty() {
            continue;
        }
        conducted.run = conducted.run_of(deployment);
        for happened in mine {
            let by = (None, tx.now());
            let applied = conducted.run.apply(&conducted.runbook, happened, by);
            applied.map_err(|illegal| Error::Broken(format!("a step went wrong: {illegal}")))?;
            // What the engine does, its own entries tell.
            let step = conducted.runbook.step(&happened.step);
            if step.is_none_or(|step| step.phase().is_some()) {
                continue;
            }
            let detail = serde_json::json!({ "step": happened.step, "way": way });
            let subject = format!("deployment/{}", deployment.id);
            let what = (happened.event.word(), subject.as_str());
            let entry = entry(tx, "tidegate", what, &detail);
            tx.record_entry(&entry).await?;
        }
        tx.record_conducted(&conducted).await?;
    }
    Ok(true)
}

/// What differs between what two deployments run by, in words; nothing where the way is run without.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn told_apart(
    tx: &mut Tx,
    (before, now): (&Deployment, &Deployment),
    way: Way,
) -> Result<Vec<String>, StoreError> {
    let mut of = Vec::new();
    for deployment in [before, now] {
        let all = tx.conducted(deployment.id).await?;
        of.extend(all.into_iter().find(|it| it.runbook.way == way));
    }
    Ok(match of.as_slice() {
        [before, now] => {
            let found = differences(&before.runbook, &now.runbook);
            found.iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    })
}
