//! What people's steps make a deployment wait for, and what their answers come to: the deployment plan and the backout plan speak
//! to the engine by this alone.

use super::{Cause, Decision, Deployment, Event, Facts, Hold, Status, WaitingOn, decide::View};
use crate::{
    control::Clearance,
    name::Name,
    runbook::{self, Conducted, Gate, Happened, Held, Run, Verdict, Way},
};
use jiff::Timestamp;

/// What runbooks say to the engine of a deployment; nothing where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Where it has to wait.
    pub holds: Vec<Held>,
    /// What people's answers come to.
    pub verdict: Verdict,
    /// What happens to steps now, to be applied to the run of that runbook, as the engine, before anything else is decided.
    pub happens: Vec<(Way, Happened)>,
    /// The messages whose turn has come.
    pub messages: Vec<DueMessage>,
    /// When to look again if nothing is heard until then.
    pub wake_at: Option<Timestamp>,
}

/// A message whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMessage {
    /// In which runbook.
    pub way: Way,
    /// By which step.
    pub step: Name,
    /// Which.
    pub message: Name,
}

impl Steps {
    /// What the runbooks of a deployment say at `now`. What `facts` say of steps is not looked at.
    pub fn of(
        deployment: &Deployment,
        facts: &Facts,
        conducted: &[Conducted],
        now: Timestamp,
    ) -> Self {
        let mut steps = Self::default();
        if conducted.is_empty() {
            return steps;
        }
        let unhindered = Facts {
            calendar: None,
            clearance: Clearance::default(),
            ..facts.clone()
        };
        let stands_at = gate_at(deployment, &unhindered, now);
        let is_free = stands_at == gate_at(deployment, facts, now);
        let told = runbook::Facts::of(deployment, (stands_at, is_free));
        for conducted in conducted {
            let way = conducted.runbook.way;
            let run = conducted.run_of(deployment);
            let decision = runbook::decide(&conducted.runbook, &run, &told, now);
            steps.holds.extend(decision.holds);
            if decision.verdict != Verdict::Go {
                steps.verdict = decision.verdict;
            }
            let happens = decision.events.into_iter();
            steps.happens.extend(happens.map(|it| (way, it)));
            let messages = decision.messages.into_iter();
            let due = messages.map(|(step, message)| DueMessage { way, step, message });
            steps.messages.extend(due);
            steps.wake_at = [steps.wake_at, decision.wake_at]
                .into_iter()
                .flatten()
                .min();
        }
        steps
    }
}

impl Conducted {
    /// How far it is with its deployment: a backout plan begins with the way back.
    pub fn run_of(&self, deployment: &Deployment) -> Run {
        let began = match (self.runbook.way, &deployment.status) {
            (Way::Back, Status::RollingBack { since, .. }) => *since,
            (Way::Forward | Way::Back, _) => self.run.began,
        };
        Run {
            began,
            ..self.run.clone()
        }
    }
}

/// The gate at which a deployment stands with nothing else to wait for but its group, which comes behind it. All that stands before
/// the gate is over then.
fn gate_at(deployment: &Deployment, facts: &Facts, now: Timestamp) -> Option<Gate> {
    let waves = u32::try_from(deployment.plan.waves.len()).unwrap_or(u32::MAX);
    let gates = [Gate::Start, Gate::Change, Gate::Finish, Gate::Return];
    let gates = gates.into_iter().chain((1..waves).map(Gate::Wave));
    let held = |gate| Held {
        gate,
        steps: Vec::new(),
    };
    let closed = Facts {
        steps: Steps {
            holds: gates.map(held).collect(),
            ..Steps::default()
        },
        ..facts.clone()
    };
    let decision = super::decide(deployment, &closed, now);
    match decision.waiting_on.as_slice() {
        [WaitingOn::Steps { gate, .. }] if decision.is_idle() => Some(*gate),
        _ => None,
    }
}

/// The steps that stand before a gate, if any do.
pub(super) fn closed(view: &View<'_>, gate: Gate) -> Option<WaitingOn> {
    let mut holds = view.facts.steps.holds.iter();
    let held = holds.find(|held| held.gate == gate)?;
    Some(WaitingOn::Steps {
        gate,
        steps: held.steps.clone(),
    })
}
/// What leads back, where people's answers say so.
pub(super) fn no(view: &View<'_>) -> Option<Cause> {
    match &view.facts.steps.verdict {
        Verdict::RollBack { reason } => Some(Cause::Decision {
            reason: reason.clone(),
        }),
        Verdict::Hold { .. } | Verdict::Go => None,
    }
}

/// Goes back, or stops, where people's answers say so. What a person stopped goes back all the same.
pub(super) fn answer(view: &View<'_>, hold: Option<&Hold>, decision: &mut Decision) -> bool {
    let event = match (&view.facts.steps.verdict, hold) {
        (Verdict::RollBack { reason }, _) => Event::RollbackStarted {
            cause: Cause::Decision {
                reason: reason.clone(),
            },
        },
        (Verdict::Hold { reason }, None) => Event::Held {
            reason: reason.clone(),
            by: None,
        },
        (Verdict::Hold { .. }, Some(_)) | (Verdict::Go, _) => return false,
    };
    decision.events.push(event);
    true
}
