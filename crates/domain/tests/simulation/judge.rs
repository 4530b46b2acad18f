//! What must hold in a world after every step, seen from outside: from the hosts, and from the journal.

use super::World;
use crate::host::{INSTANCES, Lie};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    calendar::Edge,
    converge::JobState,
    deployment::{
        Decision, Deployment, Event, JobOutcome, Position, Purpose, Stage, Status, TargetRun,
        WaitingOn, check,
    },
    plan::JobName,
};

/// The record as it was first, and all that was written to it since.
#[derive(Debug, Default)]
pub struct History {
    first: Option<Box<Deployment>>,
    journal: Vec<(Event, Timestamp)>,
}

impl History {
    /// Keeps the record before anything was written to it.
    pub(super) fn begin(&mut self, deployment: &Deployment) {
        self.first
            .get_or_insert_with(|| Box::new(deployment.clone()));
    }

    pub(super) fn note(&mut self, event: &Event, now: Timestamp) {
        self.journal.push((event.clone(), now));
    }
}

impl World {
    /// The journal tells the record: nothing that was written is lost, and nothing is there that was not.
    pub(super) fn judge_history(&self) {
        let Some(first) = &self.history.first else {
            return;
        };
        let mut told = (**first).clone();
        for (event, at) in &self.history.journal {
            let applied = told.apply(event, *at);
            applied.unwrap_or_else(|illegal| panic!("seed {}: retold: {illegal}", self.seed));
        }
        let is_same = told == self.deployment;
        assert!(
            is_same,
            "seed {}: the journal tells another story",
            self.seed
        );
    }

    /// What a decision came to, once it is committed.
    pub(super) fn judge(&self) {
        let (seed, status) = (self.seed, &self.deployment.status);
        let faults = check::check(&self.deployment);
        assert!(faults.is_empty(), "seed {seed}: {faults:?}");
        if status.is_terminal() && !matches!(status, Status::Superseded { .. }) {
            let told = self.hosts.iter().any(|host| !host.desired.jobs.is_empty());
            assert!(!told, "seed {seed}: {status:?} leaves a host with a job");
        }
        match status {
            Status::Succeeded { .. } => self.judge_success(),
            Status::RolledBack { .. } => self.judge_return(),
            _ if status.goes_forward() => self.judge_beside(),
            _ => {}
        }
        self.judge_jobs();
        let changing = self
            .deployment
            .count(|s| matches!(s, Stage::Activating { .. }));
        assert!(
            changing <= self.deployment.plan.limits.max_unavailable,
            "seed {seed}: too many at once"
        );
    }

    /// A decision that finds nothing to do says what it waits for, and when to look again.
    pub(super) fn judge_idle(&self, decision: &Decision) {
        let (seed, status) = (self.seed, &self.deployment.status);
        if status.is_terminal() {
            return;
        }
        let says = !decision.waiting_on.is_empty();
        assert!(says, "seed {seed}: {status:?} waits for nothing");
        let timed = decision.wake_at.is_some() || self.waits_for_a_person(decision);
        assert!(timed, "seed {seed}: {status:?} has no timer");
    }

    pub(super) fn waits_for_a_person(&self, decision: &Decision) -> bool {
        let asks = |w: &WaitingOn| {
            matches!(
                w,
                WaitingOn::SignOff { .. }
                    | WaitingOn::Group { .. }
                    | WaitingOn::Clearance { .. }
                    | WaitingOn::Steps { .. }
                    | WaitingOn::Calendar {
                        opens: Edge::Never,
                        ..
                    }
            )
        };
        self.deployment.status.hold().is_some() || decision.waiting_on.iter().any(asks)
    }

    /// What an event says of a host is so.
    pub(super) fn judge_event(&self, event: &Event) {
        if let Event::JobEnded { job, outcome } = event {
            let run = self.deployment.job_run(job).unwrap();
            self.judge_end_of_job(job, (run.target, run.fence), outcome);
        }
        if let Event::TrialEnded { job, outcome } = event {
            let mut trials = self.deployment.trials.iter();
            let trial = trials.find(|trial| trial.job == *job).unwrap();
            self.judge_end_of_job(job, (trial.target, trial.fence), outcome);
        }
        if let Event::BaselineStands { target } = event {
            let host = &self.hosts[target.0 as usize];
            let anew = host.lie == Some(Lie::NeverSwitches) || host.has_started_anew();
            assert!(anew, "seed {}: {target:?} never started anew", self.seed);
        }
        if let Event::TargetPassed { target } = event {
            let host = &self.hosts[target.0 as usize];
            let fine = host.lie != Some(Lie::OtherDigest);
            assert!(
                fine,
                "seed {}: {target:?} passed on another artifact",
                self.seed
            );
        }
    }

    /// How a job ended is how this very try of it really ended, at the host that had it.
    fn judge_end_of_job(
        &self,
        job: &JobName,
        (target, fence): (Position, u64),
        outcome: &JobOutcome,
    ) {
        let ended = &self.hosts[target.0 as usize].ended;
        let really = |what: fn(&JobState) -> bool| {
            let mut ended = ended.iter();
            ended.any(|(name, of, end)| (name, *of) == (job, fence) && what(end))
        };
        let so = match outcome {
            JobOutcome::Done => really(|end| matches!(end, JobState::Done)),
            JobOutcome::Failed { .. } => really(|end| matches!(end, JobState::Failed { .. })),
            JobOutcome::Unknown { .. } => true,
        };
        let seed = self.seed;
        assert!(
            so,
            "seed {seed}: try {fence} of {job} did not end so: {outcome}"
        );
    }

    /// Every target in scope is told to run the new revision, and nothing beside it.
    fn judge_success(&self) {
        for (run, host) in self.deployment.targets.iter().zip(&self.hosts) {
            let told = host.is_told(Some((run.after, run.slot)));
            let fine = told || matches!(run.stage, Stage::Excluded { .. });
            assert!(fine, "seed {}: success without {}", self.seed, run.target);
        }
    }

    /// Every target is told to run what it goes back to, and nothing beside it.
    fn judge_return(&self) {
        for (run, host) in self.deployment.targets.iter().zip(&self.hosts) {
            let untouched = matches!(
                run.stage,
                Stage::Excluded {
                    activated: false,
                    ..
                }
            ) && host.is_told(run.before.map(|before| (before, run.slot_before)));
            let back = host.is_told(
                self.deployment
                    .home(run)
                    .map(|it| (it, self.slot_home(run))),
            );
            let (seed, target) = (self.seed, &run.target);
            assert!(
                untouched || back,
                "seed {seed}: {target} was not taken back"
            );
        }
    }

    fn slot_home(&self, run: &TargetRun) -> tidegate_domain::converge::Slot {
        match self.deployment.purpose {
            Purpose::Promotion => run.slot_before,
            Purpose::Rollback { .. } => run.slot,
        }
    }

    /// Side by side, the old revision runs on as long as the deployment goes forward; as a worker canary, with the rest of
    /// the instances.
    fn judge_beside(&self) {
        if !self.deployment.plan.side_by_side {
            return;
        }
        for (run, host) in self.deployment.targets.iter().zip(&self.hosts) {
            let (seed, target) = (self.seed, &run.target);
            let told = || host.desired.active.iter();
            if self.deployment.plan.shares_instances() {
                let instances: u32 = told().map(|it| it.instances).sum();
                let as_many = run.before.is_none() || instances == INSTANCES;
                assert!(as_many, "seed {seed}: {target} has {instances} instances");
                continue;
            }
            let old = run.before.map(|before| (before, run.slot_before));
            let kept = old.is_none_or(|old| told().any(|it| (it.revision, it.slot) == old));
            assert!(kept, "seed {seed}: the old one of {target} is gone");
        }
    }

    /// Each try was begun at one host and once, and in the order of the fences.
    fn judge_jobs(&self) {
        let mut tried: BTreeMap<&(JobName, u64), usize> = BTreeMap::new();
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
}
