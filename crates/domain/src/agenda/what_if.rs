//! What would change if something were at another time. Nothing is moved by asking.

use super::{Agenda, Clashes, Conflict, Rule};
use crate::{
    name::Name,
    planning::{PlanError, ReleasePlan, Schedule, TaskState},
};
use jiff::{Timestamp, civil::DateTime};
use std::collections::{BTreeMap, BTreeSet};

/// What moving something would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Conflicts that there are only then, of the agenda after the move.
    pub gained: Vec<Conflict>,
    /// Conflicts that there are only now, of the agenda before it.
    pub lost: Vec<Conflict>,
    /// Conflicts of what moves that stay, of the agenda after the move.
    pub kept: Vec<Conflict>,
    /// Whether all conflicts of what moves were looked at.
    pub is_whole: bool,
}

/// What tells a conflict from others, whenever it is: its rule and its two subjects.
type Key = (Rule, String, Option<String>);

impl Difference {
    /// Between two agendas, for the entries whose names are in `moved`: `release/shop/1.1.0`.
    pub fn between(before: &Agenda, after: &Agenda, moved: &BTreeSet<String>) -> Self {
        let [then, now] = [after, before].map(|agenda| {
            let is_moved: Vec<bool> = agenda
                .entries
                .iter()
                .map(|it| moved.contains(&it.subject.to_string()))
                .collect();
            Clashes::of(agenda, |index| is_moved[index])
        });
        let keys = |agenda: &Agenda, clashes: &Clashes| -> BTreeSet<Key> {
            let all = clashes.conflicts.iter();
            all.map(|it| key(agenda, it)).collect()
        };
        let (there, here) = (keys(after, &then), keys(before, &now));
        let is_whole = [&then, &now]
            .iter()
            .all(|it| it.is_whole && it.left_out == 0);
        let (kept, gained): (Vec<_>, Vec<_>) = then
            .conflicts
            .into_iter()
            .partition(|it| here.contains(&key(after, it)));
        let lost = now.conflicts.into_iter();
        Self {
            gained,
            lost: lost
                .filter(|it| !there.contains(&key(before, it)))
                .collect(),
            kept,
            is_whole,
        }
    }
}

fn key(agenda: &Agenda, conflict: &Conflict) -> Key {
    let (one, other) = conflict.entries(agenda);
    let (one, other) = (
        one.subject.to_string(),
        other.map(|it| it.subject.to_string()),
    );
    match other {
        Some(other) if other < one => (conflict.rule, other, Some(one)),
        other => (conflict.rule, one, other),
    }
}

/// Which tasks and milestones would be late by another target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LateTasks {
    /// Late only then.
    pub gained: BTreeSet<Name>,
    /// Late only now.
    pub lost: BTreeSet<Name>,
    /// Late both ways.
    pub kept: BTreeSet<Name>,
}

/// Which tasks of a release would be late if it were to be live at `target`.
///
/// # Errors
/// When the plan, as it is or as it would be, is none that people can work by.
pub fn late_tasks(
    plan: &ReleasePlan,
    target: DateTime,
    states: &BTreeMap<&Name, &TaskState>,
    now: Timestamp,
) -> Result<LateTasks, PlanError> {
    let late = |plan: &ReleasePlan| -> Result<BTreeSet<Name>, PlanError> {
        let schedule = Schedule::of(plan, states, now)?;
        Ok(schedule.late().map(|it| it.name.clone()).collect())
    };
    let moved = ReleasePlan {
        target: Some(target),
        ..plan.clone()
    };
    let (before, after) = (late(plan)?, late(&moved)?);
    Ok(LateTasks {
        gained: after.difference(&before).cloned().collect(),
        lost: before.difference(&after).cloned().collect(),
        kept: before.intersection(&after).cloned().collect(),
    })
}
