//! When deployments may go out.
//!
//! Nothing here reads a clock or the time zones of the machine: they are compiled in. Start at [`Rule`].

mod rule;

pub use rule::{Ends, Frequency, Occurrences, Rule, RuleError};
