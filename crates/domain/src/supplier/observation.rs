//! What was observed of a supplier: each deployment with what it is, once that is known.

use super::{Change, notice::Match};
use crate::{id::ObservationId, name::Name};
use serde::{Deserialize, Serialize};

/// A supplier's deployment as it was observed, and the notice that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Its number.
    pub id: ObservationId,
    /// What was observed.
    pub deployed: Deployed,
    /// What it is, by [`super::notice::matched`].
    pub matched: Match,
}

/// What a supplier deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployed {
    /// Who.
    pub supplier: Name,
    /// Which of its components.
    pub component: Name,
    /// Where.
    pub environment: Name,
    /// What was changed, and when.
    pub change: Change,
}
