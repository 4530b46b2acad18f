//! A table of tasks.

use super::super::{
    moment::{Moment, length},
    state::State as Shown,
};
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::TaskView;

/// Tasks, of one release with what they come to, or of several with which release each is for.
#[derive(Debug, Template)]
#[template(path = "parts/task_table.html")]
pub(in crate::web) struct TaskTable {
    label: String,
    shows_release: bool,
    rows: Vec<Row>,
}

impl HtmlSafe for TaskTable {}

#[derive(Debug)]
struct Row {
    view: TaskView,
    state: Shown,
    waits: Option<String>,
    who: String,
    due: Option<Moment>,
    ends: Option<Moment>,
    room: String,
}

impl TaskTable {
    /// Of one release.
    pub(in crate::web) fn of_release(tasks: Vec<TaskView>, now: Timestamp) -> Self {
        Self::new("Tasks", false, tasks, now)
    }

    /// Of several, under a title.
    pub(in crate::web) fn of_many(title: &str, tasks: Vec<TaskView>, now: Timestamp) -> Self {
        Self::new(title, true, tasks, now)
    }

    fn new(label: &str, shows_release: bool, tasks: Vec<TaskView>, now: Timestamp) -> Self {
        Self {
            label: label.to_owned(),
            shows_release,
            rows: tasks.into_iter().map(|task| row(task, now)).collect(),
        }
    }

    /// Whether there is none.
    pub(in crate::web) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(view: TaskView, now: Timestamp) -> Row {
    let seen = |at: Option<Timestamp>| at.map(|at| Moment::seen(at, now));
    let waits = format!("for {}", view.waits_for.join(", "));
    Row {
        state: task_state(&view),
        waits: (!view.waits_for.is_empty()).then_some(waits),
        who: view.assignee.clone().unwrap_or_else(|| view.owner.clone()),
        due: seen(view.due),
        ends: seen(view.ends),
        room: view.float_minutes.map_or_else(String::new, room),
        view,
    }
}

/// How far a task is.
pub(in crate::web) fn task_state(task: &TaskView) -> Shown {
    match task.state.as_str() {
        "open" | "started" if task.overdue => Shown::new("failing", "overdue"),
        "open" if !task.waits_for.is_empty() => Shown::new("waiting", "waits"),
        "open" => Shown::new("waiting", "open"),
        "started" => Shown::new("moving", "started"),
        "done" => Shown::new("steady", "done"),
        other => Shown::new("held", other),
    }
}

/// The room of a task, as people say it.
fn room(minutes: i64) -> String {
    match minutes {
        0.. => length(minutes * 60),
        late => format!("{} late", length(-late * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_said_in_words_and_what_has_none_is_late() {
        assert_eq!(room(120), "2 h");
        assert_eq!(room(-120), "2 h late");
    }
}
