//! When deployments may go out: windows allow, freezes forbid, and a freeze wins.
//!
//! Nothing here reads a clock or the time zones of the machine: they are compiled in. Start at [`Calendar::judge`]. A
//! [`Window`] or [`Freeze`] is once or recurs ([`Recurrence`]) by a [`Rule`] of iCalendar; a [`Cover`](cover) is the union
//! of their spans. [`ics`] shows them to other calendars.

mod cover;
mod document;
pub mod ics;
mod judge;
mod length;
mod recurrence;
mod rule;
mod window;
mod zone;

pub use document::DocumentError;
pub use judge::{Calendar, Closed, Edge, Opening};
pub use length::{Length, LengthError};
pub use recurrence::{Recurrence, RecurrenceError};
pub use rule::{Ends, Frequency, Occurrences, Rule, RuleError};
pub use window::{Freeze, InFlight, Interval, IntervalError, Scope, Span, When, Window};
pub use zone::{Zone, ZoneError};
