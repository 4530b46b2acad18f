//! The world of one seed: a deployment, its hosts, a clock, and what befalls them.

#[path = "people.rs"]
mod people;

use crate::{
    draw,
    host::{Fate, Host, Told},
    sample,
};
use jiff::{SignedDuration, Timestamp};
use people::ada;
use std::collections::BTreeMap;
use tidegate_domain::{
    calendar::{Edge, Opening},
    converge::Balancer,
    deployment::{
        BalancerFacts, BalancerRun, Cause, Decision, Deployment, Effect, Event, Facts, Measurement,
        Purpose, Reading, Stage, Status, WaitingOn, check, decide,
    },
    digest::Digest,
    group::MemberFacts,
    id::DeploymentId,
    name::Name,
    random::Random,
    revision::RevisionId,
};

/// What may befall a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Everything: bad hosts, lost connections, people who interfere.
    Wild,
    /// Nothing.
    Good,
    /// One host where the new revision fails.
    OneBad,
    /// One host where the new revision fails, and the old one then too.
    OneBadBothWays,
    /// An earlier deployment is taken back, and one host is out of touch.
    TakingBack,
}

pub struct World {
    pub seed: u64,
    pub deployment: Deployment,
    pub hosts: Vec<Host>,
    pub before: Option<RevisionId>,
    pub after: Option<RevisionId>,
    manners: Manners,
    random: Random,
    now: Timestamp,
    last: Decision,
    calendar: Option<Opening>,
    blocked: Option<String>,
    measurements: Vec<Measurement>,
    balancers: Vec<BalancerFacts>,
    /// Which targets had passed when going back began.
    pub passed_at_rollback: Vec<bool>,
}

impl World {
    pub fn random(seed: u64, manners: Manners) -> Self {
        let mut random = Random(seed);
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let (old, new) = (
            RevisionId(Digest::of(b"old")),
            RevisionId(Digest::of(b"new")),
        );
        let first_ever = manners == Manners::Wild && random.percent(15);
        let before = (!first_ever).then_some(old);
        let total = 1 + random.below(12);
        let targets: Vec<Name> = (0..total)
            .map(|i| format!("t{i}").parse().unwrap())
            .collect();
        let plan = draw::plan(&mut random, manners, &targets);
        let mut hosts: Vec<Host> = targets
            .iter()
            .map(|_| {
                let fate = draw::fate(&mut random, manners);
                Host::new(fate, (before, new), plan.limits.minimum_healthy, now)
            })
            .collect();
        let unlucky = usize::try_from(random.below(total)).unwrap();
        if matches!(manners, Manners::OneBad | Manners::OneBadBothWays) {
            hosts[unlucky].fate = Fate::Bad;
            hosts[unlucky].old_fails = manners == Manners::OneBadBothWays;
        }
        for host in &mut hosts {
            host.old_fails |= manners == Manners::Wild && random.percent(5);
            host.job_fate = draw::job_fate(&mut random, manners);
        }
        if manners == Manners::TakingBack {
            hosts[unlucky].connected = false;
        }
        let mut deployment = sample::deployment(plan, before, new, now);
        // What another deployment left halfway never proved itself: going back leads past it.
        if manners == Manners::Wild && before.is_some() && random.percent(20) {
            let proved = Some(RevisionId(Digest::of(b"proved")));
            deployment
                .targets
                .iter_mut()
                .for_each(|run| run.proved = proved);
        }
        if random.percent(50) {
            deployment.balancers = vec![balancer()];
        }
        let wild_return = manners == Manners::Wild && random.percent(20);
        if manners == Manners::TakingBack || wild_return {
            take_back(&mut deployment, now);
        }
        let last = Decision::default();
        Self {
            seed,
            deployment,
            hosts,
            before,
            after: Some(new),
            manners,
            random,
            now,
            last,
            calendar: None,
            blocked: None,
            measurements: Vec::new(),
            balancers: Vec::new(),
            passed_at_rollback: Vec::new(),
        }
    }

    /// One pass of the engine, then something happens.
    pub fn turn(&mut self) {
        self.engine();
        if !self.deployment.status.is_terminal() {
            self.something_happens();
        }
    }

    /// Where it stands in its group run.
    pub fn stand(&self) -> MemberFacts {
        let decision = decide(&self.deployment, &self.facts(), self.now);
        MemberFacts::of(&self.deployment, &decision, self.now)
    }

    /// Its group says something to it.
    pub fn order(&mut self, event: &Event) {
        let applied = self.deployment.apply(event, self.now);
        applied.unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
    }

    /// Lets things happen until the deployment has ended or waits for a person.
    pub fn run(&mut self) {
        self.run_until(|_| false);
    }

    /// Lets things happen until `enough`, or the deployment has ended or waits for a person.
    pub fn run_until(&mut self, enough: impl Fn(&Self) -> bool) {
        for _ in 0..20_000 {
            self.engine();
            if self.deployment.status.is_terminal() || enough(self) {
                return;
            }
            let waits = self.waits_for_a_person(&self.last);
            let held = self.deployment.status.hold().is_some();
            if (held || waits && self.manners == Manners::Wild)
                && (self.manners != Manners::Wild || self.random.percent(2))
            {
                return;
            }
            self.something_happens();
        }
        panic!(
            "seed {}: no end, {:?} waits on {:?}",
            self.seed, self.deployment.status, self.last.waiting_on
        );
    }

    /// A person cancels whatever is left; that ends within its bound, whoever is out of reach.
    pub fn settle(&mut self) {
        if self.deployment.status.is_terminal() {
            return;
        }
        self.person(&Event::CancelRequested { by: ada() });
        let bound = self.now + SignedDuration::from_secs(31);
        while self.now < bound && !self.deployment.status.is_terminal() {
            self.engine();
            self.now += SignedDuration::from_secs(1);
        }
    }

    fn something_happens(&mut self) {
        if let Some(WaitingOn::SignOff { wave }) = self.last.waiting_on.first() {
            let (wave, by) = (*wave, ada());
            if self.random.percent(20) {
                self.person(&Event::SignedOff { wave, by });
            }
        }
        let held = self.deployment.status.hold().is_some();
        if held && self.manners == Manners::Wild && self.random.percent(30) {
            self.guide();
        }
        for balancer in &mut self.balancers {
            let answers = self.random.percent(20);
            (balancer.current, balancer.applied) =
                (balancer.current || answers, balancer.applied || answers);
        }
        let i = usize::try_from(self.random.below(self.hosts.len() as u64)).unwrap();
        let ago = usize::try_from(self.random.below(4)).unwrap();
        match self.random.below(100) {
            0..=6 if self.manners == Manners::Wild => self.hosts[i].live(self.now),
            7..=9 if self.manners == Manners::Wild => self.hosts[i].hear(ago),
            10..=12 if self.manners == Manners::Wild => self.hosts[i].told_again(ago),
            0..=69 => self.hosts[i].step(self.now),
            70..=89 => {
                self.now +=
                    SignedDuration::from_millis(i64::try_from(self.random.below(4000)).unwrap())
            }
            90..=93 => self.crash(),
            94..=96 if self.manners == Manners::Wild => {
                self.hosts[i].connected = self.random.percent(60)
            }
            97 if self.manners == Manners::Wild => self.interfere(),
            98 if self.manners == Manners::Wild => self.calendar_changes(),
            _ => self.hosts[i].step(self.now),
        }
    }

    /// The server dies and comes back with what was committed.
    fn crash(&mut self) {
        let text = serde_json::to_string(&self.deployment).unwrap();
        let runs = serde_json::to_string(&self.deployment.targets).unwrap();
        let mut read: Deployment = serde_json::from_str(&text).unwrap();
        read.targets = serde_json::from_str(&runs).unwrap();
        assert_eq!(read, self.deployment, "seed {}", self.seed);
        self.deployment = read;
    }

    /// It opens when it said it would.
    fn keep_calendar(&mut self) {
        let Some(Opening::Closed { opens, .. }) = &self.calendar else {
            return;
        };
        if matches!(opens, Edge::At(at) if *at <= self.now) {
            self.calendar = None;
        }
    }

    fn wave(&self) -> u32 {
        match self.deployment.status {
            Status::Rolling { wave, .. } => wave,
            _ => 0,
        }
    }

    /// One pass of the engine: decide until nothing happens, each decision committed whole.
    fn engine(&mut self) {
        self.keep_calendar();
        for _ in 0..100 {
            let facts = self.facts();
            let decision = decide(&self.deployment, &facts, self.now);
            for event in &decision.events {
                let faults = check::event(&self.deployment, event, &facts);
                assert!(faults.is_empty(), "seed {}: {faults:?}", self.seed);
                if matches!(event, Event::RollbackStarted { .. }) {
                    let stages = self.deployment.targets.iter().map(|run| &run.stage);
                    self.passed_at_rollback =
                        stages.map(|s| matches!(s, Stage::Passed { .. })).collect();
                }
                let applied = self.deployment.apply(event, self.now);
                applied.unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
            }
            for effect in &decision.effects {
                self.instruct(*effect);
            }
            if decision.route.is_some() {
                let told = BalancerFacts {
                    connected: true,
                    ..BalancerFacts::default()
                };
                self.balancers = vec![told; self.deployment.balancers.len()];
            }
            self.judge(&decision);
            let answered = self.measure(&decision);
            let idle = decision.is_idle() && !answered;
            self.last = decision;
            if idle {
                return;
            }
        }
        panic!("seed {}: decisions go round in circles", self.seed);
    }

    fn facts(&self) -> Facts {
        Facts {
            balancers: self.balancers.clone(),
            calendar: self.calendar.clone(),
            blocked: self.blocked.clone(),
            measurements: self.measurements.clone(),
            targets: self.hosts.iter().map(Host::facts).collect(),
        }
    }

    /// What is due is measured, or is not answered this time.
    fn measure(&mut self, decision: &Decision) -> bool {
        let before = self.measurements.len();
        for due in &decision.due {
            let wild = self.manners == Manners::Wild;
            let reading = match self.random.below(if wild { 10 } else { 1 }) {
                0..=6 => Reading::Value { value: 0.0 },
                7 => Reading::Value { value: 1.0 },
                8 => Reading::NoData {
                    why: "it is down".to_owned(),
                },
                _ => continue,
            };
            self.measurements.push(Measurement {
                check: due.check.clone(),
                number: due.number,
                at: self.now,
                reading,
            });
        }
        self.measurements.len() > before
    }

    fn instruct(&mut self, effect: Effect) {
        let position = effect.target().0 as usize;
        let wanted = effect.wanted(&self.deployment);
        let host = &mut self.hosts[position];
        host.instruct(Told {
            generation: host.desired.generation + 1,
            active: wanted.active.last().map(|placed| placed.revision),
            prepare: wanted.prepare,
            jobs: wanted.jobs,
        });
    }

    /// Each try was begun at one host and once, and in the order of the fences.
    fn judge_jobs(&self) {
        let mut tried = BTreeMap::new();
        for (i, host) in self.hosts.iter().enumerate() {
            for one in &host.tried {
                let other = tried.insert(one, i);
                assert_eq!(other, None, "seed {}: {one:?} twice", self.seed);
            }
            assert!(
                host.tried.is_sorted_by_key(|(_, fence)| *fence)
                    || self.deployment.plan.jobs.len() > 1
            );
        }
    }

    fn waits_for_a_person(&self, decision: &Decision) -> bool {
        let asks = |w: &WaitingOn| {
            matches!(
                w,
                WaitingOn::SignOff { .. }
                    | WaitingOn::Group { .. }
                    | WaitingOn::Calendar {
                        opens: Edge::Never,
                        ..
                    }
            )
        };
        self.deployment.status.hold().is_some() || decision.waiting_on.iter().any(asks)
    }

    fn judge(&self, decision: &Decision) {
        let (seed, status) = (self.seed, &self.deployment.status);
        let faults = check::check(&self.deployment);
        assert!(faults.is_empty(), "seed {seed}: {faults:?}");
        if decision.is_idle() && !status.is_terminal() {
            assert!(
                !decision.waiting_on.is_empty(),
                "seed {seed}: {status:?} waits for nothing"
            );
            let timed = decision.wake_at.is_some() || self.waits_for_a_person(decision);
            assert!(timed, "seed {seed}: {status:?} has no timer");
        }
        if status.is_terminal() && !matches!(status, Status::Superseded { .. }) {
            let told = self.hosts.iter().any(|host| !host.desired.jobs.is_empty());
            assert!(!told, "seed {seed}: {status:?} leaves a host with a job");
        }
        if let Status::Succeeded { .. } = status {
            let mut hosts = self.deployment.targets.iter().zip(&self.hosts);
            let told = hosts.all(|(run, host)| {
                matches!(run.stage, Stage::Excluded { .. }) || host.desired.active == self.after
            });
            assert!(told, "seed {seed}: success without every host");
        }
        self.judge_jobs();
        if let Status::RolledBack { .. } = status {
            for (run, host) in self.deployment.targets.iter().zip(&self.hosts) {
                let untouched = matches!(
                    run.stage,
                    Stage::Excluded {
                        activated: false,
                        ..
                    }
                ) && host.desired.active == run.before;
                assert!(
                    untouched || host.desired.active == self.deployment.home(run),
                    "seed {seed}: {} was not taken back",
                    run.target
                );
            }
        }
        let changing = self
            .deployment
            .count(|s| matches!(s, Stage::Activating { .. }));
        assert!(
            changing <= self.deployment.plan.limits.max_unavailable,
            "seed {seed}: too many at once"
        );
    }
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
