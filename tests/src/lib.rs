//! Black-box tests: processes and HTTP only. Nothing of Tidegate's own code is used here, so that a test sees what
//! people and their scripts see.
//!
//! This library starts the parts; each file of `tests/` is a story. Everything that was started is ended by its
//! process id, also when a test panics. A part that is missing is a failure, never a skipped test.

pub mod bent;
pub mod browser;
pub mod cosign;
pub mod disk;
pub mod entrance;
pub mod fleet;
pub mod hand;
pub mod handover;
pub mod haproxy;
pub mod ics;
pub mod identity_provider;
pub mod laboratory;
pub mod listener;
pub mod lying_site;
pub mod makers;
pub mod mirror;
pub mod office;
pub mod page;
pub mod past;
pub mod planners;
pub mod post_office;
pub mod press;
pub mod process;
pub mod prometheus;
pub mod repository;
pub mod server;
pub mod shop;
pub mod staff;
pub mod stage;
pub mod station;
pub mod stopwatch;
pub mod supplier_site;
pub mod web_hook;
