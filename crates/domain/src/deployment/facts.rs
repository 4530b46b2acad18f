//! What is known about the targets of a deployment at the moment of a decision.
//!
//! The engine collects these; [`TargetFacts::of`] reads them out of what is stored, so that a decision never looks
//! at raw states.

use super::{Measurement, Steps, TargetRun};
use crate::{
    calendar::Opening,
    control::Clearance,
    converge::{
        Attestation, DesiredState, Health, JobReport, ObservedState, PrepareState, Route,
        RouteReport, RouteState, Server, Slot,
    },
    digest::Digest,
    name::Name,
    revision::{Revision, RevisionId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known, one entry per target in the order of the deployment's list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// By position.
    pub targets: Vec<TargetFacts>,
    /// What is known about the load balancers, in the order of the deployment's list.
    pub balancers: Vec<BalancerFacts>,
    /// What the calendar says of its place; open, when it says nothing.
    pub calendar: Option<Opening>,
    /// What the checks after the present wave were answered, in the order of their numbers.
    pub measurements: Vec<Measurement>,
    /// Why the release is blocked, if it is.
    pub blocked: Option<String>,
    /// What controls, approvals, change request and supervision say; clear, where nothing asks for any, and as long as
    /// nothing may begin ([`super::Deployment::may_begin_next`]).
    pub clearance: Clearance,
    /// What people's steps say, by its deployment plan and its backout plan.
    pub steps: Steps,
}

/// What is known about one load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalancerFacts {
    /// Whether its agent is in touch.
    pub connected: bool,
    /// Whether the agent has accepted the newest instruction.
    pub current: bool,
    /// Whether the balancer itself says that it shares out as that instruction tells it.
    pub applied: bool,
    /// Why it does not.
    pub failure: Option<String>,
}

/// What is known about one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// Whether its agent is in touch.
    pub connected: bool,
    /// The revision its desired state tells it to run.
    pub told: Option<RevisionId>,
    /// Whether the agent has accepted the newest instruction.
    pub current: bool,
    /// The revision every component attests, by revision and by digest.
    pub running: Option<RevisionId>,
    /// Whether the new revision lies ready.
    pub prepared: Option<Readiness>,
    /// The worst health of its components.
    pub health: Option<Health>,
    /// How well what it runs has shown itself.
    pub proof: Proof,
    /// Since when it has been healthy without a break on what it runs, as heard; to say how long it still takes.
    pub healthy_since: Option<Timestamp>,
    /// The words of the component that does worst.
    pub detail: String,
    /// What it says of jobs.
    pub jobs: Vec<JobReport>,
    /// What keeps its agent from following, such as that it was revoked; a clause about the agent.
    pub obstacle: Option<String>,
}

/// How well what a target runs has shown itself since it runs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Proof {
    /// It was not healthy yet: it may still be starting.
    #[default]
    None,
    /// It was healthy at some moment: it no longer starts.
    WasHealthy,
    /// Every component attests that it is healthy without a break for as long as the plan asks.
    Proved,
}

/// Whether a revision lies ready on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It does.
    Ready,
    /// It cannot.
    Failed(String),
}

/// What the server keeps of a target's last report on one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// As the agent sent it.
    pub observed: ObservedState,
    /// Since when every component has been healthy on one revision.
    pub healthy_since: Option<Timestamp>,
    /// Whether every component was healthy at some moment since it runs what it runs.
    #[serde(default)]
    pub was_healthy: bool,
}

impl Report {
    /// The report that follows `previous` when the agent sends `observed` at `now`. A component that was started
    /// anew in between has not been healthy without a break.
    pub fn following(previous: Option<&Self>, observed: ObservedState, now: Timestamp) -> Self {
        let active = &observed.active;
        let healthy = !active.is_empty() && active.iter().all(|a| a.health == Health::Healthy);
        let runs_the_same = previous.filter(|p| revisions(&p.observed).eq(revisions(&observed)));
        let unbroken = runs_the_same.filter(|p| starts(&p.observed).eq(starts(&observed)));
        let since = unbroken.and_then(|p| p.healthy_since).unwrap_or(now);
        let was_healthy = healthy || runs_the_same.is_some_and(|p| p.was_healthy);
        Self {
            observed,
            healthy_since: healthy.then_some(since),
            was_healthy,
        }
    }
}

fn revisions(observed: &ObservedState) -> impl Iterator<Item = (&Name, Slot, Option<RevisionId>)> {
    let active = observed.active.iter();
    active.map(|a| (&a.component, a.slot, a.revision))
}

fn starts(observed: &ObservedState) -> impl Iterator<Item = u32> {
    observed.active.iter().map(|a| a.starts)
}

/// The manifest digests that make up a revision, by component.
pub type Attested = BTreeMap<Name, Digest>;

/// What a target must attest to be said to run `revision`.
pub fn attested(revision: &Revision) -> Attested {
    revision
        .components
        .iter()
        .map(|c| (c.component.clone(), c.artifact))
        .collect()
}

impl TargetFacts {
    /// Reads the facts of one target, in one slot, out of what is stored about it. `digests` gives the manifests of a
    /// revision.
    pub fn of(
        (run, slot): (&TargetRun, Slot),
        desired: Option<&DesiredState>,
        report: Option<&Report>,
        connected: bool,
        digests: &BTreeMap<RevisionId, Attested>,
    ) -> Self {
        let told = desired.and_then(|desired| told_in(desired, slot));
        let Some(report) = report else {
            return Self {
                connected,
                told,
                ..Self::default()
            };
        };
        let observed = &report.observed;
        let own = || observed.active.iter().filter(|a| a.slot == slot);
        let worst = own().max_by_key(|a| a.health);
        Self {
            connected,
            told,
            current: desired.is_some_and(|d| d.instruction == observed.instruction),
            running: running(own(), digests).filter(|_| are_as_many(desired, own())),
            prepared: prepared(observed, run.after),
            health: worst.map(|a| a.health),
            proof: proof(report, slot),
            healthy_since: report.healthy_since,
            detail: worst
                .map(|a| format!("{}: {}", a.component, a.detail))
                .unwrap_or_default(),
            jobs: observed.jobs.clone(),
            obstacle: refused(observed),
        }
    }
}

fn refused(observed: &ObservedState) -> Option<String> {
    let why = observed.refused.as_ref()?;
    Some(format!("its agent does not follow: {why}"))
}

fn told_in(desired: &DesiredState, slot: Slot) -> Option<RevisionId> {
    let mut own = desired.active.iter().filter(|c| c.slot == slot);
    let first = own.next()?.revision;
    own.all(|c| c.revision == first).then_some(first)
}

/// Whether as many instances of each component are attested as there should be.
fn are_as_many<'a>(
    desired: Option<&DesiredState>,
    mut attested: impl Iterator<Item = &'a Attestation>,
) -> bool {
    let told = |a: &Attestation| {
        let mut told = desired.into_iter().flat_map(|desired| &desired.active);
        told.find(|told| told.component == a.component && told.slot == a.slot)
    };
    attested.all(|a| told(a).is_none_or(|told| told.instances == a.instances))
}

fn running<'a>(
    active: impl Iterator<Item = &'a Attestation>,
    digests: &BTreeMap<RevisionId, Attested>,
) -> Option<RevisionId> {
    let active: Vec<&Attestation> = active.collect();
    let first = active.first()?.revision?;
    if active.iter().any(|a| a.revision != Some(first)) {
        return None;
    }
    let seen: BTreeMap<_, _> = active
        .iter()
        .filter_map(|a| Some((a.component.clone(), a.artifact?)))
        .collect();
    (*digests.get(&first)? == seen).then_some(first)
}

impl BalancerFacts {
    /// Reads the facts of one balancer out of what is stored about its target.
    pub fn of(desired: Option<&DesiredState>, report: Option<&Report>, connected: bool) -> Self {
        let (Some(desired), Some(report)) = (desired, report) else {
            return Self {
                connected,
                ..Self::default()
            };
        };
        let observed = &report.observed;
        let failure = |route: &RouteReport| match &route.state {
            RouteState::Failed { reason } => Some(reason.clone()),
            RouteState::Applied { .. } => None,
        };
        Self {
            connected,
            current: desired.instruction == observed.instruction,
            applied: desired
                .traffic
                .iter()
                .all(|route| is_applied(route, observed)),
            failure: refused(observed).or_else(|| observed.traffic.iter().find_map(failure)),
        }
    }
}

/// Whether every server weighs what it should.
fn is_applied(route: &Route, observed: &ObservedState) -> bool {
    let said = observed
        .traffic
        .iter()
        .find(|said| said.component == route.component);
    let Some(RouteState::Applied { servers }) = said.map(|said| &said.state) else {
        return false;
    };
    let weighs = |server: &Server| servers.contains(&(server.name.clone(), server.weight));
    route.servers.iter().all(weighs)
}

fn proof(report: &Report, slot: Slot) -> Proof {
    let mut own = report
        .observed
        .active
        .iter()
        .filter(|a| a.slot == slot)
        .peekable();
    if own.peek().is_some() && own.all(|a| a.proved) {
        Proof::Proved
    } else if report.was_healthy {
        Proof::WasHealthy
    } else {
        Proof::None
    }
}

fn prepared(observed: &ObservedState, revision: RevisionId) -> Option<Readiness> {
    let found = observed.prepared.iter().find(|p| p.revision == revision)?;
    match &found.state {
        PrepareState::Fetching { .. } => None,
        PrepareState::Ready => Some(Readiness::Ready),
        PrepareState::Failed { reason } => Some(Readiness::Failed(reason.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        converge::ActiveComponent,
        deployment::sample::{plan, requested},
        duration::Millis,
    };

    fn attested(component: &str, instances: u32, health: Health) -> Attestation {
        Attestation {
            component: component.parse().unwrap(),
            slot: Slot::Blue,
            revision: Some(revision()),
            artifact: Some(Digest::of(b"artifact")),
            instances,
            health,
            proved: false,
            detail: String::new(),
            starts: 1,
        }
    }

    fn revision() -> RevisionId {
        RevisionId(Digest::of(b"new"))
    }

    /// What is read where `web` should run in two instances, and `api` in one.
    fn read(active: Vec<Attestation>) -> TargetFacts {
        refusing(active, None)
    }

    /// The same of an agent that does not follow for that reason.
    fn refusing(active: Vec<Attestation>, refused: Option<&str>) -> TargetFacts {
        let name = |text: &str| text.parse::<Name>().unwrap();
        let mut desired = DesiredState::nothing(name("shop"), Millis(0));
        let told = |component: &str, instances| ActiveComponent {
            component: name(component),
            revision: revision(),
            instances,
            slot: Slot::Blue,
            start: 0,
        };
        desired.active = vec![told("web", 2), told("api", 1)];
        let observed = ObservedState {
            product: name("shop"),
            instruction: desired.instruction,
            active,
            prepared: Vec::new(),
            traffic: Vec::new(),
            jobs: Vec::new(),
            refused: refused.map(str::to_owned),
            contract: 3,
            history: None,
        };
        let report = Report::following(None, observed, Timestamp::UNIX_EPOCH);
        let artifact = Digest::of(b"artifact");
        let parts = [(name("web"), artifact), (name("api"), artifact)];
        let digests = BTreeMap::from([(revision(), BTreeMap::from(parts))]);
        let deployment = requested(plan(1, 1, &[]));
        let of = (&deployment.targets[0], Slot::Blue);
        TargetFacts::of(of, Some(&desired), Some(&report), true, &digests)
    }

    #[test]
    fn an_agent_that_does_not_follow_says_why_and_what_it_runs_counts_all_the_same() {
        let all = || {
            vec![
                attested("web", 2, Health::Healthy),
                attested("api", 1, Health::Healthy),
            ]
        };
        let facts = refusing(all(), Some("the signature ran out"));
        let why = "its agent does not follow: the signature ran out";
        assert_eq!(facts.obstacle.as_deref(), Some(why));
        assert_eq!(facts.running, Some(revision()));
        assert_eq!(read(all()).obstacle, None);
    }

    #[test]
    fn it_runs_a_revision_only_in_as_many_instances_as_it_should() {
        let both = |instances| {
            vec![
                attested("web", instances, Health::Healthy),
                attested("api", 1, Health::Healthy),
            ]
        };
        assert_eq!(read(both(1)).running, None);
        assert_eq!(read(both(3)).running, None);
        assert_eq!(read(both(2)).running, Some(revision()));
    }

    #[test]
    fn one_component_that_still_starts_keeps_a_target_from_being_healthy() {
        let with = |health| {
            read(vec![
                attested("web", 2, Health::Healthy),
                attested("api", 1, health),
            ])
        };
        for worse in [Health::Starting, Health::Unhealthy, Health::Failed] {
            assert_eq!(with(worse).health, Some(worse));
        }
        assert_eq!(with(Health::Healthy).health, Some(Health::Healthy));
    }
}
