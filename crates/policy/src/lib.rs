//! Cedar policies: who may do what, and which release may go on. The one authorizer of every page, route, command and
//! registry call.
//!
//! Policies are text; what they are asked is a person or a program, an action and a resource, all from
//! `tidegate_domain::access`. The answer is a [`Permit`], which only the [`Authorizer`] can make: code that changes
//! something takes one. The language is Cedar (<https://docs.cedarpolicy.com>), validated strictly by a schema made of
//! the domain's own words.
//!
//! *Absent on purpose:* I/O, clocks, and any decision that is not a policy's. Start at [`Authorizer`], or at
//! [`Controls`] for what a release has to satisfy.

mod authorizer;
mod controls;
mod entities;
mod fault;
mod schema;
mod shipped;
mod slices;
mod text;

pub use authorizer::{Answer, Authorizer, Denied, Note, Permit};
pub use controls::{
    Controls, control_schema_text, examine_control, shipped_controls, shipped_controls_text,
};
pub use fault::PolicyFault;
pub use schema::text as schema_text;
pub use shipped::text as shipped_text;
pub use text::{PolicyText, examine};
