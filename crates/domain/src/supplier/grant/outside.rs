//! What is seen and done with a grant: the supplier's own tasks and notices, and nothing of who of us deals with them.

use super::{Grant, Refusal, Right};
use crate::{
    id::{Edition, SupplierTaskId},
    supplier::{
        Announcement, Line, Paragraphs, SupplierTask,
        notice::{Incoming, Intent, Notice, NoticeStatus, Source, Times},
        task::TaskEvent,
    },
};
use jiff::Timestamp;

/// A task as the supplier sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: SupplierTaskId,
    /// What is to be done.
    pub title: Line,
    /// How, and what for.
    pub description: Paragraphs,
    /// By when.
    pub due: Option<Timestamp>,
    /// How far it is.
    pub status: &'static str,
}

/// A notice as the supplier sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Their own number of it.
    pub number: Line,
    /// What they announced.
    pub title: Line,
    /// When it is to be.
    pub times: Option<Times>,
    /// What became of it.
    pub status: &'static str,
    /// The same in a sentence, as we tell it to them.
    pub told: &'static str,
    /// How many editions there are.
    pub edition: Edition,
    /// When this edition came in.
    pub came: Timestamp,
}

/// What a contact wants to say of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// That they know.
    Acknowledge,
    /// That it is done, and what came of it.
    Finish(String),
}

impl Grant {
    /// The tasks that they see.
    ///
    /// # Errors
    /// When they see none.
    pub fn tasks(&self, all: &[SupplierTask]) -> Result<Vec<TaskView>, Refusal> {
        self.may(Right::SeeTasks)?;
        let seen = all.iter().filter(|it| self.covers(it));
        Ok(seen.map(TaskView::of).collect())
    }

    /// The notices that they see: all of their supplier, and none that a stranger sent in its name. Who may announce and not see
    /// those of others sees what they announced themselves.
    ///
    /// # Errors
    /// When they see none.
    pub fn notices(&self, all: &[Notice]) -> Result<Vec<NoticeView>, Refusal> {
        let sees_all = self.may(Right::SeeNotices);
        if sees_all.is_err() && self.may(Right::Announce).is_err() {
            return sees_all.map(|()| Vec::new());
        }
        let seen = all
            .iter()
            .filter(|it| it.supplier == self.supplier && !it.is_doubtful());
        let seen = seen.filter(|it| sees_all.is_ok() || self.announced(it));
        Ok(seen.map(NoticeView::of).collect())
    }

    /// What is to happen to a task when they want something. Of a task that they do not see they do not learn that it is there.
    ///
    /// # Errors
    /// When they may not.
    pub fn wish(&self, wish: &Wish, task: Option<&SupplierTask>) -> Result<TaskEvent, Refusal> {
        let by = self.contact.clone();
        let (right, event) = match wish {
            Wish::Acknowledge => (Right::Acknowledge, TaskEvent::Acknowledged { by }),
            Wish::Finish(note) => {
                let note = Paragraphs::of(note);
                (Right::Finish, TaskEvent::Finished { by, note })
            }
        };
        self.may(right)?;
        match task.is_some_and(|it| self.covers(it)) {
            true => Ok(event),
            false => Err(Refusal::NotYours),
        }
    }

    /// What comes in when they announce something or take it back. It is checked like everything that comes in.
    ///
    /// # Errors
    /// When they may not.
    pub fn announce(
        &self,
        number: &str,
        intent: Intent,
        announcement: Announcement,
    ) -> Result<Incoming, Refusal> {
        self.may(Right::Announce)?;
        let mail = self.contact.clone();
        Ok(Incoming {
            number: Line::of(number),
            intent,
            announcement,
            sequence: None,
            stamp: None,
            source: Source::Contact { mail },
        })
    }

    /// Whether they announced an edition of it.
    fn announced(&self, notice: &Notice) -> bool {
        let is_theirs = |source: &Source| match source {
            Source::Contact { mail } => *mail == self.contact,
            Source::Form { .. } | Source::Api { .. } | Source::Ics { .. } | Source::Mail { .. } => {
                false
            }
        };
        let mut all = notice.editions().iter();
        all.any(|it| is_theirs(&it.source))
    }

    fn covers(&self, task: &SupplierTask) -> bool {
        let is_named = self.tasks.as_ref().is_none_or(|all| all.contains(&task.id));
        task.supplier == self.supplier && is_named
    }
}

impl TaskView {
    fn of(task: &SupplierTask) -> Self {
        Self {
            id: task.id,
            title: task.title.clone(),
            description: task.description.clone(),
            due: task.due,
            status: task.status.word(),
        }
    }
}

impl NoticeView {
    fn of(notice: &Notice) -> Self {
        let edition = notice.current();
        let announcement = &edition.announcement;
        Self {
            told: told(notice),
            edition: edition.edition,
            came: edition.at,
            number: notice.number.clone(),
            title: announcement.title.clone(),
            times: announcement.times.clone(),
            status: notice.status.word(),
        }
    }
}

/// What became of a notice, as those read it who announced it: nothing of who of us did what, and why.
fn told(notice: &Notice) -> &'static str {
    if notice.status.is_awaited() && !notice.seen().is_empty() {
        return "we saw it happen in some places, and not in all of them yet";
    }
    match notice.status {
        NoticeStatus::Announced { .. } => "it came in, and nobody of us said yet that they read it",
        NoticeStatus::Acknowledged { .. } => "one of us has read it",
        NoticeStatus::Overdue { .. } => "its time is over, and we did not see it happen",
        NoticeStatus::Happened { .. } => "we know that it has happened",
        NoticeStatus::Closed { .. } => "it has happened, and nothing is left to do about it",
        NoticeStatus::Cancelled { .. } => "it was taken back",
        NoticeStatus::Withdrawn { .. } => "we set it aside: ask those who sent you the link",
    }
}
