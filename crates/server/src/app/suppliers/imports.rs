//! Notices in what a supplier sent: calendars and mails. They are read before anything is written, for whoever sends them decides how
//! long that takes.

use super::{
    super::{App, Error, Kind as Refusal, Request, field},
    found,
    notices::receive,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::FutureExt;
use jiff::Timestamp;
use std::error::Error as _;
use tidegate_domain::{
    access::Action,
    name::Name,
    supplier::{
        Supplier,
        notice::Source,
        reading::{
            Found,
            ics::{self, Contents},
            mail,
        },
    },
};
use tidegate_protocol::api::{SupplierImportRequest, SupplierImportView};
use tidegate_store::Tx;

impl App {
    /// Reads what a supplier sent: a calendar or a mail.
    ///
    /// # Errors
    /// When nothing in it is understood.
    pub async fn import_from_supplier(
        &self,
        request: Request,
        name: &str,
        wanted: &SupplierImportRequest,
    ) -> Result<SupplierImportView, Error> {
        let name: Name = field("supplier", name)?;
        let bytes = STANDARD.decode(&wanted.content);
        let bytes = bytes.map_err(|why| Error::invalid("content", why))?;
        let (supplier, now) = self
            .store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    let supplier = found(tx, request, (Action::RecordSupplier, name)).await?;
                    Ok::<_, Error>((supplier, tx.now()))
                }
                .boxed()
            })
            .await?;
        let (form, by) = (wanted.form.clone(), request.actor.name.clone());
        let read = tokio::task::spawn_blocking(move || {
            let contents = read((&form, &bytes), (&supplier, by), now);
            contents.map(|contents| (supplier, contents))
        });
        let read = read.await.map_err(|why| Error::Broken(why.to_string()))??;
        let view = self
            .store
            .write((request, read), |tx, (request, (supplier, contents))| {
                take(tx, request, (supplier, contents)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

fn read(
    (form, bytes): (&str, &[u8]),
    (supplier, by): (&Supplier, Name),
    now: Timestamp,
) -> Result<Contents, Error> {
    match form {
        "calendar" => {
            let source = Source::Ics { by };
            let reading = ics::Reading {
                supplier,
                source: &source,
                now,
            };
            ics::read(bytes, &reading).map_err(|why| Error::invalid("content", why))
        }
        "mail" => {
            let letter = mail::read(bytes, supplier, now);
            let letter = letter.map_err(|why| match why.source() {
                Some(source) => Error::invalid("content", format!("{why}: {source}")),
                None => Error::invalid("content", why),
            });
            Ok(letter?.contents)
        }
        _ => Err(Error::invalid("form", "say calendar or mail")),
    }
}

/// Takes what was read, as long as the supplier is what it was read for: who is a contact of it decides what counts.
async fn take(
    tx: &mut Tx,
    request: &Request,
    (supplier, contents): (&Supplier, &Contents),
) -> Result<SupplierImportView, Error> {
    let now = found(tx, request, (Action::RecordSupplier, &supplier.name)).await?;
    if now != *supplier {
        let detail = format!(
            "supplier `{}` was declared otherwise in the meantime",
            supplier.name
        );
        return Err(
            Error::refused(Refusal::Conflict, "supplier-changed", detail).hint("import it again"),
        );
    }
    let refused = contents.refused.iter();
    let mut view = SupplierImportView {
        received: Vec::new(),
        refused: refused
            .map(|(title, why)| format!("{title}: {why}"))
            .collect(),
    };
    let actor = request.actor.name.as_str();
    for Found { incoming, doubts } in &contents.found {
        let doubts = doubts.iter().map(ToString::to_string).collect();
        let title = &incoming.announcement.title;
        match receive(tx, supplier, (incoming.clone(), doubts), actor).await {
            Ok(taken) => view.received.push(taken.view),
            Err(Error::Refused { detail, .. }) => view.refused.push(format!("{title}: {detail}")),
            Err(other) => return Err(other),
        }
    }
    Ok(view)
}
