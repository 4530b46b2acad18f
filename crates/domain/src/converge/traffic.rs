//! How requests to a component are shared out by a load balancer.
//!
//! Load balancers are targets: only the agent beside one touches its socket or its files. Pure, like everything in
//! this crate. [`Route`] is what an agent is told and [`RouteReport`] what it says; [`shares`] makes weights of the
//! share that the new servers should receive, and [`changes`] says what a balancer has to be told, in which order.

mod changes;
mod route;
mod shares;

pub use changes::changes;
pub use route::{Balancer, Route, RouteError, RouteReport, RouteState, Server, WEIGHT_MAX};
pub use shares::{Shares, shares};
