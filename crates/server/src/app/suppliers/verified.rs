//! What a deployment that succeeded shows of suppliers' changes: the product works beside them.

use super::{ACTOR, LOOKED_THROUGH, responses};
use crate::app::Error;
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    catalog::Kind,
    deployment::Deployment,
    name::Name,
    supplier::{
        Supplier,
        response::{About, verified},
    },
};
use tidegate_store::Tx;

/// Ends the re-verifications that this deployment is. Where that cannot be found out, somebody says so: the deployment has succeeded
/// all the same.
pub(crate) async fn note(tx: &mut Tx, deployment: &Deployment) {
    let noted = tx.attempt(deployment, |tx, deployment| end(tx, deployment).boxed());
    if let Err(why) = noted.await {
        let error = &why as &dyn std::error::Error;
        tracing::error!(deployment = deployment.id.0, error, "suppliers.unverified");
    }
}

async fn end(tx: &mut Tx, deployment: &Deployment) -> Result<(), Error> {
    let by: Name = ACTOR.parse().map_err(|why| Error::invalid("actor", why))?;
    for response in tx.responses_for(&deployment.product).await? {
        let Some(environment) = response.verifies_in() else {
            continue;
        };
        let arrived = arrived(tx, (response.about, environment)).await?;
        if let Some(event) = verified(&response, arrived, deployment, by.clone()) {
            responses::becomes(tx, (&response, &event), &by).await?;
        }
    }
    Ok(())
}

/// Since when a change is in an environment, if it is. What is not known any more stops no deployment.
async fn arrived(
    tx: &mut Tx,
    (about, environment): (About, &Name),
) -> Result<Option<Timestamp>, Error> {
    match about {
        About::Notice(id) => {
            let Some(notice) = tx.notice(id).await? else {
                return Ok(None);
            };
            let supplier: Option<Supplier> = tx
                .document(Kind::Supplier, notice.supplier.as_str())
                .await?;
            let all = tx.observations_of(&notice.supplier, LOOKED_THROUGH).await?;
            Ok(supplier.and_then(|it| notice.arrived_in(environment, (&it, &all))))
        }
        About::Observation(id) => {
            let Some(observed) = tx.observation(id).await? else {
                return Ok(None);
            };
            let supplier = &observed.deployed.supplier;
            let all = tx.observations_of(supplier, LOOKED_THROUGH).await?;
            Ok(observed.arrived_in(environment, &all))
        }
    }
}
