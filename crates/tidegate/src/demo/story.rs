//! The story: three releases on their way, narrated line by line.

use super::{DemoError, fleet::Fleet, wares::Wares};
use std::collections::BTreeMap;
use tidegate_cli::{
    Ui,
    artifact::{Destination, pack, push},
    follow::follow,
};
use tidegate_protocol::api::{DeploymentRequest, DeploymentView, ReleaseRequest, ReleaseView};

/// What was done, to be checked.
#[derive(Debug)]
pub(super) struct Told {
    /// The deployment of the bad release to live.
    pub(super) bad: DeploymentView,
    /// The deployment of the release before it to live.
    pub(super) good: DeploymentView,
}

/// Release and the versions in it.
const RELEASES: [(&str, &[(&str, &str)]); 3] = [
    ("1.0.0", &[("web", "1.0.0"), ("api", "1.0.0")]),
    ("1.1.0", &[("web", "1.1.0"), ("api", "1.0.0")]),
    ("1.2.0", &[("web", "1.2.0"), ("api", "1.2.0")]),
];

pub(super) async fn tell(fleet: &Fleet, wares: &Wares, ui: &Ui) -> Result<Told, DemoError> {
    ui.say(format_args!(
        "Tidegate runs a shop on nine targets. Look at it: {}",
        fleet.page()
    ));
    ui.say("\nPushing what the shop is made of");
    for (component, version) in Wares::all() {
        bring(fleet, wares, (component, version), ui).await?;
    }
    let mut live = Vec::new();
    for (version, contents) in RELEASES {
        live.push(carry(fleet, (version, contents), ui).await?);
    }
    let [_, good, bad]: [DeploymentView; 3] = live
        .try_into()
        .map_err(|_| DemoError::Fact("three releases go to live".to_owned()))?;
    Ok(Told { bad, good })
}

async fn bring(fleet: &Fleet, wares: &Wares, what: (&str, &str), ui: &Ui) -> Result<(), DemoError> {
    let (component, version) = what;
    let path = wares.path(component, version);
    let packed = tokio::task::spawn_blocking(move || pack(&path)).await;
    let packed = packed
        .map_err(|why| DemoError::Fact(why.to_string()))?
        .map_err(tidegate_cli::Error::from)?;
    let name = |text: &str| {
        text.parse()
            .map_err(|why| DemoError::Fact(format!("{why}")))
    };
    let connection = fleet.connection();
    let to = Destination {
        client: &reqwest::Client::new(),
        server: &connection.server,
        token: fleet.token(),
        product: &name("storefront")?,
        component: &name(component)?,
        version: &version
            .parse()
            .map_err(|why| DemoError::Fact(format!("{why}")))?,
    };
    let pushed = push(&to, &packed, |_, _| {})
        .await
        .map_err(tidegate_cli::Error::from)?;
    ui.say(format_args!(
        "  storefront/{component}:{version}  {}",
        pushed.digest
    ));
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
