//! What deployments run by: fixed when they begin, and followed while they go on.

use super::{
    super::{Error, Kind, entry},
    arguments, newest,
};
use tidegate_domain::{
    deployment::{Deployment, Facts, Purpose, Steps},
    rehearsal::Profile,
    runbook::{
        Conducted, Errand, Heading, Run, Runbook, Way, backout_plan, deployment_plan, differences,
    },
};
use tidegate_store::{StoreError, Tx};

/// The newest runbooks of what a deployment brings, as it would run by them; none of one that goes back by itself.
///
/// # Errors
/// When one was generated from another plan than the deployment has.
pub(in crate::app) async fn conducted(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Vec<Conducted>, Error> {
    if matches!(deployment.purpose, Purpose::Rollback { .. }) {
        return Ok(Vec::new());
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

/// The steps of the engine that are not what the plan of a deployment gives.
pub(super) fn strays(deployment: &Deployment, runbook: &Runbook) -> Vec<String> {
    let plan = &deployment.plan;
    // How long things take, and what people call them, is not compared.
    let profile = Profile::assumed(&plan.limits, None);
    let heading = Heading {
        title: String::new(),
        owner: tidegate_domain::planning::Party::Person(deployment.requested_by.clone()),
        time_zone: runbook.time_zone.clone(),
    };
    let generated = match runbook.way {
        Way::Forward => deployment_plan(plan, &profile, &heading),
        Way::Back => backout_plan(plan, &profile, &heading),
    };
    let strays = runbook.strays(&generated);
    strays.iter().map(ToString::to_string).collect()
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
