//! Trains: releases of several products that go out together, from environment to environment.
//!
//! People write a [`TrainPlan`]; what its members bring is its [`Bill`]. [`Integration`] says whether that is complete, fits
//! and was tested together, [`in_order`] in which order the members change.

mod bill;
mod document;
mod finding;
mod integration;
mod order;
mod place;
#[cfg(test)]
mod sample;
mod together;
mod world;

pub use bill::{Bill, Line, Part, Parts, parts};
pub use document::{
    Barrier, Departure, LatePolicy, LateRule, MEMBERS_MAX, Member, NotAfter, TrainPlan,
    TrainPlanError,
};
pub use finding::{Asks, Finding, UnmetNeed, Untested};
pub use integration::{Integration, Way};
pub use order::{Because, Edge, OrderError, edges, in_order};
pub use place::{Outcome, Past, Place, Places, Runs};
pub use world::Given;
