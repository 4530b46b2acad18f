//! The nouns of Tidegate and every decision it takes.
//!
//! # The purity contract
//! Nothing here performs I/O, reads a clock or the environment, or draws a random number: [`random`] only repeats
//! what follows from a seed that it is given. A decision is a plain function of state, input and `now`; what it wants
//! done comes back as values. Maps iterate in a fixed order.
//! The same code therefore runs in production, in the simulator, in rehearsal and in policy backtests.
//!
//! # Where to start
//! [`deployment`] is the heart: its status, events, transition function and `decide`. [`plan`] compiles strategies to the
//! waves that it walks, [`preflight`] says whether its targets are fit, [`group`] keeps several in lockstep, and [`train`] says which products go out together, whether they
//! fit and when they leave. [`converge`] is the same idea on the other side of the wire: the agent's brain. [`analysis`]
//! judges a canary by its metrics, [`calendar`] says when deployment is allowed, [`scope`] what a release brings and whom to
//! tell what about it. [`runbook`] puts the steps of people and of the engine on one timeline. [`planning`] is what people do
//! around all that: tasks, milestones, bookings, and [`communication`] whom they tell what about it, when, and whether it
//! arrived. [`handover`] is how a release is given into other hands. [`review`] looks back at all of it, and keeps what
//! people learnt, [`lifecycle`] says how far a release is from build to review, and what shows it, and [`score`] how large
//! and how risky the next deployment is. [`supplier`] is what others change under us, and what that means. [`issue`] is what
//! is wrong with a release, and [`talk`] what people say to one another about anything, and who stands in for whom.
//! [`agenda`] is the one calendar of all of it, and says what is in whose way. [`procedure`] is how
//! things are done, and who has read that.

pub mod access;
pub mod agenda;
pub mod analysis;
pub mod appearance;
pub mod attachment;
pub mod calendar;
pub mod canonical;
pub mod catalog;
pub mod communication;
pub mod control;
pub mod converge;
pub mod deployment;
pub mod digest;
pub mod drill;
pub mod duration;
pub mod evidence_file;
pub mod generation;
pub mod group;
pub mod handover;
pub mod hurdle;
pub mod id;
pub mod issue;
pub mod journal;
pub mod json;
pub mod latecomer;
pub mod layer;
pub mod lifecycle;
mod markdown;
pub mod name;
pub mod outgoing;
pub mod plan;
pub mod planning;
pub mod preflight;
pub mod procedure;
pub mod random;
pub mod range;
pub mod rehearsal;
pub mod release;
pub mod review;
pub mod revision;
pub mod runbook;
pub mod scope;
pub mod score;
pub mod supplier;
pub mod talk;
pub mod text;
pub mod train;
pub mod version;
