//! Embargoes: until when customers are told nothing of a release.

use super::super::Error;
use jiff::Timestamp;
use tidegate_domain::{
    communication::{Audience, message::About},
    handover::HandoverKind,
    name::Name,
    scope,
    version::Version,
};
use tidegate_store::Tx;

/// Until when customers are told nothing of a release, if that is still so.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn is_under_embargo(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Option<Timestamp>, Error> {
    let of = (product, version, HandoverKind::GeneralAvailability);
    let handover = tx.handover(of).await?;
    let now = tx.now();
    Ok(handover.and_then(|it| it.embargo(now)))
}

/// Until when a message to these audiences waits, because customers are among them.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn embargo(
    tx: &mut Tx,
    about: &About,
    audiences: &[&Audience],
) -> Result<Option<Timestamp>, Error> {
    let customers = |it: &&Audience| it.notes == scope::Audience::Customer;
    match about {
        About::Release(product, version) if audiences.iter().any(customers) => {
            is_under_embargo(tx, (product, version)).await
        }
        About::Release(..) | About::Train(_) | About::Product(_) => Ok(None),
    }
}
