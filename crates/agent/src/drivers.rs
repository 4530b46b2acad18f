//! What differs between the ways to bring a target to what it should be: `service`, a process under a keeper, and
//! `traffic`, a load balancer that shares out requests.

pub(crate) mod service;
pub(crate) mod teller;
pub(crate) mod traffic;
