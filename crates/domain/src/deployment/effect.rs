//! What a decision wants done outside.

use super::{Deployment, JobRun, JobStage, Position, Purpose, TargetRun};
use crate::{
    converge::{Job, Portion, Slot},
    plan::Percent,
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
    /// To run; nothing, where the product is not to run.
    pub active: Vec<Placed>,
    /// To lie ready.
    pub prepare: Option<RevisionId>,
    /// To be done once.
    pub jobs: Vec<Job>,
}

/// A revision that is to run on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// It.
    pub revision: RevisionId,
    /// Where.
    pub slot: Slot,
    /// How many instances of its components.
    pub portion: Portion,
    /// Names a start, as [`ActiveComponent::start`](crate::converge::ActiveComponent::start) does.
    pub start: u64,
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
        let placed = |slot| {
            move |revision| Placed {
                revision,
                slot,
                portion: Portion::All,
                start: 0,
            }
        };
        let (new, old) = (
            placed(run.slot)(run.after),
            run.before.map(placed(run.slot_before)).map(|old| Placed {
                start: run.fresh.map_or(0, |fresh| fresh.start()),
                ..old
            }),
        );
        let ready = deployment.home(run);
        let home = ready.map(placed(match deployment.purpose {
            Purpose::Promotion => run.slot_before,
            Purpose::Rollback { .. } => run.slot,
        }));
        let (active, prepare) = match self {
            Self::Prepare(_) => (old.into_iter().collect(), Some(run.after)),
            Self::Activate(_) => (deployment.changed(run, old, new), ready),
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
    /// What a target runs once it has changed: the new revision, beside the old one as far as the plan has both run.
    fn changed(&self, run: &TargetRun, old: Option<Placed>, new: Placed) -> Vec<Placed> {
        let wave = self.plan.waves.get(run.last_wave() as usize);
        let share = wave.and_then(|wave| wave.instances);
        let is_over =
            self.plan.shares_instances() && share.is_none_or(|share| share >= Percent::ALL);
        let Some(old) = old.filter(|_| self.plan.side_by_side && !is_over) else {
            return vec![new];
        };
        let portions = share.map_or((Portion::All, Portion::All), |share| {
            (Portion::Rest(share), Portion::Share(share))
        });
        let portioned = |placed, portion| Placed { portion, ..placed };
        vec![portioned(old, portions.0), portioned(new, portions.1)]
    }

    /// What a target is to do once, on the way forward: jobs of the deployment, and the one that a check asks.
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
        let jobs = self.jobs.iter().filter(running).filter_map(job);
        jobs.chain(self.trial_on(target)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deployment::{Status, sample::requested},
        name::Name,
        plan::{Fleet, Limits, Strategy, compile},
    };
    use jiff::Timestamp;

    /// A worker canary on one target, in this wave, and what the target is told then.
    fn told(wave: u32) -> Vec<(Slot, Portion)> {
        let target: Name = "a".parse().unwrap();
        let fleet = Fleet {
            targets: vec![target],
            ..Fleet::default()
        };
        let steps = r#"{"steps":[{"instances":"25%"},{"instances":"50%"}]}"#;
        let strategy = Strategy::WorkerCanary(serde_json::from_str(steps).unwrap());
        let how = (strategy, Vec::new());
        let plan = compile(how, &fleet, &Limits::default(), None).unwrap();
        let mut deployment = requested(plan);
        deployment.targets[0].slot = Slot::Green;
        deployment.targets[0].grown = wave;
        deployment.status = Status::Rolling {
            wave,
            since: Timestamp::UNIX_EPOCH,
            hold: None,
        };
        let wanted = Effect::Activate(Position(0)).wanted(&deployment);
        let placed = wanted.active.iter();
        placed.map(|it| (it.slot, it.portion)).collect()
    }

    #[test]
    fn the_share_grows_and_its_rest_shrinks_until_the_old_revision_is_gone() {
        let part = |part| Percent::of(part, 100);
        let split = |new| {
            [
                (Slot::Blue, Portion::Rest(part(new))),
                (Slot::Green, Portion::Share(part(new))),
            ]
        };
        assert_eq!(told(0), split(25));
        assert_eq!(told(1), split(50));
        assert_eq!(told(2), [(Slot::Green, Portion::All)]);
    }
}
