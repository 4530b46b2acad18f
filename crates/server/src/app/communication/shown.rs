//! Messages and deliveries as they are shown.

use super::{
    super::{App, Error, Request, field, optional},
    begin::text_hash,
    declared::Known,
    occasions::occasions,
    step,
    values::product_of,
};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, Resource},
    catalog::Kind,
    communication::{
        Audience, Channel, Delivery, DeliveryState, LeftOut, Means, Occasions, Opens, Recipient,
        message::{About, Facts, Message, Status, Tally},
    },
    id::{DeliveryId, MessageId},
    name::Name,
    version::Version,
};
use tidegate_protocol::api::{
    DeliveriesView, DeliveryView, LeftOutView, MessageSanctionView, MessageView, TallyView,
};
use tidegate_store::Tx;

/// How many of those who are left out are shown.
pub(super) const LEFT_OUT_MAX: u64 = 100;

/// Which messages.
#[derive(Debug, Clone)]
pub struct MessagesOf {
    /// Of which product.
    pub product: String,
    /// Of which release; of the product and all its releases without one.
    pub version: Option<String>,
}

/// Which part of a list, behind or before a number.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The number.
    pub from: Option<u64>,
    /// How many.
    pub limit: u64,
}

impl App {
    /// Messages about a product or one of its releases, the newest first.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn messages(
        &self,
        request: &Request,
        of: &MessagesOf,
        part: Part,
    ) -> Result<Vec<MessageView>, Error> {
        let product: Name = field("product", &of.product)?;
        let version: Option<Version> = optional("version", of.version.as_deref())?;
        let before = MessageId(part.from.unwrap_or(u64::MAX >> 1));
        let input = (request.clone(), product, version, (before, part.limit));
        self.store
            .read(input, |tx, (request, product, version, part)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let of = (product, version.as_ref());
                    let all = tx.messages_about(of, *part).await?;
                    views(tx, &all).await
                }
                .boxed()
            })
            .await
    }

    /// One message.
    ///
    /// # Errors
    /// When there is none.
    pub async fn message(&self, request: &Request, id: MessageId) -> Result<MessageView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let message = found(tx, request, (Action::Read, *id)).await?;
                    view(tx, &message).await
                }
                .boxed()
            })
            .await
    }

    /// Some of a message's deliveries, by number; of one state, if given by its word.
    ///
    /// # Errors
    /// When there is no such message.
    pub async fn deliveries(
        &self,
        request: &Request,
        (id, state): (MessageId, Option<&str>),
        part: Part,
    ) -> Result<DeliveriesView, Error> {
        let state = state.map(column).transpose()?;
        let after = DeliveryId(part.from.unwrap_or_default());
        let input = (request.clone(), (id, state), (after, part.limit));
        self.store
            .read(input, |tx, (request, (id, state), part)| {
                async move {
                    let message = found(tx, request, (Action::Read, *id)).await?;
                    let shows = shows_addresses(tx, request, &message).await?;
                    let closed = closed(tx, &message).await?;
                    let some = tx.deliveries_of((*id, state.as_deref()), *part).await?;
                    let is_full = some.len() as u64 == part.1;
                    let next = some.last().filter(|_| is_full).map(|it| it.id.0);
                    let mut deliveries = Vec::with_capacity(some.len());
                    for delivery in &some {
                        let mut view = delivery_view(tx, delivery).await?;
                        if !shows {
                            view.recipient = masked(&view.recipient);
                        }
                        let until = closed.get(&delivery.audience);
                        if let (DeliveryState::Queued { .. }, Some(until)) =
                            (&delivery.state, until)
                        {
                            view.told = until.to_string();
                        }
                        deliveries.push(view);
                    }
                    let left_out = tx.left_out_of(*id, LEFT_OUT_MAX).await?;
                    Ok(DeliveriesView {
                        tally: tally_view(tx.tally_of(*id).await?),
                        deliveries,
                        left_out: left_out.iter().map(|it| left_out_view(it, shows)).collect(),
                        next,
                    })
                }
                .boxed()
            })
            .await
    }
}

/// A message that may be asked for something.
pub(in crate::app) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, MessageId),
) -> Result<Message, Error> {
    let missing = || {
        Error::not_found("message-not-found", "message", id)
            .hint("`tidegate message list PRODUCT` shows those that there are")
    };
    let message = tx.message(id).await?.ok_or_else(missing)?;
    let resource = Resource::product(product_of(&message.about)?.clone());
    request.permit(tx, (action, &resource), missing).await?;
    Ok(message)
}

/// A message as it is shown.
pub(super) async fn view(tx: &mut Tx, message: &Message) -> Result<MessageView, Error> {
    let known = Known::load(tx).await?;
    let occasions = occasions(tx, &message.about).await?;
    view_among(tx, (&known, &occasions), message).await
}

/// Several of them, some about the same release.
async fn views(tx: &mut Tx, all: &[Message]) -> Result<Vec<MessageView>, Error> {
    let known = Known::load(tx).await?;
    let mut around: BTreeMap<&About, Occasions> = BTreeMap::new();
    let mut views = Vec::with_capacity(all.len());
    for message in all {
        if !around.contains_key(&message.about) {
            let found = occasions(tx, &message.about).await?;
            around.insert(&message.about, found);
        }
        let occasions = &around[&message.about];
        views.push(view_among(tx, (&known, occasions), message).await?);
    }
    Ok(views)
}

async fn view_among(
    tx: &mut Tx,
    (known, occasions): (&Known, &Occasions),
    message: &Message,
) -> Result<MessageView, Error> {
    let bound = known.bound(tx, message).await?;
    let tally = tx.tally_of(message.id).await?;
    let facts = Facts {
        bound: bound.as_ref(),
        occasions,
        tally,
        embargo: step::embargo(tx, known, message).await?,
    };
    let decision = message.decide(facts, tx.now());
    let waits_for = decision.waiting_on.map(|it| it.to_string());
    let (product, version) = match &message.about {
        About::Release(product, version) => (product, Some(version.to_string())),
        About::Product(name) | About::Train(name) => (name, None),
    };
    let writing = &message.writing;
    let open = writing.open().unwrap_or_default();
    Ok(MessageView {
        id: message.id.0,
        product: product.to_string(),
        version,
        state: message.status.word().to_owned(),
        told: message.status.to_string(),
        waits_for,
        subject: writing.subject.clone(),
        body: writing.body.clone(),
        language: writing.language.to_string(),
        audiences: writing.audiences.iter().map(ToString::to_string).collect(),
        on: writing.on.to_string(),
        urgent: writing.urgent,
        open: open.iter().map(|it| it.word().to_owned()).collect(),
        template: message.begun.as_ref().map(|it| it.template.to_string()),
        writers: message
            .writers
            .iter()
            .map(|it| it.name.to_string())
            .collect(),
        at: message.at,
        base: text_hash(writing).to_string(),
        hash: bound.as_ref().ok().map(|it| it.hash().to_string()),
        unbound: bound.err().map(|why| why.to_string()),
        sanction: message.status.sanction().map(|it| MessageSanctionView {
            by: it.by.to_string(),
            at: it.at,
            hash: it.hash().to_string(),
        }),
        tally: tally_view(tally),
    })
}

/// A delivery as it is shown.
pub(super) async fn delivery_view(tx: &mut Tx, delivery: &Delivery) -> Result<DeliveryView, Error> {
    let channel: Option<Channel> = tx
        .document(Kind::Channel, delivery.channel.as_str())
        .await?;
    let key = match (&delivery.recipient, channel.map(|it| it.by)) {
        (Recipient::Mailbox(_), Some(Means::Mail(mail))) => delivery.key.mail_id(mail.from.host()),
        (Recipient::Endpoint(_), Some(Means::Webhook(_))) => delivery.key.webhook_id(),
        (Recipient::Mailbox(_) | Recipient::Endpoint(_) | Recipient::Account(_), _) => {
            delivery.key.urn()
        }
    };
    Ok(DeliveryView {
        id: delivery.id.0,
        message: delivery.message.0,
        channel: delivery.channel.to_string(),
        audience: delivery.audience.to_string(),
        recipient: delivery.recipient.to_string(),
        key,
        state: delivery.state.word().to_owned(),
        told: delivery.state.to_string(),
    })
}

/// Whether whoever asks may see where the recipients of a message are reached: those who write messages about that product.
pub(super) async fn shows_addresses(
    tx: &mut Tx,
    request: &Request,
    message: &Message,
) -> Result<bool, Error> {
    let product = product_of(&message.about)?;
    match request
        .permit_product(tx, Action::WriteMessage, product)
        .await
    {
        Ok(_) => Ok(true),
        Err(Error::Refused { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// `o…@acme.example`, for those who need not know the rest.
pub(super) fn masked(who: &str) -> String {
    match who.split_once('@') {
        Some((name, host)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}…@{host}")
        }
        None => who.to_owned(),
    }
}

/// The audiences of a message that are left alone now, and until when.
async fn closed(tx: &mut Tx, message: &Message) -> Result<BTreeMap<Name, Opens>, Error> {
    let is_sending = matches!(message.status, Status::Sending { .. });
    let mut closed = BTreeMap::new();
    for name in message.writing.audiences.iter().filter(|_| is_sending) {
        let audience: Option<Audience> = tx.document(Kind::Audience, name.as_str()).await?;
        let opens = audience.map_or(Opens::Now, |it| it.opens(&message.writing, tx.now()));
        if opens != Opens::Now {
            closed.insert(name.clone(), opens);
        }
    }
    Ok(closed)
}

/// What deliveries can be.
const STATES: [&str; 7] = [
    "queued",
    "attempting",
    "delivered",
    "refused",
    "gave-up",
    "unknown",
    "cancelled",
];

fn column(state: &str) -> Result<String, Error> {
    let state = state.trim().replace(' ', "-");
    match STATES.contains(&state.as_str()) {
        true => Ok(state),
        false => Err(Error::invalid(
            "state",
            format!("`{state}` is none of {}", STATES.join(", ")),
        )),
    }
}

pub(super) fn left_out_view(it: &LeftOut, shows: bool) -> LeftOutView {
    LeftOutView {
        audience: it.audience.to_string(),
        channel: it.channel.to_string(),
        who: match shows {
            true => it.who.clone(),
            false => masked(&it.who),
        },
        why: it.why.to_string(),
    }
}

pub(super) const fn tally_view(tally: Tally) -> TallyView {
    TallyView {
        pending: tally.pending,
        delivered: tally.delivered,
        refused: tally.refused,
        gave_up: tally.gave_up,
        unknown: tally.unknown,
        cancelled: tally.cancelled,
    }
}
