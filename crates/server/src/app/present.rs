//! What targets run at present: what they were told, or, where the record lost that, what they say themselves. A deployment
//! begins there, so that nothing is led back to where the record was when it was saved.

use super::{Error, Kind, deploy};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Target,
    converge::{DesiredState, Present},
    deployment::facts::Report,
    generation::Incarnation,
    name::{Name, listed},
    revision::RevisionId,
};
use tidegate_store::{TargetKey, Tx};

/// What each target of an environment runs of a product.
pub(super) async fn of(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<BTreeMap<Name, Present>, Error> {
    let history = history(tx).await?;
    let told = deploy::told(tx, product, environment).await?;
    let reports = tx.reports_in(environment, product).await?;
    let reports: BTreeMap<Name, Report> = reports.into_iter().collect();
    let names = told.keys().chain(reports.keys()).cloned();
    let present = names.map(|name| {
        let said = reports.get(&name).map(|report| &report.observed);
        let present = Present::of(history, told.get(&name), said);
        (name, present)
    });
    Ok(present.collect())
}

/// What one target runs of a product.
pub(super) async fn on(tx: &mut Tx, key: &TargetKey, product: &Name) -> Result<Present, Error> {
    let history = history(tx).await?;
    let told = tx.desired_of(key).await?;
    let told = told.iter().find(|told| told.product == *product);
    let report = tx.report(key, product).await?;
    let said = report.as_ref().map(|report| &report.observed);
    Ok(Present::of(history, told, said))
}

/// Refuses to begin where it is not known what a target would go back to.
///
/// # Errors
/// When one was left behind and has said nothing since, or runs what cannot be told again.
pub(super) async fn check(
    tx: &mut Tx,
    targets: &[Target],
    present: &BTreeMap<Name, Present>,
) -> Result<(), Error> {
    let (mut silent, mut unclear) = (Vec::new(), Vec::new());
    for target in targets.iter().filter(|target| target.balances.is_empty()) {
        match present.get(&target.name) {
            Some(Present::Silent) => silent.push(&target.name),
            Some(Present::Attested(state)) if !can_be_told(tx, state).await? => {
                unclear.push(&target.name);
            }
            Some(Present::Told(_) | Present::Attested(_) | Present::Nothing) | None => {}
        }
    }
    let (code, detail) = if !silent.is_empty() {
        let detail = format!(
            "{} was told something in a history that is over, and has not said since what it runs",
            listed(silent)
        );
        ("target-silent", detail)
    } else if !unclear.is_empty() {
        let detail = format!(
            "{} runs what this record did not tell it, and that cannot be told again: its agent is too old to say all of it, \
             or it runs parts of several revisions",
            listed(unclear)
        );
        ("target-unclear", detail)
    } else {
        return Ok(());
    };
    Err(Error::refused(Kind::NotReady, code, detail).hint(
        "bring its agent in touch, and up to date; or enrol a new host in its place: `tidegate enrolment create --replace`",
    ))
}

/// Whether the record knows all that a state names, and each slot runs one revision.
async fn can_be_told(tx: &mut Tx, state: &DesiredState) -> Result<bool, Error> {
    let mut slots: BTreeMap<_, RevisionId> = BTreeMap::new();
    for active in &state.active {
        if *slots.entry(active.slot).or_insert(active.revision) != active.revision {
            return Ok(false);
        }
    }
    Ok(unknown(tx, slots.into_values()).await?.is_empty())
}

/// Those of some revisions that the record does not know.
pub(super) async fn unknown(
    tx: &mut Tx,
    revisions: impl Iterator<Item = RevisionId> + Send,
) -> Result<Vec<RevisionId>, Error> {
    let mut unknown = Vec::new();
    for id in revisions {
        if !unknown.contains(&id) && tx.revision(id).await?.is_none() {
            unknown.push(id);
        }
    }
    Ok(unknown)
}

/// The present history; the one to come, while the server rests: whatever was told before the backup is over.
pub(super) async fn history(tx: &mut Tx) -> Result<Incarnation, Error> {
    let present = tx.incarnation().await?;
    let rests = tx.restored().await?.is_some();
    Ok(present.next().filter(|_| rests).unwrap_or(present))
}

/// Whether a target was told something in a history that is over. It is told nothing before it is deployed to.
pub(super) fn is_over(history: Incarnation, told: &DesiredState) -> bool {
    told.instruction.incarnation != history
}
