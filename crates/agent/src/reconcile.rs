//! The agent itself: collect what is, let the domain decide, perform its steps.
//!
//! Start at [`run`]. The loop only collects; [`agent`] holds the state and handles one event at a time,
//! [`instruction`] takes what the server says as far as it is to be [believed](belief), [`perform`] carries out the domain's steps, [`supervised`] has
//! components seen to, [`jobs`] has done what is done once, [`traffic`] has balancers directed, [`observe`] says what is seen.

mod agent;
mod belief;
mod instruction;
mod jobs;
mod observe;
mod perform;
mod run;
mod supervised;
mod traffic;

pub use run::{RunError, RunOptions, run};
