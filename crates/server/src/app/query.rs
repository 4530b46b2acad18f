//! Reads: from stored facts to what API, command line and pages show. What is displayed is computed here, never stored.

mod artifacts;
mod calendar;
mod catalog;
pub(super) mod checks;
mod deployments;
mod doctor;
mod drills;
mod facts;
mod group_runs;
mod rehearsals;
mod releases;
mod status;

pub use artifacts::{Shelf, ShelfLine};
pub(super) use calendar::Declared;
pub use calendar::{Bound, Place, Range, length};
pub use deployments::{Before, summary};
pub(crate) use facts::collect;
pub(super) use facts::{closes, closes_at, in_the_way, opening_of};
pub(crate) use group_runs::stands;
pub use tidegate_store::{AboutPlan, DrillsOf};
