//! What happens to deliveries: they are taken up, which is kept before anything is sent, and what came of it is kept behind that.
//!
//! Each step is fenced by the sender's lease. What was taken up by a sender that is no more is unknown: nobody sends it again but
//! by a person's word, unless its other side knows a repeat for what it is.

use super::{
    super::{App, Error, entry},
    begin::subject,
    news,
    parcel::{Parcel, Unsent},
    step::ACTOR,
};
use crate::keyring::random;
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use tidegate_domain::{
    canonical,
    catalog::Kind,
    communication::{
        Answer, Bounce, Channel, Delivery, DeliveryState, Opens, Recipient, Tells,
        delivery::{DeliveryEvent, Outcome, Patience, Step, codes},
        message::{Message, Status},
    },
    id::{DeliveryId, MessageId},
    name::Name,
};
use tidegate_store::{Lease, StoreError, Tx};

/// How many deliveries of ours are made in one transaction.
pub(crate) const OURS_MAX: usize = 200;
/// The message of an invitation and of a mail of news, which is none.
pub(crate) const NO_MESSAGE: MessageId = MessageId(0);

/// What a sender has to do.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Send this, once.
    Send(Box<Parcel>),
    /// Nothing could be sent, and that is kept.
    Kept,
    /// Nothing: its audience is left alone now, and so are all others of it.
    Closed,
    /// Nothing: it was cancelled, waits, or is no longer queued.
    Nothing,
}

/// What an attempt came to.
#[derive(Debug, Clone)]
pub(crate) struct Attempted {
    /// Of which delivery.
    pub(crate) id: DeliveryId,
    /// What.
    pub(crate) outcome: Outcome,
    /// How long it is tried.
    pub(crate) patience: Patience,
}

impl App {
    /// A channel, if it is declared, and what is to go out by it.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn deliveries_due(
        &self,
        channel: Name,
        limit: u64,
    ) -> Result<(Option<Channel>, Vec<DeliveryId>), Error> {
        self.store
            .read((channel, limit), |tx, (channel, limit)| {
                async move {
                    let due = tx.deliveries_due(channel, *limit).await?;
                    let declared = tx.document(Kind::Channel, channel.as_str()).await?;
                    Ok::<_, Error>((declared, due))
                }
                .boxed()
            })
            .await
    }

    /// Keeps what one attempt came to, and that the next is made: both together, so that a sender waits once.
    ///
    /// # Errors
    /// When the store fails, or the lease is another's.
    pub(crate) async fn take_up(
        self: &Arc<Self>,
        lease: &Lease,
        before: Option<Attempted>,
        next: Option<DeliveryId>,
    ) -> Result<Taken, Error> {
        let input = (self.clone(), lease.clone(), before, next);
        self.store
            .write(input, |tx, (app, lease, before, next)| {
                async move {
                    tx.prove_lease(lease).await?;
                    if let Some(before) = before {
                        answered(tx, before).await?;
                    }
                    match next {
                        Some(id) => attempt(app, tx, *id).await,
                        None => Ok(Taken::Nothing),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Makes deliveries that are ours alone: entries of feeds, and notices on the pages.
    ///
    /// # Errors
    /// When the store fails, or the lease is another's.
    pub(crate) async fn deliver_ours(
        self: &Arc<Self>,
        lease: &Lease,
        ids: Vec<DeliveryId>,
    ) -> Result<(), Error> {
        self.store
            .write(
                (self.clone(), lease.clone(), ids),
                |tx, (app, lease, ids)| {
                    async move {
                        tx.prove_lease(lease).await?;
                        for id in ids {
                            publish(app, tx, *id).await?;
                        }
                        Ok::<_, Error>(())
                    }
                    .boxed()
                },
            )
            .await
    }
}

/// What an attempt came to is kept once: a delivery that is not being tried is none of it.
pub(super) async fn answered(tx: &mut Tx, attempted: &Attempted) -> Result<(), Error> {
    let Some(mut delivery) = tx.delivery(attempted.id).await? else {
        return Ok(());
    };
    if !matches!(delivery.state, DeliveryState::Attempting { .. }) {
        return Ok(());
    }
    let jitter = u64::from_le_bytes(random());
    let Attempted {
        outcome, patience, ..
    } = attempted;
    let event = delivery.answered(outcome, *patience, jitter, tx.now());
    if let (true, Outcome::Refused { reply, .. }) = (outcome.is_bounce(), outcome) {
        let bounce = Bounce {
            recipient: delivery.recipient.clone(),
            at: tx.now(),
            reply: reply.clone(),
        };
        tx.record_bounce(&bounce).await?;
    }
    happen(tx, &mut delivery, &event).await
}

/// Makes a delivery that is ours alone.
async fn publish(app: &App, tx: &mut Tx, id: DeliveryId) -> Result<(), Error> {
    let Begun::Now(begun) = begun(app, tx, id).await? else {
        return Ok(());
    };
    let (mut delivery, message) = *begun;
    let channel = match &message {
        Some(message) => sanctioned(tx, message, &delivery.channel).await?,
        None => Err(Unsent("its channel does not mail any more".to_owned())),
    };
    match channel {
        Ok(_) => {
            let reply = "it is on our pages".to_owned();
            happen(tx, &mut delivery, &DeliveryEvent::Delivered { reply }).await
        }
        Err(why) => unsent(tx, id, why).await,
    }
}

/// Keeps that an attempt is made, and answers what is sent.
async fn attempt(app: &App, tx: &mut Tx, id: DeliveryId) -> Result<Taken, Error> {
    let (delivery, message) = match begun(app, tx, id).await? {
        Begun::Now(begun) => *begun,
        Begun::Closed => return Ok(Taken::Closed),
        Begun::Not => return Ok(Taken::Nothing),
    };
    let packed = match (&message, delivery.tells) {
        (Some(message), Tells::Message) => app.pack(tx, message, &delivery).await?,
        (None, Tells::Message) => app.pack_invitation(tx, &delivery).await?,
        (Some(_) | None, Tells::News) => app.pack_news(tx, &delivery).await?,
    };
    match packed {
        Ok(parcel) => Ok(Taken::Send(Box::new(parcel))),
        Err(why) => {
            unsent(tx, id, why).await?;
            Ok(Taken::Kept)
        }
    }
}

/// Nothing could be sent, and it is tried later.
async fn unsent(tx: &mut Tx, id: DeliveryId, Unsent(reply): Unsent) -> Result<(), Error> {
    let attempted = Attempted {
        id,
        outcome: Outcome::Later { after: None, reply },
        patience: Patience::MAIL,
    };
    answered(tx, &attempted).await
}

/// A channel as the sanction of a message bound it. What was said to go to one place goes to no other.
pub(super) async fn sanctioned(
    tx: &mut Tx,
    message: &Message,
    name: &Name,
) -> Result<Result<Channel, Unsent>, Error> {
    let channel: Option<Channel> = tx.document(Kind::Channel, name.as_str()).await?;
    let Some(channel) = channel else {
        let why = format!("channel {name} is not declared any more");
        return Ok(Err(Unsent(why)));
    };
    let bound = message.status.sanction();
    let bound = bound.and_then(|it| it.bound.channels.get(name));
    if bound.is_some_and(|it| *it != canonical::hash(&channel)) {
        let why = format!(
            "channel {name} is declared otherwise since this was sanctioned: declare it as it was, or cancel the message and have \
             another one sanctioned"
        );
        return Ok(Err(Unsent(why)));
    }
    Ok(Ok(channel))
}

/// Whether a delivery is being tried from now on.
enum Begun {
    /// It is, with its message, if it has one.
    Now(Box<(Delivery, Option<Message>)>),
    /// Its audience is left alone now, and so are all others of it.
    Closed,
    /// It is not its turn.
    Not,
}

/// Has a delivery be tried from now on, if it is its turn.
async fn begun(app: &App, tx: &mut Tx, id: DeliveryId) -> Result<Begun, Error> {
    let Some(mut delivery) = tx.delivery(id).await? else {
        return Ok(Begun::Not);
    };
    let message = tx.message(delivery.message).await?;
    let step = match &message {
        None => alone(&delivery, tx.now()),
        Some(message) => {
            let opens = opens(app, tx, (message, &delivery)).await?;
            let step = delivery.step(&message.status, opens, tx.now());
            if let (Opens::At(until), Step::Wait(_)) = (opens, step) {
                let whose = (message.id, &delivery.audience);
                tx.record_audience_waits(whose, until).await?;
                return Ok(Begun::Closed);
            }
            step
        }
    };
    match step {
        Step::Attempt => {
            if let Some(reason) = unwanted(app, tx, &delivery).await? {
                let reason = Some(reason);
                happen(tx, &mut delivery, &DeliveryEvent::Cancelled { reason }).await?;
                return Ok(Begun::Not);
            }
            happen(tx, &mut delivery, &DeliveryEvent::Attempted).await?;
            Ok(Begun::Now(Box::new((delivery, message))))
        }
        Step::Cancel => {
            happen(
                tx,
                &mut delivery,
                &DeliveryEvent::Cancelled { reason: None },
            )
            .await?;
            Ok(Begun::Not)
        }
        Step::Wait(_) | Step::Rest => Ok(Begun::Not),
    }
}

/// Why nothing goes there any more, if that changed since the delivery was kept.
async fn unwanted(app: &App, tx: &mut Tx, delivery: &Delivery) -> Result<Option<String>, Error> {
    if let Some(bounce) = tx.bounce_of(&delivery.recipient).await? {
        let Bounce { at, reply, .. } = bounce;
        return Ok(Some(format!("what went there at {at} came back: {reply}")));
    }
    match delivery.tells {
        Tells::News => return app.no_news(tx, delivery).await,
        Tells::Message => {}
    }
    let Some(to) = mailbox(delivery) else {
        return Ok(None);
    };
    let said = tx.opt_ins_of((&delivery.audience, to)).await?;
    let withdrawn = said.iter().find_map(|it| match it.answer {
        Answer::Withdrawn { at } => Some(at),
        Answer::Asked { .. } | Answer::Confirmed { .. } => None,
    });
    Ok(withdrawn.map(|at| format!("they do not want to be told since {at}")))
}

/// What is next for an invitation, or a mail of news.
fn alone(delivery: &Delivery, now: Timestamp) -> Step {
    match &delivery.state {
        DeliveryState::Queued { at, .. } if *at <= now => Step::Attempt,
        DeliveryState::Queued { at, .. } => Step::Wait(*at),
        DeliveryState::Attempting { .. }
        | DeliveryState::Delivered { .. }
        | DeliveryState::Refused { .. }
        | DeliveryState::GaveUp { .. }
        | DeliveryState::Unknown { .. }
        | DeliveryState::Settled { .. }
        | DeliveryState::Cancelled { .. } => Step::Rest,
    }
}

/// When the audience of a delivery may be told. One that was taken away since it was sanctioned has no quiet hours.
async fn opens(
    app: &App,
    tx: &mut Tx,
    (message, delivery): (&Message, &Delivery),
) -> Result<Opens, Error> {
    match message.status {
        Status::Sending { .. } => {}
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sanctioned { .. }
        | Status::Due { .. }
        | Status::Sent { .. }
        | Status::PartlyFailed { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. } => return Ok(Opens::Now),
    }
    let told = app.told(tx, message, &delivery.audience).await?;
    let audience = told.audience.as_ref();
    Ok(audience.map_or(Opens::Now, |it| it.opens(&message.writing, tx.now())))
}

/// Something happens to a delivery. The journal keeps what became of it, and no address: of a reply it keeps the codes, because
/// its words may name one.
pub(super) async fn happen(
    tx: &mut Tx,
    delivery: &mut Delivery,
    event: &DeliveryEvent,
) -> Result<(), Error> {
    let state = delivery.after(event, tx.now());
    delivery.state =
        state.map_err(|why| Error::Broken(format!("delivery {}: {why}", delivery.id)))?;
    tx.record_delivery(delivery).await?;
    match delivery.tells {
        Tells::News => return news::went(tx, (delivery, event)).await,
        Tells::Message => {}
    }
    let reply = match event {
        // Attempts are in the record of the delivery; for ever is kept what became of them.
        DeliveryEvent::Attempted | DeliveryEvent::Postponed { .. } => return Ok(()),
        DeliveryEvent::Delivered { .. } => None,
        DeliveryEvent::Refused { reply, .. }
        | DeliveryEvent::GaveUp { reply }
        | DeliveryEvent::Lost { reply } => Some(reply),
        DeliveryEvent::Resent { .. }
        | DeliveryEvent::Settled { .. }
        | DeliveryEvent::Cancelled { .. } => None,
    };
    let detail = json!({
        "delivery": delivery.id, "key": delivery.key, "channel": delivery.channel, "audience": delivery.audience,
        "reply": reply.and_then(|it| codes(it)),
    });
    let subject = subject(delivery.message);
    let entry = entry(tx, ACTOR, (event.word(), &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// The mailbox of a delivery.
pub(super) const fn mailbox(
    delivery: &Delivery,
) -> Option<&tidegate_domain::communication::MailAddress> {
    match &delivery.recipient {
        Recipient::Mailbox(address) => Some(address),
        Recipient::Account(_) | Recipient::Endpoint(_) => None,
    }
}

/// Whether an error only says that the lease is another's.
pub(crate) const fn is_lease_lost(error: &Error) -> bool {
    matches!(error, Error::Store(StoreError::LeaseLost))
}
