//! A deployment that was asked for, as the simulator, the scenarios and the benches begin with it.

use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::Slot,
    deployment::{Deployment, Purpose, Stage, Status, TargetRun},
    digest::Digest,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
    plan::{PartHashes, Plan},
    release::Contents,
    revision::RevisionId,
};

/// `plan` from one revision to another on every target.
pub(crate) fn deployment(
    plan: Plan,
    before: Option<RevisionId>,
    after: RevisionId,
    now: Timestamp,
) -> Deployment {
    let live: Name = "live".parse().expect("a name");
    let targets = (0..)
        .zip(&plan.waves)
        .flat_map(|(wave, w)| w.targets.iter().map(move |target| (wave, target.clone())))
        .map(|(wave, target)| TargetRun {
            target,
            wave,
            before,
            proved: None,
            after,
            slot: Slot::Blue,
            slot_before: Slot::Blue,
            addresses: BTreeMap::new(),
            addresses_before: BTreeMap::new(),
            grown: 0,
            fresh: None,
            stage: Stage::Waiting,
        })
        .collect();
    Deployment {
        id: DeploymentId(1),
        product: "storefront".parse().expect("well formed"),
        parts: PartHashes::of(&Contents::new(), Digest::of(b""), &live, &plan),
        environment: live,
        release: "1.1.0".parse().expect("well formed"),
        snapshot: SnapshotNumber(1),
        purpose: Purpose::Promotion,
        plan,
        requested_by: "ada".parse().expect("a name"),
        requested_at: now,
        status: Status::Requested,
        sign_offs: Vec::new(),
        overrides: Vec::new(),
        balancers: Vec::new(),
        traffic: None,
        jobs: Vec::new(),
        trials: Vec::new(),
        inherited: None,
        return_signed: None,
        membership: None,
        checks: Vec::new(),
        fast_track: false,
        change: None,
        supervision: None,
        targets,
    }
}
