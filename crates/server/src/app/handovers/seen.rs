//! What is on record of a release, as far as handovers look at it.

use super::super::{Error, releases, runbooks};
use std::collections::BTreeMap;
use tidegate_domain::{
    canonical,
    catalog::path,
    digest::Digest,
    handover::{Fact, HandoverKind, Seen, Status},
    name::Name,
    review::HandoverPast,
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
        contents: canonical::hash(&(&release.contents, release.current_snapshot())),
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

/// What became of the handovers of a release that were begun, or that its product names a template for.
pub(in crate::app) async fn past(
    tx: &mut Tx,
    of: (&Name, &Version),
) -> Result<Vec<HandoverPast>, Error> {
    let declared = releases::find_product(tx, of.0).await?;
    let mut all = Vec::new();
    for kind in HandoverKind::ALL {
        let editions = tx.handover_editions((of.0, of.1, kind)).await?;
        if !editions.is_empty() || declared.handovers.contains_key(&kind) {
            all.push((kind, editions));
        }
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let seen = seen(tx, of).await?;
    let past = |(kind, editions)| HandoverPast {
        kind,
        editions,
        seen: seen.clone(),
    };
    Ok(all.into_iter().map(past).collect())
}

/// The handovers of a release that were ever begun, and those of them that are accepted as they are.
pub(in crate::app) async fn standing(
    tx: &mut Tx,
    of: (&Name, &Version),
) -> Result<(Vec<HandoverKind>, Vec<HandoverKind>), Error> {
    let (mut begun, mut accepted) = (Vec::new(), Vec::new());
    let mut known = None;
    for kind in HandoverKind::ALL {
        let found = tx.handover((of.0, of.1, kind)).await?;
        let Some(handover) = found else {
            continue;
        };
        begun.push(kind);
        if !matches!(handover.status, Status::Accepted { .. }) {
            continue;
        }
        let seen = match &known {
            Some(seen) => seen,
            None => known.insert(seen(tx, of).await?),
        };
        if handover.is_accepted(seen) {
            accepted.push(kind);
        }
    }
    Ok((begun, accepted))
}
