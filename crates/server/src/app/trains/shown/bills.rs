//! What the members of a train bring, and what was changed of that, as it is shown.

use tidegate_domain::train::{Amendment, Bill, BillEdition, Train, TrainFacts};
use tidegate_protocol::api::{TrainAmendmentView, TrainBillView, TrainPartView};

/// The editions of the bill, or what members bring while there is none.
pub(super) fn bills(train: &Train, facts: &TrainFacts) -> Vec<TrainBillView> {
    if train.editions.is_empty() {
        let bill = facts.bill(train);
        let is_empty = bill.lines().next().is_none();
        return if is_empty {
            Vec::new()
        } else {
            vec![bill_view(&bill, None)]
        };
    }
    let all = train.editions.iter().rev();
    all.map(|it| bill_view(&it.bill, Some(it))).collect()
}

fn bill_view(bill: &Bill, edition: Option<&BillEdition>) -> TrainBillView {
    let mut parts = Vec::new();
    for (product, line) in bill.lines() {
        for (component, part) in &line.parts {
            let provides = part.provides.iter();
            parts.push(TrainPartView {
                product: product.to_string(),
                release: line.release.to_string(),
                component: component.to_string(),
                version: part.version.to_string(),
                digest: part.digest.to_string(),
                provides: provides
                    .map(|(contract, versions)| format!("{contract} {versions}"))
                    .collect(),
                needs: part.needs.iter().map(ToString::to_string).collect(),
            });
        }
    }
    TrainBillView {
        edition: edition.map(|it| it.edition.0),
        hash: bill.hash().to_string(),
        at: edition.map(|it| it.at),
        parts,
    }
}

/// A change of what members bring.
pub(super) fn amendment(it: &Amendment) -> TrainAmendmentView {
    TrainAmendmentView {
        product: it.product.to_string(),
        release: it.release.as_ref().map(ToString::to_string),
        replaced_by: it.replaced_by.as_ref().map(ToString::to_string),
        edition: it.edition.map(|it| it.0),
        by: it.word.by.as_ref().map(ToString::to_string),
        reason: it.word.reason.clone(),
        at: it.word.at,
    }
}
