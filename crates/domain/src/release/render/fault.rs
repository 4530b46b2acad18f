//! What keeps a revision from being rendered, in words that name the remedy.

use super::INSTANCES_MAX;
use crate::name::Name;

/// Why a revision cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("component `{component}` on target `{target}`: {fault}")]
pub struct RenderError {
    /// Which component.
    pub component: Name,
    /// On which target.
    pub target: Name,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A variable has no value.
    #[error(
        "variable `{0}` has no value; set it under `vars` of the product, environment or target, or under `slots` of the target"
    )]
    Variable(String),
    /// A secret does not exist.
    #[error("secret `{0}` is not set; use `tidegate secret set`")]
    Secret(String),
    /// The reference is none we know.
    #[error("`${{{0}}}` is not a reference; write `$${{` for a plain `${{`")]
    Reference(String),
    /// A reference is not closed.
    #[error("`${{` is never closed in `{0}`")]
    Open(String),
    /// The text must be a port.
    #[error("`{0}` is not a port from 1 to 65535")]
    Port(String),
    /// The text must be an address with a port.
    #[error("`{0}` is not an address such as 127.0.0.1:8080")]
    Address(String),
    /// A check asks nothing, or too much.
    #[error("a health check takes exactly one of http, tcp and exec")]
    Probe,
    /// Nothing to run.
    #[error("the command is empty")]
    Command,
    /// The text must be a number of instances.
    #[error("`{0}` is not a number of instances from 1 to {INSTANCES_MAX}")]
    Instances(String),
    /// Several instances would lay claim to one port.
    #[error(
        "{0} instances cannot share one port: leave out `listen`, `route` and health by http or tcp, or run one instance"
    )]
    OnePort(u32),
    /// A file would lie outside.
    #[error("file path `{0}` leaves the directory of the component")]
    File(String),
    /// The driver's settings are missing.
    #[error("the settings under `service` are missing")]
    Settings,
}
