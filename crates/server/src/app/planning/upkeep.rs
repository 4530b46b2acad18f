//! What follows from the newest edition of a plan: its tasks and its bookings.

use super::{
    super::{Error, Request},
    save::subject,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    name::Name,
    planning::{
        Booked, PlanEdition, PlanError, PlannedTask, ReleasePlan, Schedule, Task, TaskEvent,
        TaskState,
    },
    version::Version,
};
use tidegate_store::Tx;

/// Makes the tasks and bookings of a release what its plan says. How far a task is stays; one that the plan has no more is
/// dropped, and taken up again when it comes back.
pub(super) async fn follow(
    tx: &mut Tx,
    request: &Request,
    edition: &PlanEdition,
) -> Result<(), Error> {
    let of = (&edition.product, &edition.version);
    let booked = Booked::of(&edition.plan, of).map_err(|why| broken(&why))?;
    tx.record_bookings(of, &booked).await?;
    let known = tx.tasks_of(of).await?;
    for planned in &edition.plan.tasks {
        let same = |it: &&Task| it.name.as_ref() == Some(&planned.name);
        let before = known.iter().find(same);
        let task = task(tx, edition, planned, before).await?;
        if before != Some(&task) {
            tx.record_task(&task).await?;
        }
    }
    let kept: BTreeSet<&Name> = edition.plan.tasks.iter().map(|it| &it.name).collect();
    let is_gone = |it: &&Task| it.name.as_ref().is_some_and(|name| !kept.contains(name));
    for gone in known
        .iter()
        .filter(is_gone)
        .filter(|it| it.state.is_pending())
    {
        let state = gone.after(&TaskEvent::Dropped, &edition.by, edition.at);
        let state = state.map_err(|why| Error::Broken(why.to_string()))?;
        tx.record_task(&Task {
            state,
            ..gone.clone()
        })
        .await?;
        let detail = json!({ "task": gone.id, "name": gone.name, "edition": edition.edition });
        let of = (edition.product.clone(), edition.version.clone());
        request
            .journal(tx, TaskEvent::Dropped.word(), &subject(&of), &detail)
            .await?;
    }
    Ok(())
}

/// A task as the plan says it, as far as it was before.
async fn task(
    tx: &mut Tx,
    edition: &PlanEdition,
    planned: &PlannedTask,
    before: Option<&Task>,
) -> Result<Task, Error> {
    let plan = &edition.plan;
    let what = || format!("task `{}`", planned.name);
    let due = planned.due.map(|due| plan.place(due, what)).transpose();
    let due = due.map_err(|why| broken(&why))?.map(|due| due.timestamp());
    let state = match before.map(|it| &it.state) {
        None | Some(TaskState::Dropped { .. }) => TaskState::Open,
        Some(state) => state.clone(),
    };
    let id = match before {
        Some(before) => before.id,
        None => tx.next_task().await?,
    };
    Ok(Task {
        id,
        product: edition.product.clone(),
        version: edition.version.clone(),
        name: Some(planned.name.clone()),
        title: planned.title().to_owned(),
        document: planned.document.clone(),
        owner: planned.owner.clone(),
        assignee: before.and_then(|it| it.assignee.clone()),
        due,
        by: before.map_or_else(|| edition.by.clone(), |it| it.by.clone()),
        at: before.map_or(edition.at, |it| it.at),
        state,
        improvement: None,
    })
}

/// What would be late by a plan that is not late by the one before.
pub(super) async fn newly_late(
    tx: &mut Tx,
    (product, version): &(Name, Version),
    before: Option<&ReleasePlan>,
    after: &ReleasePlan,
) -> Result<Vec<String>, Error> {
    let tasks = tx.tasks_of((product, version)).await?;
    let late = |plan: &ReleasePlan| {
        let schedule = schedule(plan, &tasks, tx.now())?;
        let tasks = schedule.late().map(|it| format!("task {}", it.name));
        let milestones = schedule.milestones.iter().filter(|it| it.is_late());
        let milestones = milestones.map(|it| format!("milestone {}", it.name));
        Ok::<_, Error>(tasks.chain(milestones).collect::<BTreeSet<String>>())
    };
    let known = before.map(late).transpose()?.unwrap_or_default();
    Ok(late(after)?.difference(&known).cloned().collect())
}

/// What the tasks of a plan come to, as far as they are.
pub(super) fn schedule(
    plan: &ReleasePlan,
    tasks: &[Task],
    now: jiff::Timestamp,
) -> Result<Schedule, Error> {
    let named = tasks
        .iter()
        .filter_map(|it| Some((it.name.as_ref()?, &it.state)));
    // One that the plan takes up again is open by it.
    let stands = |(_, state): &(&Name, &TaskState)| !matches!(state, TaskState::Dropped { .. });
    let states: BTreeMap<&Name, &TaskState> = named.filter(stands).collect();
    Schedule::of(plan, &states, now).map_err(|why| broken(&why))
}

fn broken(why: &PlanError) -> Error {
    Error::Broken(format!("a saved plan cannot be worked by: {why}"))
}
