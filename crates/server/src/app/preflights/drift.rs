//! What a target does otherwise than it was told.

use super::super::{Error, present};
use std::collections::BTreeSet;
use tidegate_domain::{
    converge::{ActiveComponent, Attestation, DesiredState},
    deployment::facts::Report,
    name::Name,
    revision::RevisionId,
};
use tidegate_store::Tx;

/// In words, as the end of a sentence that begins with the target; nothing, if it does what it was told.
///
/// # Errors
/// When the store fails.
pub(super) async fn drift(
    tx: &mut Tx,
    (told, report): (Option<&DesiredState>, Option<&Report>),
) -> Result<Option<String>, Error> {
    let history = present::history(tx).await?;
    let told = told.filter(|told| !present::is_over(history, told));
    let (told, report) = match (told, report) {
        (Some(told), Some(report)) => (told, report),
        (Some(told), None) if !told.active.is_empty() => {
            return Ok(Some("it has said nothing of what it was told".to_owned()));
        }
        (None, Some(report)) if report.observed.runs_something() => {
            let what = "it runs something that it was not told since the record was put back";
            return Ok(Some(what.to_owned()));
        }
        (Some(_) | None, None) | (None, Some(_)) => return Ok(None),
    };
    let said = &report.observed;
    if let Some(why) = &said.refused {
        return Ok(Some(format!("its agent does not follow: {why}")));
    }
    if said.instruction != told.instruction {
        let what = "it has not taken up what it was told last";
        return Ok(Some(what.to_owned()));
    }
    let other = told.active.iter().find(|it| !is_followed(it, &said.active));
    if let Some(other) = other {
        let runs = said.active.iter().find(|it| is_same_place(other, it));
        let runs = runs.and_then(|it| it.revision);
        let (runs, wanted) = (
            named(tx, runs).await?,
            named(tx, Some(other.revision)).await?,
        );
        let component = &other.component;
        return Ok(Some(format!(
            "it runs {runs} as {component}, and was told {wanted}"
        )));
    }
    let ordered: BTreeSet<_> = told
        .active
        .iter()
        .map(|it| (&it.component, it.slot))
        .collect();
    let runs = |it: &&Attestation| it.revision.is_some();
    let mut more = said.active.iter().filter(runs);
    let more = more.find(|it| !ordered.contains(&(&it.component, it.slot)));
    Ok(more.map(|it| beside(&it.component)))
}

fn beside(component: &Name) -> String {
    format!("it runs {component} beside what it was told")
}

fn is_same_place(told: &ActiveComponent, said: &Attestation) -> bool {
    (&told.component, told.slot) == (&said.component, said.slot)
}

fn is_followed(told: &ActiveComponent, said: &[Attestation]) -> bool {
    let runs = (Some(told.revision), told.instances);
    let mut same = said.iter().filter(|it| is_same_place(told, it));
    same.any(|it| (it.revision, it.instances) == runs)
}

/// A revision as people know it.
async fn named(tx: &mut Tx, id: Option<RevisionId>) -> Result<String, Error> {
    let Some(id) = id else {
        return Ok("nothing".to_owned());
    };
    let known = tx.revision(id).await?;
    Ok(known.map_or_else(
        || "an unknown revision".to_owned(),
        |it| format!("release {} with configuration {}", it.release, it.snapshot),
    ))
}
