//! What controls say of what going back leads to: found and kept whenever that begins. It keeps nothing from going back.

use super::{
    super::{Error, Gate, entry},
    artifacts, deployment_facts, release, rests_on, waivers,
};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    control::{Clearance, ControlFacts, Judgement, ReturnJudgement, Returned},
    deployment::Deployment,
    id::SnapshotNumber,
    name::Name,
    version::Version,
};
use tidegate_store::Tx;

/// A release with its configuration.
type Led = (Version, SnapshotNumber);

/// What going back leads to on the targets of `deployment`, and what controls find of each release of it. That nothing can be
/// said of one, whatever broke, is an answer.
pub(in crate::app) async fn of(tx: &mut Tx, gate: &Gate, deployment: &Deployment) -> Vec<Returned> {
    let mut led_to: BTreeSet<Led> = BTreeSet::new();
    for home in deployment.homes() {
        match tx
            .attempt(&home, |tx, home| tx.revision(*home).boxed())
            .await
        {
            Ok(revision) => led_to.extend(revision.map(|it| (it.release, it.snapshot))),
            Err(why) => unjudged(deployment, &why.into()),
        }
    }
    let mut returned: Vec<Returned> = Vec::with_capacity(led_to.len());
    for led in led_to {
        let input = (gate, deployment, &led);
        let found = tx
            .attempt(&input, |tx, (gate, deployment, led)| {
                judged(tx, gate, (deployment, led)).boxed()
            })
            .await;
        returned.push(found.unwrap_or_else(|why| {
            unjudged(deployment, &why);
            Returned::unjudged(led, &why.to_string(), tx.now())
        }));
    }
    returned
}

fn unjudged(deployment: &Deployment, why: &Error) {
    let error = why as &dyn std::error::Error;
    tracing::error!(deployment = deployment.id.0, error, "controls.unjudged");
}

/// Finds and keeps what going back leads to, in the transaction in which it begins. What cannot be kept is kept as not judged;
/// it goes back all the same.
pub(in crate::app) async fn note(tx: &mut Tx, gate: &Gate, deployment: &Deployment) {
    for it in of(tx, gate, deployment).await {
        let Err(why) = keep(tx, deployment, &it).await else {
            continue;
        };
        unjudged(deployment, &why);
        let led = (it.kept.release, it.kept.snapshot);
        let instead = Returned::unjudged(led, &why.to_string(), tx.now());
        if let Err(why) = keep(tx, deployment, &instead).await {
            unjudged(deployment, &why);
        }
    }
}

/// Both, or neither.
async fn keep(tx: &mut Tx, deployment: &Deployment, it: &Returned) -> Result<(), Error> {
    tx.attempt(&(deployment, it), |tx, (deployment, it)| {
        async move {
            tx.record_return_judgement(deployment.id, &it.kept).await?;
            let mut detail = it.kept.told();
            detail["objections"] = it.objections.iter().map(ToString::to_string).collect();
            let subject = format!("deployment/{}", deployment.id);
            let what = ("deployment.return_judged", subject.as_str());
            let entry = entry(tx, "tidegate", what, &detail);
            Ok(tx.record_entry(&entry).await?)
        }
        .boxed()
    })
    .await
}

/// What was objected to when a deployment went back.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn objections(
    tx: &mut Tx,
    returned: &ReturnJudgement,
) -> Result<Vec<String>, Error> {
    let set_aside = set_aside(tx, returned).await?;
    let objections = returned.objections(&set_aside);
    Ok(objections.iter().map(ToString::to_string).collect())
}

/// The controls that the waivers of a judgement set aside.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn set_aside(
    tx: &mut Tx,
    returned: &ReturnJudgement,
) -> Result<BTreeSet<Name>, Error> {
    let mut set_aside = BTreeSet::new();
    let waivers = returned.judgement.iter().flat_map(|it| &it.waivers);
    for id in waivers {
        set_aside.extend(tx.waiver(*id).await?.map(|waiver| waiver.control));
    }
    Ok(set_aside)
}

/// What people said of the deployment that brought it there is not asked for anew, nor anything else about going forward.
async fn judged(
    tx: &mut Tx,
    gate: &Gate,
    (deployment, led): (&Deployment, &Led),
) -> Result<Returned, Error> {
    let back = Deployment {
        release: led.0.clone(),
        snapshot: led.1,
        ..deployment.clone()
    };
    let product = tx.product(&back.product).await?;
    let facts = ControlFacts {
        at: tx.now(),
        release: release(tx, &back, product.as_ref()).await?,
        deployment: deployment_facts(tx, &back).await?,
        artifacts: artifacts(tx, gate, &back).await?,
    };
    let findings = gate.controls(tx).await?.judge_return(&facts);
    let waivers = waivers(tx, &back).await?;
    let mut clearance = Clearance::default();
    clearance.add_findings(&findings, &waivers, tx.now());
    let judgement = Judgement {
        waivers: rests_on(&findings, &waivers, tx.now()),
        facts,
        findings,
    };
    Ok(Returned::judged(led.clone(), judgement, clearance))
}
