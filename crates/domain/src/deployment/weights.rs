//! What each server weighs in a split, as things stand with its target.

use super::{Deployment, Position, Split, Stage, TargetRun};
use crate::{
    converge::{Slot, traffic::shares},
    name::Name,
    plan::Percent,
};
use std::collections::BTreeSet;

/// Every server alike.
const EVEN: u16 = 100;

/// What one server weighs: a target, in one of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// The target.
    pub target: Position,
    /// The slot.
    pub slot: Slot,
    /// As load balancers count.
    pub weight: u16,
}

impl Deployment {
    /// What each server weighs in a split as things stand, in the deployment's order. Nothing goes to what is being
    /// changed, failed or never ran, as long as anything else serves.
    pub fn weights(&self, split: Split) -> Vec<Weighed> {
        let servers = match self.plan.side_by_side {
            true => self.weigh_slots(split),
            false => self.weigh_targets(split),
        };
        if servers.iter().any(|server| server.weight > 0) {
            return servers;
        }
        // Nobody else serves: what changes next, or starts anew, receives requests until then; but for that, everybody does.
        let serves =
            |run: &TargetRun| matches!(run.stage, Stage::Passed { .. }) || self.runs_old(run);
        match self.targets.iter().any(serves) {
            true => self.weigh_evenly(&serves),
            false => self.weigh_evenly(&|_| true),
        }
    }

    /// Every target has two servers: the share is that of the new slots.
    fn weigh_slots(&self, split: Split) -> Vec<Weighed> {
        let percent = match split {
            Split::Share { percent, .. } => percent,
            // Where it ends: the new slots once it has succeeded, and what was there before it otherwise.
            Split::Even | Split::Unsettled if self.status.goes_forward() => Percent::ALL,
            Split::Even | Split::Unsettled => Percent::default(),
        };
        let is_new = |run: &TargetRun| matches!(run.stage, Stage::Passed { .. });
        let is_old = |run: &TargetRun| run.before.is_some();
        let (new, old) = self.shared(percent, &is_new, &is_old);
        let pairs = self.positioned().zip(new.into_iter().zip(old));
        let servers = pairs.flat_map(|((target, run), (new, old))| {
            let server = |slot, weight| Weighed {
                target,
                slot,
                weight,
            };
            let before = run.before.map(|_| server(run.slot_before, old));
            [Some(server(run.slot, new)), before]
        });
        servers.flatten().collect()
    }

    /// Every target has one server: the share is that of the changed ones.
    fn weigh_targets(&self, split: Split) -> Vec<Weighed> {
        let (percent, drains) = match split {
            Split::Even | Split::Unsettled => {
                return self.weigh_evenly(&|run| self.may_serve(run));
            }
            Split::Share {
                percent, drains, ..
            } => (percent, drains),
        };
        let about_to_change = match split {
            Split::Share { waves, .. } if drains => self.next_to_change(waves),
            Split::Share { .. } | Split::Even | Split::Unsettled => BTreeSet::new(),
        };
        let is_new = |run: &TargetRun| matches!(run.stage, Stage::Passed { .. });
        let is_old = |run: &TargetRun| {
            let is_busy = about_to_change.contains(&run.target) || run.is_refreshing();
            self.runs_old(run) && !is_busy
        };
        let (new, old) = self.shared(percent, &is_new, &is_old);
        let both = self.positioned().zip(new.into_iter().zip(old));
        let server = |((target, run), (new, old)): ((Position, &TargetRun), (u16, u16))| Weighed {
            target,
            slot: run.slot,
            weight: new + old,
        };
        both.map(server).collect()
    }

    fn weigh_evenly(&self, is_meant: &dyn Fn(&TargetRun) -> bool) -> Vec<Weighed> {
        let server = |(target, run): (Position, &TargetRun)| Weighed {
            target,
            slot: run.slot,
            weight: if is_meant(run) { EVEN } else { 0 },
        };
        self.positioned().map(server).collect()
    }

    /// Whether a target may answer requests: all but those that are known to run nothing, or something that fails.
    fn may_serve(&self, run: &TargetRun) -> bool {
        let fails = matches!(
            run.stage,
            Stage::Stuck {
                old_fails: true,
                ..
            }
        );
        match is_untouched(&run.stage) {
            true => self.runs_old(run),
            false => !fails,
        }
    }

    /// Whether a target still runs the old revision, or runs it again. One that is new here runs nothing.
    pub(super) fn runs_old(&self, run: &TargetRun) -> bool {
        let old = match matches!(run.stage, Stage::Restored { .. }) {
            true => self.home(run),
            false => run.before,
        };
        old.is_some() && is_untouched(&run.stage)
    }

    /// The targets up to a wave that lie ready, as far as they may be down at once.
    pub(super) fn next_to_change(&self, wave: u32) -> BTreeSet<&Name> {
        let ready = self.targets.iter().filter(|run| run.wave <= wave);
        let ready = ready.filter(|run| run.stage == Stage::Prepared && !run.is_refreshing());
        let ready = ready.take(self.room());
        ready.map(|run| &run.target).collect()
    }

    /// What each target weighs among the new ones, and among the old ones.
    fn shared(
        &self,
        percent: Percent,
        is_new: &dyn Fn(&TargetRun) -> bool,
        is_old: &dyn Fn(&TargetRun) -> bool,
    ) -> (Vec<u16>, Vec<u16>) {
        let count = |is_it: &dyn Fn(&TargetRun) -> bool| {
            let count = self.targets.iter().filter(|run| is_it(run)).count();
            u16::try_from(count).unwrap_or(u16::MAX)
        };
        let (new, old) = (count(is_new), count(is_old));
        // Alone, a group receives everything.
        let percent = match (new, old) {
            (0, _) => 0,
            (_, 0) => 100,
            (_, _) => percent.get(),
        };
        let shared = shares(percent, new, old);
        let (mut new, mut old) = (shared.new.into_iter(), shared.old.into_iter());
        let next = |is: bool, of: &mut std::vec::IntoIter<u16>| match is {
            true => of.next().unwrap_or(0),
            false => 0,
        };
        let each = |run: &TargetRun| (next(is_new(run), &mut new), next(is_old(run), &mut old));
        self.targets.iter().map(each).unzip()
    }
}

/// Whether a target was not changed, or is back.
const fn is_untouched(stage: &Stage) -> bool {
    match stage {
        Stage::Waiting
        | Stage::Preparing { .. }
        | Stage::Prepared
        | Stage::Failed {
            activated: false, ..
        }
        | Stage::Excluded {
            activated: false, ..
        }
        | Stage::Restored { .. } => true,
        Stage::Activating { .. }
        | Stage::Passed { .. }
        | Stage::Failed {
            activated: true, ..
        }
        | Stage::Excluded {
            activated: true, ..
        }
        | Stage::Restoring { .. }
        | Stage::Stuck { .. } => false,
    }
}
