//! What the facts say of one target that was told to do something.

use super::{
    TargetFacts, TargetRun,
    decide::View,
    facts::{Proof, Readiness},
};
use crate::{converge::Health, duration::Millis};
use jiff::Timestamp;

/// How a target does that was told to do something.
pub(super) enum Verdict {
    Pass,
    Fail(String),
    /// Until something is heard, or this time comes.
    Wait(Option<Timestamp>),
}

/// Of a target that was told to prepare, at `since`.
pub(super) fn preparation(view: &View<'_>, facts: &TargetFacts, since: Timestamp) -> Verdict {
    let deadline = view.deployment.plan.limits.prepare_deadline;
    match &facts.prepared {
        Some(Readiness::Ready) => Verdict::Pass,
        Some(Readiness::Failed(reason)) if facts.current => Verdict::Fail(reason.clone()),
        _ if view.is_past(since, deadline) => {
            Verdict::Fail(late(facts, "did not lie ready", deadline))
        }
        _ => Verdict::Wait(Some(since + deadline.as_signed())),
    }
}

/// Of a target that was told to run the new revision.
pub(super) fn activation(view: &View<'_>, run: &TargetRun, facts: &TargetFacts) -> Verdict {
    let limits = &view.deployment.plan.limits;
    let arrived = facts.told == Some(run.after) && facts.current;
    let serves = arrived && facts.running == Some(run.after);
    let since = run.stage.under_way_since();
    match facts.health {
        Some(Health::Failed) if arrived => Verdict::Fail(facts.detail.clone()),
        // Before the first success an unhealthy component may still be starting; the deadline bounds that.
        Some(Health::Unhealthy) if serves && (facts.proof != Proof::None || since.is_none()) => {
            Verdict::Fail(facts.detail.clone())
        }
        // A target out of touch says nothing: what it last said is no proof that it still serves.
        Some(Health::Healthy) if serves && facts.connected && facts.proof == Proof::Proved => {
            Verdict::Pass
        }
        _ => match since {
            Some(since) if view.is_past(since, limits.progress_deadline) => {
                Verdict::Fail(late(facts, "was not healthy", limits.progress_deadline))
            }
            since => Verdict::Wait(since.map(|at| at + limits.progress_deadline.as_signed())),
        },
    }
}

fn late(facts: &TargetFacts, what: &str, deadline: Millis) -> String {
    if let Some(obstacle) = &facts.obstacle {
        return format!("{obstacle}; it {what} within {deadline}");
    }
    if !facts.connected {
        return format!("its agent is not in touch and {what} within {deadline}");
    }
    let detail = if facts.detail.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.detail)
    };
    format!("{what} within {deadline}{detail}")
}
