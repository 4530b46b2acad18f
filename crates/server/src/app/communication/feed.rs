//! The messages of a channel as an Atom feed, for programs that read by a key in the address, and for outsiders of a product.

use super::{
    super::{App, Error, Request, feed::KeyPurpose, field},
    declared::channel,
    values::product_of,
    wording::rendered_for,
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    catalog::{Kind, Organisation},
    communication::{
        Recipient, WebAddress,
        atom::{ENTRIES_MAX, Entry, Feed, atom},
    },
    id::DeliveryId,
    name::Name,
};
use tidegate_protocol::api::FeedView;
use tidegate_store::Tx;

/// How many deliveries are looked through for those that may be seen.
const LOOKED_MAX: u64 = 500;

impl App {
    /// Where programs read the feed of a channel on behalf of the asker.
    ///
    /// # Errors
    /// When there is no such channel, or the asker has no token.
    pub async fn feed_address(&self, request: &Request, name: &str) -> Result<FeedView, Error> {
        let name: Name = field("channel", name)?;
        let input = (request.clone(), name.clone());
        self.store
            .read(input, |tx, (request, name)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    channel(tx, name).await
                }
                .boxed()
            })
            .await?;
        let key = self.sealed_key(request, (KeyPurpose::Messages, name.as_str()))?;
        let path = format!("/api/v1/channels/{name}/feed.atom?key={key}");
        Ok(FeedView { path })
    }

    /// The feed of a channel, as far as whoever asks may see its messages.
    ///
    /// # Errors
    /// When there is no such channel.
    pub async fn channel_feed(&self, request: &Request, name: &str) -> Result<String, Error> {
        let name: Name = field("channel", name)?;
        let address = format!(
            "{}/api/v1/channels/{name}/feed.atom",
            self.identity.public_url
        );
        let public = self.identity.public_url.clone();
        let input = (request.clone(), name, (address, public));
        self.store
            .read(input, |tx, (request, name, addresses)| {
                feed(tx, request, name, addresses).boxed()
            })
            .await
    }
}

async fn feed(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
    (address, public): &(String, String),
) -> Result<String, Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    let channel = channel(tx, name).await?;
    let mut sight = request.sight(tx).await?;
    let to = Recipient::Endpoint(name.clone());
    let end = DeliveryId(u64::MAX >> 1);
    let mut entries = Vec::new();
    for delivery in tx.delivered_to(&to, (end, LOOKED_MAX)).await? {
        let Some((message, at, rendered)) = rendered_for(tx, &delivery).await? else {
            continue;
        };
        if sight.shows(product_of(&message.about)?) {
            entries.push(Entry {
                key: delivery.key,
                at,
                language: message.writing.language,
                rendered,
                link: format!("{public}/messages/{}", message.id).parse().ok(),
            });
        }
        if entries.len() == ENTRIES_MAX {
            break;
        }
    }
    entries.reverse();
    let address: WebAddress = field("address", address)?;
    let title = match channel.title.trim() {
        "" => name.as_str(),
        title => title,
    };
    let feed = Feed {
        title,
        author: &author(tx).await?,
        address: &address,
        at: tx.now(),
    };
    Ok(atom(feed, &entries))
}

/// Who writes: the organisation.
pub(super) async fn author(tx: &mut Tx) -> Result<String, Error> {
    let all: Vec<Organisation> = tx.documents(Kind::Organisation).await?;
    let named = all.into_iter().next().map(|it| match it.title.trim() {
        "" => it.name.to_string(),
        title => title.to_owned(),
    });
    Ok(named.unwrap_or_else(|| "Tidegate".to_owned()))
}
