//! What a message says to an audience, and since when it does.

use super::{super::Error, declared::audience, occasions::occasions};
use jiff::Timestamp;
use tidegate_domain::{
    communication::{
        Delivery, DeliveryState, Filled, Rendered, Word,
        message::{Message, Status},
    },
    name::Name,
};
use tidegate_store::Tx;

/// A delivery's message, when it was sent and what it said to that audience.
pub(super) async fn rendered_for(
    tx: &mut Tx,
    delivery: &Delivery,
) -> Result<Option<(Message, Timestamp, Rendered)>, Error> {
    let Some(message) = tx.message(delivery.message).await? else {
        return Ok(None);
    };
    let at = match &delivery.state {
        DeliveryState::Delivered { at, .. }
        | DeliveryState::Settled {
            at,
            word: Word::Arrived,
            ..
        } => *at,
        DeliveryState::Queued { at, .. }
        | DeliveryState::Attempting { at, .. }
        | DeliveryState::Refused { at, .. }
        | DeliveryState::GaveUp { at, .. }
        | DeliveryState::Unknown { at, .. }
        | DeliveryState::Settled { at, .. }
        | DeliveryState::Cancelled { at, .. } => *at,
    };
    let rendered = rendered(tx, &message, &delivery.audience).await?;
    Ok(Some((message, at, rendered)))
}

/// What a message says to an audience, with what was known when it began to go out.
pub(super) async fn rendered(
    tx: &mut Tx,
    message: &Message,
    whose: &Name,
) -> Result<Rendered, Error> {
    let filled = match &message.out {
        Some(out) => out.filled.clone(),
        None => Filled::of(&message.writing.on, &occasions(tx, &message.about).await?),
    };
    let zone = match audience(tx, whose).await {
        Ok(audience) => audience.time_zone,
        Err(Error::Refused { .. }) => filled.zone.clone(),
        Err(other) => return Err(other),
    };
    Ok(message.writing.rendered(&filled.in_zone(&zone)))
}

/// Since when a message goes out.
pub(super) const fn sent_at(message: &Message) -> Timestamp {
    if let Some(out) = &message.out {
        return out.at;
    }
    match &message.status {
        Status::Due { at, .. }
        | Status::Sending { at, .. }
        | Status::Sent { at, .. }
        | Status::PartlyFailed { at, .. }
        | Status::Failed { at, .. }
        | Status::InReview { at, .. }
        | Status::Cancelled { at, .. } => *at,
        Status::Draft { .. } | Status::Sanctioned { .. } => message.at,
    }
}
