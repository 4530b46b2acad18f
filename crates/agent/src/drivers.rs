//! What differs between the ways to run a component. One today: `service`, a process under a keeper.

pub(crate) mod service;
