//! The agents' address: mutual TLS, the long poll, and blobs for those that are told to run them.
//!
//! [`authority`] certifies, [`evidence`] knows what each may fetch, [`listener`] terminates TLS and knows the peer, [`link`] answers the calls of
//! `tidegate_protocol::agent`, [`presence`] notices who is in touch, [`desk`] passes questions on, such as [`output`]'s.

pub(crate) mod authority;
pub(crate) mod desk;
mod evidence;
mod link;
mod listener;
pub(crate) mod output;
mod presence;

pub(crate) use listener::serve;
