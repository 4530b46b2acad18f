//! Releases: drafted, filled, sealed and found.

mod contents;
mod found;
mod seal;

pub(super) use found::{
    check_not_blocked, draft, find, find_product, no_product, snapshot, subject,
};
