//! Looking back at releases: what happened, compiled from the record, and what people make of it.
//!
//! [`past`] collects what the report is compiled from. [`deeds`] is what people do: they write, group, vote, judge, conclude, move
//! the review on. [`actions`] makes tasks of what they agree on. [`shown`] is what somebody sees of one, [`all`] of all of them.
//! What others write silently and vote for leaves this module for nobody, and never reaches the journal.

mod actions;
mod all;
mod deed;
mod deeds;
mod past;
mod shown;
mod since;
mod together;
mod views;

pub(super) use all::{to_lead, waiting_for};
pub(crate) use deed::ReviewDeed;
pub(super) use shown::stage;

use super::Error;
use tidegate_domain::{name::Name, review::Review, version::Version};
use tidegate_store::Tx;

/// A product and its release.
pub(super) type Of = (Name, Version);

fn subject((product, version): &Of) -> String {
    format!("review/{product}/{version}")
}

/// The review of a release that was begun.
async fn find(tx: &mut Tx, (product, version): &Of) -> Result<Review, Error> {
    let found = tx.review((product, version)).await?;
    found.ok_or_else(|| {
        Error::not_found("review-not-found", "review", format!("{product} {version}")).hint(
            format!("begin it: `tidegate review begin {product} {version}`"),
        )
    })
}
