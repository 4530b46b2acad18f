//! Secrets of channels: what webhooks are signed with, and the addresses of rooms. They come in, are wrapped, and are used.

use super::super::{App, Error, Request, field};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    communication::{Means, WebAddress, signature::SigningSecret},
    name::Name,
};
use tidegate_store::{KeyRow, Tx};

/// The longest value, in bytes.
const VALUE_MAX: usize = 4 * 1024;

/// What a secret of that name is kept as, among the server's own keys: so it is rotated and backed up with them.
fn key(name: &Name) -> String {
    format!("channel/{name}")
}

impl App {
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
