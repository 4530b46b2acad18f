//! Channels, and their secrets: what webhooks are signed with, and the addresses of rooms. Those come in, are wrapped, and are used.

use super::{
    super::{App, Error, Request, field},
    declared::Known,
};
use futures::FutureExt;
use serde_json::json;
use std::sync::Arc;
use tidegate_domain::{
    access::Action,
    communication::{Channel, Means, WebAddress, signature::SigningSecret},
    name::Name,
};
use tidegate_protocol::api::ChannelView;
use tidegate_store::{KeyRow, Tx};

/// The longest value, in bytes.
const VALUE_MAX: usize = 4 * 1024;

/// What a secret of that name is kept as, among the server's own keys: so it is rotated and backed up with them.
fn key(name: &Name) -> String {
    format!("channel/{name}")
}

impl App {
    /// Every channel, with what it lacks before anything goes out by it.
    ///
    /// # Errors
    /// When the asker may not read what all teams share.
    pub async fn channels(self: &Arc<Self>, request: &Request) -> Result<Vec<ChannelView>, Error> {
        self.store
            .read((self.clone(), request.clone()), |tx, (app, request)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let known = Known::load(tx).await?;
                    let mut views = Vec::with_capacity(known.channels.len());
                    for channel in known.channels.values() {
                        views.push(app.channel_view(tx, (channel, &known)).await?);
                    }
                    Ok(views)
                }
                .boxed()
            })
            .await
    }

    async fn channel_view(
        &self,
        tx: &mut Tx,
        (channel, known): (&Channel, &Known),
    ) -> Result<ChannelView, Error> {
        let secret = match &channel.by {
            Means::Webhook(webhook) => Some(&webhook.secret),
            Means::Chat(chat) => Some(&chat.secret),
            Means::Mail(_) | Means::Feed | Means::InApp => None,
        };
        let is_set = match secret {
            Some(name) => tx.key(&key(name)).await?.is_some(),
            None => false,
        };
        let unset = secret.filter(|_| !is_set);
        let unset = unset.map(|name| format!("its secret `{name}` is not set yet"));
        let own = known.audiences.values();
        let own = own.filter(|it| it.channels.contains(&channel.name));
        Ok(ChannelView {
            name: channel.name.to_string(),
            title: channel.title.trim().to_owned(),
            kind: channel.by.word().to_owned(),
            reaches: reaches(&channel.by),
            secret: secret.map(ToString::to_string),
            secret_is_set: is_set,
            lacks: self.lacks(&channel.by).or(unset),
            audiences: own.map(|it| it.name.to_string()).collect(),
        })
    }

    /// Keeps a secret that channels name, in place of the one before.
    ///
    /// # Errors
    /// When it is neither a signing secret nor an address.
    pub async fn set_channel_secret(
        &self,
        request: Request,
        name: &str,
        value: &str,
    ) -> Result<(), Error> {
        let name: Name = field("name", name)?;
        let value = value.trim();
        let is_good = value.parse::<SigningSecret>().is_ok() || value.parse::<WebAddress>().is_ok();
        if value.len() > VALUE_MAX || !is_good {
            let why = "write whsec_ and 24 to 64 bytes in base64 behind it, or for a chat its address, `https://…`";
            return Err(Error::invalid("value", why));
        }
        let wrapped = self
            .keyring
            .wrap(&format!("key/{}", key(&name)), value.as_bytes());
        self.store
            .write((request, name, wrapped), |tx, (request, name, wrapped)| {
                async move {
                    request.permit_at_large(tx, Action::SetSecret).await?;
                    tx.read_key_changes().await?;
                    let row = KeyRow {
                        name: key(name),
                        public: String::new(),
                        wrapped: wrapped.clone(),
                    };
                    tx.record_key(&row).await?;
                    tx.record_key_rewrapped(&row.name, wrapped).await?;
                    let subject = format!("channel-secret/{name}");
                    Ok::<_, Error>(
                        request
                            .journal(tx, "channel.secret-set", &subject, &json!({}))
                            .await?,
                    )
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// The value of a secret that a channel names.
    pub(in crate::app) async fn channel_secret(
        &self,
        tx: &mut Tx,
        name: &Name,
    ) -> Result<Option<String>, Error> {
        let Some(row) = tx.key(&key(name)).await? else {
            return Ok(None);
        };
        let value = self
            .keyring
            .unwrap(&format!("key/{}", row.name), &row.wrapped);
        Ok(value.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// What is missing before anything goes out by these means, in words.
    pub(super) fn lacks(&self, means: &Means) -> Option<String> {
        match means {
            Means::Mail(mail) if !self.messenger.has_server(&mail.server) => Some(format!(
                "no mail server `{}` is known: name it in the file of `--mail-servers`",
                mail.server
            )),
            Means::Mail(_) | Means::Webhook(_) | Means::Chat(_) | Means::Feed | Means::InApp => {
                None
            }
        }
    }
}

/// Where it leads, as far as everybody may know: what is behind the host of an address may be a secret.
fn reaches(means: &Means) -> String {
    match means {
        Means::Mail(mail) => format!("from {} by mail server {}", mail.from.as_str(), mail.server),
        Means::Webhook(webhook) => host(webhook.url.as_str()),
        Means::Chat(_) | Means::Feed | Means::InApp => String::new(),
    }
}

fn host(address: &str) -> String {
    let mut parts = address.splitn(4, '/');
    let (scheme, host) = (parts.next(), parts.nth(1));
    let (scheme, host) = (scheme.unwrap_or_default(), host.unwrap_or_default());
    format!("{scheme}//{host}")
}
