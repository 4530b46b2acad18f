//! Procedures: versioned documents that people acknowledge.
//!
//! A [`Procedure`] is declared in a file or written on its page. Each text of it that differs from the one before is a
//! [`ProcedureVersion`] with a number, and none is ever changed. Whom it [binds](Bound) says that they have read the version in
//! force; a [`Gap`] is who has not. What names a procedure keeps in [`MadeWith`] which version it was made with, so that it can say
//! when another is in force. [`Review`] is somebody's word that a text is still right, and until when.
//!
//! [`lines`] says what became of a text between two versions, and puts two people's changes of one together.

mod bound;
mod document;
mod gap;
pub mod lines;
mod made_with;
mod review;
mod version;

pub use bound::{Bound, BoundError};
pub use document::{BODY_MAX, CHANGE_MAX, Procedure, ProcedureError};
pub use gap::{Gap, Reader, Standing};
pub use made_with::{MadeWith, Older};
pub use review::{ProcedureState, Retired, Review, due};
pub use version::{Origin, ProcedureVersion, Stamp, VersionError};
