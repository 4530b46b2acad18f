//! The story of a deployment: three releases on their way, the last of them bad, narrated line by line.
//!
//! [`facts`] checks every claim of it.

mod facts;

use super::{DemoError, fleet::Fleet, setting::Setting, wares::Ware};
use std::collections::BTreeMap;
use tidegate_cli::{Ui, follow::follow};
use tidegate_protocol::api::{DeploymentRequest, DeploymentView, ReleaseRequest, ReleaseView};

/// A shop on nine targets.
pub(super) static SETTING: Setting = Setting {
    environments: &[("testing", 1), ("staging", 2), ("live", 6)],
    components: &[("api", "api_port"), ("web", "web_port")],
    catalog: include_str!("deployment_story/catalog.yaml"),
};

/// What the shop is made of.
const WARES: [Ware; 5] = [
    Ware::good("storefront", "api", "1.0.0"),
    Ware::good("storefront", "web", "1.0.0"),
    Ware::good("storefront", "web", "1.1.0"),
    Ware::good("storefront", "api", "1.2.0"),
    Ware {
        // It works in testing and staging; in live it does not.
        fault: Some("unhealthy-after 1 where STOREFRONT_STAGE=live"),
        ..Ware::good("storefront", "web", "1.2.0")
    },
];

/// What was done, to be checked.
#[derive(Debug)]
struct Told {
    /// The deployment of the bad release to live.
    bad: DeploymentView,
    /// The deployment of the release before it to live.
    good: DeploymentView,
}

/// Release and the versions in it.
const RELEASES: [(&str, &[(&str, &str)]); 3] = [
    ("1.0.0", &[("web", "1.0.0"), ("api", "1.0.0")]),
    ("1.1.0", &[("web", "1.1.0"), ("api", "1.0.0")]),
    ("1.2.0", &[("web", "1.2.0"), ("api", "1.2.0")]),
];

pub(super) async fn tell(fleet: &Fleet, ui: &Ui) -> Result<(), DemoError> {
    ui.say(format_args!(
        "Tidegate runs a shop on nine targets. Look at it: {}",
        fleet.page()
    ));
    ui.say("\nPushing what the shop is made of");
    for ware in &WARES {
        ware.bring(fleet, ui).await?;
    }
    let mut live = Vec::new();
    for (version, contents) in RELEASES {
        live.push(carry(fleet, (version, contents), ui).await?);
    }
    let [_, good, bad]: [DeploymentView; 3] = live
        .try_into()
        .map_err(|_| DemoError::Fact("three releases go to live".to_owned()))?;
    let facts = facts::check(fleet, &Told { bad, good }).await?;
    ui.data(&facts, facts::text);
    Ok(())
}

/// Makes a release and deploys it from environment to environment; answers its deployment to live.
async fn carry(
    fleet: &Fleet,
    (version, contents): (&str, &[(&str, &str)]),
    ui: &Ui,
) -> Result<DeploymentView, DemoError> {
    let text = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    let components: BTreeMap<String, String> = contents.iter().map(text).collect();
    let request = ReleaseRequest {
        version: version.to_owned(),
        components,
        draft: false,
    };
    let release: ReleaseView = fleet
        .client()
        .post("/api/v1/products/storefront/releases", &request)
        .await?;
    let moved: Vec<_> = release
        .components
        .iter()
        .filter(|c| c.changed)
        .map(|c| c.component.as_str())
        .collect();
    ui.say(format_args!(
        "\nRelease {version} is sealed; {} changed",
        moved.join(" and ")
    ));
    deploy(fleet, plan(version, "testing", "1", "500ms"), ui).await?;
    deploy(fleet, plan(version, "staging", "2", "500ms"), ui).await?;
    let batch = if version == "1.0.0" { "6" } else { "2" };
    deploy(fleet, plan(version, "live", batch, "2s"), ui).await
}

fn plan(release: &str, environment: &str, batch: &str, minimum_healthy: &str) -> DeploymentRequest {
    DeploymentRequest {
        product: "storefront".to_owned(),
        release: release.to_owned(),
        environment: environment.to_owned(),
        strategy: Some("rolling".to_owned()),
        batch: Some(batch.to_owned()),
        minimum_healthy: Some(minimum_healthy.to_owned()),
        ..DeploymentRequest::default()
    }
}

async fn deploy(
    fleet: &Fleet,
    request: DeploymentRequest,
    ui: &Ui,
) -> Result<DeploymentView, DemoError> {
    let begun: DeploymentView = fleet.client().post("/api/v1/deployments", &request).await?;
    Ok(follow(fleet.client(), ui, begun.id).await?)
}
