//! What suppliers tell themselves by signed requests. One that is sent again changes nothing, and one that is not theirs learns nothing:
//! neither makes anything be written.

use super::{
    super::{App, Error, Kind as Refusal},
    observed::{Place, keep, known},
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    catalog::Kind,
    communication::signature::{SignedHeaders, SigningSecret, verify},
    digest::Digest,
    name::Name,
    supplier::{Probe, Supplier, Told, probe::Means},
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
        let weighed = self
            .store
            .read(input.clone(), |tx, (app, name, headers, body)| {
                weigh(tx, app, name, (headers, body)).boxed()
            });
        if let Some(told) = weighed.await? {
            return Ok(SupplierToldView { told });
        }
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

/// What a request says, once it is known to be the supplier's.
struct Genuine {
    told: Told,
    place: Place,
    question: Digest,
}

/// A repeat costs no write, and neither does what is not theirs.
async fn weigh(
    tx: &mut Tx,
    app: &App,
    name: &Name,
    (headers, body): (&SignedHeaders, &[u8]),
) -> Result<Option<String>, Error> {
    genuine(tx, app, name, (headers, body)).await?;
    let is_known = tx.has_supplier_request((name, &headers.id)).await?;
    Ok(is_known.then(repeated))
}

/// It is looked at again where it is kept: the supplier and its secrets may be others by now.
async fn hear(
    tx: &mut Tx,
    app: &App,
    name: &Name,
    (headers, body): (&SignedHeaders, &[u8]),
) -> Result<String, Error> {
    let Genuine {
        told,
        place,
        question,
    } = genuine(tx, app, name, (headers, body)).await?;
    let since = tx.now() - REMEMBERED;
    if !tx
        .record_supplier_request((name, &headers.id), since)
        .await?
    {
        return Ok(repeated());
    }
    let watch = known(tx, &place).await?.asked(question);
    let (watch, signs) = watch.told(&told, tx.now());
    let is_news = keep(tx, &place, (&watch, &signs)).await?;
    Ok(match is_news {
        true => "it is kept".to_owned(),
        false => "it is what was known".to_owned(),
    })
}

fn repeated() -> String {
    "it was taken before".to_owned()
}

async fn genuine(
    tx: &mut Tx,
    app: &App,
    name: &Name,
    (headers, body): (&SignedHeaders, &[u8]),
) -> Result<Genuine, Error> {
    // Nothing in the body is believed before its signature was looked at; which secret counts it may say.
    let told = Told::read(body);
    let supplier: Option<Supplier> = tx.document(Kind::Supplier, name.as_str()).await?;
    let all = supplier.as_ref().map(webhooks).unwrap_or_default();
    let secrets = secrets(tx, app, all.iter().map(|it| &it.secret)).await?;
    verify(headers, body, &secrets, tx.now()).map_err(|_| untrusted())?;
    let told = told.map_err(|why| Error::invalid("body", why))?;
    let place = (
        name.clone(),
        told.component.clone(),
        told.environment.clone(),
    );
    let own = all.into_iter().find(|it| it.place == place);
    let own = own.ok_or_else(untrusted)?;
    // Another component's secret is none of this one's.
    let secret = self::secrets(tx, app, [&own.secret]).await?;
    verify(headers, body, &secret, tx.now()).map_err(|_| untrusted())?;
    Ok(Genuine {
        told,
        place,
        question: own.question,
    })
}

/// A component of which the supplier tells itself.
struct Hooked {
    place: Place,
    secret: Name,
    question: Digest,
}

fn webhooks(supplier: &Supplier) -> Vec<Hooked> {
    let hooked = |(component, environment, probe): (&Name, &Name, &Probe)| match &probe.by {
        Means::Webhook(webhook) => Some(Hooked {
            place: (
                supplier.name.clone(),
                component.clone(),
                environment.clone(),
            ),
            secret: webhook.secret.clone(),
            question: probe.question(),
        }),
        Means::Header(_) | Means::Json(_) | Means::Tag(_) | Means::Command(_) => None,
    };
    supplier.watched().filter_map(hooked).collect()
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
