//! Whether a supplier names only what exists, and no product has its name.

use super::{
    super::{super::Error, parse::Located},
    keys,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error as _,
};
use tidegate_domain::{
    catalog::{Document, Environment, Kind},
    name::Name,
    supplier::Supplier,
};
use tidegate_store::Tx;

/// The names of suppliers, now or by these files; none where no product is declared that could have one of them.
pub(super) async fn load(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<BTreeSet<String>, Error> {
    let is_product = |(it, _): &(Document, &Located)| it.kind() == Kind::Product;
    match documents.iter().any(is_product) {
        true => {
            keys(tx, documents, Kind::Supplier, |it: Supplier| {
                Document::Supplier(Box::new(it))
            })
            .await
        }
        false => Ok(BTreeSet::new()),
    }
}

/// What is wrong with a supplier.
pub(super) fn fault(
    supplier: &Supplier,
    products: &BTreeSet<String>,
    environments: &BTreeMap<Name, Environment>,
) -> Option<String> {
    let products = products.iter().filter_map(|it| it.parse().ok()).collect();
    let environments = environments.keys().cloned().collect();
    let fault = supplier.check(&products, &environments).err()?;
    Some(match fault.source() {
        Some(why) => format!("{fault}: {why}"),
        None => fault.to_string(),
    })
}

/// A need could not tell a product from a supplier of its name.
pub(super) fn taken(product: &Name, suppliers: &BTreeSet<String>) -> Option<String> {
    suppliers.contains(product.as_str()).then(|| {
        format!("product `{product}` has the name of a supplier: give it another one, for needs name both as NAME/COMPONENT")
    })
}
