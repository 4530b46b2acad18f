//! How the world of a seed begins.

use super::{Manners, World, ada, judge::History, requests::Requests, servers::Servers};
use crate::{
    draw,
    host::{Fate, Host},
    sample,
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    control::Clearance,
    converge::{Balancer, Slot},
    deployment::{BalancerRun, Cause, Decision, Deployment, Event, Purpose, Steps},
    digest::Digest,
    id::DeploymentId,
    name::Name,
    plan::Plan,
    random::Random,
    revision::RevisionId,
};

impl World {
    pub fn random(seed: u64, manners: Manners) -> Self {
        let mut random = Random(seed);
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let first_ever = manners == Manners::Wild && random.percent(15);
        let before = (!first_ever).then(|| revision("old"));
        let total = 1 + random.below(12);
        let targets: Vec<Name> = (0..total)
            .map(|i| format!("t{i}").parse().unwrap())
            .collect();
        let plan = draw::plan(&mut random, manners, &targets);
        let deployment = deployment(&mut random, manners, (plan, before), now);
        let hosts = hosts(&mut random, manners, &deployment);
        Self {
            seed,
            requests: Requests::before(&deployment),
            deployment,
            hosts,
            before,
            after: Some(revision("new")),
            servers: Servers::random(seed, manners, now),
            manners,
            random,
            now,
            last: Decision::default(),
            calendar: None,
            blocked: None,
            clearance: Clearance::default(),
            steps: Steps::default(),
            measurements: Vec::new(),
            balancers: Vec::new(),
            history: History::default(),
            passed_at_rollback: Vec::new(),
        }
    }
}

fn revision(words: &str) -> RevisionId {
    RevisionId(Digest::of(words.as_bytes()))
}

fn deployment(
    random: &mut Random,
    manners: Manners,
    (plan, before): (Plan, Option<RevisionId>),
    now: Timestamp,
) -> Deployment {
    let wild = manners == Manners::Wild;
    let mut deployment = sample::deployment(plan, before, revision("new"), now);
    for run in deployment.targets.iter_mut().filter(|_| wild) {
        run.before = run.before.filter(|_| !random.percent(5));
    }
    if deployment.plan.side_by_side {
        choose_slots(random, &mut deployment);
    }
    // What another deployment left halfway never proved itself: going back leads past it.
    if wild && before.is_some() && random.percent(20) {
        for run in deployment.targets.iter_mut() {
            run.proved = run.before.map(|_| revision("proved"));
        }
    }
    if deployment.plan.shares_instances() {
        // What works off a queue receives no requests.
    } else if deployment.plan.side_by_side {
        let count = usize::try_from(1 + random.below(2)).unwrap();
        deployment.balancers = vec![balancer(); count];
    } else if random.percent(50) {
        deployment.balancers = vec![balancer()];
    }
    let wild_return = wild && random.percent(20) && !deployment.plan.side_by_side;
    if manners == Manners::TakingBack || wild_return {
        take_back(&mut deployment, now);
    }
    deployment
}

/// The new revision comes into the slot beside the old one.
fn choose_slots(random: &mut Random, deployment: &mut Deployment) {
    for run in &mut deployment.targets {
        if random.percent(50) && run.before.is_some() {
            run.slot_before = Slot::Green;
        }
        (run.slot, run.slot_before) = match run.before {
            Some(_) => (run.slot_before.other(), run.slot_before),
            None => (Slot::Blue, Slot::Green),
        };
    }
}

fn hosts(random: &mut Random, manners: Manners, deployment: &Deployment) -> Vec<Host> {
    let limits = &deployment.plan.limits;
    let host = |run| {
        draw::host(
            random,
            manners,
            (run, limits.minimum_healthy),
            deployment.requested_at,
        )
    };
    let mut hosts: Vec<Host> = deployment.targets.iter().map(host).collect();
    let unlucky = usize::try_from(random.below(hosts.len() as u64)).unwrap();
    match manners {
        Manners::OneBad | Manners::OneBadBothWays => {
            hosts[unlucky].fate = Fate::Bad;
            hosts[unlucky].old_fails = manners == Manners::OneBadBothWays;
        }
        Manners::TakingBack => hosts[unlucky].link = crate::host::Link::Cut,
        Manners::Wild | Manners::Good => {}
    }
    hosts
}

fn balancer() -> BalancerRun {
    let haproxy = Balancer::Haproxy {
        socket: "/run/haproxy.sock".into(),
        backend: "shop".into(),
    };
    BalancerRun {
        target: "lb".parse().unwrap(),
        routes: BTreeMap::from([("web".parse().unwrap(), haproxy)]),
    }
}

/// A person takes back an earlier deployment: to the hosts, what they run is what is taken back.
fn take_back(deployment: &mut Deployment, now: Timestamp) {
    deployment.purpose = Purpose::Rollback {
        of: DeploymentId(0),
    };
    let cause = Cause::Person {
        by: ada(),
        reason: String::new(),
    };
    deployment
        .apply(&Event::RollbackStarted { cause }, now)
        .unwrap();
}
