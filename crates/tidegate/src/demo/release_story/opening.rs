//! How the story opens: 1.0.0 of both products runs everywhere.

use super::{
    RELEASED, products, release_path,
    scene::{Scene, holds, until},
};
use crate::demo::{DemoError, wares::Ware};
use std::collections::BTreeMap;
use tidegate_cli::Client;
use tidegate_protocol::api::{DeploymentRequest, DeploymentView, ReleaseRequest};

const WARES: [Ware; 2] = [
    Ware::good("payments", "gateway", "1.0.0"),
    Ware::good("storefront", "web", "1.0.0"),
];

pub(super) async fn tell(scene: &Scene<'_>) -> Result<(), DemoError> {
    scene.act("Release 1.0.0 of two products goes live", "/");
    let declared = products("1.0.0");
    scene.fleet.declare("products.yaml", declared).await?;
    for ware in &WARES {
        ware.bring(scene.fleet, scene.ui).await?;
        let request = ReleaseRequest {
            version: ware.version.to_owned(),
            components: BTreeMap::from([(ware.component.to_owned(), ware.version.to_owned())]),
            draft: false,
        };
        let path = release_path(ware.product, None);
        scene.fleet.client().tell(&path, &request).await?;
    }
    for environment in ["testing", "staging", "live"] {
        deploy(scene.fleet.client(), ("1.0.0", environment)).await?;
    }
    scene.people.organise(scene.fleet).await?;
    scene.line(
        "it runs in testing, staging and live; from now on, somebody approves what goes to live",
    );
    scene.line("ada plans, ben builds, cleo approves, mia announces, olaf looks after it");
    Ok(())
}

/// Somebody deploys a release of both products, at the same time.
pub(super) async fn deploy(
    client: &Client,
    (version, environment): (&str, &str),
) -> Result<(), DemoError> {
    let mut begun = Vec::new();
    for (product, _) in RELEASED {
        let request = DeploymentRequest {
            product: product.to_owned(),
            release: version.to_owned(),
            environment: environment.to_owned(),
            ..DeploymentRequest::default()
        };
        let view: DeploymentView = client.post("/api/v1/deployments", &request).await?;
        begun.push(view.id);
    }
    for id in begun {
        succeeded(client, id).await?;
    }
    Ok(())
}

/// Waits until a deployment has ended, which has to be well.
async fn succeeded(client: &Client, id: u64) -> Result<(), DemoError> {
    let path = format!("/api/v1/deployments/{id}");
    let view = until("a deployment has ended", async || {
        let view: DeploymentView = client.get(&path).await?;
        Ok(view.has_ended().then_some(view))
    })
    .await?;
    holds(view.status == "succeeded", || view.summary)
}
