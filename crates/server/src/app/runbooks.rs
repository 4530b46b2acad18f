//! Runbooks: deployment plans and backout plans, generated, written, and run by deployments.
//!
//! [`generate`] makes them of the plan that a deployment would have, [`save`] keeps what people make of them, [`conduct`] lets a
//! deployment run by them, and [`deeds`] is what people say of steps then. [`shown`] and [`steps`] are how they look.

mod conduct;
mod deeds;
mod generate;
mod save;
mod shown;
mod steps;

pub(super) use conduct::{conducted, told_apart};
pub(crate) use conduct::{follow, steps};
pub(super) use save::check_steps;
pub use shown::Which;
pub(super) use steps::{is_active, waiting_for};

use super::{Error, Kind, Request, field};
use tidegate_domain::{
    access::Action,
    id::Edition,
    runbook::{Errand, RunbookEdition, Way},
};
use tidegate_store::{StoreError, Tx};

/// What a runbook is for, in words: product, release, environment, and `forward` or `back`.
pub type Of<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Reads what a runbook is for.
fn errand((product, version, environment, way): Of<'_>) -> Result<Errand, Error> {
    Ok(Errand {
        product: field("product", product)?,
        version: field("version", version)?,
        environment: field("environment", environment)?,
        way: read_way(way)?,
    })
}

fn read_way(word: &str) -> Result<Way, Error> {
    Way::of(word).ok_or_else(|| {
        let why = "a runbook leads `forward` (the deployment plan) or `back` (the backout plan)";
        Error::invalid("way", why)
    })
}

/// The newest edition of a runbook, if there is one.
pub(super) async fn newest(tx: &mut Tx, of: &Errand) -> Result<Option<RunbookEdition>, StoreError> {
    let newest = Edition(u64::MAX >> 1);
    Ok(tx.runbooks_before(of, (newest, 1)).await?.pop())
}

/// Whether there is a runbook about whose place whoever asks may do that.
pub(super) async fn check_there(
    tx: &mut Tx,
    request: &Request,
    (action, of): (Action, &Errand),
) -> Result<(), Error> {
    let place = (&of.product, &of.environment);
    request.permit_place(tx, action, place).await?;
    find(tx, of).await.map(drop)
}

/// The same, where one has to be there.
async fn find(tx: &mut Tx, of: &Errand) -> Result<RunbookEdition, Error> {
    newest(tx, of).await?.ok_or_else(|| missing(of))
}

fn missing(of: &Errand) -> Error {
    let (release, title) = (told(of), of.way.title());
    let detail = format!("there is no {title} of {release}");
    Error::refused(Kind::NotFound, "runbook-not-found", detail).hint(format!(
        "generate one: `tidegate runbook begin {}`",
        arguments(of)
    ))
}

/// What it is for, for people.
fn told(of: &Errand) -> String {
    format!("{} {} to {}", of.product, of.version, of.environment)
}

/// What it is for, for the command line.
fn arguments(of: &Errand) -> String {
    let back = match of.way {
        Way::Forward => "",
        Way::Back => " --back",
    };
    format!(
        "{} {} --to {}{back}",
        of.product, of.version, of.environment
    )
}

/// What the journal calls the release that a runbook belongs to.
fn subject(of: &Errand) -> String {
    format!("release/{}/{}", of.product, of.version)
}
