//! The lifecycle of a release: build, testing, staging, live, reviewed, and what shows each.
//!
//! A [`Fact`] is something that a build or a test run was told of: it is kept as it came and never changed. [`CloudEvent`] and
//! [`cdevent`] read it from the events of others. [`runs`] puts together what was told of one run, whatever the order it came in.
//! [`Lifecycle::of`] is the status: it is computed whenever somebody asks, and stored nowhere.
//!
//! May not: say whether a release may go on. Controls do.

mod artifact_id;
pub mod cdevent;
mod event;
mod fact;
mod happened;
mod place;
mod run;
mod stage;
mod status;
mod testing;

pub use artifact_id::{ArtifactIdError, digest_of};
pub use event::{CloudEvent, EventError, Headers};
pub use fact::{
    BuildState, Fact, FactKey, Mark, MarkError, Outcome, RunKey, SuiteState, Told, What,
};
pub use happened::{AHEAD_MAX, ClockError, happened};
pub use place::{Place, PlaceState, place};
pub use run::{Means, Run, RunKind, RunState, runs};
pub use stage::{Shown, Stage, StageKind, StageState};
pub use status::{Lifecycle, Made, Reviewed, Seen};

#[cfg(test)]
mod tests;
