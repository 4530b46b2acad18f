//! What two people made of one plan, put together.

use super::super::{Error, Kind};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tidegate_domain::planning::merge::{self, Conflict};
use tidegate_protocol::api::PlanConflictView;

/// A plan that was saved in between, and what both were made from; none for what was made from nothing.
#[derive(Debug)]
pub(in crate::app) struct Between<'a, P> {
    pub(in crate::app) base: Option<&'a P>,
    pub(in crate::app) theirs: &'a P,
}

/// Puts `mine` together with what was saved in between, if anything was.
///
/// # Errors
/// When both together are no plan.
pub(in crate::app) fn put_together<P: Serialize + DeserializeOwned + Clone>(
    between: Option<&Between<'_, P>>,
    mine: &P,
) -> Result<(P, Vec<PlanConflictView>), Error> {
    let Some(Between { base, theirs }) = between else {
        return Ok((mine.clone(), Vec::new()));
    };
    let json = |plan: &P| serde_json::to_value(plan).unwrap_or_default();
    let base = base.map(json).unwrap_or_default();
    let merged = merge::merge(&base, &json(theirs), &json(mine));
    let plan = serde_json::from_value(merged.value)
        .map_err(|why| Error::Broken(format!("a merged plan cannot be read: {why}")))?;
    Ok((plan, merged.conflicts.iter().map(conflict).collect()))
}

/// What both changed, as it is told.
pub(in crate::app) fn conflict(conflict: &Conflict) -> PlanConflictView {
    let word = |value: &Option<Value>| {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        value.as_ref().map(text)
    };
    PlanConflictView {
        path: conflict.path.clone(),
        base: word(&conflict.base),
        theirs: word(&conflict.theirs),
        mine: word(&conflict.mine),
    }
}

/// Somebody else changed the same in another way; `show` is the command that shows what is saved.
pub(in crate::app) fn contradicts(
    show: &str,
    (edition, conflicts): (u64, &[PlanConflictView]),
) -> Error {
    let or_gone = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let told = conflicts.iter().map(|it| {
        let (theirs, mine) = (or_gone(&it.theirs), or_gone(&it.mine));
        format!("{} is {theirs} there and {mine} here", it.path)
    });
    let told: Vec<String> = told.collect();
    let detail = format!(
        "somebody saved edition {edition} of the plan in between, and both changed the same: {}",
        told.join("; ")
    );
    Error::refused(Kind::Conflict, "plan-contradicts", detail).hint(format!(
        "look at both: `{show}`, settle it, and save on edition {edition}; nothing was changed"
    ))
}
