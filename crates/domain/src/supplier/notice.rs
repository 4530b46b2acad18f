//! Notices: what a supplier says that it is going to change, and what becomes of that.
//!
//! However it comes in, it is an [`Incoming`]; one with the supplier's own number that is known already is another [`Edition`] of
//! the same [`Notice`]. [`NoticeStatus`] is what became of it, by one transition function. [`matched`] says which notice an observed
//! deployment belongs to, or that it is a surprise.

mod announcement;
mod event;
mod matching;
mod record;
mod source;
mod status;
mod transition;

pub use announcement::{Announcement, AnnouncementError, Period, Times};
pub use event::{NoticeEvent, Witness};
pub use matching::{Fit, Match, Misplaced, TOLERANCE, matched};
pub use record::{Edition, Incoming, Intent, Notice, Received, Seen, Unchanged};
pub use source::{Source, Vouched};
pub use status::NoticeStatus;
pub use transition::NoticeIllegal;
