//! Secrets of products. Values come in, are wrapped, and go out to agents that need them; nothing else sees them.

use super::{App, Error, Kind, Request, field, releases};
use crate::keyring::KeyringError;
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{access::Action, id::SecretVersion, name::Name};
use tidegate_protocol::api::{RotationView, SecretView};
use tidegate_store::{Tx, WrappedSecret};

/// How many secrets are wrapped anew in one transaction.
const BATCH: u64 = 500;
/// The longest value, in bytes.
const VALUE_MAX: usize = 64 * 1024;

impl App {
    /// Keeps a new version of a secret.
    ///
    /// # Errors
    /// When the product does not exist, or the name or value is no good.
    pub async fn set_secret(
        &self,
        request: Request,
        product: &str,
        secret: (&str, &str),
    ) -> Result<SecretView, Error> {
        let product: Name = field("product", product)?;
        let (name, value) = secret;
        let name: Name = field("name", name)?;
        if value.is_empty() || value.len() > VALUE_MAX {
            return Err(Error::invalid(
                "value",
                format!("a secret has 1 to {VALUE_MAX} bytes"),
            ));
        }
        let wrapped = self
            .keyring
            .wrap(&context(&product, name.as_str()), value.as_bytes());
        let of = product.clone();
        let view = self
            .store
            .write(
                (request, product, name, wrapped),
                |tx, (request, product, name, wrapped)| {
                    async move {
                        request
                            .permit_product(tx, Action::SetSecret, product)
                            .await?;
                        releases::find_product(tx, product).await?;
                        let version = tx.record_secret(product, name.as_str(), wrapped).await?;
                        let subject = format!("secret/{product}/{name}");
                        request
                            .journal(
                                tx,
                                "secret.set",
                                &subject,
                                &serde_json::json!({ "version": version }),
                            )
                            .await?;
                        Ok::<_, Error>(SecretView {
                            name: name.to_string(),
                            version: version.0,
                        })
                    }
                    .boxed()
                },
            )
            .await?;
        self.settle_latecomers(&of).await?;
        Ok(view)
    }

    /// Makes a new key and wraps everything under it; `forget_old` takes the keys before it away then. Keys that were given
    /// at the start stay as they are, and everything is wrapped under the first.
    ///
    /// # Errors
    /// When the asker may not, or something cannot be opened any more: then no key goes.
    pub async fn rotate_secrets(
        &self,
        request: Request,
        forget_old: bool,
    ) -> Result<RotationView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let permit = request.permit_at_large(tx, Action::ManagePolicies).await;
                    permit.map(drop)
                }
                .boxed()
            })
            .await?;
        match self.keyring.add_key() {
            Ok(()) | Err(KeyringError::Given) => {}
            Err(why) => return Err(Error::Broken(chain(&why))),
        }
        let mut rewrapped = self.rewrap_keys().await?;
        rewrapped += self.rewrap_secrets().await?;
        if forget_old {
            let forgotten = self.keyring.forget_old();
            forgotten.map_err(|why| {
                Error::refused(Kind::Conflict, "keys-given", chain(&why))
                    .hint("take the old ones out of where they are given")
            })?;
        }
        let view = RotationView {
            rewrapped,
            keys: self.keyring.count() as u64,
        };
        let detail = serde_json::json!({ "rewrapped": rewrapped, "forgot_old": forget_old });
        self.store
            .write((request, detail), |tx, (request, detail)| {
                async move {
                    let subject = "secrets/keys";
                    let noted = request
                        .journal(tx, "secrets.rotated", subject, detail)
                        .await;
                    Ok::<_, Error>(noted?)
                }
                .boxed()
            })
            .await?;
        Ok(view)
    }

    /// The server's own keys.
    async fn rewrap_keys(&self) -> Result<u64, Error> {
        let (names, instructions) = self
            .store
            .read((), |tx, ()| {
                async move {
                    let mut keys = Vec::new();
                    for name in tx.key_names().await? {
                        keys.extend(tx.key(&name).await?);
                    }
                    Ok::<_, Error>((keys, tx.instruction_keys().await?))
                }
                .boxed()
            })
            .await?;
        let mut own = Vec::new();
        for key in names {
            let purpose = format!("key/{}", key.name);
            own.extend(self.anew(&purpose, &key.wrapped)?.map(|it| (key.name, it)));
        }
        let mut signing = Vec::new();
        for key in instructions {
            let purpose = super::instructions::PURPOSE;
            signing.extend(self.anew(purpose, &key.wrapped)?.map(|it| (key.number, it)));
        }
        let count = (own.len() + signing.len()) as u64;
        self.store
            .write((own, signing), |tx, (own, signing)| {
                async move {
                    for (name, wrapped) in own {
                        tx.record_key_rewrapped(name, wrapped).await?;
                    }
                    for (number, wrapped) in signing {
                        tx.record_instruction_key_rewrapped(*number, wrapped)
                            .await?;
                    }
                    Ok::<_, Error>(())
                }
                .boxed()
            })
            .await?;
        Ok(count)
    }

    async fn rewrap_secrets(&self) -> Result<u64, Error> {
        let mut count = 0;
        let mut after: Option<WrappedSecret> = None;
        loop {
            let some = self.store.read(after, |tx, after| {
                tx.secrets_behind(after.as_ref(), BATCH).boxed()
            });
            let some = some.await?;
            let Some(last) = some.last() else {
                return Ok(count);
            };
            after = Some(last.clone());
            let mut moved = Vec::new();
            for secret in some {
                let purpose = context(&secret.product, &secret.name);
                let wrapped = self.anew(&purpose, &secret.wrapped)?;
                moved.extend(wrapped.map(|wrapped| WrappedSecret { wrapped, ..secret }));
            }
            count += moved.len() as u64;
            self.store
                .write(moved, |tx, moved| {
                    async move {
                        for secret in moved {
                            tx.record_secret_rewrapped(secret).await?;
                        }
                        Ok::<_, Error>(())
                    }
                    .boxed()
                })
                .await?;
        }
    }

    /// The same value under the newest key, unless it is there already.
    fn anew(&self, purpose: &str, wrapped: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if self.keyring.unwrap(purpose, wrapped).is_none() {
            let detail = format!("{purpose} cannot be opened by any key that there is");
            return Err(Error::refused(Kind::Conflict, "key-missing", detail)
                .hint("put the key that it was wrapped under back into the key file"));
        }
        Ok(self.keyring.rewrap(purpose, wrapped))
    }

    /// The values, by `PRODUCT/NAME@VERSION`, of the references of a product, for an agent that is told to run them.
    pub(crate) async fn open_secrets(
        &self,
        tx: &mut Tx,
        product: &Name,
        references: &[(String, SecretVersion)],
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut values = BTreeMap::new();
        for (name, version) in references {
            let Some(wrapped) = tx.wrapped_secret(product, name, *version).await? else {
                continue;
            };
            let value = self.keyring.unwrap(&context(product, name), &wrapped);
            let value = value.and_then(|bytes| String::from_utf8(bytes).ok());
            let value = value.ok_or_else(|| {
                Error::Broken(format!("secret {product}/{name} cannot be opened"))
            })?;
            values.insert(format!("{product}/{name}@{version}"), value);
        }
        Ok(values)
    }
}

/// What a wrapped value is bound to, so that it cannot be passed off as another.
fn context(product: &Name, name: &str) -> String {
    format!("secret/{product}/{name}")
}

/// An error with its causes, on one line.
fn chain(why: &KeyringError) -> String {
    let source = std::error::Error::source(why);
    source.map_or_else(|| why.to_string(), |source| format!("{why}: {source}"))
}
