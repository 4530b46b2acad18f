//! Recipients that bounced: kept, told, and confirmed by people.

use super::super::{App, Error, Kind as Refusal, Request, field};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    communication::{Bounce, Recipient},
    digest::Digest,
    name::Name,
};
use tidegate_protocol::api::{BounceRequest, BounceView};

/// The longest reply that is kept, in characters.
const REPLY_MAX: usize = 300;

impl App {
    /// All recipients that bounced, the last first.
    ///
    /// # Errors
    /// When the asker may not read about people.
    pub async fn bounces(&self, request: &Request) -> Result<Vec<BounceView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::Read).await?;
                    let view = |it: Bounce| BounceView {
                        recipient: it.recipient.to_string(),
                        at: it.at,
                        reply: it.reply,
                    };
                    Ok(tx.bounces().await?.into_iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }

    /// Keeps that something came back later, as a mail to whom it was from: nothing is sent there until somebody confirms it.
    ///
    /// # Errors
    /// When it is no recipient.
    pub async fn report_bounce(
        &self,
        request: Request,
        wanted: &BounceRequest,
    ) -> Result<(), Error> {
        let recipient = recipient(&wanted.recipient)?;
        let reply: String = wanted.reply.trim().chars().take(REPLY_MAX).collect();
        self.store
            .write(
                (request, recipient, reply),
                |tx, (request, recipient, reply)| {
                    async move {
                        request.permit_at_large(tx, Action::Invite).await?;
                        let bounce = Bounce {
                            recipient: recipient.clone(),
                            at: tx.now(),
                            reply: reply.clone(),
                        };
                        tx.record_bounce(&bounce).await?;
                        let detail = json!({ "reply": reply });
                        let subject = subject(recipient);
                        Ok::<_, Error>(
                            request
                                .journal(tx, "recipient.bounced", &subject, &detail)
                                .await?,
                        )
                    }
                    .boxed()
                },
            )
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// Somebody looked, and the recipient is good.
    ///
    /// # Errors
    /// When it had not bounced.
    pub async fn confirm_recipient(
        &self,
        request: Request,
        wanted: &BounceRequest,
    ) -> Result<(), Error> {
        let recipient = recipient(&wanted.recipient)?;
        self.store
            .write((request, recipient), |tx, (request, recipient)| {
                async move {
                    request.permit_at_large(tx, Action::Invite).await?;
                    if !tx.record_bounce_confirmed(recipient).await? {
                        let detail = format!("{recipient} has not bounced");
                        return Err(Error::refused(
                            Refusal::NotFound,
                            "bounce-not-found",
                            detail,
                        ));
                    }
                    let subject = subject(recipient);
                    Ok(request
                        .journal(tx, "recipient.confirmed", &subject, &json!({}))
                        .await?)
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

/// A mailbox, or the endpoint of a channel by its name.
fn recipient(text: &str) -> Result<Recipient, Error> {
    let text = text.trim();
    let text = text.strip_prefix("channel ").unwrap_or(text);
    match text.contains('@') {
        true => field("recipient", text).map(Recipient::Mailbox),
        false => field::<Name>("recipient", text).map(Recipient::Endpoint),
    }
}

/// As the journal names it: the journal is for ever, and an address is somebody's own.
pub(super) fn subject(recipient: &Recipient) -> String {
    let digest = Digest::of(recipient.to_string().as_bytes()).hex();
    format!("recipient/{}", &digest[..16])
}
