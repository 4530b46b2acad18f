//! Preflights and duties for tests.

use super::{digest, name, time};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    id::{PreflightId, SnapshotNumber},
    preflight::{Aspect, Duty, Finding, HostFacts, HostQuestion, Preflight, Verdict},
};

/// A preflight that found something of targets and something of people.
pub(crate) fn preflight(id: u64, environment: &str) -> Preflight {
    let finding = |aspect, verdict, targets: &[&str]| Finding {
        aspect,
        verdict,
        targets: targets.iter().map(|target| name(target)).collect(),
        what: "its clock is 45 s behind the server's".into(),
        remedy: "let it follow a time server".into(),
    };
    Preflight {
        id: PreflightId(id),
        product: name("storefront"),
        release: "1.1.0".parse().unwrap(),
        snapshot: SnapshotNumber(2),
        environment: name(environment),
        plan: digest(environment),
        targets: 2,
        requested_by: name("ada"),
        requested_at: time(1),
        findings: vec![
            finding(Aspect::Clock, Verdict::Failed, &["node-1", "node-2"]),
            finding(Aspect::WayBack, Verdict::Warned, &["node-1"]),
            finding(Aspect::Duty, Verdict::Unknown, &[]),
            finding(Aspect::Disk, Verdict::Passed, &["node-1"]),
        ],
    }
}

/// Somebody's word that they are on duty.
pub(crate) fn duty(person: &str, until: i64) -> Duty {
    Duty {
        product: name("storefront"),
        release: "1.1.0".parse().unwrap(),
        environment: name("live"),
        person: name(person),
        confirmed_at: time(1),
        until: time(until),
        reach: "extension 7".into(),
    }
}

/// What an agent is asked about a product.
pub(crate) fn question(product: &str) -> HostQuestion {
    HostQuestion {
        product: name(product),
        listen: Vec::new(),
        workloads: BTreeMap::new(),
        balancers: BTreeMap::new(),
    }
}

/// What an agent found when its clock showed so many seconds.
pub(crate) fn facts(clock: i64) -> HostFacts {
    HostFacts {
        clock: time(clock),
        certificate_ends: None,
        authority_ends: None,
        disk: None,
        memory: None,
        ports: Vec::new(),
        unpacked: BTreeSet::new(),
        balancers: Vec::new(),
    }
}
