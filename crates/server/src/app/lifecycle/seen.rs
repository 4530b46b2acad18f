//! What is known of a release, as far as its lifecycle looks at it.

use super::{
    super::{Error, Request, artifacts, releases},
    hear::OF_ARTIFACT_MAX,
};
use tidegate_domain::{
    catalog::path,
    id::DeploymentId,
    lifecycle::{Fact, Made, Place, Reviewed, Run, place, runs},
    release::Release,
    review,
};
use tidegate_store::{Repository, Tx};

/// How many deployments to one environment are looked through.
const DEPLOYMENTS_MAX: u64 = 500;

/// What is known of a release.
pub(super) struct Known {
    pub(super) made: Vec<Made>,
    pub(super) runs: Vec<Run>,
    pub(super) places: Vec<Place>,
    pub(super) reviewed: Reviewed,
}

pub(super) async fn known(
    tx: &mut Tx,
    request: &Request,
    release: &Release,
) -> Result<Known, Error> {
    let product = &release.product;
    let (mut made, mut attached) = (Vec::new(), Vec::new());
    let mut facts: Vec<Fact> = Vec::new();
    for (component, content) in &release.contents {
        let digest = content.digest;
        made.push(Made {
            component: component.clone(),
            digest,
            pushed: tx.pushed_at(product, digest).await?,
        });
        facts.extend(tx.facts_about(product, digest, OF_ARTIFACT_MAX).await?);
        let of = Repository::new(product.clone(), component.clone());
        let known = artifacts::known(tx, &request.gate, (&of, digest)).await?;
        attached.extend(known.runs(digest));
    }
    let mut runs = runs(&facts);
    runs.extend(attached);
    Ok(Known {
        made,
        runs,
        places: places(tx, release).await?,
        reviewed: reviewed(tx, release).await?,
    })
}

async fn places(tx: &mut Tx, release: &Release) -> Result<Vec<Place>, Error> {
    let declared = releases::find_product(tx, &release.product).await?;
    let environments = tx.environments().await?;
    let path = path::of(&declared, &environments).unwrap_or_default();
    let mut places = Vec::with_capacity(path.len());
    for environment in &path {
        let newest = DeploymentId(u64::MAX >> 1);
        let of = (Some(&release.product), Some(environment));
        let mut all = tx.deployments_before(newest, DEPLOYMENTS_MAX, of).await?;
        all.reverse();
        places.push(place(&release.version, environment, &all));
    }
    Ok(places)
}

async fn reviewed(tx: &mut Tx, release: &Release) -> Result<Reviewed, Error> {
    let Some(review) = tx.review((&release.product, &release.version)).await? else {
        return Ok(Reviewed::No);
    };
    let begun = review.begun;
    Ok(match review.stage {
        review::Stage::Closed { at, .. } => Reviewed::Closed { begun, at },
        review::Stage::Writing
        | review::Stage::Grouping
        | review::Stage::Voting
        | review::Stage::Discussing => Reviewed::Begun { at: begun },
    })
}
