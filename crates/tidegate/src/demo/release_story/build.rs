//! Both products are built, tested and sealed; the build system tells of it.

use super::{
    RELEASED, VERSION, plan, products, release_path,
    scene::{Scene, holds},
};
use crate::demo::{DemoError, wares::Ware};
use serde::Serialize;
use std::collections::BTreeMap;
use tidegate_protocol::api::{ContentsRequest, FactRequest, FactsHeardView, ReleaseView};

/// How far a release is, from build to review.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    product: &'static str,
    sentence: String,
}

/// What a test run found.
const REPORT: &str = r#"<testsuite name="pay"><testcase name="pays by card"/><testcase name="pays by voucher"/></testsuite>"#;
/// The build system.
const CI: &str = "https://ci.shop.example";

pub(super) async fn tell(scene: &Scene<'_>) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}");
    scene.act("Ben builds, tests and seals them", &page);
    scene
        .fleet
        .declare("products.yaml", products(VERSION))
        .await?;
    for (product, component) in RELEASED {
        let ware = Ware::good(product, component, VERSION);
        let digest = ware.bring(scene.fleet, scene.ui).await?;
        built(scene, product, &digest).await?;
        tested(scene, product, &digest).await?;
        sealed(scene, &ware).await?;
    }
    scene.line("the build system told of 2 builds and 4 tests that passed");
    Ok(())
}

/// The build system tells that a build began, and that it made an artifact.
async fn built(scene: &Scene<'_>, product: &str, digest: &str) -> Result<(), DemoError> {
    let path = format!("/api/v1/products/{product}/facts");
    for (state, artifacts) in [("started", vec![]), ("finished", vec![digest.to_owned()])] {
        let fact = FactRequest {
            about: "build".to_owned(),
            state: state.to_owned(),
            artifacts,
            run: Some("7".to_owned()),
            source: Some(CI.to_owned()),
            link: Some(format!("{CI}/{product}/7")),
            ..FactRequest::default()
        };
        let heard: FactsHeardView = scene.people.ben.post(&path, &fact).await?;
        kept(&heard)?;
    }
    let note = ("build", "Build 7 made it.");
    plan::task_done(&scene.people.ben, product, note).await
}

/// A test run of the artifact is posted as it was written, in `JUnit` XML.
async fn tested(scene: &Scene<'_>, product: &str, digest: &str) -> Result<(), DemoError> {
    let of = format!("digest={digest}&kind=acceptance&suite=pay&source={CI}");
    let path = format!("/api/v1/products/{product}/test-reports?{of}");
    let length = REPORT.len() as u64;
    let ben = &scene.people.ben;
    let heard: FactsHeardView = ben.upload(&path, REPORT.into(), length).await?;
    kept(&heard)?;
    plan::task_done(ben, product, ("tests", "All of them passed.")).await
}

fn kept(heard: &FactsHeardView) -> Result<(), DemoError> {
    let lost = heard.events.iter().find(|it| it.outcome != "kept");
    holds(lost.is_none(), || {
        format!("what was told is kept: {lost:?}")
    })
}

/// The draft gets what it is made of, and is sealed.
async fn sealed(scene: &Scene<'_>, ware: &Ware) -> Result<(), DemoError> {
    let path = release_path(ware.product, Some(VERSION));
    let component = (ware.component.to_owned(), ware.version.to_owned());
    let contents = ContentsRequest {
        components: BTreeMap::from([component]),
    };
    let ada = &scene.people.ada;
    ada.tell(&format!("{path}/contents"), &contents).await?;
    ada.tell(&format!("{path}/seal"), &()).await?;
    Ok(())
}

/// The first four stages of both are done; the storefront was looked back at as well.
pub(super) async fn check(scene: &Scene<'_>) -> Result<Vec<Fact>, DemoError> {
    let mut facts = Vec::new();
    for (product, _) in RELEASED {
        let path = release_path(product, Some(VERSION));
        let release: ReleaseView = scene.fleet.client().get(&path).await?;
        let unknown = || DemoError::Fact(format!("it is known how far {product} is"));
        let lifecycle = release.lifecycle.ok_or_else(unknown)?;
        let is_due = |stage: &str| stage != "reviewed" || product == "storefront";
        let mut stages = lifecycle.stages.iter();
        let open = stages.find(|it| is_due(&it.stage) && it.state != "done");
        holds(open.is_none(), || {
            format!("{product} went through every stage: {}", lifecycle.sentence)
        })?;
        facts.push(Fact {
            product,
            sentence: lifecycle.sentence,
        });
    }
    Ok(facts)
}
