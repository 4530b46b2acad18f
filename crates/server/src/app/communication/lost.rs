//! What becomes of deliveries of which nobody knows how they went: a sender ended in the middle of them, or the record was put back
//! from a backup. Nothing goes out again by itself.

use super::{
    super::{App, Error, entry, talk},
    begin::{detail, subject},
    outbox::{Attempted, NO_MESSAGE, answered, happen},
    step::ACTOR,
};
use futures::FutureExt;
use tidegate_domain::{
    catalog::Kind,
    communication::{
        Channel, DeliveryState,
        delivery::{DeliveryEvent, Outcome, Patience, Repeats},
        message::{Event, Message, Status, Voided},
    },
    id::{DeliveryId, MessageId},
};
use tidegate_store::{Lease, Tx};

/// How many are looked at at a time.
const BATCH: u64 = 200;
/// Why nothing is known after a restore.
const WHY: &str = "the record was put back from a backup: it may have gone out since";

impl App {
    /// Gives up what was taken up by a sender that is no more. Answers how many those were.
    ///
    /// # Errors
    /// When the store fails, or the lease is another's.
    pub(crate) async fn recover_deliveries(&self, lease: &Lease) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let some = self.store.write(lease.clone(), |tx, lease| {
                async move {
                    tx.prove_lease(lease).await?;
                    recover(tx).await
                }
                .boxed()
            });
            let some = some.await?;
            all += some;
            if some < BATCH {
                return Ok(all);
            }
        }
    }
}

/// What was attempted and never answered.
async fn recover(tx: &mut Tx) -> Result<u64, Error> {
    let lost = tx.deliveries_attempted(BATCH).await?;
    for delivery in &lost {
        let channel: Option<Channel> = tx
            .document(Kind::Channel, delivery.channel.as_str())
            .await?;
        let by = channel.map(|it| it.by);
        let repeats = by.as_ref().map_or(Repeats::Shown, |it| it.repeats());
        let reply = "the server stopped in the middle of it".to_owned();
        let attempted = Attempted {
            id: delivery.id,
            outcome: Outcome::silence(repeats, reply),
            patience: by.map_or(Patience::WEB, |it| it.patience()),
        };
        answered(tx, &attempted).await?;
    }
    Ok(lost.len() as u64)
}

/// Gives up what was to go out when the record was put back. What waited for its time is read again; what was going out is unknown.
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
    lose(tx, NO_MESSAGE).await?;
    talk::give_up_news(tx).await
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
