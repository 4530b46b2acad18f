//! Tasks: brought up, taken, begun, finished, and whose they are.
//!
//! [`deeds`] is what people do to them, [`work`] lists what is to do, [`shown`] says what each comes to.

mod deeds;
mod shown;
mod work;

pub use deeds::Deed;
pub(super) use deeds::check_room;
pub(super) use shown::{found, view};
pub use work::WorkOf;
