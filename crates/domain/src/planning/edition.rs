//! The editions of a release plan: each saving of it is one, and none is ever changed.

use super::{Begun, ReleasePlan};
use crate::{id::Edition, name::Name, procedure::MadeWith, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A release plan as somebody saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEdition {
    /// The product whose release is planned.
    pub product: Name,
    /// Which release.
    pub version: Version,
    /// Its number; whoever saves says which one theirs was made from.
    pub edition: Edition,
    /// The plan.
    pub plan: ReleasePlan,
    /// The procedures that its tasks name, in the versions that were in force when it was saved.
    #[serde(default, skip_serializing_if = "MadeWith::is_empty")]
    pub procedures: MadeWith,
    /// The template that it began from.
    pub begun: Option<Begun>,
    /// Who saved it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}
