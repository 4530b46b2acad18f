//! Secrets of products. Values come in, are wrapped, and go out to agents that need them; nothing else sees them.

use super::{App, Error, Kind, Request, field, releases};
use crate::keyring::{KeyId, Keyring, KeyringError, random};
use futures::FutureExt;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use tidegate_domain::{access::Action, id::SecretVersion, name::Name};
use tidegate_protocol::api::{RotationView, SecretView};
use tidegate_store::{Tx, WrappedSecret};

/// How many secrets are wrapped anew in one transaction.
const BATCH: u64 = 500;
/// One server rotates alone, and no longer than this.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
const LEASE_NAME: &str = "secrets";
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
        let value = value.as_bytes().to_vec();
        let of = product.clone();
        let view = self
            .store
            .write(
                (request, (product, name), value, self.keyring.clone()),
                |tx, (request, (product, name), value, keyring)| {
                    async move {
                        request
                            .permit_product(tx, Action::SetSecret, product)
                            .await?;
                        releases::find_product(tx, product).await?;
                        tx.read_key_changes().await?;
                        let wrapped = keyring.wrap(&context(product, name.as_str()), value);
                        let version = tx.record_secret(product, name.as_str(), &wrapped).await?;
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

    /// Makes a new key and wraps everything under it; or, to `forget_old`, wraps what is not under the newest yet and takes the
    /// keys before that away. Keys that were given at the start stay as they are, and everything is wrapped under the first.
    ///
    /// # Errors
    /// When the asker may not, another server does it at this moment, or something cannot be opened any more: then no key goes.
    pub async fn rotate_secrets(
        &self,
        request: Request,
        forget_old: bool,
    ) -> Result<RotationView, Error> {
        let holder = format!("{}/{}", request.id, hex::encode(random::<4>()));
        self.store
            .write(
                (request.clone(), holder.clone()),
                |tx, (request, holder)| begin_rotation(tx, request, holder).boxed(),
            )
            .await?;
        let rotated = self.rotate(request, forget_old).await;
        let ended = self.store.write(holder, |tx, holder| {
            async move { Ok::<_, Error>(tx.end_lease(LEASE_NAME, holder).await?) }.boxed()
        });
        ended.await?;
        rotated
    }

    async fn rotate(&self, request: Request, forget_old: bool) -> Result<RotationView, Error> {
        if !forget_old {
            match self.keyring.add_key() {
                Ok(()) | Err(KeyringError::Given) => {}
                Err(why) => return Err(Error::Broken(chain(&why))),
            }
        }
        let newest = self.keyring.newest();
        let mut rewrapped = self.rewrap_keys().await?;
        rewrapped += self.rewrap_secrets().await?;
        let input = (
            request,
            self.keyring.clone(),
            (newest, rewrapped, forget_old),
        );
        self.store
            .write(input, |tx, (request, keyring, outcome)| {
                end_rotation(tx, request, keyring, *outcome).boxed()
            })
            .await?;
        if forget_old {
            let forgotten = self.keyring.forget_older_than(newest);
            forgotten.map_err(|why| {
                Error::refused(Kind::Conflict, "keys-given", chain(&why))
                    .hint("take the old ones out of where they are given")
            })?;
        }
        Ok(RotationView {
            rewrapped,
            keys: self.keyring.count() as u64,
        })
    }

    /// The server's own keys.
    async fn rewrap_keys(&self) -> Result<u64, Error> {
        let kept = self.store.read((), |tx, ()| keys(tx).boxed()).await?;
        let mut moved = Vec::new();
        for key in kept {
            let wrapped = anew(&self.keyring, &key.purpose, &key.wrapped)?;
            moved.extend(wrapped.map(|wrapped| KeptKey { wrapped, ..key }));
        }
        let count = moved.len() as u64;
        self.store
            .write(moved, |tx, moved| {
                async move {
                    for key in moved {
                        match &key.name {
                            Named::Own(name) => tx.record_key_rewrapped(name, &key.wrapped).await?,
                            Named::Instruction(number) => {
                                tx.record_instruction_key_rewrapped(*number, &key.wrapped)
                                    .await?;
                            }
                        }
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
                let wrapped = anew(&self.keyring, &purpose, &secret.wrapped)?;
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
            let Some(value) = value.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                // Whatever needs it waits and says so; all else on that target goes on.
                tracing::error!(%product, name, %version, "secrets.not_opened");
                continue;
            };
            values.insert(format!("{product}/{name}@{version}"), value);
        }
        Ok(values)
    }
}

/// One of the server's own keys, as it is kept.
struct KeptKey {
    name: Named,
    purpose: String,
    wrapped: Vec<u8>,
}

enum Named {
    Own(String),
    Instruction(u64),
}

async fn keys(tx: &mut Tx) -> Result<Vec<KeptKey>, Error> {
    let mut kept = Vec::new();
    for name in tx.key_names().await? {
        kept.extend(tx.key(&name).await?.map(|key| KeptKey {
            purpose: format!("key/{}", key.name),
            name: Named::Own(key.name),
            wrapped: key.wrapped,
        }));
    }
    let signing = tx.instruction_keys().await?.into_iter();
    kept.extend(signing.map(|key| KeptKey {
        name: Named::Instruction(key.number),
        purpose: super::instructions::PURPOSE.to_owned(),
        wrapped: key.wrapped,
    }));
    Ok(kept)
}

/// One rotation at a time, on whatever server.
async fn begin_rotation(tx: &mut Tx, request: &Request, holder: &str) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ManagePolicies).await?;
    if tx.take_lease(LEASE_NAME, holder, LEASE).await?.is_some() {
        return Ok(());
    }
    let detail = "somebody rotates the keys at this moment";
    Err(Error::refused(Kind::Conflict, "keys-rotating", detail).hint("ask again once that is done"))
}

/// Notes what was done. Before keys go, all that is kept must be under the newest: whoever seals something at this moment
/// reads what is changed here, so that one of the two begins anew.
async fn end_rotation(
    tx: &mut Tx,
    request: &Request,
    keyring: &Keyring,
    (newest, rewrapped, forget_old): (KeyId, u64, bool),
) -> Result<(), Error> {
    if forget_old {
        tx.record_key_change().await?;
        for key in keys(tx).await? {
            if !Keyring::is_under(newest, &key.wrapped) {
                return Err(late(&key.purpose));
            }
        }
        let mut after = None;
        loop {
            let some = tx.secrets_behind(after.as_ref(), BATCH).await?;
            let Some(last) = some.last().cloned() else {
                break;
            };
            for secret in &some {
                let purpose = context(&secret.product, &secret.name);
                let is_late = !Keyring::is_under(newest, &secret.wrapped);
                if let (true, Some(wrapped)) = (is_late, anew(keyring, &purpose, &secret.wrapped)?)
                {
                    let secret = WrappedSecret {
                        wrapped,
                        ..secret.clone()
                    };
                    tx.record_secret_rewrapped(&secret).await?;
                }
            }
            after = Some(last);
        }
    }
    let detail = serde_json::json!({ "rewrapped": rewrapped, "forgot_old": forget_old });
    let noted = request.journal(tx, "secrets.rotated", "secrets/keys", &detail);
    Ok(noted.await?)
}

fn late(what: &str) -> Error {
    let detail = format!("{what} was sealed under an older key a moment ago");
    Error::refused(Kind::Conflict, "keys-in-use", detail).hint("ask again")
}

/// The same value under the newest key, unless it is there already.
fn anew(keyring: &Keyring, purpose: &str, wrapped: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    if keyring.unwrap(purpose, wrapped).is_none() {
        let detail = format!("{purpose} cannot be opened by any key that there is");
        return Err(Error::refused(Kind::Conflict, "key-missing", detail)
            .hint("put the key that it was wrapped under back into the key file"));
    }
    Ok(keyring.rewrap(purpose, wrapped))
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
