//! What a decision wants done outside.

use super::{Deployment, JobRun, JobStage, Position, Purpose};
use crate::{
    converge::{Job, Slot},
    revision::RevisionId,
};

/// A change of one target's desired state. The store allocates its generation in the same transaction that keeps
/// the events, so an effect is performed exactly when they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Run the old revision, make the new one lie ready.
    Prepare(Position),
    /// Run the new revision; keep the old one ready, so that going back is a switch. Side by side, run both.
    Activate(Position),
    /// Go back: run what it goes back to; forget the new revision.
    Restore(Position),
    /// Go on running the old revision; forget the new one.
    Forget(Position),
    /// Run the new revision alone.
    Retire(Position),
}

/// What a target is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// To run, and in which slot; nothing, where the product is not to run.
    pub active: Vec<(RevisionId, Slot)>,
    /// To lie ready.
    pub prepare: Option<RevisionId>,
    /// To be done once.
    pub jobs: Vec<Job>,
}

impl Effect {
    /// The target.
    pub const fn target(self) -> Position {
        match self {
            Self::Prepare(target)
            | Self::Activate(target)
            | Self::Restore(target)
            | Self::Forget(target)
            | Self::Retire(target) => target,
        }
    }

    /// What the target is to be told.
    ///
    /// # Panics
    /// When the target is none of the deployment's.
    pub fn wanted(self, deployment: &Deployment) -> Wanted {
        let run = &deployment.targets[self.target().0 as usize];
        let (new, old) = (
            (run.after, run.slot),
            run.before.map(|old| (old, run.slot_before)),
        );
        let home = deployment.home(run).map(|home| match deployment.purpose {
            Purpose::Promotion => (home, run.slot_before),
            Purpose::Rollback { .. } => (home, run.slot),
        });
        let ready = home.map(|(home, _)| home);
        let beside = old.filter(|_| deployment.plan.side_by_side);
        let (active, prepare) = match self {
            Self::Prepare(_) => (old.into_iter().collect(), Some(run.after)),
            Self::Activate(_) => (beside.into_iter().chain([new]).collect(), ready),
            Self::Restore(_) => (home.into_iter().collect(), None),
            Self::Forget(_) => (old.into_iter().collect(), None),
            Self::Retire(_) => (vec![new], ready),
        };
        Wanted {
            active,
            prepare,
            jobs: deployment.jobs_on(self.target()),
        }
    }
}

impl Deployment {
    /// What a target is to do once, on the way forward.
    fn jobs_on(&self, target: Position) -> Vec<Job> {
        let running = |run: &&JobRun| {
            run.target == target
                && matches!(run.stage, JobStage::Running { .. })
                && self.status.goes_forward()
        };
        let job = |run: &JobRun| {
            let planned = self.plan.jobs.iter().find(|job| job.job == run.job)?;
            Some(Job {
                key: self.job_key(&run.job),
                revision: self.targets.get(target.0 as usize)?.after,
                fence: run.fence,
                deadline: planned.deadline,
            })
        };
        self.jobs.iter().filter(running).filter_map(job).collect()
    }
}
