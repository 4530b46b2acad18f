//! A task as it is shown, with what the plan of its release says of it.

use super::super::procedures::Naming;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    name::Name,
    planning::{PlanEdition, PlannedTask, ReleasePlan, Schedule, Slack, Task, TaskState},
};
use tidegate_protocol::api::{NamedProcedureView, TaskView};

/// The procedure that the plan names for a task, in the version that it was saved with.
pub(in crate::app) fn named_by(
    task: &Task,
    edition: &PlanEdition,
    naming: &Naming,
) -> Option<NamedProcedureView> {
    let same = |it: &&PlannedTask| task.name.as_ref() == Some(&it.name);
    let planned = edition.plan.tasks.iter().find(same)?;
    let named = planned.procedure.as_ref()?;
    naming.view(Some(named), edition.procedures.version(named))
}

/// A task, with what the plan says of it, if there is one.
pub(in crate::app) fn task_view(
    task: &Task,
    plan: Option<(&ReleasePlan, &Schedule)>,
    all: &[Task],
    now: Timestamp,
) -> TaskView {
    let same = |name: &Name| task.name.as_ref() == Some(name);
    let planned = plan.and_then(|(plan, _)| plan.tasks.iter().find(|it| same(&it.name)));
    let slack = plan.and_then(|(_, schedule)| schedule.tasks.iter().find(|it| same(&it.name)));
    let needs = planned.map_or(&[][..], |it| it.needs.as_slice());
    let names = |names: &[Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    TaskView {
        id: task.id.0,
        product: task.product.to_string(),
        version: task.version.to_string(),
        name: task.name.as_ref().map(ToString::to_string),
        title: task.title.clone(),
        document: task.document.clone(),
        procedure: None,
        phase: planned
            .and_then(|it| it.phase.as_ref())
            .map(ToString::to_string),
        milestone: planned
            .and_then(|it| it.milestone.as_ref())
            .map(ToString::to_string),
        owner: task.owner.to_string(),
        assignee: task.assignee.as_ref().map(ToString::to_string),
        needs: names(needs),
        waits_for: names(&waits_for(planned, all)),
        state: task.state.word().to_owned(),
        told: told(&task.state),
        due: slack.map_or(task.due, |it| it.due),
        overdue: task.state.is_pending()
            && slack
                .map_or(task.due, |it| it.due)
                .is_some_and(|due| due < now),
        starts: slack.map(|it| it.starts),
        ends: slack.map(|it| it.ends),
        float_minutes: slack
            .filter(|it| it.is_pending)
            .and_then(Slack::float)
            .map(|it| it.as_mins()),
        critical: slack.is_some_and(|it| it.is_critical),
    }
}

/// The tasks that have to be done before, as far as they are not.
pub(in crate::app) fn waits_for(planned: Option<&PlannedTask>, all: &[Task]) -> Vec<Name> {
    let states: BTreeMap<&Name, &TaskState> = all
        .iter()
        .filter_map(|it| Some((it.name.as_ref()?, &it.state)))
        .collect();
    let is_left = |name: &&Name| states.get(name).is_some_and(|it| it.is_pending());
    let needs = planned.map_or(&[][..], |it| it.needs.as_slice());
    needs.iter().filter(is_left).cloned().collect()
}

/// The state with what was said of it.
fn told(state: &TaskState) -> String {
    match state {
        TaskState::Done { note: said, .. } | TaskState::Skipped { reason: said, .. }
            if !said.is_empty() =>
        {
            format!("{state}: {said}")
        }
        TaskState::Open
        | TaskState::Started { .. }
        | TaskState::Done { .. }
        | TaskState::Skipped { .. }
        | TaskState::Dropped { .. } => state.to_string(),
    }
}
