//! The decision: what happens next to a deployment, given the facts and the time.
//!
//! A decision is one pass. The caller applies its events, performs its effects and decides again until nothing
//! happens; an idle decision says what it waits for. Facts that are older than an effect do no harm: a target
//! counts only once it is seen to have been told what the record says.

use super::{
    Cause, Deployment, Effect, Event, Facts, Hold, Measurement, Position, Split, Status,
    TargetFacts, TargetRun, WaitingOn, facts::Proof, jobs, membership, no_return, preparing,
    rollback, rolling, steps, trials,
};
use crate::{name::Name, runbook::Gate};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What happens next.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Decision {
    /// To be applied in this order.
    pub events: Vec<Event>,
    /// To be performed in the same transaction.
    pub effects: Vec<Effect>,
    /// How every load balancer is to be told to share out requests, in the same transaction.
    pub route: Option<Split>,
    /// What should be measured now, once each. Asking twice does no harm: the first answer counts.
    pub due: Vec<Due>,
    /// What was measured by a target, and after which wave; to be kept in the same transaction.
    pub measured: Vec<(u32, Measurement)>,
    /// What it waits for; empty only when it has ended or something happens.
    pub waiting_on: Vec<WaitingOn>,
    /// When to decide again if nothing is heard until then.
    pub wake_at: Option<Timestamp>,
}

/// A measurement that should be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// After which wave, counted from 0.
    pub wave: u32,
    /// Of which check.
    pub check: Name,
    /// Which one, counted from 1.
    pub number: u32,
}

/// How long a cancelled deployment waits for what is under way.
pub(super) const CANCEL_BOUND_SECONDS: i64 = 30;

/// Decides what happens next to `deployment`.
///
/// `facts` has one entry per target, in the deployment's order; missing entries read as "nothing is known".
pub fn decide(deployment: &Deployment, facts: &Facts, now: Timestamp) -> Decision {
    let view = View {
        deployment,
        facts,
        now,
    };
    let decision = match &deployment.status {
        Status::Requested => requested(&view),
        Status::Preparing { hold, .. } => preparing::preparing(&view, hold.as_ref()),
        Status::Rolling { wave, hold, .. } => rolling::rolling(&view, *wave, hold.as_ref()),
        Status::RollingBack { cause, since } => rollback::rolling_back(&view, cause, *since),
        Status::Cancelling { since, .. } => cancelling(&view, *since),
        Status::Succeeded { .. }
        | Status::RolledBack { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => Decision::default(),
    };
    let mut decision = no_return::keep(&view, membership::keep(&view, decision));
    if let Some(at) = facts.steps.wake_at {
        decision.wake(at);
    }
    decision
}

/// It prepares, unless people have to do something before that.
fn requested(view: &View<'_>) -> Decision {
    let mut decision = Decision::default();
    if let Some(cause) = steps::no(view) {
        decision.events.push(Event::RollbackStarted { cause });
        return decision;
    }
    decision.wait_for(view, steps::closed(view, Gate::Start));
    if decision.waiting_on.is_empty() {
        decision.events.push(Event::Started);
    }
    decision
}

/// All that a decision looks at.
pub(super) struct View<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) facts: &'a Facts,
    pub(super) now: Timestamp,
}

static NOTHING_KNOWN: TargetFacts = TargetFacts {
    connected: false,
    told: None,
    current: false,
    running: None,
    prepared: None,
    health: None,
    proof: Proof::None,
    healthy_since: None,
    detail: String::new(),
    jobs: Vec::new(),
    obstacle: None,
};

impl<'a> View<'a> {
    pub(super) fn targets(
        &self,
    ) -> impl Iterator<Item = (Position, &'a TargetRun, &'a TargetFacts)> + use<'a> {
        let (deployment, facts) = (self.deployment, self.facts);
        deployment.positioned().map(move |(position, run)| {
            let facts = facts
                .targets
                .get(position.0 as usize)
                .unwrap_or(&NOTHING_KNOWN);
            (position, run, facts)
        })
    }

    pub(super) fn is_past(&self, since: Timestamp, length: crate::duration::Millis) -> bool {
        self.now >= since + length.as_signed()
    }
}

impl Decision {
    /// Moves `wake_at` to `at` if that is sooner.
    pub(super) fn wake(&mut self, at: Timestamp) {
        self.wake_at = Some(self.wake_at.map_or(at, |sooner| sooner.min(at)));
    }

    /// Waits for something too, if there is something, and looks again when that may be over.
    pub(super) fn wait_for(&mut self, view: &View<'_>, wait: Option<WaitingOn>) {
        let Some(wait) = wait else { return };
        if let Some(at) = wait.changes().filter(|at| *at > view.now) {
            self.wake(at);
        }
        self.waiting_on.push(wait);
    }

    /// Takes going back out of it, for those who make something else of that.
    pub(super) fn take_return(&mut self) -> Option<Cause> {
        let goes_back = |event: &mut Event| matches!(event, Event::RollbackStarted { .. });
        let Event::RollbackStarted { cause } = self.events.extract_if(.., goes_back).next()? else {
            return None;
        };
        Some(cause)
    }

    /// Waits for whoever ends a stop, said once.
    pub(super) fn wait_for_person(&mut self, hold: &Hold) {
        let wait = WaitingOn::Person { hold: hold.clone() };
        if !self.waiting_on.contains(&wait) {
            self.waiting_on.push(wait);
        }
    }

    /// Whether something happens.
    pub fn is_idle(&self) -> bool {
        self.events.is_empty()
    }
}

/// What is under way settles; after a bound the deployment ends all the same and names who did not answer.
fn cancelling(view: &View<'_>, since: Timestamp) -> Decision {
    let mut decision = Decision::default();
    jobs::stop(view, "its deployment was cancelled", &mut decision);
    trials::stop(view, &mut decision);
    if !decision.is_idle() {
        return decision;
    }
    let disturbed = view.targets();
    let disturbed = disturbed.filter(|(_, run, facts)| run.stage.is_disturbed() && !facts.current);
    let unsettled: BTreeSet<_> = disturbed
        .map(|(_, run, _)| run)
        .chain(jobs::stopping(view))
        .chain(trials::stopping(view))
        .map(|run| run.target.clone())
        .collect();
    let unsettled: Vec<_> = unsettled.into_iter().collect();
    let until = since + jiff::SignedDuration::from_secs(CANCEL_BOUND_SECONDS);
    if !unsettled.is_empty() && view.now < until {
        decision.waiting_on.push(WaitingOn::Settling {
            targets: unsettled,
            until,
        });
        decision.wake(until);
        return decision;
    }
    decision.effects.extend(jobs::recall(view));
    decision.effects.extend(rollback::forget_prepared(view));
    decision.events.push(Event::Cancelled {
        unreached: unsettled,
    });
    decision
}
