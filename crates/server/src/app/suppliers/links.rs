//! Links for contacts of suppliers: given, listed, and taken back. The link itself is told once and kept by nobody.

use super::{
    super::{App, Error, Request, field},
    found, permit, subject, views,
};
use crate::keyring::random;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use tidegate_domain::{
    access::Action,
    id::SupplierTaskId,
    name::Name,
    supplier::{
        Grant,
        grant::{Handed, Nonce, code},
    },
};
use tidegate_protocol::api::{SupplierLinkRequest, SupplierLinkView};
use tidegate_store::{KeyRow, Tx};

/// The key that links are signed with.
const KEY: &str = "supplier-links";
const PURPOSE: &str = "key/supplier-links";
/// How many links of a supplier are listed.
const SHOWN: u64 = 100;

impl App {
    /// Lets a contact of a supplier see and do a little, by a link that is told once.
    ///
    /// # Errors
    /// When they are no contact, or it is for too long.
    pub async fn give_supplier_link(
        self: &Arc<Self>,
        request: Request,
        name: &str,
        wanted: &SupplierLinkRequest,
    ) -> Result<SupplierLinkView, Error> {
        let name: Name = field("supplier", name)?;
        let nonce = URL_SAFE_NO_PAD.encode(random::<24>());
        let nonce: Nonce = field("nonce", &nonce)?;
        let fresh = KeyRow {
            name: KEY.to_owned(),
            public: String::new(),
            wrapped: self.keyring.wrap(PURPOSE, &random::<32>()),
        };
        let input = (
            self.clone(),
            request,
            (name, wanted.clone()),
            (nonce, fresh),
        );
        let view = self
            .store
            .write(input, |tx, (app, request, wanted, fresh)| {
                give(tx, app, request, (wanted, fresh)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// The links that were given to contacts of a supplier, the newest first.
    ///
    /// # Errors
    /// When there is no such supplier, or whoever asks may not give any.
    pub async fn supplier_links(
        &self,
        request: &Request,
        name: &str,
    ) -> Result<Vec<SupplierLinkView>, Error> {
        let name: Name = field("supplier", name)?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    found(tx, request, (Action::GrantSupplier, name)).await?;
                    let (now, restored) = (tx.now(), restored(tx).await?);
                    let all = tx.grants_of(name, SHOWN).await?;
                    let view = |it: &Handed| views::link(it, (now, restored));
                    Ok(all.iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }

    /// Takes a link back.
    ///
    /// # Errors
    /// When there is none.
    pub async fn take_supplier_link_back(
        &self,
        request: Request,
        nonce: &str,
    ) -> Result<SupplierLinkView, Error> {
        let missing = |nonce: &str| Error::not_found("link-not-found", "link", nonce);
        let known: Result<Nonce, _> = nonce.parse();
        let input = (request, known.ok(), nonce.to_owned());
        let view = self
            .store
            .write(input, move |tx, (request, known, nonce)| {
                async move {
                    let handed = match known {
                        Some(known) => tx.grant(known).await?,
                        None => None,
                    };
                    let of = handed.as_ref().map(|it| &it.grant.supplier);
                    permit(tx, request, (Action::GrantSupplier, of)).await?;
                    let handed = handed.ok_or_else(|| missing(nonce))?;
                    let after = handed.taken_back(request.actor.name.clone(), tx.now());
                    tx.record_grant(&after).await?;
                    let detail =
                        json!({ "contact": after.grant.contact, "until": after.grant.until });
                    let subject = subject(&after.grant.supplier);
                    let action = "supplier.link-taken-back";
                    request.journal(tx, action, &subject, &detail).await?;
                    let restored = restored(tx).await?;
                    Ok::<_, Error>(views::link(&after, (tx.now(), restored)))
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// The key that links are signed with; none before the first was given.
    pub(super) async fn supplier_key(&self, tx: &mut Tx) -> Result<Option<Vec<u8>>, Error> {
        let Some(row) = tx.key(KEY).await? else {
            return Ok(None);
        };
        self.supplier_key_in(&row).map(Some)
    }

    fn supplier_key_in(&self, row: &KeyRow) -> Result<Vec<u8>, Error> {
        let opened = self.keyring.unwrap(PURPOSE, &row.wrapped);
        opened.ok_or_else(|| {
            Error::Broken("the key of suppliers' links cannot be opened by this key file".into())
        })
    }
}

async fn give(
    tx: &mut Tx,
    app: &App,
    request: &Request,
    ((name, wanted), (nonce, fresh)): (&(Name, SupplierLinkRequest), &(Nonce, KeyRow)),
) -> Result<SupplierLinkView, Error> {
    let supplier = found(tx, request, (Action::GrantSupplier, name)).await?;
    let rights = serde_json::from_value(json!(wanted.rights));
    let tasks = wanted.tasks.iter().copied().map(SupplierTaskId);
    let grant = Grant {
        server: app.identity.public_url.clone(),
        supplier: name.clone(),
        contact: field("contact", &wanted.contact)?,
        rights: rights.map_err(|why| Error::invalid("rights", why))?,
        tasks: (!wanted.tasks.is_empty()).then(|| tasks.collect()),
        until: until(tx.now(), wanted.days)?,
        nonce: nonce.clone(),
    };
    let checked = grant.check(&supplier, tx.now());
    checked.map_err(|why| Error::invalid("link", why))?;
    let key = tx.record_key(fresh).await?;
    let key = app.supplier_key_in(&key)?;
    let token = grant.token(&code(&key, &grant.signed_text()));
    let handed = Handed {
        grant,
        by: request.actor.name.clone(),
        at: tx.now(),
        taken_back: None,
        announced: None,
    };
    tx.record_grant(&handed).await?;
    let detail = json!({
        "contact": handed.grant.contact, "rights": handed.grant.rights, "until": handed.grant.until,
    });
    request
        .journal(tx, "supplier.link-given", &subject(name), &detail)
        .await?;
    Ok(SupplierLinkView {
        url: Some(format!("{}/outside/{token}", app.identity.public_url)),
        ..views::link(&handed, (tx.now(), None))
    })
}

fn until(now: Timestamp, days: u32) -> Result<Timestamp, Error> {
    let length = SignedDuration::from_hours(24 * i64::from(days));
    let until = now.checked_add(length);
    until.map_err(|_| Error::invalid("days", "that is too long"))
}

/// When the record was put back from a backup, if it was: which links were taken back since that was made is not known, so that
/// those from before are good no more.
pub(super) async fn restored(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    let beginning = tx.beginning().await?;
    Ok(beginning.filter(|it| it.backup.is_some()).map(|it| it.at))
}
