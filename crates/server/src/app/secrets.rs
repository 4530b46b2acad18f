//! Secrets of products. Values come in, are wrapped, and go out to agents that need them; nothing else sees them.

use super::{App, Error, Request, field, releases};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{access::Action, id::SecretVersion, name::Name};
use tidegate_protocol::api::SecretView;
use tidegate_store::Tx;

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
