//! A deployment: one release going to one environment by one plan.
//!
//! [`decide`] looks at a deployment and the facts about its targets and answers what happens next; [`Deployment::apply`]
//! makes it happen to the record through the one transition function. [`check`](mod@check) restates the invariants
//! apart from both, and [`explain`] says in words what an idle deployment waits for.

mod abandon;
mod asked_return;
mod baseline;
pub mod check;
mod check_notes;
mod checks;
mod decide;
mod effect;
mod event;
mod exception;
pub mod explain;
pub mod facts;
mod failures;
mod finish;
mod gates;
mod job_notes;
mod jobs;
mod measured;
mod membership;
mod no_return;
mod preparing;
mod retrospect;
mod rollback;
mod rolling;
#[cfg(test)]
pub(crate) mod sample;
mod stage;
mod status;
mod steps;
mod traffic;
mod transition;
mod trials;
mod verdict;
mod waits;
mod weights;
mod went;

pub use asked_return::{AskedReturn, ReturnAnswer, ReturnWord};
pub use baseline::{Fresh, FreshStage};
pub use decide::{Decision, Due, decide};
pub use effect::{Effect, Placed, Wanted};
pub use event::{Event, Position};
pub use exception::{Against, Override};
pub use explain::WaitingOn;
pub use facts::{BalancerFacts, Facts, TargetFacts};
pub use job_notes::{JobOutcome, JobRun, JobStage};
pub use measured::{CheckRun, Measurement, Outcome, Reading, Sign};
pub use membership::{Barrier, Membership, stands_at};
pub use no_return::NoReturn;
pub use retrospect::{Period, looked_back, periods};
pub use stage::{Stage, Word};
pub use status::{Cause, Hold, Status};
pub use steps::{DueMessage, Steps};
pub use traffic::{BalancerRun, Ordered, Split};
pub use transition::Illegal;
pub use trials::{Trial, TrialStage};
pub use weights::Weighed;
pub use went::{Went, stood, went};

use crate::{
    converge::Slot,
    id::{ChangeId, DeploymentId, SnapshotNumber},
    name::Name,
    plan::{PartHashes, Plan, Then},
    revision::RevisionId,
    version::Version,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The record of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Its number.
    pub id: DeploymentId,
    /// Of which product.
    pub product: Name,
    /// To which environment.
    pub environment: Name,
    /// The release that goes there.
    pub release: Version,
    /// The configuration it goes with.
    pub snapshot: SnapshotNumber,
    /// Why it runs.
    pub purpose: Purpose,
    /// The compiled plan.
    pub plan: Plan,
    /// What an approval of it is bound to.
    pub parts: PartHashes,
    /// Who asked for it.
    pub requested_by: Name,
    /// When.
    pub requested_at: jiff::Timestamp,
    /// How far it is.
    pub status: Status,
    /// The waves after which the plan asks for a person's word, and who gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_offs: Vec<SignOff>,
    /// The checks after waves, in the order they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckRun>,
    /// Whether it brings what proved itself there a short time ago, so that no check is asked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fast_track: bool,
    /// The load balancers that share out requests to the product there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub balancers: Vec<BalancerRun>,
    /// Its part in a group run, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
    /// How they were last told to share them out; never by this deployment, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Ordered>,
    /// What runs once on the way, in the order it began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobRun>,
    /// The last runs of jobs for checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trials: Vec<Trial>,
    /// What an earlier deployment did there that cannot be undone, and left to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<NoReturn>,
    /// Whoever signed that going back is right although something cannot be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_signed: Option<Word>,
    /// What people want to do against the calendar, and who confirmed it; those that were confirmed count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// The change request that it runs under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
    /// Whether whoever asked acts under supervision, and who let it go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervision: Option<Supervision>,
    /// One per target of the plan, in the plan's order. Stored apart from the rest of the record.
    #[serde(skip)]
    pub targets: Vec<TargetRun>,
}

const fn is_blue(slot: &Slot) -> bool {
    matches!(slot, Slot::Blue)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(it: &u32) -> bool {
    *it == 0
}

const fn is_false(it: &bool) -> bool {
    !*it
}

/// Whoever asked for a deployment acts under supervision: somebody of level 3 or above lets it go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// Who let it go, and when; nobody yet, where none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<(Name, jiff::Timestamp)>,
}

/// Why a deployment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Purpose {
    /// Moving a release along the promotion path.
    Promotion,
    /// Taking back an earlier deployment, asked for by a person after it had ended. It begins as
    /// [`Status::RollingBack`]: nothing is waited for that an ordinary deployment has to wait for.
    Rollback {
        /// The deployment that is taken back.
        of: DeploymentId,
    },
}

/// A person's word that the waves so far are good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The last of them, counted from 0.
    pub wave: u32,
    /// Whose.
    pub by: Name,
    /// When.
    pub at: jiff::Timestamp,
}

/// One target's part in a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRun {
    /// The target.
    pub target: Name,
    /// With which wave it changes, counted from 0.
    pub wave: u32,
    /// The last wave with which more of its instances changed, of a plan that changes them in steps.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grown: u32,
    /// What it was to run when the deployment began; none where the product is new.
    pub before: Option<RevisionId>,
    /// The last revision that proved itself there, if that is another: what going back leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<RevisionId>,
    /// What it is to run.
    pub after: RevisionId,
    /// The slot where it is to run.
    #[serde(default, skip_serializing_if = "is_blue")]
    pub slot: Slot,
    /// The slot where the old revision runs: the same one, unless the plan has both run side by side.
    #[serde(default, skip_serializing_if = "is_blue")]
    pub slot_before: Slot,
    /// Where its components receive requests, `HOST:PORT`, as far as load balancers have requests for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<Name, String>,
    /// The same in the other slot, of a plan that has both run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses_before: BTreeMap<Name, String>,
    /// Whether it is part of a fresh baseline that the new revision is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Fresh>,
    /// How far it is.
    pub stage: Stage,
}

impl TargetRun {
    /// The last wave with which it changed, or will.
    pub fn last_wave(&self) -> u32 {
        self.wave.max(self.grown)
    }
}

impl Deployment {
    /// Makes `event` happen, at `now`.
    ///
    /// # Errors
    /// When the event cannot happen in this status; the record is unchanged then.
    pub fn apply(&mut self, event: &Event, now: jiff::Timestamp) -> Result<(), Illegal> {
        transition::apply(self, event, now)
    }

    /// The targets that change with one wave, with their positions: all of them, where they change in steps.
    pub fn wave(&self, wave: u32) -> impl Iterator<Item = (Position, &TargetRun)> {
        let in_steps = self.plan.shares_instances();
        let targets = self.positioned();
        targets.filter(move |(_, run)| run.wave == wave || in_steps)
    }

    /// Whether a target stands on the new revision with fewer instances than `wave` gives it.
    pub(crate) fn lags(&self, run: &TargetRun, wave: u32) -> bool {
        self.plan.shares_instances()
            && matches!(run.stage, Stage::Passed { .. })
            && run.last_wave() < wave
    }

    /// Whether a wave is over: so many of its targets have passed as the plan asks for, or all are judged.
    pub fn wave_is_over(&self, wave: u32) -> bool {
        if self.targets.iter().any(|run| self.lags(run, wave)) {
            return false;
        }
        let runs = || self.wave(wave).map(|(_, run)| &run.stage);
        let passed = runs().filter(|s| matches!(s, Stage::Passed { .. })).count();
        let planned = self.plan.waves.get(wave as usize);
        let enough = planned.and_then(|wave| wave.passes_min);
        enough.is_some_and(|enough| passed >= enough as usize) || runs().all(Stage::is_judged)
    }

    /// Whether the change or another wave may be next, as far as its targets go. Only then its clearance is asked for.
    pub fn may_begin_next(&self) -> bool {
        let lies_ready =
            |run: &TargetRun| !matches!(run.stage, Stage::Waiting | Stage::Preparing { .. });
        match self.status {
            Status::Preparing { .. } => self.targets.iter().all(lies_ready),
            Status::Rolling { wave, .. } => self.wave_is_over(wave),
            Status::Requested
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Succeeded { .. }
            | Status::RolledBack { .. }
            | Status::Failed { .. }
            | Status::Cancelled { .. }
            | Status::Superseded { .. } => false,
        }
    }

    /// Whether the plan asks for a person's word after a wave, and it was not given.
    pub fn lacks_sign_off(&self, wave: u32) -> bool {
        let planned = self.plan.waves.get(wave as usize);
        planned.is_some_and(|wave| wave.then == Then::SignOff)
            && !self.sign_offs.iter().any(|given| given.wave == wave)
    }

    /// All targets with their positions.
    pub fn positioned(&self) -> impl Iterator<Item = (Position, &TargetRun)> {
        (0..).map(Position).zip(&self.targets)
    }

    /// What going back leads to on a target: in a deployment that takes back an earlier one, what it is there for.
    pub fn home(&self, run: &TargetRun) -> Option<RevisionId> {
        match self.purpose {
            Purpose::Promotion => run.proved.or(run.before),
            Purpose::Rollback { .. } => Some(run.after),
        }
    }

    /// The slot that is looked at on a target now: of the new revision, or, on the way back, of what it goes back to.
    pub const fn slot_of_interest(&self, run: &TargetRun) -> Slot {
        match (&self.status, &self.purpose, run.before) {
            (Status::RollingBack { .. }, Purpose::Promotion, Some(_)) => run.slot_before,
            _ => run.slot,
        }
    }

    /// Whether going back concerns a target: it was changed, or it runs what never proved itself.
    pub fn must_go_back(&self, run: &TargetRun) -> bool {
        match run.stage {
            Stage::Activating { .. }
            | Stage::Passed { .. }
            | Stage::Failed {
                activated: true, ..
            } => true,
            Stage::Waiting
            | Stage::Preparing { .. }
            | Stage::Prepared
            | Stage::Failed {
                activated: false, ..
            } => match self.purpose {
                Purpose::Promotion => self.home(run) != run.before,
                Purpose::Rollback { .. } => true,
            },
            Stage::Excluded { .. }
            | Stage::Restoring { .. }
            | Stage::Restored { .. }
            | Stage::Stuck { .. } => false,
        }
    }

    /// The revisions that going back leads to, on the targets that it concerns.
    pub fn homes(&self) -> BTreeSet<RevisionId> {
        let goes_back = |run: &&TargetRun| {
            let is_on_its_way = matches!(
                run.stage,
                Stage::Restoring { .. } | Stage::Restored { .. } | Stage::Stuck { .. }
            );
            is_on_its_way || self.must_go_back(run)
        };
        let runs = self.targets.iter().filter(goes_back);
        runs.filter_map(|run| self.home(run)).collect()
    }

    /// How many targets are where the deployment takes them.
    pub fn arrived(&self) -> u32 {
        self.count(|stage| match self.purpose {
            Purpose::Promotion => matches!(stage, Stage::Passed { .. }),
            Purpose::Rollback { .. } => matches!(stage, Stage::Restored { .. }),
        })
    }

    /// How many targets people took out of its scope.
    pub fn excluded(&self) -> u32 {
        self.count(|stage| matches!(stage, Stage::Excluded { .. }))
    }

    /// How many targets satisfy `what`.
    pub fn count(&self, what: impl Fn(&Stage) -> bool) -> u32 {
        let count = self.targets.iter().filter(|run| what(&run.stage)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
