//! What a release is for, who is involved, what has to be done by when: its **release plan**.
//!
//! People write a [`ReleasePlan`], begin it from a [`ReleaseTemplate`], and change it together: [`merge`] puts two people's
//! changes together or names what both changed. [`task`] is what becomes of one task, [`schedule`] what all of them come to,
//! [`booking`] who is in each other's way, and [`load`] who has too much to do. Nothing here is about targets: that plan is [`crate::plan`].

pub mod booking;
mod check;
mod concerned;
mod document;
mod due;
mod edition;
pub mod load;
pub mod merge;
mod named;
mod party;
mod prepared;
pub mod schedule;
pub mod task;
mod template;

pub use booking::{Booked, Booking, Clash};
pub use check::{PlanError, TASKS_MAX};
pub use concerned::{Concerned, ConcernedError};
pub use document::{Involved, Milestone, Phase, PlannedTask, ReleasePlan};
pub use due::{Due, DueError, Unplaced};
pub use edition::PlanEdition;
pub use named::Nameable;
pub use party::{Party, PartyError};
pub use prepared::{PlannedMessage, PlannedReview, PlannedRunbooks};
pub use schedule::{Schedule, Slack};
pub use task::{Task, TaskError, TaskEvent, TaskState};
pub use template::{Begun, ReleaseTemplate, TemplateError};
