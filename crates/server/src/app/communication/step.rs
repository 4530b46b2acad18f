//! What happens to messages by themselves: they come due, their recipients are found, they are settled.

use super::{
    super::{App, Error, entry, handovers},
    begin::{detail, subject},
    declared::Known,
    occasions::occasions,
    outbox::is_lease_lost,
    recipients::recipients,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    communication::{
        Delivery, Occasions,
        message::{About, Decision, Event, Facts, Message, Status, Tally},
    },
    id::{DeliveryId, MessageId},
    name::Name,
};
use tidegate_store::{Lease, Tx};

/// How many messages are looked at in one transaction.
const BATCH: u64 = 200;
/// How often one message goes a step further at a time: to be due, to go out, to be settled.
const STEPS_MAX: usize = 4;
/// Who writes what happens by itself.
pub(super) const ACTOR: &str = "tidegate";

impl App {
    /// What there is to do. Nothing is written for that: most of the time there is nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn look_for_messages(&self) -> Result<Found, Error> {
        let mut all = Found::default();
        let mut after = MessageId(0);
        loop {
            let some = self
                .store
                .read(after, |tx, after| ready(tx, *after).boxed());
            let Ready { ready, last, wake } = some.await?;
            all.ready.extend(ready);
            all.wake_at = [all.wake_at, wake].into_iter().flatten().min();
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        let outbox = self.store.read((), |tx, ()| {
            async move {
                let attempted = tx.deliveries_attempted(1).await?;
                Ok::<_, Error>((tx.channels_due().await?, !attempted.is_empty()))
            }
            .boxed()
        });
        let ((due, next), is_attempted) = outbox.await?;
        all.due = due;
        all.is_attempted = is_attempted;
        all.wake_at = [all.wake_at, next].into_iter().flatten().min();
        Ok(all)
    }

    /// Takes messages as far as they go by themselves.
    ///
    /// # Errors
    /// When the store fails, or the lease is another's.
    pub(crate) async fn step_messages(
        &self,
        lease: &Lease,
        ready: &[MessageId],
    ) -> Result<(), Error> {
        for id in ready {
            let input = (lease.clone(), *id);
            let went = self
                .store
                .write(input, |tx, (lease, id)| step(tx, lease, *id).boxed());
            match went.await {
                // One that cannot go on holds up no other.
                Err(error) if !is_lease_lost(&error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(message = id.0, error, "messages.step_failed");
                }
                other => other?,
            }
            self.bus.announce();
        }
        Ok(())
    }
}

/// What a sender has to do.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The messages to which something happens now.
    pub(crate) ready: Vec<MessageId>,
    /// The channels that something is to go out by.
    pub(crate) due: Vec<Name>,
    /// Whether something is being tried, by whomever.
    pub(crate) is_attempted: bool,
    /// When to look again without being told.
    pub(crate) wake_at: Option<Timestamp>,
}

/// The messages to which something happens now.
struct Ready {
    ready: Vec<MessageId>,
    /// The last that was looked at; none at the end of all.
    last: Option<MessageId>,
    wake: Option<Timestamp>,
}

async fn ready(tx: &mut Tx, after: MessageId) -> Result<Ready, Error> {
    let some = tx.running_messages((after, BATCH)).await?;
    let last = some.last().map(|it| it.id);
    let mut found = Ready {
        ready: Vec::new(),
        last: last.filter(|_| some.len() as u64 == BATCH),
        wake: None,
    };
    let mut known = None;
    let nothing = Occasions::default();
    // Several messages are about the same release.
    let mut around: BTreeMap<About, Occasions> = BTreeMap::new();
    for message in some.iter().filter(|it| moves(&it.status)) {
        let known = match &known {
            Some(known) => known,
            None => known.insert(Known::load(tx).await?),
        };
        let asks = asks_for_occasions(message);
        if asks && !around.contains_key(&message.about) {
            let found = occasions(tx, &message.about).await?;
            around.insert(message.about.clone(), found);
        }
        let occasions = around.get(&message.about).filter(|_| asks);
        let occasions = occasions.unwrap_or(&nothing);
        let decision = decide(tx, (known, occasions), message).await?;
        if decision.event.is_some() {
            found.ready.push(message.id);
        }
        found.wake = [found.wake, decision.wake_at].into_iter().flatten().min();
    }
    Ok(found)
}

/// Whether anything happens to it without a person.
const fn moves(status: &Status) -> bool {
    match status {
        Status::Sanctioned { .. } | Status::Due { .. } | Status::Sending { .. } => true,
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sent { .. }
        | Status::PartlyFailed { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. } => false,
    }
}

/// Whether what is next depends on what plans and deployments came to: looking that up takes long.
fn asks_for_occasions(message: &Message) -> bool {
    match &message.status {
        Status::Sanctioned { .. } => !message.writing.on.is_by_hand(),
        Status::Due { .. } => true,
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sending { .. }
        | Status::Sent { .. }
        | Status::PartlyFailed { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. } => false,
    }
}

async fn decide(
    tx: &mut Tx,
    (known, occasions): (&Known, &Occasions),
    message: &Message,
) -> Result<Decision, Error> {
    let bound = known.bound(tx, message).await?;
    let facts = Facts {
        bound: bound.as_ref(),
        occasions,
        tally: if matches!(message.status, Status::Sending { .. }) {
            tx.tally_of(message.id).await?
        } else {
            Tally::default()
        },
        embargo: embargo(tx, known, message).await?,
    };
    Ok(message.decide(facts, tx.now()))
}

/// Until when it waits, if it is due and customers are told nothing yet of what it is about.
pub(super) async fn embargo(
    tx: &mut Tx,
    known: &Known,
    message: &Message,
) -> Result<Option<Timestamp>, Error> {
    match &message.status {
        Status::Due { .. } => {
            let audiences = known.audiences_of(message);
            handovers::embargo(tx, &message.about, &audiences).await
        }
        Status::Draft { .. }
        | Status::InReview { .. }
        | Status::Sanctioned { .. }
        | Status::Sending { .. }
        | Status::Sent { .. }
        | Status::PartlyFailed { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. } => Ok(None),
    }
}

async fn step(tx: &mut Tx, lease: &Lease, id: MessageId) -> Result<(), Error> {
    tx.prove_lease(lease).await?;
    let known = Known::load(tx).await?;
    for _ in 0..STEPS_MAX {
        let Some(mut message) = tx.message(id).await? else {
            return Ok(());
        };
        let occasions = match asks_for_occasions(&message) {
            true => occasions(tx, &message.about).await?,
            false => Occasions::default(),
        };
        let decision = decide(tx, (&known, &occasions), &message).await?;
        let Some(event) = decision.event else {
            return Ok(());
        };
        let before = message.status.clone();
        message
            .apply(&event, tx.now())
            .map_err(|why| Error::Broken(format!("message {id}: {why}")))?;
        tx.record_message(&message).await?;
        let entry = entry(tx, ACTOR, (event.word(), &subject(id)), &detail(&event));
        tx.record_entry(&entry).await?;
        if matches!(event, Event::SendingBegan { .. }) {
            address(tx, &known, (&message, &before)).await?;
        }
    }
    Ok(())
}

/// Finds the recipients of a message and keeps a delivery to each, as it was sanctioned.
async fn address(
    tx: &mut Tx,
    known: &Known,
    (message, before): (&Message, &Status),
) -> Result<(), Error> {
    let Some(sanction) = before.sanction() else {
        return Ok(());
    };
    let audiences = known.audiences_of(message);
    let whom = recipients(tx, known, &audiences).await?;
    let count = whom.addressed.len() as u64;
    if count > 0 {
        let DeliveryId(first) = tx.next_deliveries(count).await?;
        let (sanctioned, now) = (sanction.hash(), tx.now());
        let all = (first..)
            .zip(whom.addressed)
            .map(|(id, to)| Delivery::begin(DeliveryId(id), (message.id, &sanctioned), to, now));
        let all: Vec<Delivery> = all.collect();
        tx.record_deliveries_begun(&all).await?;
    }
    Ok(tx.record_left_out(message.id, &whom.left_out).await?)
}
