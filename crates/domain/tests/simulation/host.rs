//! A simulated target: it accepts instructions, prepares, starts, and does well or badly as its fate says.

use jiff::Timestamp;
use tidegate_domain::{
    converge::{
        DesiredState, Health, Job, JobReport, JobState, JobStep, LocalJob, job_steps,
        steps::{Offer, offer},
    },
    deployment::{
        TargetFacts,
        facts::{Proof, Readiness},
    },
    duration::Millis,
    generation::{Generation, Incarnation, Instruction},
    plan::JobName,
    revision::RevisionId,
};

/// How the new revision does on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Good,
    /// It cannot be fetched.
    Unpreparable,
    /// It fails at its start.
    Bad,
    /// It becomes healthy, and unhealthy some seconds later.
    Fades(i64),
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

/// What a host was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub generation: u64,
    pub active: Option<RevisionId>,
    pub prepare: Option<RevisionId>,
    pub jobs: Vec<Job>,
}

#[derive(Debug, Clone)]
pub struct Host {
    pub fate: Fate,
    /// Whether the previous revision fails when it comes back.
    pub old_fails: bool,
    pub job_fate: JobFate,
    /// Every try of every job that was ever begun here, in order.
    pub tried: Vec<(JobName, u64)>,
    pub connected: bool,
    pub desired: Told,
    accepted: Told,
    new: RevisionId,
    minimum_healthy: Millis,
    running: Option<RevisionId>,
    prepared: bool,
    started_at: Timestamp,
    healthy_since: Option<Timestamp>,
    was_healthy: bool,
    ever_restored: bool,
    jobs: Vec<JobReport>,
    /// What the server last heard: a report that was lost stays unheard.
    heard: (u64, TargetFacts),
    /// The last things it said, oldest first, each with the generation it had accepted: they may arrive late, and twice.
    said: Vec<(u64, TargetFacts)>,
    /// The last things it was told before what it should do now: they may arrive late, too.
    told: Vec<Told>,
}

/// So many messages may be on their way.
const ON_THEIR_WAY: usize = 4;

impl Host {
    pub fn new(
        fate: Fate,
        (before, after): (Option<RevisionId>, RevisionId),
        minimum_healthy: Millis,
        now: Timestamp,
    ) -> Self {
        let told = Told {
            generation: 0,
            active: before,
            prepare: None,
            jobs: Vec::new(),
        };
        let mut host = Self {
            fate,
            old_fails: false,
            job_fate: JobFate::Good,
            tried: Vec::new(),
            connected: true,
            desired: told.clone(),
            accepted: told,
            new: after,
            minimum_healthy,
            running: before,
            prepared: false,
            started_at: now,
            healthy_since: before.map(|_| now),
            was_healthy: before.is_some(),
            ever_restored: false,
            jobs: Vec::new(),
            heard: (0, TargetFacts::default()),
            said: Vec::new(),
            told: Vec::new(),
        };
        host.report(now);
        host.hear(0);
        host
    }

    /// It is told something new.
    pub fn instruct(&mut self, told: Told) {
        let before = std::mem::replace(&mut self.desired, told);
        self.told.push(before);
        if self.told.len() > ON_THEIR_WAY {
            self.told.remove(0);
        }
    }

    /// One step of the host's life, of which the server hears. Without connection it goes on with what it was last told.
    pub fn step(&mut self, now: Timestamp) {
        self.live(now);
        if self.connected {
            self.hear(0);
        }
    }

    /// The report that was sent so many reports ago arrives, whether it did before or not.
    pub fn hear(&mut self, ago: usize) {
        let sent = self.said.iter().rev().nth(ago);
        if let Some(sent) = sent {
            self.heard = sent.clone();
        }
    }

    /// An instruction from before arrives once more, and is refused.
    pub fn told_again(&mut self, ago: usize) {
        let Some(old) = self.told.iter().rev().nth(ago).cloned() else {
            return;
        };
        let number = |told: &Told| Instruction {
            incarnation: Incarnation(1),
            generation: Generation(told.generation),
        };
        if offer(Some(number(&self.accepted)), number(&old)) == Offer::Newer {
            self.accepted = old;
            self.take_jobs();
        }
    }

    /// One step of the host's life, of which the server may hear or not.
    pub fn live(&mut self, now: Timestamp) {
        if self.connected && self.accepted != self.desired {
            self.accepted = self.desired.clone();
            self.take_jobs();
        } else if self.end_jobs() {
        } else if self.accepted.prepare == Some(self.new) && !self.prepared {
            self.prepared = self.fate != Fate::Unpreparable;
        } else if self.running != self.accepted.active {
            self.ever_restored |= self.running == Some(self.new);
            self.running = self.accepted.active;
            self.started_at = now;
            self.healthy_since = None;
            self.was_healthy = false;
        }
        let healthy = self.health(now) == Some(Health::Healthy);
        self.healthy_since = healthy.then(|| self.healthy_since.unwrap_or(now));
        self.was_healthy |= healthy;
        if self.connected {
            self.report(now);
        }
    }

    /// As an agent does: by the domain's own word.
    fn take_jobs(&mut self) {
        let told = DesiredState {
            jobs: self.accepted.jobs.clone(),
            ..DesiredState::nothing("shop".parse().unwrap(), self.minimum_healthy)
        };
        let known = |report: &JobReport| {
            let (fence, ended) = (report.fence, report.state.has_ended());
            (report.key.clone(), LocalJob { fence, ended })
        };
        let local = self.jobs.iter().map(known).collect();
        for step in job_steps(&told, &local) {
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
        true
    }

    pub fn facts(&self) -> TargetFacts {
        TargetFacts {
            connected: self.connected,
            told: self.desired.active,
            current: self.heard.0 == self.desired.generation,
            ..self.heard.1.clone()
        }
    }

    pub fn serves(&self, revision: Option<RevisionId>) -> bool {
        self.running == revision && self.running.is_none_or(|_| self.healthy_since.is_some())
    }

    fn health(&self, now: Timestamp) -> Option<Health> {
        let running = self.running?;
        let age = now.as_second() - self.started_at.as_second();
        Some(match self.fate {
            _ if running != self.new && self.ever_restored && self.old_fails => Health::Failed,
            _ if running != self.new => Health::Healthy,
            Fate::Good | Fate::Unpreparable => Health::Healthy,
            Fate::Bad => Health::Failed,
            Fate::Hangs => Health::Starting,
            Fate::Fades(after) if age >= after => Health::Unhealthy,
            Fate::Fades(_) => Health::Healthy,
        })
    }

    fn proof(&self, now: Timestamp) -> Proof {
        let proved_at = self
            .healthy_since
            .map(|at| at + self.minimum_healthy.as_signed());
        match proved_at {
            Some(at) if at <= now => Proof::Proved,
            _ if self.was_healthy => Proof::WasHealthy,
            _ => Proof::None,
        }
    }

    fn report(&mut self, now: Timestamp) {
        let prepared = (self.accepted.prepare == Some(self.new))
            .then_some(())
            .and_then(|()| match (self.prepared, self.fate) {
                (true, _) => Some(Readiness::Ready),
                (false, Fate::Unpreparable) => Some(Readiness::Failed("the disk is full".into())),
                (false, _) => None,
            });
        if self.said.len() >= ON_THEIR_WAY {
            self.said.remove(0);
        }
        let facts = TargetFacts {
            connected: true,
            told: self.desired.active,
            current: self.accepted.generation == self.desired.generation,
            running: self.running,
            prepared,
            health: self
                .health(now)
                .filter(|_| self.running == self.accepted.active),
            proof: self.proof(now),
            healthy_since: self.healthy_since,
            detail: format!("web: {:?}", self.fate),
            jobs: self.jobs.clone(),
        };
        self.said.push((self.accepted.generation, facts));
    }
}
