//! Whether a deployment waits for nothing but a fresh preflight.

use super::super::{Error, Request, SharedApp, clearance, query::collect};
use tidegate_domain::{
    control::{Stop, StopKind},
    deployment::{Deployment, Facts, WaitingOn, decide},
    id::DeploymentId,
    preflight,
};
use tidegate_store::{AboutPlan, Tx};

/// In whose name the targets of a deployment are to be looked at now: of whoever asked for it, where it would go on if they were found
/// fit, and nobody looked lately.
///
/// # Errors
/// When the store fails, or whoever asked for it is gone.
pub(crate) async fn due(
    tx: &mut Tx,
    app: &SharedApp,
    id: DeploymentId,
) -> Result<Option<Request>, Error> {
    let Some(deployment) = tx.deployment(id).await? else {
        return Ok(None);
    };
    // What is cheap to find out comes first: most deployments wait for nothing of it.
    if !clearance::is_asked_for(&deployment) || !is_time(tx, &deployment).await? {
        return Ok(None);
    }
    let found = clearance::of(tx, &app.gate, &deployment).await;
    let is_of_controls = |it: &Stop| it.kind == StopKind::Control;
    if found.is_clear() || !found.stops.iter().all(is_of_controls) {
        return Ok(None);
    }
    let clearance = clearance::with_preflight(tx, &app.gate, &deployment).await?;
    if !clearance.is_clear() {
        return Ok(None);
    }
    let facts = Facts {
        clearance,
        ..collect(tx, app, &deployment).await?
    };
    let next = decide(&deployment, &facts, tx.now());
    if next.is_idle() && !next.waiting_on.iter().all(WaitingOn::is_up_to_others) {
        return Ok(None);
    }
    let name = (&deployment.requested_by, format!("preflight-of-{id}"));
    Request::on_behalf(tx, &app.gate, name).await.map(Some)
}

/// Whether nobody looked lately.
async fn is_time(tx: &mut Tx, deployment: &Deployment) -> Result<bool, Error> {
    let of = AboutPlan {
        plan: Some(deployment.plan.hash()),
        product: Some(deployment.product.clone()),
        release: Some(deployment.release.clone()),
        environment: Some(deployment.environment.clone()),
    };
    let made = tx.preflights_passed(&of, deployment.snapshot, 1).await?;
    Ok(preflight::is_due(made.first().map(|(at, _)| *at), tx.now()))
}
