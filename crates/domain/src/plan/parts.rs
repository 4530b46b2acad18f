//! What an approval is bound to: one hash per part of a deployment.

use super::Plan;
use crate::{canonical, digest::Digest, name::Name, release::Contents};
use serde::{Deserialize, Serialize};

/// The versioned map of part hashes. A part that is absent is explicitly null, so that adding it later voids what
/// was approved without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartHashes {
    /// Of this map; 1.
    pub version: u32,
    /// Component digests.
    pub contents: Option<Digest>,
    /// The configuration snapshot.
    pub configuration: Option<Digest>,
    /// The strategy with its checks.
    pub strategy: Option<Digest>,
    /// Which targets are meant (not which hosts they are today), and the limits.
    pub selector: Option<Digest>,
    /// The backout plan.
    pub backout: Option<Digest>,
    /// Written communications.
    pub communications: Option<Digest>,
}

impl PartHashes {
    /// The hashes of a deployment of `contents` with the snapshot `configuration` to all targets of `environment`.
    pub fn of(contents: &Contents, configuration: Digest, environment: &Name, plan: &Plan) -> Self {
        Self {
            version: 1,
            contents: Some(canonical::hash(contents)),
            configuration: Some(configuration),
            // Without checks it is the hash that it was before there were any.
            strategy: Some(match plan.checks.as_slice() {
                [] => canonical::hash(&plan.strategy),
                checks => canonical::hash(&(&plan.strategy, checks)),
            }),
            selector: Some(canonical::hash(&(environment, &plan.limits))),
            backout: None,
            communications: None,
        }
    }
}
