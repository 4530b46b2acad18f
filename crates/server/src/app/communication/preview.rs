//! What an audience would get, and who would get it.

use super::{
    super::{App, Error, Request, optional},
    declared::{Known, audience},
    occasions::occasions,
    recipients::recipients,
    shown::{LEFT_OUT_MAX, found, left_out_view, masked, shows_addresses},
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    communication::{Addressed, Filling, Recipients},
    id::MessageId,
    name::Name,
};
use tidegate_protocol::api::{AddressedView, LeftOutView, MessagePreviewView};
use tidegate_store::Tx;

impl App {
    /// A message as one of its audiences would get it, or each of them.
    ///
    /// # Errors
    /// When there is no such message or audience.
    pub async fn preview_message(
        &self,
        request: &Request,
        id: MessageId,
        only: Option<&str>,
    ) -> Result<Vec<MessagePreviewView>, Error> {
        let only: Option<Name> = optional("audience", only)?;
        self.store
            .read((request.clone(), id, only), |tx, (request, id, only)| {
                previews(tx, request, *id, only.as_ref()).boxed()
            })
            .await
    }
}

async fn previews(
    tx: &mut Tx,
    request: &Request,
    id: MessageId,
    only: Option<&Name>,
) -> Result<Vec<MessagePreviewView>, Error> {
    let message = found(tx, request, (Action::Read, id)).await?;
    let names: Vec<Name> = match only {
        Some(name) => {
            audience(tx, name).await?;
            vec![name.clone()]
        }
        None => message.writing.audiences.clone(),
    };
    let shows = shows_addresses(tx, request, &message).await?;
    let known = Known::load(tx).await?;
    let all = known.audiences_of(&message);
    let whom = recipients(tx, &known, &all).await?;
    let occasions = occasions(tx, &message.about).await?;
    let mut views = Vec::with_capacity(names.len());
    for name in names {
        let Some(audience) = known.audiences.get(&name) else {
            continue;
        };
        let filling = Filling::of(&message.writing.on, &occasions, &audience.time_zone);
        let rendered = message.writing.rendered(&filling);
        let (count, addressed, left_out) = reached(&whom, &name, shows);
        views.push(MessagePreviewView {
            audience: name.to_string(),
            subject: rendered.subject,
            text: rendered.plain,
            html: rendered.html,
            opens: audience.opens(&message.writing, tx.now()).to_string(),
            recipients: count,
            addressed,
            left_out,
        });
    }
    Ok(views)
}

/// Whom an audience reaches and whom it does not: how many, and some of them.
pub(super) fn reached(
    whom: &Recipients,
    audience: &Name,
    shows: bool,
) -> (u64, Vec<AddressedView>, Vec<LeftOutView>) {
    let own = whom.addressed.iter().filter(|it| it.audience == *audience);
    let count = own.clone().count() as u64;
    let most = usize::try_from(LEFT_OUT_MAX).unwrap_or(usize::MAX);
    let view = |it: &Addressed| AddressedView {
        channel: it.channel.to_string(),
        recipient: match shows {
            true => it.recipient.to_string(),
            false => masked(&it.recipient.to_string()),
        },
    };
    let left_out = whom.left_out.iter().filter(|it| it.audience == *audience);
    (
        count,
        own.take(most).map(view).collect(),
        left_out
            .take(most)
            .map(|it| left_out_view(it, shows))
            .collect(),
    )
}
