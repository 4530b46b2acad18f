//! Suppliers: what they announce and deploy, what either means for us, and what is done about it.
//!
//! [`notices`] come in, [`observed`] is what was seen of their versions and [`hook`] what they told themselves; [`impact`] is what a
//! change means, [`responses`] what people decided, [`blocks`] what of that a deployment waits for, and [`verified`] what one that
//! succeeds ends. [`imports`] are read of what a
//! supplier sent, and [`removal`] is what keeps one declared. [`tasks`] are asked for,
//! [`links`] let a contact in, and [`outside`] is what they see and do then.

pub(super) mod blocks;
mod counting;
mod hook;
mod impact;
mod imports;
mod links;
mod notices;
mod observed;
mod outside;
mod plans;
pub(super) mod removal;
mod responses;
mod running;
mod scorecard;
mod shown;
mod tasks;
pub(crate) mod verified;
mod views;

pub(crate) use observed::{Asked, Place};
pub(crate) use outside::{OutsideDeed, OutsideView};
pub(super) use running::running;

use super::{Error, Request};
use tidegate_domain::{
    access::{Action, Resource},
    catalog::Kind,
    id::NoticeId,
    name::Name,
    supplier::Supplier,
};
use tidegate_store::Tx;

/// How many of everything are looked through.
const LOOKED_THROUGH: u64 = 1_000;
/// Who writes what nobody asked for into the journal.
const ACTOR: &str = "tidegate";

/// A supplier that is declared, about which whoever asks may do that.
pub(super) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, name): (Action, &Name),
) -> Result<Supplier, Error> {
    permit(tx, request, (action, Some(name))).await?;
    declared(tx, name).await
}

/// Whether there is such a supplier. Suppliers are read by everybody who belongs here.
pub(super) async fn check_there(tx: &mut Tx, request: &Request, name: &Name) -> Result<(), Error> {
    found(tx, request, (Action::ReadShared, name))
        .await
        .map(drop)
}

/// Whether there is such a notice; they are read by the same.
pub(super) async fn check_notice(
    tx: &mut Tx,
    request: &Request,
    id: NoticeId,
) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    notices::find(tx, id).await.map(drop)
}

/// Whoever asks may do that about a supplier: as one of the team that deals with it, or of the whole organisation. Who asks about
/// something that no supplier has is judged as of the whole organisation, and learns then only that there is none.
async fn permit(
    tx: &mut Tx,
    request: &Request,
    (action, supplier): (Action, Option<&Name>),
) -> Result<(), Error> {
    let resource = supplier.map_or(Resource::Organisation, |it| Resource::Supplier(it.clone()));
    let missing = || Error::not_found("supplier-not-found", "supplier", &resource);
    let asked = request.permit(tx, (action, &resource), missing);
    asked.await.map(drop)
}

/// A supplier that is declared.
async fn declared(tx: &mut Tx, name: &Name) -> Result<Supplier, Error> {
    let found: Option<Supplier> = tx.document(Kind::Supplier, name.as_str()).await?;
    found.ok_or_else(|| {
        Error::not_found("supplier-not-found", "supplier", name)
            .hint("`tidegate supplier list` shows those there are; `tidegate apply` declares them")
    })
}

/// What the journal calls a supplier.
fn subject(name: &Name) -> String {
    format!("supplier/{name}")
}
