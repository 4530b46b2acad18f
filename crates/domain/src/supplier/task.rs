//! Tasks that a supplier was asked to do, and what becomes of them.

mod transition;

pub use transition::TaskIllegal;

use super::{Line, Paragraphs};
use crate::{
    communication::MailAddress,
    id::{NoticeId, SupplierTaskId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that a supplier was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierTask {
    /// Its number.
    pub id: SupplierTaskId,
    /// Who was asked.
    pub supplier: Name,
    /// In a line; they read it.
    pub title: Line,
    /// How, and what for; they read it.
    #[serde(default, skip_serializing_if = "Paragraphs::is_empty")]
    pub description: Paragraphs,
    /// The notice that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeId>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What it is of what the supplier takes a known time for, and when that had to be asked for to be there when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// Who of us asked.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub status: TaskStatus,
}

/// What a supplier says how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// What that is called.
    pub what: Name,
    /// When it had to be asked for at the latest, to be there in time.
    pub ask_by: Timestamp,
}

/// How far a supplier's task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum TaskStatus {
    /// They were asked.
    Asked,
    /// They said that they know.
    Acknowledged {
        /// Which contact.
        by: MailAddress,
        /// When.
        at: Timestamp,
    },
    /// They did it.
    Finished {
        /// Which contact.
        by: MailAddress,
        /// When.
        at: Timestamp,
        /// When they said anything first.
        answered: Timestamp,
        /// What came of it.
        note: Paragraphs,
    },
    /// They need not do it any more.
    Withdrawn {
        /// Who of us said so.
        by: Name,
        /// When.
        at: Timestamp,
    },
}

/// What can happen to a supplier's task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum TaskEvent {
    /// They said that they know.
    Acknowledged {
        /// Which contact.
        by: MailAddress,
    },
    /// They did it.
    Finished {
        /// Which contact.
        by: MailAddress,
        /// What came of it.
        note: Paragraphs,
    },
    /// It is not done after all.
    Reopened {
        /// Who of us said so.
        by: Name,
    },
    /// They need not do it any more.
    Withdrawn {
        /// Who of us said so.
        by: Name,
    },
}

impl SupplierTask {
    /// Whether it was asked for later than the supplier needs: then it is not theirs when it comes late.
    pub fn is_asked_late(&self) -> bool {
        self.lead.as_ref().is_some_and(|it| it.ask_by < self.at)
    }

    /// The same after something happened.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &TaskEvent, at: Timestamp) -> Result<Self, TaskIllegal> {
        let status = self.status.after(event, at)?;
        Ok(Self {
            status,
            ..self.clone()
        })
    }

    /// When they said anything first; none while they did not.
    pub const fn answered(&self) -> Option<Timestamp> {
        match self.status {
            TaskStatus::Acknowledged { at, .. } => Some(at),
            TaskStatus::Finished { answered, .. } => Some(answered),
            TaskStatus::Asked | TaskStatus::Withdrawn { .. } => None,
        }
    }
}
