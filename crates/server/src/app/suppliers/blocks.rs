//! What a deployment waits for because of a supplier's change.

use super::{super::Error, counting::meanings, responses::supplier_of};
use jiff::Timestamp;
use tidegate_domain::{
    control::{Stop, StopKind},
    name::Name,
    supplier::response::{Block, ResponseStatus, What, blocks},
};
use tidegate_store::Tx;

/// What keeps a product from being deployed to an environment at a moment, each with what would move it.
pub(in crate::app) async fn stops(
    tx: &mut Tx,
    place: (&Name, &Name),
    at: Timestamp,
) -> Result<Vec<Stop>, Error> {
    let responses = tx.responses_in(place).await?;
    // What was accepted counts only where something else is still open about the same.
    let open = responses
        .iter()
        .filter(|it| it.status == ResponseStatus::Open);
    let meanings = meanings(tx, open.map(|it| it.about)).await?;
    let mut stops = Vec::new();
    for block in blocks(&responses, &meanings, place, at) {
        let supplier = supplier_of(tx, block.0.about).await?;
        stops.push(stop(&block, &supplier));
    }
    Ok(stops)
}

fn stop(block: &Block<'_>, supplier: &Name) -> Stop {
    let id = block.0.id;
    let done = match &block.0.what {
        What::Hold { .. } => "it can go on",
        What::Reverify { .. } => "it was verified",
        What::Inform { .. } | What::Accept => "it is done",
    };
    Stop {
        kind: StopKind::Supplier,
        name: supplier.to_string(),
        what: block.to_string(),
        remedy: format!(
            "`tidegate supplier response done {id} --note HOW` once {done}, or `tidegate supplier respond accept` if it is to be taken as it is"
        ),
    }
}
