//! Suppliers: others who make or deploy components that ours need, and what their changes mean for us.
//!
//! A [`Supplier`] is declared. What it is going to change it says in [`Notice`]s, which come in by hand or are read from calendars and
//! mails ([`reading`]). What it did change is found out by [`Probe`]s: a [`Watch`] believes nothing at once, and [`notice::matched`]
//! says which notice a deployment belongs to or that it is a surprise: both are an [`Observation`]. [`Impact`] is what either means for our products, environments and plans,
//! a [`Response`] what we do about it. A [`Grant`] lets a contact of the supplier see and do a little, and a [`Scorecard`] tells how it
//! kept to what it promised.
//!
//! Nothing here asks anybody, and nothing that a supplier says is believed for its own sake.

mod document;
pub mod grant;
pub mod impact;
mod incident;
pub mod notice;
mod observation;
pub mod probe;
pub mod reading;
pub mod response;
mod runs;
pub mod scorecard;
pub mod task;
mod watch;

pub use crate::text::{Line, Paragraphs, Said};
pub use document::{
    AgreedWindow, Availability, AvailabilityError, ChangeKind, Contact, Matter, Obligations,
    Supplier, SupplierComponent, SupplierError, SupplierPlace,
};
pub use grant::Grant;
pub use impact::{Cause, Graph, Harm, Impact};
pub use incident::{Incident, IncidentError};
pub use notice::{Announcement, Notice};
pub use observation::{Deployed, Observation};
pub use probe::{Probe, ProbeError, Sighting};
pub use response::Response;
pub use runs::runs;
pub use scorecard::Scorecard;
pub use task::SupplierTask;
pub use watch::{Change, Known, Sign, Silence, Told, ToldError, Watch};
