//! What a target does otherwise than it was told.

use super::super::{Error, present};
use std::collections::BTreeSet;
use tidegate_domain::{
    converge::{ActiveComponent, Attestation, DesiredState},
    deployment::facts::Report,
    preflight::Drift,
    revision::RevisionId,
};
use tidegate_store::Tx;

/// In a sentence about the target; nothing, if it does what it was told.
///
/// # Errors
/// When the store fails.
pub(super) async fn drift(
    tx: &mut Tx,
    (told, report): (Option<&DesiredState>, Option<&Report>),
) -> Result<Option<Drift>, Error> {
    let history = present::history(tx).await?;
    let told = told.filter(|told| !present::is_over(history, told));
    let (told, report) = match (told, report) {
        (Some(told), Some(report)) => (told, report),
        (Some(told), None) if !told.active.is_empty() => {
            return Ok(Some(differs("it has said nothing of what it was told")));
        }
        (None, Some(report)) if report.observed.runs_something() => {
            let what = "it runs something that it was not told since the record was put back";
            return Ok(Some(differs(what)));
        }
        (Some(_) | None, None) | (None, Some(_)) => return Ok(None),
    };
    let said = &report.observed;
    if let Some(why) = &said.refused {
        return Ok(Some(Drift {
            what: format!("its agent does not follow: {why}"),
            refuses: true,
        }));
    }
    if said.instruction != told.instruction {
        return Ok(Some(differs("it has not taken up what it was told last")));
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
        let what = format!("it runs {runs} as {component}, and was told {wanted}");
        return Ok(Some(differs(&what)));
    }
    let ordered: BTreeSet<_> = told
        .active
        .iter()
        .map(|it| (&it.component, it.slot))
        .collect();
    let runs = |it: &&Attestation| it.revision.is_some();
    let mut more = said.active.iter().filter(runs);
    let more = more.find(|it| !ordered.contains(&(&it.component, it.slot)));
    Ok(more.map(|it| differs(&format!("it runs {} beside what it was told", it.component))))
}

fn differs(what: &str) -> Drift {
    Drift {
        what: what.to_owned(),
        refuses: false,
    }
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
