//! A deployment for tests of what is told from one.

use super::{Deployment, Purpose, Stage, Status, TargetRun};
use crate::{
    converge::Slot,
    digest::Digest,
    duration::Millis,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
    plan::{Check, Fleet, Limits, PartHashes, Plan, Rolling, Share, Strategy, compile},
    release::Contents,
    revision::RevisionId,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Rolling over targets `t0`, `t1`…, with checks in JSON after each wave.
pub(crate) fn plan(targets: u32, batch: u32, checks: &[&str]) -> Plan {
    let name = |i: u32| format!("t{i}").parse::<Name>().unwrap();
    let fleet = Fleet {
        targets: (0..targets).map(name).collect(),
        ..Fleet::default()
    };
    let strategy = Strategy::Rolling(Rolling {
        batch: Share::Count(batch),
        bake: Millis::from_secs(10),
    });
    let checks: Vec<Check> = checks
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    compile((strategy, checks), &fleet, &Limits::default(), None).unwrap()
}

/// Shop 1.1.0 to live by this plan, as it is when it was asked for: every target runs an old revision.
pub(crate) fn requested(plan: Plan) -> Deployment {
    let live: Name = "live".parse().unwrap();
    let waves = (0..).zip(&plan.waves);
    let targets = waves.flat_map(|(wave, w)| w.targets.iter().map(move |target| (wave, target)));
    let run = |(wave, target): (u32, &Name)| TargetRun {
        target: target.clone(),
        wave,
        before: Some(RevisionId(Digest::of(b"old"))),
        proved: None,
        slot: Slot::Blue,
        slot_before: Slot::Blue,
        addresses: BTreeMap::new(),
        addresses_before: BTreeMap::new(),
        grown: 0,
        fresh: None,
        after: RevisionId(Digest::of(b"new")),
        stage: Stage::Waiting,
    };
    Deployment {
        id: DeploymentId(1),
        product: "shop".parse().unwrap(),
        parts: PartHashes::of(&Contents::new(), Digest::of(b""), &live, &plan),
        environment: live,
        release: "1.1.0".parse().unwrap(),
        snapshot: SnapshotNumber(1),
        purpose: Purpose::Promotion,
        targets: targets.map(run).collect(),
        plan,
        requested_by: "ada".parse().unwrap(),
        requested_at: Timestamp::UNIX_EPOCH,
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
    }
}
