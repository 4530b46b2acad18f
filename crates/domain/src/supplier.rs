//! Suppliers: others who make or deploy components that ours need, and what their changes mean for us.
//!
//! A [`Supplier`] is declared. Nothing here asks anybody.

mod document;
pub mod grant;
pub mod impact;
pub mod notice;
pub mod probe;
pub mod reading;
pub mod response;
mod runs;
pub mod scorecard;
pub mod task;
mod text;
mod watch;

pub use document::{
    AgreedWindow, Availability, AvailabilityError, ChangeKind, Contact, Matter, Obligations,
    Supplier, SupplierComponent, SupplierError, SupplierPlace,
};
pub use grant::Grant;
pub use impact::{Cause, Graph, Harm, Impact};
pub use notice::{Announcement, Notice};
pub use probe::{Probe, ProbeError, Sighting};
pub use response::Response;
pub use runs::runs;
pub use scorecard::Scorecard;
pub use task::SupplierTask;
pub use text::{Line, Paragraphs, Said};
pub use watch::{Change, Known, Sign, Silence, Told, ToldError, Watch};
