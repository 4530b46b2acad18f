//! One task: what has to be done, how far it is, and what may be done to it now.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place},
    parts::{NamedProcedure, Prose, Talk, sentence, task_state},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, tasks::Deed},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{access::Action, id::TaskId, talk::Subject};
use tidegate_protocol::api::{TaskDeedRequest, TaskView};

#[derive(Template)]
#[template(path = "task.html")]
struct Page {
    frame: Frame,
    sentence: String,
    state: Shown,
    due: Option<Moment>,
    waits_for: Vec<String>,
    procedure: Option<NamedProcedure>,
    /// What the visitor may do, if it is still to be done.
    work: Option<Work>,
    /// What the visitor may say of it.
    steer: Option<Steer>,
    /// Why the visitor does nothing to it.
    barred: Option<Prose>,
    talk: Talk,
    task: TaskView,
}

struct Work {
    may_begin: bool,
    may_take: bool,
}

struct Steer {
    is_pending: bool,
    may_reopen: bool,
}

/// What a person says of it.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
    #[serde(default)]
    to: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let task = app.task(&request, number(&id)?).await?;
    let place = Place::product(&task.product);
    let talk = Talk::of(&app, &request, &Subject::Task(number(&id)?)).await?;
    let works = offer::barred(&app, &request, (Action::WorkTask, place)).await?;
    let assigns = offer::barred(&app, &request, (Action::AssignTask, place)).await?;
    let is_open = task.state == "open";
    let is_pending = is_open || task.state == "started";
    answer(&Page {
        frame: Frame::new(&format!("Task {id}"), Section::Work, &request).twins(
            format!("/api/v1/tasks/{id}"),
            format!("tidegate task show {id}"),
        ),
        sentence: sentence(&task.title),
        state: Shown::new(task_state(&task).shape, task.told.clone()),
        due: task.due.map(|due| Moment::seen(due, Timestamp::now())),
        waits_for: task.waits_for.clone(),
        procedure: task.procedure.clone().map(Into::into),
        work: (works.is_none() && is_pending).then(|| Work {
            may_begin: is_open,
            may_take: task.assignee.as_deref() != Some(request.actor.name.as_str()),
        }),
        steer: assigns.is_none().then_some(Steer {
            is_pending,
            may_reopen: !is_open,
        }),
        barred: works,
        talk,
        task,
    })
}

pub(in crate::web) async fn carry_out(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/tasks/{id}");
    let said = TaskDeedRequest {
        note: word.note.trim().to_owned(),
        to: Some(word.to.trim().to_owned()),
    };
    let back = |error: Error| Fault::back(error, &here);
    let (id, deed) = (number(&id).map_err(back)?, Deed::of(&deed).map_err(back)?);
    app.do_task(request, id, deed, &said).await.map_err(back)?;
    Ok(Redirect::to(&here))
}

fn number(text: &str) -> Result<TaskId, Error> {
    let number = text.parse().map(TaskId);
    number.map_err(|_| Error::not_found("task-not-found", "task", text))
}
