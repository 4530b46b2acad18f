//! Whether products name handover templates that are there, and of the right kind.

use super::super::{super::Error, parse::Located};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::{Document, Kind, Product},
    handover::{HandoverKind, HandoverTemplate},
    name::Name,
};
use tidegate_store::Tx;

/// The templates that are declared, now or by these files, and what each is for.
pub(super) type Handovers = BTreeMap<Name, HandoverKind>;

pub(super) async fn load(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<Handovers, Error> {
    let known: Vec<HandoverTemplate> = tx.documents(Kind::HandoverTemplate).await?;
    let mut all: Handovers = known.into_iter().map(|it| (it.name, it.handover)).collect();
    for (document, _) in documents {
        if let Document::HandoverTemplate(template) = document {
            all.insert(template.name.clone(), template.handover);
        }
    }
    Ok(all)
}

/// What is wrong with the templates that a product names.
pub(super) fn fault(product: &Product, known: &Handovers) -> Option<String> {
    product
        .handovers
        .iter()
        .find_map(|(kind, name)| match known.get(name) {
            None => Some(format!("handover template `{name}` is not declared")),
            Some(other) if other != kind => Some(format!(
                "handover template `{name}` is for {other}, not for {kind}"
            )),
            Some(_) => None,
        })
}
