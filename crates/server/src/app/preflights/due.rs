//! Whether a deployment waits for nothing but a fresh preflight.

use super::super::{Error, Request, SharedApp, clearance, query::collect};
use tidegate_domain::{
    deployment::{Facts, WaitingOn, decide},
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
    if deployment.status.is_terminal() {
        return Ok(None);
    }
    let facts = collect(tx, app, &deployment).await?;
    if facts.clearance.is_clear() {
        return Ok(None);
    }
    let clearance = clearance::with_preflight(tx, &app.gate, &deployment).await?;
    if !clearance.is_clear() {
        return Ok(None);
    }
    let next = decide(&deployment, &Facts { clearance, ..facts }, tx.now());
    let goes_on = !next.is_idle() || next.waiting_on.iter().all(WaitingOn::is_up_to_others);
    let of = AboutPlan {
        plan: Some(deployment.plan.hash()),
        product: Some(deployment.product.clone()),
        release: Some(deployment.release.clone()),
        environment: Some(deployment.environment.clone()),
    };
    let made = tx.preflights_passed(&of, deployment.snapshot, 1).await?;
    let newest = made.first().map(|(at, _)| *at);
    if !goes_on || !preflight::is_due(newest, tx.now()) {
        return Ok(None);
    }
    let name = (&deployment.requested_by, format!("preflight-of-{id}"));
    Request::on_behalf(tx, &app.gate, name).await.map(Some)
}
