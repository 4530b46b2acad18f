//! A simulated target: it accepts instructions, prepares, starts, and does well or badly as its fate says.
//!
//! What it says of all that, and what the server makes of it, is in `report.rs`.

#[path = "report.rs"]
mod report;

use jiff::Timestamp;
use report::Heard;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, VecDeque},
};
use tidegate_domain::{
    converge::{
        ActiveComponent, DesiredState, Health, JobReport, JobState, JobStep, LocalJob,
        ObservedState, Portion, Slot, job_steps,
        steps::{Offer, offer},
    },
    deployment::{Placed, TargetFacts, Wanted},
    duration::Millis,
    plan::JobName,
    revision::RevisionId,
};

/// How the new revision does on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Good,
    /// It cannot be fetched.
    Unpreparable,
    /// The disk is full for some seconds, so that it cannot be fetched before.
    FullFor(i64),
    /// It fails at its start.
    Bad,
    /// It becomes healthy, and unhealthy some seconds later.
    Fades(i64),
    /// It is healthy for some seconds, unhealthy for as many, and so on.
    Flaps(i64),
    /// It starts and never becomes healthy.
    Hangs,
}

/// How jobs do on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFate {
    Good,
    /// It fails.
    Bad,
    /// It never ends.
    Hangs,
    /// It fails the first time.
    SecondTime,
}

/// What a host says that is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// It attests another artifact than the new revision has.
    OtherDigest,
    /// It attests what it was told to run, in the best of health, and goes on running what it ran.
    NeverSwitches,
    /// It attests that it is proved, however it does.
    AlwaysProved,
}

/// What goes through between a host and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Whole,
    /// The server hears the host, the host hears nothing.
    Deaf,
    /// The host hears the server, the server hears nothing.
    Mute,
    /// Nothing, and the server knows.
    Cut,
}

#[derive(Debug, Clone)]
pub struct Host {
    pub fate: Fate,
    pub lie: Option<Lie>,
    /// Whether the previous revision fails when it comes back, or when the new one starts beside it.
    pub old_fails: bool,
    pub job_fate: JobFate,
    /// Every try of every job that was ever begun here, in order.
    pub tried: Vec<(JobName, u64)>,
    /// How each ended that did.
    pub ended: Vec<(JobName, u64, JobState)>,
    pub link: Link,
    pub desired: DesiredState,
    accepted: DesiredState,
    new: RevisionId,
    running: BTreeMap<Slot, Running>,
    prepared: bool,
    began: Timestamp,
    /// Whether the previous revision had to start again, or to bear the new one beside it.
    old_was_disturbed: bool,
    jobs: Vec<JobReport>,
    /// What the server last heard: a report that was lost stays unheard.
    heard: Heard,
    /// What that means, by slot, as long as neither it nor the desired state changes.
    known: [OnceCell<TargetFacts>; 2],
    /// The last things it said, oldest first: they may arrive late, and twice.
    said: VecDeque<ObservedState>,
    /// The last things it was told before what it should do now: they may arrive late, too.
    told: VecDeque<DesiredState>,
}

/// What runs in one slot.
#[derive(Debug, Clone)]
struct Running {
    revision: RevisionId,
    instances: u32,
    /// Names its start, as the server did.
    start: u64,
    started_at: Timestamp,
    healthy_since: Option<Timestamp>,
}

/// A component runs so many times on a host.
pub const INSTANCES: u32 = 4;
/// So many messages may be on their way.
const ON_THEIR_WAY: usize = 4;

impl Running {
    /// Instances that are added have to become healthy first.
    fn scale(&mut self, instances: u32) {
        if instances > self.instances {
            self.healthy_since = None;
        }
        self.instances = instances;
    }
}

impl Link {
    const fn brings_orders(self) -> bool {
        matches!(self, Self::Whole | Self::Mute)
    }

    const fn brings_reports(self) -> bool {
        matches!(self, Self::Whole | Self::Deaf)
    }
}

impl Host {
    /// It runs what was there before, in some slot, and all is well.
    pub fn new(
        fate: Fate,
        (before, after): (Option<(RevisionId, Slot)>, RevisionId),
        minimum_healthy: Millis,
        now: Timestamp,
    ) -> Self {
        let told = DesiredState {
            active: before.into_iter().map(all).collect(),
            ..DesiredState::nothing("storefront".parse().unwrap(), minimum_healthy)
        };
        let running = |(revision, slot)| {
            let (started_at, healthy_since) = (now, Some(now));
            let running = Running {
                revision,
                instances: INSTANCES,
                start: 0,
                started_at,
                healthy_since,
            };
            (slot, running)
        };
        let mut host = Self {
            fate,
            lie: None,
            old_fails: false,
            job_fate: JobFate::Good,
            tried: Vec::new(),
            ended: Vec::new(),
            link: Link::Whole,
            desired: told.clone(),
            accepted: told,
            new: after,
            running: before.into_iter().map(running).collect(),
            prepared: false,
            began: now,
            old_was_disturbed: false,
            jobs: Vec::new(),
            heard: Heard::default(),
            known: Default::default(),
            said: VecDeque::new(),
            told: VecDeque::new(),
        };
        host.report(now);
        host.hear(0, now);
        host
    }

    /// It is told something new.
    pub fn instruct(&mut self, wanted: &Wanted) {
        let mut instruction = self.desired.instruction;
        instruction.generation = instruction.generation.next();
        let told = DesiredState {
            instruction,
            active: wanted.active.iter().copied().map(active).collect(),
            prepare: wanted.prepare.into_iter().collect(),
            jobs: wanted.jobs.clone(),
            ..DesiredState::nothing(self.desired.product.clone(), self.desired.minimum_healthy)
        };
        self.told
            .push_back(std::mem::replace(&mut self.desired, told));
        if self.told.len() > ON_THEIR_WAY {
            self.told.pop_front();
        }
        self.known = Default::default();
    }

    /// Whether it is told to run just this, in all its instances.
    pub fn is_told(&self, wanted: Option<(RevisionId, Slot)>) -> bool {
        let told = self.desired.active.iter();
        let told = told.map(|it| (it.revision, it.slot, it.instances));
        told.eq(wanted.map(|(revision, slot)| (revision, slot, INSTANCES)))
    }

    /// One step of the host's life, of which the server hears if it can. Without connection it goes on with what it was
    /// last told.
    pub fn step(&mut self, now: Timestamp) {
        self.live(now);
        if self.link.brings_reports() {
            self.hear(0, now);
        }
    }

    /// An instruction from before arrives once more, and is refused.
    pub fn told_again(&mut self, ago: usize) {
        let Some(old) = self.told.iter().rev().nth(ago).cloned() else {
            return;
        };
        if offer(Some(self.accepted.instruction), old.instruction) == Offer::Newer {
            self.accepted = old;
            self.take_jobs();
        }
    }

    /// One step of the host's life, of which the server may hear or not.
    pub fn live(&mut self, now: Timestamp) {
        if self.link.brings_orders() && self.accepted.instruction != self.desired.instruction {
            self.accepted = self.desired.clone();
            self.take_jobs();
        } else if self.end_jobs() {
        } else if self.accepted.prepare.contains(&self.new) && !self.prepared {
            self.prepared = self.has_room(now);
        } else if self.lie != Some(Lie::NeverSwitches) && !self.start(now) {
            self.stop();
        }
        let places: Vec<Slot> = self.running.keys().copied().collect();
        for slot in places {
            let healthy = self.health(slot, now) == Some(Health::Healthy);
            let running = self.running.get_mut(&slot).unwrap();
            running.healthy_since = healthy.then(|| running.healthy_since.unwrap_or(now));
        }
        if self.link != Link::Cut {
            self.report(now);
        }
    }

    /// Starts what is to run and does not, in place of what runs in its slot, or anew; answers whether there was something.
    fn start(&mut self, now: Timestamp) -> bool {
        let mut started = false;
        for wanted in &self.accepted.active {
            let runs = self.running.get_mut(&wanted.slot);
            let same = runs.filter(|it| it.revision == wanted.revision);
            let anew = match same {
                Some(same) if same.start >= wanted.start => {
                    same.scale(wanted.instances);
                    continue;
                }
                same => same.is_some(),
            };
            started = true;
            let place = self.running.get(&wanted.slot);
            let is_back = place.is_some_and(|it| it.revision == self.new);
            let beside =
                wanted.revision == self.new && self.running.contains_key(&wanted.slot.other());
            self.old_was_disturbed |= is_back || beside || anew;
            let running = Running {
                revision: wanted.revision,
                instances: wanted.instances,
                start: wanted.start,
                started_at: now,
                healthy_since: None,
            };
            self.running.insert(wanted.slot, running);
        }
        started
    }

    /// Stops what runs and is not to.
    fn stop(&mut self) {
        let wanted = &self.accepted.active;
        self.running
            .retain(|slot, _| wanted.iter().any(|it| it.slot == *slot));
    }

    /// As an agent does: by the domain's own word.
    fn take_jobs(&mut self) {
        let known = |report: &JobReport| {
            let (fence, ended) = (report.fence, report.state.has_ended());
            (report.key.clone(), LocalJob { fence, ended })
        };
        let local = self.jobs.iter().map(known).collect();
        for step in job_steps(&self.accepted, &local) {
            let key = match &step {
                JobStep::Run(job) => &job.key,
                JobStep::Forget(key) => key,
            };
            self.jobs.retain(|report| report.key != *key);
            if let JobStep::Run(job) = step {
                self.tried.push((job.key.job.clone(), job.fence));
                self.jobs.push(JobReport {
                    key: job.key,
                    fence: job.fence,
                    state: JobState::Running,
                });
            }
        }
    }

    /// Whether a job came to its end.
    fn end_jobs(&mut self) -> bool {
        let running = |report: &&mut JobReport| !report.state.has_ended();
        let Some(report) = self.jobs.iter_mut().find(running) else {
            return false;
        };
        let failed = || JobState::Failed {
            reason: "exited with status 1".into(),
        };
        report.state = match self.job_fate {
            JobFate::Good => JobState::Done,
            JobFate::Bad => failed(),
            JobFate::SecondTime if report.fence == 1 => failed(),
            JobFate::SecondTime => JobState::Done,
            JobFate::Hangs => return false,
        };
        let end = (report.key.job.clone(), report.fence, report.state.clone());
        self.ended.push(end);
        true
    }

    fn has_room(&self, now: Timestamp) -> bool {
        match self.fate {
            Fate::Unpreparable => false,
            Fate::FullFor(seconds) => now.as_second() - self.began.as_second() >= seconds,
            _ => true,
        }
    }

    /// Whether each process that was to start anew did.
    pub fn has_started_anew(&self) -> bool {
        self.desired.active.iter().all(|wanted| {
            let running = self.running.get(&wanted.slot);
            running.is_some_and(|it| it.start >= wanted.start)
        })
    }

    /// Whether some slot of it really runs a revision, and well; nothing at all, when none.
    pub fn serves(&self, revision: Option<RevisionId>) -> bool {
        let mut running = self.running.values();
        match revision {
            None => running.next().is_none(),
            Some(revision) => running.any(|it| {
                let is_whole = it.instances == INSTANCES;
                it.revision == revision && is_whole && it.healthy_since.is_some()
            }),
        }
    }

    /// How what runs in a slot really does.
    fn health(&self, slot: Slot, now: Timestamp) -> Option<Health> {
        let running = self.running.get(&slot)?;
        let age = now.as_second() - running.started_at.as_second();
        let is_old = running.revision != self.new;
        Some(match self.fate {
            _ if is_old && self.old_was_disturbed && self.old_fails => Health::Failed,
            _ if is_old => Health::Healthy,
            Fate::Good | Fate::Unpreparable | Fate::FullFor(_) => Health::Healthy,
            Fate::Bad => Health::Failed,
            Fate::Hangs => Health::Starting,
            Fate::Fades(after) if age >= after => Health::Unhealthy,
            Fate::Flaps(seconds) if age / seconds.max(1) % 2 == 1 => Health::Unhealthy,
            Fate::Fades(_) | Fate::Flaps(_) => Health::Healthy,
        })
    }
}

fn all((revision, slot): (RevisionId, Slot)) -> ActiveComponent {
    active(Placed {
        revision,
        slot,
        portion: Portion::All,
        start: 0,
    })
}

fn active(placed: Placed) -> ActiveComponent {
    ActiveComponent {
        component: "web".parse().unwrap(),
        revision: placed.revision,
        instances: placed.portion.of(INSTANCES),
        slot: placed.slot,
        start: placed.start,
    }
}
