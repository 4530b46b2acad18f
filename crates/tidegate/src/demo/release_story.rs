//! The story of a release: two products go out by one train, from the plan to the closed review, and people do their part.
//!
//! One module per act, in the order of [`tell`]: each tells its act and checks its claims; [`facts`] puts those together.
//! [`people`] are who takes part, [`scene`] is what every act needs, and [`record`] is what the journal says of a train.

mod build;
mod facts;
mod handover;
mod issue;
mod message;
mod opening;
mod people;
mod plan;
mod record;
mod review;
mod runbook;
mod scene;
mod supplier;
mod train;

use super::{DemoError, fleet::Fleet, setting::Setting};
use people::People;
use scene::Scene;
use tidegate_cli::Ui;

/// Two products on four targets.
pub(super) static SETTING: Setting = Setting {
    environments: &[("testing", 1), ("staging", 1), ("live", 2)],
    components: &[("gateway", "gateway_port"), ("web", "web_port")],
    catalog: include_str!("release_story/catalog.yaml"),
};

/// The products and the component of each, in the order in which they need each other.
const RELEASED: [(&str, &str); 2] = [("payments", "gateway"), ("storefront", "web")];
/// What is released of both.
const VERSION: &str = "2.0.0";

/// What was done, to be checked.
struct Told {
    supplier: supplier::Told,
    message: u64,
    issue: u64,
    staging: train::Staging,
    group_run: u64,
}

pub(super) async fn tell(fleet: &Fleet, ui: &Ui) -> Result<(), DemoError> {
    ui.say(format_args!(
        "Two products go out by one train, and people do their part. Look at it: {}",
        fleet.page()
    ));
    let people = People::join(fleet).await?;
    let scene = Scene { fleet, people, ui };
    let told = acts(&scene).await?;
    let facts = facts::check(&scene, &told).await?;
    ui.data(&facts, facts::text);
    Ok(())
}

/// From the plan to the closed review.
async fn acts(scene: &Scene<'_>) -> Result<Told, DemoError> {
    opening::tell(scene).await?;
    let target = plan::target();
    plan::tell(scene, target).await?;
    build::tell(scene).await?;
    let supplier = supplier::tell(scene, target).await?;
    runbook::tell(scene).await?;
    handover::to_operations(scene).await?;
    let message = message::tell(scene).await?;
    let staging = train::to_staging(scene, target).await?;
    let issue = issue::tell(scene).await?;
    let group_run = train::to_live(scene, &staging).await?;
    handover::to_marketing(scene).await?;
    message::sent(scene, message).await?;
    supplier::answered(scene, &supplier).await?;
    review::tell(scene).await?;
    Ok(Told {
        supplier,
        message,
        issue,
        staging,
        group_run,
    })
}

/// Both products, whose contract has this version.
fn products(contract: &str) -> String {
    include_str!("release_story/products.yaml").replace("CONTRACT", contract)
}

/// Where a release is in the API; where all of a product are without a version.
fn release_path(product: &str, version: Option<&str>) -> String {
    let all = format!("/api/v1/products/{product}/releases");
    version.map_or(all.clone(), |version| format!("{all}/{version}"))
}
