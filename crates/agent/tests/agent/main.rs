//! The agent against a server that is only played: TLS, processes, keepers, sockets and files are real.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod artifact;
mod demands;
mod download;
mod faults;
mod host;
mod instances;
mod jobs;
mod joining;
mod logs;
mod renewal;
mod server;
mod signing;
mod slots;
mod stage;
mod survival;
mod takeover;
mod traffic;
mod trust;
mod wares;
