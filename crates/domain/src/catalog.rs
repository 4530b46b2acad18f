//! What an organisation declares: who owns what, what is built, and where it runs.
//!
//! These types are both the records that are stored and the shape of the declarative files; unknown keys are
//! errors. [`path`] answers the one question that spans several of them: in which order environments come.

mod component;
mod document;
mod interface;
mod key_set;
mod kind;
pub mod path;
mod people;
mod retention;
mod source;
mod strategy;
mod value;

pub use component::{
    Component, Driver, ExecProbe, HealthTemplate, HttpProbe, JobTemplate, RouteTemplate,
    ServiceTemplate, StopTemplate, TcpProbe,
};
pub use document::{
    Balance, Document, Environment, Organisation, Product, ProductEnvironment, Programme, Ring,
    Target,
};
pub use interface::{ComponentName, InterfaceError, Need, Needed, Provides, Versions};
pub use key_set::{KeyPurpose, KeySet};
pub use kind::Kind;
pub use people::{Policy, Role, Team};
pub use retention::{Retention, Tagged};
pub use source::{Source, SourceError};
pub use strategy::{AllAtOnce, NamedLimits, NamedStrategy, NotOne};
pub use value::{Scalar, SlotVariables, Variables};
