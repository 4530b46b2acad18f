//! Messages to people who have an account, on the pages.

use super::super::{App, Error, Request};
use super::wording::rendered_for;
use futures::FutureExt;
use tidegate_domain::{communication::Recipient, id::DeliveryId};
use tidegate_protocol::api::NoticeView;
use tidegate_store::Tx;

impl App {
    /// What whoever asks was told, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notices(&self, request: &Request, limit: u64) -> Result<Vec<NoticeView>, Error> {
        self.store
            .read((request.clone(), limit), |tx, (request, limit)| {
                notices(tx, request, *limit).boxed()
            })
            .await
    }
}

async fn notices(tx: &mut Tx, request: &Request, limit: u64) -> Result<Vec<NoticeView>, Error> {
    let to = Recipient::Account(request.actor.name.clone());
    let all = tx
        .delivered_to(&to, (DeliveryId(u64::MAX >> 1), limit))
        .await?;
    let mut views = Vec::with_capacity(all.len());
    for delivery in all {
        if let Some((message, at, rendered)) = rendered_for(tx, &delivery).await? {
            views.push(NoticeView {
                message: message.id.0,
                about: message.about.to_string(),
                at,
                subject: rendered.subject,
                text: rendered.plain,
                html: rendered.html,
            });
        }
    }
    Ok(views)
}
