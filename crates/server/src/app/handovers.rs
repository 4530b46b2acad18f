//! Handovers of releases: begun from a template, seen to, offered, and accepted or rejected by those who take them.
//!
//! [`seen`] is what is on record of a release, against which each is judged. [`begin`], [`save`] and [`deeds`] change them, [`shown`]
//! is how they look, [`dates`] when a release is live and generally available, and [`waiting`] whom they wait for. [`embargo`]
//! keeps customers from being told anything too early.

mod begin;
mod dates;
mod deeds;
mod embargo;
mod save;
mod seen;
mod shown;
mod waiting;

pub(super) use dates::availability;
pub use deeds::{HandoverWord, ItemWord};
pub(super) use embargo::{embargo, is_under_embargo};
pub(super) use seen::{past, standing};
pub(super) use waiting::{Whose, is_asked, waiting_for};

use super::{Error, Kind, Request, field, releases};
use tidegate_domain::{
    access::{Action, Resource},
    handover::{Handover, HandoverEvent, HandoverKind, Seen, Taker},
    name::Name,
    version::Version,
};
use tidegate_store::Tx;

/// What a handover is of, in words: product, release, and kind.
pub type Of<'a> = (&'a str, &'a str, &'a str);

/// The same, once it is read.
type Which = ((Name, Version), HandoverKind);

/// Reads what a handover is of.
fn which((product, version, kind): Of<'_>) -> Result<Which, Error> {
    let of = (field("product", product)?, field("version", version)?);
    Ok((of, field("kind", kind)?))
}

/// A handover that may be asked for something.
pub(super) async fn find(
    tx: &mut Tx,
    request: &Request,
    (action, ((product, version), kind)): (Action, &Which),
) -> Result<Handover, Error> {
    request.permit_product(tx, action, product).await?;
    releases::find(tx, product, version).await?;
    let found = tx.handover((product, version, *kind)).await?;
    found.ok_or_else(|| {
        let detail = format!("release {version} of {product} has no handover for {kind}");
        Error::refused(Kind::NotFound, "handover-not-found", detail).hint(format!(
            "begin it: `tidegate handover begin {product} {version} {kind}`"
        ))
    })
}

/// Something happens to a handover: it is kept, and journaled.
async fn happen(
    tx: &mut Tx,
    request: &Request,
    (handover, seen): (&Handover, &Seen),
    (event, detail): (&HandoverEvent, serde_json::Value),
) -> Result<Handover, Error> {
    let by = (&request.actor.name, tx.now());
    let next = handover.apply(event, seen, by).map_err(|_| {
        let word = handover.standing(seen).word();
        state(handover, word)
    })?;
    tx.record_handover(&next).await?;
    let subject = subject(&next);
    request.journal(tx, event.word(), &subject, &detail).await?;
    Ok(next)
}

/// It is in another state.
fn state(handover: &Handover, word: &str) -> Error {
    let detail = format!("the handover is {word}");
    let of = arguments(handover);
    let hint = match word {
        "withdrawn" => format!("`tidegate handover reopen {of}` takes it up again"),
        "open" | "rejected" => format!("`tidegate handover offer {of}` comes first"),
        _ => format!("`tidegate handover show {of}` says how it stands"),
    };
    Error::refused(Kind::Conflict, "handover-state", detail).hint(hint)
}

/// Whoever asks, as far as handovers look at people.
async fn taker(tx: &mut Tx, request: &Request, product: &Name) -> Result<Taker, Error> {
    let human = request.human(tx).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let (directory, actor) = (authorizer.directory(), &request.actor);
    let resource = Resource::product(product.clone());
    Ok(Taker {
        name: actor.name.clone(),
        human,
        teams: directory.teams_of(actor).cloned().collect(),
        roles: directory.roles_of(actor).cloned().collect(),
        level: directory.level(actor, &resource),
    })
}

/// What the journal calls the release that a handover is of.
fn subject(of: &Handover) -> String {
    format!("release/{}/{}", of.product, of.version)
}

/// What it is of, for the command line.
fn arguments(of: &Handover) -> String {
    format!("{} {} {}", of.product, of.version, of.kind)
}
