//! What others did in the time of a release: the trains that carried it, and suppliers.

use super::{
    super::Error,
    past::{END, MOST},
};
use std::collections::BTreeSet;
use tidegate_domain::{
    agenda::Reliance,
    catalog::{Kind, Product},
    name::Name,
    release::Release,
    review::{Declared, Did, Further, TrainPast},
    supplier::{Notice, Observation, Supplier, notice::Match},
    train::Train,
    version::Version,
};
use tidegate_store::Tx;

/// The trains that carry a release, or did, of the newest, with what the journal says of each.
pub(super) async fn trains(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Vec<TrainPast>, Error> {
    let mut all: Vec<Train> = tx.trains(0, MOST).await?;
    all.retain(|it| it.carries(product, version));
    all.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
    let mut past = Vec::with_capacity(all.len());
    for train in all {
        let subject = format!("train/{}", train.name);
        let told = tx.entries_before(END, MOST, Some(&subject)).await?;
        let oldest_first = told.iter().rev().map(|entry| entry.entry());
        let entries = oldest_first.collect::<Result<_, _>>()?;
        past.push(TrainPast { train, entries });
    }
    Ok(past)
}

/// What suppliers did since a release was drafted.
pub(super) struct Supplied {
    /// What those announced whom the product needs itself.
    pub(super) notices: Vec<Notice>,
    /// What they deployed.
    pub(super) observations: Vec<Observation>,
    /// What others announced, or deployed unannounced, that reaches it through other products.
    pub(super) further: Vec<Further>,
}

/// What suppliers did since a release was drafted, whose product goes through these environments.
pub(super) async fn suppliers(
    tx: &mut Tx,
    release: &Release,
    environments: &[Name],
) -> Result<Supplied, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let reliances = Reliance::of_each(&products, &all);
    let needs = reliances.get(&release.product).cloned().unwrap_or_default();
    let needed: BTreeSet<&Name> = needs.needs.iter().map(|it| &it.product).collect();
    let (mut notices, mut observations, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for supplier in &all {
        let announced = tx.notices_of(&supplier.name, MOST).await?;
        let is_late = |it: &Notice| it.original().at >= release.created_at;
        let announced = announced.into_iter().filter(is_late);
        let seen = tx.observations_of(&supplier.name, MOST).await?;
        let is_late = |it: &Observation| it.deployed.change.by >= release.created_at;
        let seen = seen.into_iter().filter(is_late);
        if needed.contains(&supplier.name) {
            notices.extend(announced);
            observations.extend(seen);
            continue;
        }
        others.extend(announced.map(|it| Did::Announced(Box::new(it))));
        let surprises = seen.filter(|it| matches!(it.matched, Match::Surprise));
        others.extend(surprises.map(|it| Did::Changed(Box::new(it))));
    }
    let declared = Declared {
        product: &release.product,
        environments,
        products: &products,
        suppliers: &all,
    };
    Ok(Supplied {
        notices,
        observations,
        further: declared.further(others),
    })
}
