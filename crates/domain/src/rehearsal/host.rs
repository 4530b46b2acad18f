//! A simulated target: it does what it is told after as long as its lot says, and tells what the engine may know of it.

use super::{
    Fault, Profile,
    queue::{Event, Happening, Moment, Queue},
};
use crate::{
    converge::{Health, Job, JobReport, JobState, Portion},
    deployment::{
        Placed, TargetFacts, TargetRun, Wanted,
        facts::{Proof, Readiness},
    },
    duration::Millis,
    name::Name,
    random::Random,
    revision::RevisionId,
};
use jiff::{SignedDuration, Timestamp};

/// How one target does in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lot {
    prepares_in: Millis,
    starts_in: Millis,
    restores_in: Millis,
    /// Jobs take so many hundredths of their deadline.
    job_percent: u64,
    fate: Fate,
}

/// How the new revision does on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Good,
    /// It fails instead of becoming healthy.
    Fails,
    /// It becomes unhealthy so long after its start.
    Fades(Millis),
}

impl Lot {
    pub(super) fn draw(
        profile: &Profile,
        target: &Name,
        fault: Option<Fault>,
        random: &mut Random,
    ) -> Self {
        let own = profile.own.get(target);
        let prepare = own.and_then(|own| own.prepare.as_ref());
        let start = own.and_then(|own| own.start.as_ref());
        let (prepare, start) = (
            prepare.unwrap_or(&profile.prepare),
            start.unwrap_or(&profile.start),
        );
        let slowness = fault.map_or(1, Fault::slowness);
        let slowly = |length: Millis| Millis(length.0.saturating_mul(slowness));
        let unlucky = random.below(1000) < u64::from(profile.failures_per_mille);
        let (good, bad) = (start.draw(random), profile.fail.draw(random));
        let fate = match fault {
            Some(Fault::BadRelease) => Fate::Fails,
            _ if unlucky => Fate::Fails,
            Some(Fault::BadReleaseLate(after)) => Fate::Fades(after),
            Some(
                Fault::Slow(_)
                | Fault::LostTargets(_)
                | Fault::Partition(..)
                | Fault::BadMetric
                | Fault::NoData,
            )
            | None => Fate::Good,
        };
        let fails = fate == Fate::Fails;
        Self {
            prepares_in: slowly(prepare.draw(random)),
            starts_in: slowly(if fails { bad } else { good }),
            restores_in: slowly(profile.restore.draw(random)),
            job_percent: JOB_PERCENT.0 + random.below(JOB_PERCENT.1 - JOB_PERCENT.0),
            fate,
        }
    }
}

/// Jobs take from a tenth to a half of their deadline; nothing is known of them.
pub(super) const JOB_PERCENT: (u64, u64) = (10, 50);

/// What a host was told. Of two slots it counts as running the one that was named last: the new one, while it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    active: Option<Placed>,
    prepare: Option<RevisionId>,
}

impl Told {
    fn revision(&self) -> Option<RevisionId> {
        self.active.map(|placed| placed.revision)
    }
}

/// A target as it is, whatever is known of it.
#[derive(Debug, Clone)]
pub(super) struct Host {
    lot: Lot,
    place: usize,
    new: RevisionId,
    pub(super) connected: bool,
    told: Told,
    accepted: Told,
    running: Option<RevisionId>,
    health: Option<Health>,
    proof: Proof,
    healthy_since: Option<Moment>,
    prepared: bool,
    /// Counts what was started; what is put down for an earlier start is void.
    starts: u32,
    jobs: Vec<JobReport>,
}

/// What a moment is to a host.
pub(super) struct Now<'a> {
    pub(super) moment: Moment,
    pub(super) time: Timestamp,
    pub(super) minimum_healthy: Millis,
    pub(super) queue: &'a mut Queue,
}

impl Host {
    pub(super) fn new(place: usize, run: &TargetRun, lot: Lot) -> Self {
        let told = Told {
            active: run.before.map(|revision| Placed {
                revision,
                slot: run.slot_before,
                portion: Portion::All,
                start: 0,
            }),
            prepare: None,
        };
        Self {
            lot,
            place,
            new: run.after,
            connected: true,
            told,
            accepted: told,
            running: run.before,
            health: run.before.map(|_| Health::Healthy),
            proof: Proof::Proved,
            healthy_since: Some(0),
            prepared: false,
            starts: 0,
            jobs: Vec::new(),
        }
    }

    /// Whether it runs the new revision.
    pub(super) fn is_exposed(&self) -> bool {
        self.running == Some(self.new)
    }

    /// Whether what it runs is known to be bad.
    pub(super) const fn is_unhealthy(&self) -> bool {
        matches!(self.health, Some(Health::Unhealthy | Health::Failed))
    }

    /// Whether it does well on `revision`.
    pub(super) fn serves(&self, revision: Option<RevisionId>) -> bool {
        self.running == revision && matches!(self.health, None | Some(Health::Healthy))
    }

    /// It is told something; it hears that when it is in touch.
    pub(super) fn instruct(&mut self, wanted: &Wanted, now: &mut Now<'_>, facts: &mut TargetFacts) {
        self.told = Told {
            active: wanted.active.last().copied(),
            prepare: wanted.prepare,
        };
        facts.told = self.told.revision();
        facts.current = false;
        self.jobs
            .retain(|known| wanted.jobs.iter().any(|job| job.key == known.key));
        for job in &wanted.jobs {
            self.take(job, now);
        }
        self.accept(now);
        self.report(now, facts);
    }

    /// Something happens to it.
    pub(super) fn happen(&mut self, event: Event, now: &mut Now<'_>, facts: &mut TargetFacts) {
        let is_void = event.start != self.starts;
        match event.what {
            Happening::Prepared => self.prepared = true,
            Happening::JobEnds => {
                let done = |job: &&mut JobReport| job.fence == u64::from(event.start);
                if let Some(job) = self.jobs.iter_mut().find(done) {
                    job.state = JobState::Done;
                }
            }
            Happening::LosesTouch => self.connected = false,
            Happening::InTouch => {
                self.connected = true;
                self.accept(now);
            }
            Happening::Judged | Happening::Proved | Happening::Fades if is_void => return,
            Happening::Judged => self.judge(now),
            Happening::Proved => self.proof = Proof::Proved,
            Happening::Fades => {
                self.health = Some(Health::Unhealthy);
                self.healthy_since = None;
            }
        }
        facts.connected = self.connected;
        self.report(now, facts);
    }

    fn accept(&mut self, now: &mut Now<'_>) {
        if !self.connected || self.accepted == self.told {
            return;
        }
        let prepares = self.told.prepare == Some(self.new);
        if prepares && self.accepted.prepare != Some(self.new) && !self.prepared {
            let at = now.moment + self.lot.prepares_in.0;
            now.queue.put(at, (self.place, 0), Happening::Prepared);
        }
        // More instances start, or the same ones anew.
        let more = match (self.accepted.active, self.told.active) {
            (Some(had), Some(has)) => had.portion != has.portion || has.start > had.start,
            (None, _) | (_, None) => false,
        };
        self.accepted = self.told;
        if self.running != self.accepted.revision() || more {
            self.start(now);
        }
    }

    /// Begins a job, unless it has. A line that is broken delays only the word of its end.
    fn take(&mut self, job: &Job, now: &mut Now<'_>) {
        let known = self
            .jobs
            .iter()
            .any(|known| (&known.key, known.fence) == (&job.key, job.fence));
        if known {
            return;
        }
        self.jobs.retain(|known| known.key != job.key);
        self.jobs.push(JobReport {
            key: job.key.clone(),
            fence: job.fence,
            state: JobState::Running,
        });
        let takes = job.deadline.0.saturating_mul(self.lot.job_percent) / 100;
        let fence = u32::try_from(job.fence).unwrap_or(u32::MAX);
        let at = now.moment + takes;
        now.queue.put(at, (self.place, fence), Happening::JobEnds);
    }

    /// Runs what it accepted.
    fn start(&mut self, now: &mut Now<'_>) {
        self.starts += 1;
        self.running = self.accepted.revision();
        self.health = self.running.map(|_| Health::Starting);
        self.proof = Proof::None;
        self.healthy_since = None;
        let (me, new) = ((self.place, self.starts), self.is_exposed());
        let takes = if new {
            self.lot.starts_in
        } else {
            self.lot.restores_in
        };
        if self.running.is_some() {
            now.queue.put(now.moment + takes.0, me, Happening::Judged);
        }
        if let (true, Fate::Fades(after)) = (new, self.lot.fate) {
            let at = now.moment + after.0.max(takes.0);
            now.queue.put(at, me, Happening::Fades);
        }
    }

    fn judge(&mut self, now: &mut Now<'_>) {
        if self.is_exposed() && self.lot.fate == Fate::Fails {
            self.health = Some(Health::Failed);
            return;
        }
        self.health = Some(Health::Healthy);
        self.healthy_since = Some(now.moment);
        self.proof = Proof::WasHealthy;
        let (at, me) = (
            now.moment + now.minimum_healthy.0,
            (self.place, self.starts),
        );
        now.queue.put(at, me, Happening::Proved);
    }

    /// What is known of it, unless the line is broken: then that stays as it was last heard.
    fn report(&self, now: &Now<'_>, facts: &mut TargetFacts) {
        if self.connected {
            self.tell((now.moment, now.time), facts);
        }
    }

    fn tell(&self, (moment, time): (Moment, Timestamp), facts: &mut TargetFacts) {
        let ago =
            |since: Moment| SignedDuration::from_millis(i64::try_from(moment - since).unwrap_or(0));
        let lies_ready = self.prepared && self.accepted.prepare == Some(self.new);
        facts.current = self.accepted == self.told;
        facts.running = self.running;
        facts.health = self.health;
        facts.proof = self.proof;
        facts.prepared = lies_ready.then_some(Readiness::Ready);
        facts.jobs.clone_from(&self.jobs);
        facts.healthy_since = self.healthy_since.map(|since| time - ago(since));
        if self.is_unhealthy() && facts.detail.is_empty() {
            "the health check fails".clone_into(&mut facts.detail);
        }
    }

    /// What is known of it at the beginning.
    pub(super) fn known(&self, begins: Timestamp) -> TargetFacts {
        let mut facts = TargetFacts {
            connected: self.connected,
            told: self.told.revision(),
            ..TargetFacts::default()
        };
        self.tell((0, begins), &mut facts);
        facts
    }
}
