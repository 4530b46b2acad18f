//! What suppliers run in an environment, as those who ask whether needs are met see it.

use super::super::Error;
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Kind,
    name::Name,
    supplier::{Sighting, Supplier, runs},
    train::Runs,
};
use tidegate_store::Tx;

/// What each supplier runs that is used in an environment, by its name.
pub(in crate::app) async fn running(
    tx: &mut Tx,
    environment: &Name,
) -> Result<BTreeMap<Name, Runs>, Error> {
    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let mut found = BTreeMap::new();
    for supplier in all {
        let rows = tx.watches(Some(&supplier.name)).await?;
        let here = rows.into_iter().filter(|it| it.environment == *environment);
        let known: BTreeMap<Name, Sighting> = here
            .filter_map(|it| Some((it.component, it.watch.known?.seen)))
            .collect();
        let runs = runs(&supplier, environment, &known);
        found.extend(runs.map(|runs| (supplier.name, runs)));
    }
    Ok(found)
}
