//! Tasks as they are shown, with what the plans of their releases say of them.

use super::super::{App, Error, Request, planning, procedures::Naming};
use futures::FutureExt;
use std::collections::{BTreeMap, btree_map::Entry};
use tidegate_domain::{
    access::{Action, Resource},
    id::TaskId,
    name::Name,
    planning::Task,
    version::Version,
};
use tidegate_protocol::api::TaskView;
use tidegate_store::Tx;

impl App {
    /// One task.
    ///
    /// # Errors
    /// When there is none.
    pub async fn task(&self, request: &Request, id: TaskId) -> Result<TaskView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let task = found(tx, request, (Action::Read, *id)).await?;
                    view(tx, request, &task).await
                }
                .boxed()
            })
            .await
    }
}

/// A task that may be asked for something.
pub(in crate::app) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, TaskId),
) -> Result<Task, Error> {
    let missing = || {
        Error::not_found("task-not-found", "task", id)
            .hint("`tidegate task list` shows what is to do")
    };
    let task = tx.task(id).await?.ok_or_else(missing)?;
    let resource = Resource::product(task.product.clone());
    request.permit(tx, (action, &resource), missing).await?;
    Ok(task)
}

/// A task as it is shown, with what the plan of its release says of it.
pub(in crate::app) async fn view(
    tx: &mut Tx,
    request: &Request,
    task: &Task,
) -> Result<TaskView, Error> {
    let views = views(tx, request, std::slice::from_ref(task)).await?;
    views
        .into_iter()
        .next()
        .ok_or_else(|| Error::Broken(format!("task {} is shown as nothing", task.id)))
}

/// Several of them.
pub(super) async fn views(
    tx: &mut Tx,
    request: &Request,
    tasks: &[Task],
) -> Result<Vec<TaskView>, Error> {
    let mut around: BTreeMap<(Name, Version), planning::Around> = BTreeMap::new();
    for task in tasks {
        let of = (task.product.clone(), task.version.clone());
        if let Entry::Vacant(place) = around.entry(of) {
            let of = (&task.product, &task.version);
            place.insert(planning::around(tx, of).await?);
        }
    }
    let plans = around.values().filter_map(|(plan, _)| plan.as_ref());
    let named = plans.flat_map(|(edition, _)| &edition.plan.tasks);
    let named = named.filter_map(|it| it.procedure.as_ref());
    let naming = Naming::of(tx, request, named).await?;
    let mut views = Vec::with_capacity(tasks.len());
    for task in tasks {
        let of = (task.product.clone(), task.version.clone());
        if let Some((plan, all)) = around.get(&of) {
            let with = plan
                .as_ref()
                .map(|(edition, schedule)| (&edition.plan, schedule));
            let edition = plan.as_ref().map(|(edition, _)| edition);
            views.push(TaskView {
                procedure: edition.and_then(|it| planning::named_by(task, it, &naming)),
                ..planning::task_view(task, with, all, tx.now())
            });
        }
    }
    Ok(views)
}
