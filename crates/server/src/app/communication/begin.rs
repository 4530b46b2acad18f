//! Beginning messages, from a template or blank, and writing them otherwise.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional, releases},
    declared,
    planned::{self, check_unwritten, over},
    shown::{found, view},
    values::product_of,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    canonical,
    catalog::Kind,
    communication::{
        Begun, MessageTemplate, Writing,
        message::{About, Event, Message, Status, Writer},
    },
    digest::Digest,
    id::MessageId,
    name::Name,
    planning::PlannedMessage,
};
use tidegate_protocol::api::{MessageRequest, MessageView, WritingRequest};
use tidegate_store::Tx;

/// The longest text that comes in, in bytes; what may be sent is shorter.
const TEXT_MAX: usize = 512 * 1024;

impl App {
    /// Begins a message.
    ///
    /// # Errors
    /// When there is no such release or template, or what comes of it makes no sense.
    pub async fn begin_message(
        &self,
        request: Request,
        wanted: &MessageRequest,
    ) -> Result<MessageView, Error> {
        let product: Name = field("product", &wanted.product)?;
        let version = wanted.version.as_deref().filter(|it| !it.trim().is_empty());
        let about = match optional("version", version)? {
            Some(version) => About::Release(product, version),
            None => About::Product(product),
        };
        let named: (Option<Name>, Option<Name>) = (
            optional("template", wanted.template.as_deref())?,
            optional("planned", wanted.planned.as_deref())?,
        );
        let input = (request.clone(), about.clone(), named);
        let (template, planned) = self
            .store
            .read(input, |tx, (request, about, named)| {
                beginning(tx, request, about, named).boxed()
            })
            .await?;
        let mut writing = match &template {
            None => Writing::default(),
            Some(template) => {
                // Values are those of whom it is for, and of what it waits for.
                let mut meant = Writing::default();
                meant.audiences.clone_from(&template.audiences);
                meant.on.clone_from(&template.on);
                planned.iter().for_each(|it| over(&mut meant, it));
                apply(&mut meant, &wanted.writing)?;
                let whom = (meant.audiences.as_slice(), &meant.on);
                let values = self.values(&request, &about, (template, whom)).await?;
                template.begin(&values).map_err(|why| {
                    let detail = format!("message template `{}`: {why}", template.name);
                    Error::refused(Refusal::BadRequest, "template-unusable", detail)
                })?
            }
        };
        planned.iter().for_each(|it| over(&mut writing, it));
        apply(&mut writing, &wanted.writing)?;
        let begun = template.map(|it| it.begun(planned.map(|it| it.name)));
        let input = (request, (about, writing, begun));
        let view = self
            .store
            .write(input, |tx, (request, of)| keep(tx, request, of).boxed())
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Writes a message otherwise. What was sanctioned before is so no longer.
    ///
    /// # Errors
    /// When somebody else changed it since, or it goes out already.
    pub async fn edit_message(
        &self,
        request: Request,
        id: MessageId,
        wanted: &WritingRequest,
    ) -> Result<MessageView, Error> {
        let base: Option<Digest> = optional("base", wanted.base.as_deref())?;
        let input = (request, id, wanted.clone(), base);
        let view = self
            .store
            .write(input, |tx, (request, id, wanted, base)| {
                edit(tx, request, *id, (wanted, base.as_ref())).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// The templates that are good for a product: name and title of each.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn message_templates(
        &self,
        request: &Request,
        product: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        let product: Name = field("product", product)?;
        self.store
            .read((request.clone(), product), |tx, (request, product)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let all: Vec<MessageTemplate> = tx.documents(Kind::MessageTemplate).await?;
                    let good = all.into_iter().filter(|it| it.is_good_for(product));
                    Ok(good.map(|it| (it.name.to_string(), it.title)).collect())
                }
                .boxed()
            })
            .await
    }
}

/// What a message begins with: the template of that name, or of the message of that name in the release's plan, and that message.
async fn beginning(
    tx: &mut Tx,
    request: &Request,
    about: &About,
    (template, planned): &(Option<Name>, Option<Name>),
) -> Result<(Option<MessageTemplate>, Option<PlannedMessage>), Error> {
    let product = product_of(about)?;
    request
        .permit_product(tx, Action::WriteMessage, product)
        .await?;
    let planned = match planned {
        Some(name) => Some(planned::find(tx, about, name).await?),
        None => None,
    };
    let name = template.as_ref();
    let Some(name) = name.or_else(|| planned.as_ref().map(|it| &it.template)) else {
        return Ok((None, planned));
    };
    let found: Option<MessageTemplate> = tx.document(Kind::MessageTemplate, name.as_str()).await?;
    let found = found.filter(|it| it.is_good_for(product));
    let found = found.ok_or_else(|| {
        Error::not_found("template-not-found", "message template", name)
            .hint("declare it (`kind: MessageTemplate`) by `tidegate apply`")
    })?;
    Ok((Some(found), planned))
}

/// Keeps a new message as a draft.
async fn keep(
    tx: &mut Tx,
    request: &Request,
    (about, writing, begun): &(About, Writing, Option<Begun>),
) -> Result<MessageView, Error> {
    let product = product_of(about)?;
    request
        .permit_product(tx, Action::WriteMessage, product)
        .await?;
    exists(tx, about).await?;
    let planned = begun.as_ref().and_then(|it| it.planned.as_ref());
    check_unwritten(tx, about, planned).await?;
    check_audiences(tx, &writing.audiences).await?;
    let message = Message {
        id: tx.next_message().await?,
        about: about.clone(),
        writing: writing.clone(),
        begun: begun.clone(),
        writers: vec![writer(tx, request).await?],
        at: tx.now(),
        status: Status::Draft { note: None },
        out: None,
    };
    tx.record_message(&message).await?;
    let detail = json!({
        "about": message.about.to_string(), "subject": message.writing.subject,
        "template": message.begun.as_ref().map(|it| &it.template), "planned": planned,
    });
    let subject = subject(message.id);
    request
        .journal(tx, "message.begun", &subject, &detail)
        .await?;
    view(tx, &message).await
}

/// Keeps a new message that is written already, as a draft.
pub(in crate::app) async fn draft(
    tx: &mut Tx,
    request: &Request,
    (about, writing): (About, Writing),
) -> Result<MessageId, Error> {
    let kept = keep(tx, request, &(about, writing, None)).await?;
    Ok(MessageId(kept.id))
}

async fn edit(
    tx: &mut Tx,
    request: &Request,
    id: MessageId,
    (wanted, base): (&WritingRequest, Option<&Digest>),
) -> Result<MessageView, Error> {
    let mut message = found(tx, request, (Action::WriteMessage, id)).await?;
    if base.is_some_and(|base| *base != text_hash(&message.writing)) {
        let detail = format!("somebody changed message {id} since you read it");
        return Err(Error::refused(Refusal::Conflict, "message-changed", detail)
            .hint("read it again, and put both changes together"));
    }
    let mut writing = message.writing.clone();
    apply(&mut writing, wanted)?;
    if writing == message.writing {
        return view(tx, &message).await;
    }
    check_audiences(tx, &writing.audiences).await?;
    let event = Event::Edited {
        by: writer(tx, request).await?,
        writing: Box::new(writing),
    };
    happen(tx, request, (&mut message, &event)).await?;
    view(tx, &message).await
}

/// Something happens to a message, by a person.
///
/// # Errors
/// When it cannot happen now.
pub(super) async fn happen(
    tx: &mut Tx,
    request: &Request,
    (message, event): (&mut Message, &Event),
) -> Result<(), Error> {
    message.apply(event, tx.now()).map_err(|why| {
        let detail = format!("message {}: {why}", message.id);
        Error::refused(Refusal::Conflict, "message-state", detail).hint(format!(
            "`tidegate message show {}` says how far it is",
            message.id
        ))
    })?;
    tx.record_message(message).await?;
    let detail = detail(event);
    Ok(request
        .journal(tx, event.word(), &subject(message.id), &detail)
        .await?)
}

/// What the journal keeps of an event: who and why, and hashes in the place of texts.
pub(super) fn detail(event: &Event) -> serde_json::Value {
    match event {
        Event::Edited { by, writing } => json!({
            "by": by.name, "text": text_hash(writing), "audiences": writing.audiences, "on": writing.on,
            "urgent": writing.urgent,
        }),
        Event::Sanctioned { sanction } => json!({
            "by": sanction.by, "hash": sanction.hash(), "bound": sanction.bound,
        }),
        Event::Submitted { by } | Event::Released { by } | Event::Resumed { by } => {
            json!({ "by": by })
        }
        Event::SentBack { by, note } => json!({ "by": by, "note": note }),
        Event::Voided { voided } => json!(voided),
        Event::Settled { tally } => json!(tally),
        Event::Cancelled { by, reason } => json!({ "by": by, "reason": reason }),
        Event::SendingBegan { filled } => json!({ "filled": filled }),
        Event::CameDue => json!({}),
    }
}

/// Takes over what is wanted otherwise.
fn apply(writing: &mut Writing, wanted: &WritingRequest) -> Result<(), Error> {
    for (name, text) in [("subject", &wanted.subject), ("body", &wanted.body)] {
        if text.as_ref().is_some_and(|it| it.len() > TEXT_MAX) {
            return Err(Error::invalid(name, "it is longer than 512 KiB"));
        }
    }
    if let Some(subject) = &wanted.subject {
        subject.trim().clone_into(&mut writing.subject);
    }
    if let Some(body) = &wanted.body {
        writing.body = body.replace("\r\n", "\n");
    }
    if let Some(language) = &wanted.language {
        writing.language = field("language", language)?;
    }
    if let Some(audiences) = &wanted.audiences {
        let named = audiences.iter().filter(|it| !it.trim().is_empty());
        let named = named.map(|it| field("audiences", it.trim()));
        writing.audiences = named.collect::<Result<_, _>>()?;
    }
    if let Some(on) = &wanted.on {
        writing.on = field("on", on)?;
    }
    writing.urgent = wanted.urgent.unwrap_or(writing.urgent);
    Ok(())
}

/// The hash of what is written, by which two writers notice each other.
pub(super) fn text_hash(writing: &Writing) -> Digest {
    canonical::hash(writing)
}

/// Whoever asks, as a writer.
pub(super) async fn writer(tx: &mut Tx, request: &Request) -> Result<Writer, Error> {
    Ok(Writer {
        name: request.actor.name.clone(),
        human: request.human(tx).await?,
    })
}

pub(super) fn subject(id: MessageId) -> String {
    format!("message/{id}")
}

async fn check_audiences(tx: &mut Tx, named: &[Name]) -> Result<(), Error> {
    for name in named {
        declared::audience(tx, name).await?;
    }
    Ok(())
}

async fn exists(tx: &mut Tx, about: &About) -> Result<(), Error> {
    match about {
        About::Release(product, version) => releases::find(tx, product, version).await.map(drop),
        About::Product(product) => releases::find_product(tx, product).await.map(drop),
        About::Train(_) => product_of(about).map(drop),
    }
}
