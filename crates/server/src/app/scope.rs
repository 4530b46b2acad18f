//! The scope of a release: the changes that it brings to an environment since what runs there, and what is told about them.
//!
//! [`gather`] finds in the records from where to where each component goes, and reads its history outside of any transaction;
//! [`shown`] and [`notes`] make of it what people see. [`adjust`], [`word`] and [`items`] keep what people decide, write and
//! import.

mod adjust;
mod gather;
mod items;
mod notes;
mod shown;
mod word;

pub(super) use gather::aside;
pub(super) use items::find_tracker;
