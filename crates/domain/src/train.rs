//! Trains: releases of several products that go out together, from environment to environment.
//!
//! People write a [`TrainPlan`]. What its members bring is its [`Bill`]; once boarding is closed that is fixed by hashes, and a
//! change makes another edition of it. [`Integration`] says whether it is complete, fits and was tested together,
//! [`Readiness`] how far the members are and who is late. [`Outlook`] is all of that for the next departure, and [`decide`] what
//! happens next. A train that leaves is carried by a [`crate::group`] run, which knows nothing of trains.

mod bill;
mod check;
mod decide;
mod dependents;
mod document;
mod error;
mod event;
mod facts;
mod finding;
mod integration;
mod lack;
mod late;
mod order;
mod place;
mod readiness;
mod record;
#[cfg(test)]
mod sample;
mod status;
mod together;
mod untested;
mod wait;
mod world;

pub use bill::{Bill, Line, Part, Parts, parts};
pub use check::check;
pub use decide::{Leaving, Outlook, Passenger, TrainAct, TrainDecision, decide};
pub use dependents::dependents;
pub use document::{
    Barrier, Departure, LatePolicy, LateRule, MEMBERS_MAX, Member, NotAfter, TrainPlan,
    TrainPlanError,
};
pub use error::TrainError;
pub use event::{TrainEvent, TrainIllegal};
pub use facts::{MemberFacts, TrainFacts};
pub use finding::{Asks, Finding, UnmetNeed};
pub use integration::{Integration, Way};
pub use lack::Lack;
pub use late::LateAct;
pub use order::{Because, Edge, OrderError, edges, in_order};
pub use place::{Outcome, Past, Place, Places, Runs};
pub use readiness::{Lateness, MemberReadiness, Readiness, Stage};
pub use record::{Amendment, BillEdition, Train, TrainPlanEdition, Word};
pub use status::TrainStatus;
pub use untested::Untested;
pub use wait::TrainWait;
pub use world::Given;
