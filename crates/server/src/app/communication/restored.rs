//! What becomes of messages when the record was put back from a backup: it does not know what went out since, so that nothing
//! goes out again by itself.

use super::{
    super::{Error, entry},
    begin::{detail, subject},
    outbox::{INVITATION, happen},
    step::ACTOR,
};
use tidegate_domain::{
    communication::{
        DeliveryState,
        delivery::DeliveryEvent,
        message::{Event, Message, Status, Voided},
    },
    id::{DeliveryId, MessageId},
};
use tidegate_store::Tx;

/// How many are looked at at a time.
const BATCH: u64 = 200;
/// Why.
const WHY: &str = "the record was put back from a backup: it may have gone out since";

/// Gives up what was to go out. What waited for its time is read again; what was going out is unknown.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn give_up(tx: &mut Tx) -> Result<(), Error> {
    let mut after = MessageId(0);
    loop {
        let some = tx.running_messages((after, BATCH)).await?;
        let Some(last) = some.last().map(|it| it.id) else {
            break;
        };
        for message in some {
            void(tx, message).await?;
        }
        after = last;
    }
    lose(tx, INVITATION).await
}

async fn void(tx: &mut Tx, mut message: Message) -> Result<(), Error> {
    let by = match &message.status {
        Status::Sanctioned { sanction } | Status::Due { sanction, .. } => sanction.by.clone(),
        Status::Sending { .. } => return lose(tx, message.id).await,
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sent { .. }
        | Status::PartlyFailed { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. } => return Ok(()),
    };
    let changes = vec![WHY.to_owned()];
    let event = Event::Voided {
        voided: Voided { by, changes },
    };
    message
        .apply(&event, tx.now())
        .map_err(|why| Error::Broken(format!("message {}: {why}", message.id)))?;
    tx.record_message(&message).await?;
    let what = (event.word(), subject(message.id));
    let entry = entry(tx, ACTOR, (what.0, &what.1), &detail(&event));
    Ok(tx.record_entry(&entry).await?)
}

/// Of nothing that was to go out of a message it is known whether it did.
async fn lose(tx: &mut Tx, message: MessageId) -> Result<(), Error> {
    let mut after = DeliveryId(0);
    loop {
        let some = tx.deliveries_of((message, None), (after, BATCH)).await?;
        let Some(last) = some.last().map(|it| it.id) else {
            return Ok(());
        };
        for mut delivery in some {
            let is_open = matches!(
                delivery.state,
                DeliveryState::Queued { .. } | DeliveryState::Attempting { .. }
            );
            if is_open {
                let reply = WHY.to_owned();
                happen(tx, &mut delivery, &DeliveryEvent::Lost { reply }).await?;
            }
        }
        after = last;
    }
}
