//! What is on record of a release, as far as handovers look at it.

use super::super::{Error, releases, runbooks};
use std::collections::BTreeMap;
use tidegate_domain::{
    canonical,
    catalog::path,
    digest::Digest,
    handover::{Fact, Handover, HandoverKind, Seen},
    name::Name,
    runbook::{Errand, Way},
    version::Version,
};
use tidegate_store::Tx;

/// What is on record of a release.
///
/// # Errors
/// When there is no such release.
pub(super) async fn seen(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Seen, Error> {
    let release = releases::find(tx, product, version).await?;
    let mut record: BTreeMap<Fact, Digest> = BTreeMap::new();
    record.extend(release.sealed.as_ref().map(|it| (Fact::Sealed, it.hash)));
    if let Some(environment) = last(tx, product).await? {
        for (fact, way) in [
            (Fact::DeploymentPlan, Way::Forward),
            (Fact::BackoutPlan, Way::Back),
        ] {
            let errand = Errand {
                product: product.clone(),
                version: version.clone(),
                environment: environment.clone(),
                way,
            };
            let newest = runbooks::newest(tx, &errand).await?;
            record.extend(newest.map(|it| (fact, it.runbook.hash())));
        }
    }
    let evidence = tx.evidence_of(product, version).await?;
    let evidence = evidence.into_iter().map(|it| {
        let hash = canonical::hash(&it);
        (it.kind, hash)
    });
    Ok(Seen {
        contents: canonical::hash(&release.contents),
        record,
        evidence: evidence.collect(),
    })
}

/// The last environment of a product's path.
pub(super) async fn last(tx: &mut Tx, product: &Name) -> Result<Option<Name>, Error> {
    let declared = releases::find_product(tx, product).await?;
    let environments = tx.environments().await?;
    let path = path::of(&declared, &environments).unwrap_or_default();
    Ok(path.last().cloned())
}

/// The handovers of a release that are accepted as they are.
pub(in crate::app) async fn accepted(
    tx: &mut Tx,
    of: (&Name, &Version),
) -> Result<Vec<HandoverKind>, Error> {
    let mut accepted = Vec::new();
    let mut known = None;
    for kind in HandoverKind::ALL {
        let found = tx.handover((of.0, of.1, kind)).await?;
        let Some(handover) = found.filter(is_accepted) else {
            continue;
        };
        let seen = match &known {
            Some(seen) => seen,
            None => known.insert(seen(tx, of).await?),
        };
        if handover.is_accepted(seen) {
            accepted.push(kind);
        }
    }
    Ok(accepted)
}

/// Whether somebody accepted it, be it as it is now or not.
const fn is_accepted(handover: &Handover) -> bool {
    matches!(
        handover.status,
        tidegate_domain::handover::Status::Accepted { .. }
    )
}
