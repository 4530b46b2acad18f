//! What people say of deliveries of which nobody knows: that they arrived or did not, or that they are sent again.

use super::{
    super::{App, Error, Kind as Refusal, Request, steer::read_reason},
    begin::happen,
    shown::{delivery_view, found},
    values::product_of,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::{Action, Resource},
    communication::{
        Delivery, Word,
        delivery::DeliveryEvent,
        message::{Event, Status},
    },
    id::DeliveryId,
};
use tidegate_protocol::api::{DeliveryView, MessageDeedRequest};
use tidegate_store::Tx;

/// What a person does to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryDeed {
    /// They say what became of it.
    Settle,
    /// They have it sent again, though it may have arrived.
    Resend,
}

impl App {
    /// Settles a delivery, or has it sent again.
    ///
    /// # Errors
    /// When it cannot happen now, or no reason is given.
    pub async fn do_delivery(
        &self,
        request: Request,
        id: DeliveryId,
        deed: DeliveryDeed,
        said: &MessageDeedRequest,
    ) -> Result<DeliveryView, Error> {
        let note = read_reason(&said.note)?;
        let input = (request, (id, deed), (note, said.arrived));
        let view = self
            .store
            .write(input, |tx, (request, what, said)| {
                carry_out(tx, request, *what, said).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

async fn carry_out(
    tx: &mut Tx,
    request: &Request,
    (id, deed): (DeliveryId, DeliveryDeed),
    (note, arrived): &(String, Option<bool>),
) -> Result<DeliveryView, Error> {
    let missing = || Error::not_found("delivery-not-found", "delivery", id);
    let mut delivery = tx.delivery(id).await?.ok_or_else(missing)?;
    let message = tx.message(delivery.message).await?.ok_or_else(missing)?;
    let resource = Resource::product(product_of(&message.about)?.clone());
    request
        .permit(tx, (Action::SendMessage, &resource), missing)
        .await?;
    if note.is_empty() {
        let detail = "no reason is given";
        return Err(Error::refused(Refusal::BadRequest, "no-reason", detail)
            .hint("say how you know, or why it is sent again: `--note HOW`"));
    }
    let by = request.actor.name.clone();
    let event = match deed {
        DeliveryDeed::Resend => DeliveryEvent::Resent { by: by.clone() },
        DeliveryDeed::Settle => DeliveryEvent::Settled {
            by: by.clone(),
            word: word(*arrived)?,
            note: note.clone(),
        },
    };
    if deed == DeliveryDeed::Resend {
        resume(tx, request, &delivery).await?;
    }
    delivery.state = delivery.after(&event, tx.now()).map_err(|why| {
        let detail = format!("delivery {id}: {why}");
        Error::refused(Refusal::Conflict, "delivery-state", detail)
            .hint("only what is unknown or was given up is settled or sent again")
    })?;
    tx.record_delivery(&delivery).await?;
    let detail = json!({ "delivery": id, "by": by, "note": note, "arrived": arrived });
    let subject = super::begin::subject(delivery.message);
    request.journal(tx, event.word(), &subject, &detail).await?;
    delivery_view(tx, &delivery).await
}

fn word(arrived: Option<bool>) -> Result<Word, Error> {
    match arrived {
        Some(true) => Ok(Word::Arrived),
        Some(false) => Ok(Word::Missing),
        None => Err(Error::invalid("arrived", "say whether it arrived")),
    }
}

/// A message that had ended goes out again.
async fn resume(tx: &mut Tx, request: &Request, delivery: &Delivery) -> Result<(), Error> {
    let mut message = found(tx, request, (Action::SendMessage, delivery.message)).await?;
    match &message.status {
        Status::PartlyFailed { .. } | Status::Failed { .. } => {
            let by = request.actor.name.clone();
            happen(tx, request, (&mut message, &Event::Resumed { by })).await
        }
        Status::Sending { .. } => Ok(()),
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sanctioned { .. }
        | Status::Due { .. }
        | Status::Sent { .. }
        | Status::Cancelled { .. } => {
            let detail = format!("message {} is {}", message.id, message.status.word());
            Err(Error::refused(Refusal::Conflict, "message-state", detail)
                .hint("what was cancelled is written anew"))
        }
    }
}
