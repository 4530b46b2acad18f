//! Real repositories, made by git in temporary directories, read and compared with what git says of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod graphs;
mod made;
mod revisions;
mod texts;
mod touched;
