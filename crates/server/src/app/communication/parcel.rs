//! What goes out for one delivery, put together in the transaction that keeps the attempt.

use super::{
    super::{App, Error},
    invite::Said,
    outbox::{mailbox, sanctioned},
    wording::{rendered, sent_at},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::{
    catalog::Kind,
    communication::{
        Audience, Delivery, Letter, LetterParts, Mail, Means, Rendered, WebAddress,
        delivery::Patience, message::Message, payload, signature::SigningSecret,
    },
    digest::Digest,
    id::{DeliveryId, MessageId},
    name::Name,
};
use tidegate_store::Tx;

/// What goes out for one delivery.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// Which delivery.
    pub(crate) id: DeliveryId,
    /// How long it is tried.
    pub(crate) patience: Patience,
    /// What is sent, and where to.
    pub(crate) content: Content,
}

/// What is sent, and where to.
#[derive(Debug)]
pub(crate) enum Content {
    /// A mail, by the server of that name.
    Mail(Name, Box<Letter>),
    /// A signed request.
    Webhook {
        /// Where to.
        url: WebAddress,
        /// `webhook-id`.
        id: String,
        /// What.
        body: String,
        /// What it is signed with.
        secrets: Vec<SigningSecret>,
    },
    /// A request that a room shows.
    Chat {
        /// Where to: whoever knows it may write there.
        url: WebAddress,
        /// What.
        body: String,
    },
}

/// Nothing can be sent, and why.
#[derive(Debug)]
pub(crate) struct Unsent(pub(crate) String);

/// What a message says to an audience, and when that may be told: the same for ten thousand mailboxes.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) rendered: Rendered,
    /// As it was declared when the message began to go out; none if it was taken away since.
    pub(super) audience: Option<Audience>,
}

/// A message, an audience, and the hash of what was sanctioned.
type Key = (MessageId, Name, Digest);

/// What messages say to audiences, once put together.
#[derive(Debug, Default)]
pub(crate) struct Renderings(Mutex<BTreeMap<Key, Arc<Told>>>);

/// How many of them are kept.
const KEPT_MAX: usize = 64;

impl Renderings {
    fn get(&self, key: &Key) -> Option<Arc<Told>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).cloned()
    }

    fn keep(&self, key: Key, told: Arc<Told>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(key, told);
    }
}

impl App {
    /// What goes out of a message to one recipient.
    pub(super) async fn pack(
        &self,
        tx: &mut Tx,
        message: &Message,
        delivery: &Delivery,
    ) -> Result<Result<Parcel, Unsent>, Error> {
        let channel = match sanctioned(tx, message, &delivery.channel).await? {
            Ok(channel) => channel,
            Err(why) => return Ok(Err(why)),
        };
        if let Some(why) = self.lacks(&channel.by) {
            return Ok(Err(Unsent(why)));
        }
        let told = self.told(tx, message, &delivery.audience).await?;
        let rendered = &told.rendered;
        let content = match &channel.by {
            Means::Mail(mail) => {
                self.letter(tx, (message, rendered), (mail, delivery))
                    .await?
            }
            Means::Webhook(webhook) => {
                let link = format!("{}/messages/{}", self.identity.public_url, message.id)
                    .parse()
                    .ok();
                let body = payload::webhook(message, rendered, link.as_ref(), sent_at(message));
                match self
                    .channel_secret(tx, &webhook.secret)
                    .await?
                    .map(|it| it.parse())
                {
                    Some(Ok(secret)) => Ok(Content::Webhook {
                        url: webhook.url.clone(),
                        id: delivery.key.webhook_id(),
                        body,
                        secrets: vec![secret],
                    }),
                    Some(Err(_)) | None => Err(no_secret(&webhook.secret, "a signing secret")),
                }
            }
            Means::Chat(chat) => {
                match self
                    .channel_secret(tx, &chat.secret)
                    .await?
                    .map(|it| it.parse())
                {
                    Some(Ok(url)) => Ok(Content::Chat {
                        url,
                        body: payload::chat(rendered),
                    }),
                    Some(Err(_)) | None => Err(no_secret(&chat.secret, "the room's address")),
                }
            }
            Means::Feed | Means::InApp => {
                Err(Unsent(format!("channel {} sends nothing", channel.name)))
            }
        };
        Ok(content.map(|content| Parcel {
            id: delivery.id,
            patience: channel.by.patience(),
            content,
        }))
    }

    /// What a message says to the audience of a delivery.
    pub(super) async fn told(
        &self,
        tx: &mut Tx,
        message: &Message,
        whose: &Name,
    ) -> Result<Arc<Told>, Error> {
        let sanctioned = message.status.sanction().map(|it| it.hash());
        let sanctioned = sanctioned.unwrap_or_else(|| Digest::of(b""));
        let key = (message.id, whose.clone(), sanctioned);
        if let Some(kept) = self.messenger.renderings.get(&key) {
            return Ok(kept);
        }
        let made = Arc::new(Told {
            rendered: rendered(tx, message, whose).await?,
            audience: tx.document(Kind::Audience, whose.as_str()).await?,
        });
        self.messenger.renderings.keep(key, made.clone());
        Ok(made)
    }

    async fn letter(
        &self,
        tx: &mut Tx,
        (message, rendered): (&Message, &Rendered),
        (mail, delivery): (&Mail, &Delivery),
    ) -> Result<Result<Content, Unsent>, Error> {
        let Some(to) = mailbox(delivery) else {
            return Ok(Err(Unsent("it is to no mailbox".to_owned())));
        };
        // Those who opted in can opt out by one click.
        let said = tx.opt_ins_of((&delivery.audience, to)).await?;
        let leave = match said.first() {
            Some(said) => Some(self.opt_in_link(tx, &Said::of(said)).await?),
            None => None,
        };
        let letter = Letter::of(
            mail,
            LetterParts {
                rendered,
                language: &message.writing.language,
                key: &delivery.key,
                to,
                leave: leave.as_ref(),
            },
        );
        Ok(Ok(Content::Mail(mail.server.clone(), Box::new(letter))))
    }
}

fn no_secret(name: &Name, what: &str) -> Unsent {
    Unsent(format!(
        "there is no secret `{name}` with {what}: `tidegate channel secret {name}` keeps one"
    ))
}
