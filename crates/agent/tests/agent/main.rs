//! The agent against a server that is only played: TLS, processes, keepers, sockets and files are real.

mod artifact;
mod download;
mod faults;
mod server;
mod stage;
mod survival;
mod takeover;
