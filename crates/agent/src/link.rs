//! The agent's link to the server: HTTP/2 over mutual TLS, one connection for everything. Agents dial out only.
//!
//! Losing the server is no event for what runs: nothing here touches a workload. Start at [`Link`]; [`tls`] says
//! whom the agent trusts, [`calls`] spells the requests, [`session`] keeps the conversation going, [`witness`] believes
//! of the journal only what continues the last that it saw.

mod backoff;
mod calls;
mod connection;
mod error;
mod session;
mod tls;
mod witness;

pub(crate) use backoff::Backoff;
pub(crate) use calls::{BlobBody, Told, post_enrol};
pub(crate) use connection::{Link, dial};
pub(crate) use error::LinkError;
pub(crate) use session::{Incoming, Seen, Wishes, converse};
pub(crate) use tls::{Pin, enrolment_config};
