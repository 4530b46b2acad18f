//! What suppliers tell themselves by signed requests. One that is sent again changes nothing, and one that is not theirs learns nothing.

use super::{
    super::{App, Error, Kind as Refusal},
    observed::{keep, known},
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    catalog::Kind,
    communication::signature::{SignedHeaders, SigningSecret, verify},
    name::Name,
    supplier::{
        Supplier, Told,
        probe::{Means, WebhookProbe},
    },
};
use tidegate_protocol::api::SupplierToldView;
use tidegate_store::Tx;

/// So long a request is remembered; by then its own time gives a repeat away.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

impl App {
    /// Takes what a supplier says that it deployed.
    ///
    /// # Errors
    /// When the request is not signed with the secret of that component, or says nothing.
    pub async fn hear_supplier(
        self: &Arc<Self>,
        name: &str,
        headers: SignedHeaders,
        body: Vec<u8>,
    ) -> Result<SupplierToldView, Error> {
        let name: Name = name.parse().map_err(|_| untrusted())?;
        let input = (self.clone(), name, headers, body);
        let told = self
            .store
            .write(input, |tx, (app, name, headers, body)| {
                hear(tx, app, name, (headers, body)).boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(SupplierToldView { told })
    }
}

async fn hear(
    tx: &mut Tx,
    app: &App,
    name: &Name,
    (headers, body): (&SignedHeaders, &[u8]),
) -> Result<String, Error> {
    // Nothing in the body is believed before its signature was looked at; which secret counts it may say.
    let told = Told::read(body);
    let supplier: Option<Supplier> = tx.document(Kind::Supplier, name.as_str()).await?;
    let all = supplier.as_ref().map(webhooks).unwrap_or_default();
    let secrets = secrets(tx, app, all.iter().map(|(_, it)| &it.secret)).await?;
    verify(headers, body, &secrets, tx.now()).map_err(|_| untrusted())?;
    let told = told.map_err(|why| Error::invalid("body", why))?;
    let place = (
        name.clone(),
        told.component.clone(),
        told.environment.clone(),
    );
    let own = all.iter().find(|(it, _)| *it == place);
    let (_, probe) = own.ok_or_else(untrusted)?;
    // Another component's secret is none of this one's.
    let secret = self::secrets(tx, app, [&probe.secret]).await?;
    verify(headers, body, &secret, tx.now()).map_err(|_| untrusted())?;
    let since = tx.now() - REMEMBERED;
    if !tx
        .record_supplier_request((name, &headers.id), since)
        .await?
    {
        return Ok("it was taken before".to_owned());
    }
    let watch = known(tx, &place).await?;
    let (watch, signs) = watch.told(&told, tx.now());
    let is_news = keep(tx, &place, (&watch, &signs)).await?;
    Ok(match is_news {
        true => "it is kept".to_owned(),
        false => "it is what was known".to_owned(),
    })
}

type Webhook = ((Name, Name, Name), WebhookProbe);

/// The components of which a supplier tells itself.
fn webhooks(supplier: &Supplier) -> Vec<Webhook> {
    let mut all = Vec::new();
    for component in &supplier.components {
        for (environment, place) in &component.environments {
            if let Some(Means::Webhook(webhook)) = place.probe.as_ref().map(|it| &it.by) {
                let place = (
                    supplier.name.clone(),
                    component.name.clone(),
                    environment.clone(),
                );
                all.push((place, webhook.clone()));
            }
        }
    }
    all
}

async fn secrets(
    tx: &mut Tx,
    app: &App,
    names: impl IntoIterator<Item = &Name> + Send,
) -> Result<Vec<SigningSecret>, Error> {
    let names: BTreeSet<Name> = names.into_iter().cloned().collect();
    let mut all = Vec::new();
    for name in names {
        let secret = app.channel_secret(tx, &name).await?;
        all.extend(secret.and_then(|it| it.parse().ok()));
    }
    Ok(all)
}

/// The same whatever is wrong: who asks learns neither which suppliers there are nor which secret would do.
fn untrusted() -> Error {
    Error::refused(
        Refusal::BadRequest,
        "request-untrusted",
        "the request is not signed by this supplier, or not just now",
    )
    .hint("sign it by Standard Webhooks with the secret that the component's probe names")
}
