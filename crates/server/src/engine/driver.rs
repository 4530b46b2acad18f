//! One deployment, one step further: claim, load, decide, commit.
//!
//! Most passes change nothing and only read. A pass that changes something decides again inside its transaction, behind a
//! proof of the lease, and writes record, journal and desired states together.

use super::{LEASE, measure::Measuring};
use crate::app::{
    Error, SharedApp, admission, balancing, clearance, collect, latecomers, runbooks, suppliers,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    converge::{ActiveComponent, DesiredState},
    deployment::{
        BalancerRun, Decision, Deployment, Due, Effect, Event, Facts, Split, Stage, TargetRun,
        decide,
    },
    id::DeploymentId,
};
use tidegate_store::{TargetKey, Tx};

/// Decisions taken in one transaction at most; more follow in the next.
const PASSES_MAX: usize = 16;

/// Takes deployment `id` as far as the facts allow and answers when to look again.
pub(super) async fn drive(
    app: &SharedApp,
    holder: &str,
    id: DeploymentId,
    measuring: &Measuring,
) -> Result<Option<Timestamp>, Error> {
    let idle = app
        .store
        .read((app.clone(), id), |tx, (app, id)| {
            glance(tx, app, *id).boxed()
        })
        .await?;
    if let Some(Idle { wake_at, due }) = idle {
        if let Some((deployment, due)) = due {
            measuring.begin(app, &deployment, due);
        }
        return Ok(wake_at);
    }
    let input = (app.clone(), holder.to_owned(), id);
    let done = app
        .store
        .write(input, |tx, (app, holder, id)| {
            advance(tx, app, holder, *id).boxed()
        })
        .await?;
    for target in &done.told {
        app.bus.wake_target(target);
    }
    if done.changed {
        app.bus.announce();
    }
    Ok(done.wake_at)
}

/// Nothing to do in a transaction.
struct Idle {
    /// When to look again.
    wake_at: Option<Timestamp>,
    /// What is to be measured.
    due: Option<(Deployment, Vec<Due>)>,
}

/// Whether there is nothing to do in a transaction.
async fn glance(tx: &mut Tx, app: &SharedApp, id: DeploymentId) -> Result<Option<Idle>, Error> {
    let Some(deployment) = tx.deployment(id).await? else {
        return Ok(Some(Idle {
            wake_at: None,
            due: None,
        }));
    };
    let facts = facts(tx, app, &deployment).await?;
    let decision = decide(&deployment, &facts, tx.now());
    if !decision.is_idle() || !facts.steps.happens.is_empty() {
        return Ok(None);
    }
    let due = (!decision.due.is_empty()).then_some((deployment, decision.due));
    Ok(Some(Idle {
        wake_at: decision.wake_at,
        due,
    }))
}

/// What is known of a deployment; of one that has ended, how its steps stand, and nothing else.
async fn facts(tx: &mut Tx, app: &SharedApp, deployment: &Deployment) -> Result<Facts, Error> {
    if !deployment.status.is_terminal() {
        return collect(tx, app, deployment).await;
    }
    let nothing = Facts::default();
    let steps = runbooks::steps(tx, deployment, &nothing).await?;
    Ok(Facts { steps, ..nothing })
}

/// What a transaction came to.
#[derive(Debug, Default)]
struct Done {
    changed: bool,
    told: Vec<TargetKey>,
    wake_at: Option<Timestamp>,
}

async fn advance(
    tx: &mut Tx,
    app: &SharedApp,
    holder: &str,
    id: DeploymentId,
) -> Result<Done, Error> {
    let name = format!("deployment/{id}");
    let Some(lease) = tx.take_lease(&name, holder, LEASE).await? else {
        return Ok(Done {
            wake_at: Some(tx.now() + LEASE),
            ..Done::default()
        });
    };
    tx.prove_lease(&lease).await?;
    let Some(before) = tx.deployment(id).await? else {
        return Ok(Done::default());
    };
    let mut deployment = before.clone();
    let mut done = Done::default();
    for _ in 0..PASSES_MAX {
        let facts = facts(tx, app, &deployment).await?;
        if runbooks::follow(tx, &deployment, &facts.steps).await? {
            done.changed = true;
            done.wake_at = Some(tx.now());
            continue;
        }
        let decision = decide(&deployment, &facts, tx.now());
        done.wake_at = decision.wake_at;
        if decision.is_idle() {
            // What is to be measured is found at the next look, which is at once.
            if !decision.due.is_empty() {
                done.wake_at = Some(tx.now());
            }
            break;
        }
        commit(tx, app, &mut deployment, &decision, &mut done.told).await?;
        done.changed = true;
        // Unless the next pass finds nothing to do, there is more.
        done.wake_at = Some(tx.now());
    }
    tx.record_deployment_changed(&before, &deployment).await?;
    if deployment.status.is_terminal() && !before.status.is_terminal() {
        let place = (&deployment.product, &deployment.environment);
        done.told.extend(latecomers::settle(tx, place, None).await?);
        done.told.extend(admission::admit(tx, place).await?);
    }
    Ok(done)
}

async fn commit(
    tx: &mut Tx,
    app: &SharedApp,
    deployment: &mut Deployment,
    decision: &Decision,
    told: &mut Vec<TargetKey>,
) -> Result<(), Error> {
    for event in &decision.events {
        deployment
            .apply(event, tx.now())
            .map_err(|illegal| Error::Broken(format!("a decision is illegal: {illegal}")))?;
        let entry = crate::app::steer::event_entry(tx, "tidegate", deployment, event);
        tx.record_entry(&entry).await?;
    }
    for event in &decision.events {
        note_proof(tx, deployment, event).await?;
        clearance::note(tx, &app.gate, deployment, event).await?;
    }
    if decision.events.contains(&Event::Succeeded) {
        note_retired(tx, deployment).await?;
        suppliers::verified::note(tx, deployment).await;
    }
    for (wave, measurement) in &decision.measured {
        tx.record_measurement((deployment.id, *wave), measurement)
            .await?;
    }
    for effect in &decision.effects {
        told.push(instruct(tx, app, deployment, *effect).await?);
    }
    if let Some(split) = decision.route {
        for balancer in &deployment.balancers {
            told.push(route(tx, deployment, (balancer, split)).await?);
        }
    }
    Ok(())
}

/// Tells a load balancer how to share out requests.
async fn route(
    tx: &mut Tx,
    deployment: &Deployment,
    (balancer, split): (&BalancerRun, Split),
) -> Result<TargetKey, Error> {
    let state = DesiredState {
        traffic: balancing::routes(deployment, balancer, split),
        ..nothing(deployment)
    };
    let key = TargetKey {
        environment: deployment.environment.clone(),
        target: balancer.target.clone(),
    };
    tx.record_desired(&key, &state).await?;
    Ok(key)
}

/// Nothing to run.
fn nothing(deployment: &Deployment) -> DesiredState {
    let minimum_healthy = deployment.plan.limits.minimum_healthy;
    DesiredState::nothing(deployment.product.clone(), minimum_healthy)
}

/// Keeps what a target has proved itself on: going back from a later deployment leads there.
async fn note_proof(tx: &mut Tx, deployment: &Deployment, event: &Event) -> Result<(), Error> {
    let Some(run) = event
        .target()
        .and_then(|at| deployment.targets.get(at.0 as usize))
    else {
        return Ok(());
    };
    let proved = match &run.stage {
        // Beside the old revision it has served nobody yet.
        Stage::Passed { .. } if deployment.plan.side_by_side => None,
        Stage::Passed { .. } => Some(run.after),
        Stage::Restored { .. } => deployment.home(run),
        Stage::Waiting
        | Stage::Preparing { .. }
        | Stage::Prepared
        | Stage::Activating { .. }
        | Stage::Failed { .. }
        | Stage::Excluded { .. }
        | Stage::Restoring { .. }
        | Stage::Stuck { .. } => None,
    };
    if let Some(revision) = proved {
        let key = target_key(deployment, run);
        tx.record_proved(&key, &deployment.product, revision)
            .await?;
    }
    Ok(())
}

/// Side by side, the new revision has proved itself when the old one goes.
async fn note_retired(tx: &mut Tx, deployment: &Deployment) -> Result<(), Error> {
    if !deployment.plan.side_by_side {
        return Ok(());
    }
    let passed = |run: &&TargetRun| matches!(run.stage, Stage::Passed { .. });
    for run in deployment.targets.iter().filter(passed) {
        let key = target_key(deployment, run);
        tx.record_proved(&key, &deployment.product, run.after)
            .await?;
    }
    Ok(())
}

fn target_key(deployment: &Deployment, run: &TargetRun) -> TargetKey {
    TargetKey {
        environment: deployment.environment.clone(),
        target: run.target.clone(),
    }
}

/// Performs an effect: the new desired state of one target, its generation allocated by the store.
async fn instruct(
    tx: &mut Tx,
    app: &SharedApp,
    deployment: &Deployment,
    effect: Effect,
) -> Result<TargetKey, Error> {
    let wanted = effect.wanted(deployment);
    let mut active = Vec::new();
    for placed in wanted.active {
        let known = app.revisions.get(tx, placed.revision).await?;
        let gone = || Error::Broken(format!("{:?} is gone", placed.revision));
        let revision = &known.ok_or_else(gone)?.revision;
        let components = ActiveComponent::of(revision, placed.slot, placed.portion);
        let start = placed.start;
        active.extend(components.map(|active| ActiveComponent { start, ..active }));
    }
    let state = DesiredState {
        active,
        prepare: wanted.prepare.into_iter().collect(),
        jobs: wanted.jobs,
        ..nothing(deployment)
    };
    let key = target_key(deployment, &deployment.targets[effect.target().0 as usize]);
    tx.record_desired(&key, &state).await?;
    Ok(key)
}
