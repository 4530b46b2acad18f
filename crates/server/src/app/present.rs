//! What targets run at present: what they were told, or, where the record lost that, what they say themselves. A deployment
//! begins there, so that nothing is led back to where the record was when it was saved.

use super::{Error, Kind, deploy};
use std::collections::{BTreeMap, BTreeSet};
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
    let unheard = unheard(tx, environment).await?;
    Ok(among(history, (&told, &reports), &unheard))
}

/// The same by what was read already: what targets were told and said of the product, and who of the environment said nothing since
/// the history began.
pub(super) fn among(
    history: Incarnation,
    (told, reports): (&BTreeMap<Name, DesiredState>, &BTreeMap<Name, Report>),
    unheard: &BTreeSet<Name>,
) -> BTreeMap<Name, Present> {
    let names = told.keys().chain(reports.keys()).chain(unheard);
    let present = names.map(|name| {
        let said = reports.get(name).map(|report| &report.observed);
        let said = (said, !unheard.contains(name));
        (name.clone(), Present::of(history, told.get(name), said))
    });
    present.collect()
}

/// Who of an environment said nothing since the history began.
pub(super) async fn unheard(tx: &mut Tx, environment: &Name) -> Result<BTreeSet<Name>, Error> {
    let unheard = tx.unheard().await?.into_iter();
    let unheard = unheard.filter(|key| key.environment == *environment);
    Ok(unheard.map(|key| key.target).collect())
}

/// What one target runs of a product.
pub(super) async fn on(tx: &mut Tx, key: &TargetKey, product: &Name) -> Result<Present, Error> {
    let history = history(tx).await?;
    let told = tx.desired_of(key).await?;
    let told = told.iter().find(|told| told.product == *product);
    let report = tx.report(key, product).await?;
    let said = report.as_ref().map(|report| &report.observed);
    let said = (said, tx.was_heard(key).await?);
    Ok(Present::of(history, told, said))
}

/// Takes out the targets of which it is not known what they would go back to, if that is wanted, and answers them; otherwise
/// refuses.
///
/// # Errors
/// When one was left behind and has said nothing since, or runs what cannot be told again, and is not to be left out; or when none is
/// left.
pub(super) async fn leave_out(
    tx: &mut Tx,
    targets: &mut Vec<Target>,
    (present, is_wanted): (&BTreeMap<Name, Present>, bool),
) -> Result<Vec<Name>, Error> {
    let (mut silent, mut unclear) = (Vec::new(), Vec::new());
    for target in &*targets {
        match present.get(&target.name) {
            Some(Present::Silent) => silent.push(target.name.clone()),
            Some(Present::Attested(state)) if !can_be_told(tx, state).await? => {
                unclear.push(target.name.clone());
            }
            Some(Present::Told(_) | Present::Attested(_) | Present::Nothing) | None => {}
        }
    }
    let unknown: Vec<Name> = silent.iter().chain(&unclear).cloned().collect();
    if unknown.is_empty() {
        return Ok(unknown);
    }
    if is_wanted && unknown.len() < targets.len() {
        targets.retain(|target| !unknown.contains(&target.name));
        return Ok(unknown);
    }
    let (code, detail) = match silent.is_empty() {
        false => ("target-silent", not_said(&silent)),
        true => (
            "target-unclear",
            format!(
                "what runs on {} is not what this record told, and cannot be told again: the agent is too old to say all of it, or \
                 it is several revisions",
                listed(&unclear)
            ),
        ),
    };
    let leave = match is_wanted {
        true => "there is no other target to leave it behind for",
        false => "leave it as it is by `--leave-behind`",
    };
    Err(Error::refused(Kind::NotReady, code, detail).hint(format!(
        "bring each agent in touch, and up to date; {leave}; or enrol a new host in its place: `tidegate enrolment create --replace`"
    )))
}

fn not_said(silent: &[Name]) -> String {
    format!(
        "what runs on {} is not known: nothing was said of it since the record was put back from a backup",
        listed(silent)
    )
}

/// Refuses to go back where something runs that came after the backup: what was before that is not known.
///
/// # Errors
/// When a target was left behind.
pub(super) async fn refuse_left_behind(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<(), Error> {
    let (mut silent, mut ahead) = (Vec::new(), Vec::new());
    for (name, present) in of(tx, product, environment).await? {
        match present {
            Present::Silent => silent.push(name),
            Present::Attested(_) => ahead.push(name),
            Present::Told(_) | Present::Nothing => {}
        }
    }
    let (detail, hint) = match (silent.is_empty(), ahead.is_empty()) {
        (true, true) => return Ok(()),
        (false, _) => (
            not_said(&silent),
            "bring each agent in touch, or enrol a new host in its place: `tidegate enrolment create --replace`"
                .to_owned(),
        ),
        (true, false) => (
            format!(
                "what runs on {} came after the backup that the record was put back from, so it is not known what was before it",
                listed(&ahead)
            ),
            format!("say what is to run there: `tidegate deploy {product} RELEASE --to {environment}`"),
        ),
    };
    Err(Error::refused(Kind::NotReady, "targets-left-behind", detail).hint(hint))
}

/// Whether the record knows what a state makes run, and that is one thing.
async fn can_be_told(tx: &mut Tx, state: &DesiredState) -> Result<bool, Error> {
    match state.sole_revision() {
        Some(revision) => Ok(tx.has_revision(revision).await?),
        None => Ok(false),
    }
}

/// Those of some revisions that the record does not know.
pub(super) async fn unknown(
    tx: &mut Tx,
    revisions: impl Iterator<Item = RevisionId> + Send,
) -> Result<Vec<RevisionId>, Error> {
    let mut unknown = Vec::new();
    for id in revisions {
        if !unknown.contains(&id) && !tx.has_revision(id).await? {
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
