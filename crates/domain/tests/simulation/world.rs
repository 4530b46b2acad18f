//! The world of one seed: a deployment, its hosts, the servers that drive it, and what befalls them.

#[path = "beginning.rs"]
mod beginning;
#[path = "judge.rs"]
mod judge;
#[path = "people.rs"]
mod people;
#[path = "requests.rs"]
mod requests;
#[path = "servers.rs"]
mod servers;

use crate::host::{Host, Link};
use jiff::{SignedDuration, Timestamp};
use judge::History;
use people::ada;
use requests::Requests;
use servers::Servers;
use tidegate_domain::{
    calendar::{Edge, Opening},
    control::Clearance,
    deployment::{
        BalancerFacts, Decision, Deployment, Event, Facts, Measurement, Steps, WaitingOn, decide,
    },
    group::MemberFacts,
    random::Random,
    revision::RevisionId,
};

/// What may befall a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Everything: bad hosts, lost connections, people who interfere, two servers that are paused and whose clocks jump.
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
    /// The record, as the store has it.
    pub deployment: Deployment,
    pub hosts: Vec<Host>,
    pub before: Option<RevisionId>,
    pub after: Option<RevisionId>,
    pub servers: Servers,
    manners: Manners,
    random: Random,
    now: Timestamp,
    /// The last one that found nothing to do, or was committed.
    last: Decision,
    calendar: Option<Opening>,
    blocked: Option<String>,
    clearance: Clearance,
    /// What people's steps say; going back waits for them until the moment in it.
    steps: Steps,
    /// What was measured, and after which wave.
    measurements: Vec<(u32, Measurement)>,
    balancers: Vec<BalancerFacts>,
    requests: Requests,
    history: History,
    /// Which targets had passed when going back began.
    pub passed_at_rollback: Vec<bool>,
}

impl World {
    /// The servers go on, then something happens.
    pub fn turn(&mut self) {
        self.engine();
        if !self.deployment.status.is_terminal() {
            self.something_happens();
        }
    }

    /// Where it stands in its group run.
    pub fn stand(&self) -> MemberFacts {
        let now = self.clock(0);
        let decision = decide(&self.deployment, &self.facts(now), now);
        MemberFacts::of(&self.deployment, &decision, now)
    }

    /// Its group says something to it.
    pub fn order(&mut self, event: &Event) {
        let written = self.write_by_hand(event, self.clock(0));
        written.unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
    }

    /// Lets things happen until the deployment has ended or waits for a person.
    pub fn run(&mut self) {
        self.run_until(|_| false);
    }

    /// Lets things happen until `enough`, or the deployment has ended or waits for a person.
    pub fn run_until(&mut self, enough: impl Fn(&Self) -> bool) {
        for _ in 0..20_000 {
            self.engine();
            if self.deployment.status.is_terminal() {
                return self.close();
            }
            if enough(self) {
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
        let bound = self.now + SignedDuration::from_secs(31) + self.servers.slack();
        while self.now < bound && !self.deployment.status.is_terminal() {
            self.engine();
            self.now += SignedDuration::from_secs(1);
        }
        self.close();
    }

    /// What is over stays over: whoever still sleeps wakes, and is refused.
    pub fn close(&mut self) {
        self.wake_all();
        self.judge_history();
    }

    fn something_happens(&mut self) {
        let wild = self.manners == Manners::Wild;
        if let Some(WaitingOn::SignOff { wave }) = self.last.waiting_on.first() {
            let (wave, by) = (*wave, ada());
            if self.random.percent(20) {
                self.person(&Event::SignedOff { wave, by });
            }
        }
        let held = self.deployment.status.hold().is_some();
        if held && wild && self.random.percent(30) {
            self.guide();
        }
        self.balancers_answer();
        self.clocks_jump();
        let i = usize::try_from(self.random.below(self.hosts.len() as u64)).unwrap();
        let ago = usize::try_from(self.random.below(4)).unwrap();
        match self.random.below(100) {
            0..=6 if wild => self.hosts[i].live(self.now),
            7..=9 if wild => self.hosts[i].hear(ago, self.now),
            10..=12 if wild => self.hosts[i].told_again(ago),
            0..=69 => self.hosts[i].step(self.now),
            70..=89 => self.time_passes(),
            90..=93 => self.crash(),
            94..=96 if wild => self.hosts[i].link = link(&mut self.random),
            97 if wild => self.interfere(),
            98 if wild => self.calendar_changes(),
            99 if wild => self.steps_change(),
            _ => self.hosts[i].step(self.now),
        }
    }

    fn time_passes(&mut self) {
        let length = i64::try_from(self.random.below(4000)).unwrap();
        self.now += SignedDuration::from_millis(length);
    }

    /// A server dies, and comes back with what was committed.
    fn crash(&mut self) {
        let text = serde_json::to_string(&self.deployment).unwrap();
        let runs = serde_json::to_string(&self.deployment.targets).unwrap();
        let mut read: Deployment = serde_json::from_str(&text).unwrap();
        read.targets = serde_json::from_str(&runs).unwrap();
        assert_eq!(read, self.deployment, "seed {}", self.seed);
        self.deployment = read;
        self.restart_a_server();
    }

    fn wave(&self) -> u32 {
        self.deployment.status.wave().unwrap_or(0)
    }

    /// What a server knows whose clock says that it is `now`.
    fn facts(&self, now: Timestamp) -> Facts {
        let deployment = &self.deployment;
        let known = |(run, host): (_, &Host)| host.facts(run, deployment.slot_of_interest(run));
        let wave = self.wave();
        let measured = self.measurements.iter().filter(|(after, _)| *after == wave);
        Facts {
            balancers: self.balancers.clone(),
            calendar: self.opening(now),
            blocked: self.blocked.clone(),
            clearance: match deployment.may_begin_next() {
                true => self.clearance.clone(),
                false => Clearance::default(),
            },
            steps: self.steps_at(now),
            measurements: measured.map(|(_, measured)| measured.clone()).collect(),
            targets: deployment
                .targets
                .iter()
                .zip(&self.hosts)
                .map(known)
                .collect(),
        }
    }

    /// The calendar opens when it said it would.
    fn opening(&self, now: Timestamp) -> Option<Opening> {
        let is_over = |opening: &&Opening| match opening {
            Opening::Closed {
                opens: Edge::At(at),
                ..
            } => *at <= now,
            _ => false,
        };
        self.calendar.clone().filter(|it| !is_over(&it))
    }
}

/// Mostly it is whole; when it is not, it may break in one direction only.
fn link(random: &mut Random) -> Link {
    match random.below(100) {
        0..=59 => Link::Whole,
        60..=69 => Link::Deaf,
        70..=79 => Link::Mute,
        _ => Link::Cut,
    }
}
