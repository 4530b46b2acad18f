//! What a supplier's change means for us: which products it touches where, directly or through others, and how badly.
//!
//! A [`Graph`] is who needs what of whom in one environment, as it runs there now. [`Impact::of`] walks it from the components that
//! a [`Cause`] concerns; each component is looked at once, so that circles end. [`Concern`]s are the plans of ours that it meets.

mod cause;
mod graph;
mod harm;
mod index;
mod path;
mod plans;
mod products;
mod walk;

pub use cause::Cause;
pub use graph::Graph;
pub use harm::{Breach, Harm};
pub use path::{Path, Step};
pub use plans::{Concern, Plan, PlannedRelease, concerns};
pub use products::Affected;
pub use walk::{Impact, Touched};

#[cfg(test)]
mod tests;
