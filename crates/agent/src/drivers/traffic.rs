//! The `traffic` driver: a load balancer beside the agent that shares out requests as a route says.
//!
//! It may not decide who receives what, and it never ends or starts a balancer. Start at [`direct`], one task per
//! route: it tells the balancer what differs, sees whether that was taken, reports it, and looks again every few
//! seconds, because a balancer may forget or be changed by others. [`look`] only sees whether one answers.

mod director;
mod haproxy;
mod look;
mod nginx;
mod reload;
mod workers;

pub(crate) use director::{Key, Report, direct};
pub(crate) use look::look;
