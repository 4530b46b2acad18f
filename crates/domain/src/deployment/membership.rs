//! A deployment's part in a group run: barriers that keep it in step with the others.
//!
//! It prepares by itself, and waits at each barrier until its group opens it. It never goes back by itself: that is for the
//! group to begin, in its order.

use super::{Cause, Decision, Deployment, Event, WaitingOn, decide::View, transition::Illegal};
use crate::id::GroupRunId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Its part in a group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The group run.
    pub group: GroupRunId,
    /// How far it may go.
    pub opened: Barrier,
    /// Since when.
    #[serde(default)]
    pub opened_at: Timestamp,
    /// Whether its group stands still, so that nothing new is begun.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub frozen: bool,
    /// Why it would go back, if it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants_back: Option<Cause>,
}

/// How far a member of a group run may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// It may prepare; nothing changes.
    Prepare,
    /// It may change.
    Change,
    /// It may succeed.
    Succeed,
}

impl Membership {
    /// Of a deployment that has not begun.
    pub const fn of(group: GroupRunId) -> Self {
        Self {
            group,
            opened: Barrier::Prepare,
            opened_at: Timestamp::UNIX_EPOCH,
            frozen: false,
            wants_back: None,
        }
    }
}

impl Deployment {
    /// What its group keeps it from, if it does: everything new while the group is frozen, and what lies behind a barrier.
    fn kept_back(&self, needs: Barrier) -> Option<WaitingOn> {
        let membership = self.membership.as_ref()?;
        let kept = membership.frozen || membership.opened < needs;
        kept.then_some(WaitingOn::Group {
            group: membership.group,
            barrier: needs,
            frozen: membership.frozen,
        })
    }

    pub(super) fn open_barrier(&mut self, barrier: Barrier, now: Timestamp) -> Result<(), Illegal> {
        let status = self.status.word();
        let goes_forward = self.status.goes_forward();
        let membership = self.member("barrier_opened")?;
        if !goes_forward || barrier <= membership.opened {
            return Err(Illegal {
                event: "barrier_opened",
                state: if goes_forward { "it is open" } else { status },
            });
        }
        (membership.opened, membership.opened_at) = (barrier, now);
        Ok(())
    }

    pub(super) fn freeze(&mut self, frozen: bool) -> Result<(), Illegal> {
        let event = if frozen {
            "group_froze"
        } else {
            "group_thawed"
        };
        self.member(event)?.frozen = frozen;
        if !frozen {
            // Nothing goes back now; another time it is asked for anew.
            self.return_signed = None;
        }
        Ok(())
    }

    pub(super) fn want_back(&mut self, cause: &Cause) -> Result<(), Illegal> {
        if !self.status.goes_forward() {
            return Err(Illegal {
                event: "return_wanted",
                state: self.status.word(),
            });
        }
        self.member("return_wanted")?.wants_back = Some(cause.clone());
        Ok(())
    }

    /// A person has dealt with why it would go back.
    pub(super) fn forget_return(&mut self) {
        let held = self.status.hold().is_some();
        if let Some(membership) = self.membership.as_mut().filter(|_| !held) {
            membership.wants_back = None;
        }
    }

    fn member(&mut self, event: &'static str) -> Result<&mut Membership, Illegal> {
        let state = "it is in no group run";
        self.membership.as_mut().ok_or(Illegal { event, state })
    }
}

/// What its group makes it wait for.
pub(super) fn group(view: &View<'_>, needs: Barrier) -> Option<WaitingOn> {
    view.deployment.kept_back(needs)
}

/// A member that would go back stops and says so; its group decides.
pub(super) fn keep(view: &View<'_>, mut decision: Decision) -> Decision {
    let Some(membership) = &view.deployment.membership else {
        return decision;
    };
    let Some(cause) = decision.take_return() else {
        return decision;
    };
    if membership.wants_back.is_none() {
        decision.events.push(Event::ReturnWanted {
            cause: cause.clone(),
        });
    }
    match view.deployment.status.hold() {
        Some(hold) => decision.wait_for_person(hold),
        None => {
            let reason = match membership.opened {
                Barrier::Prepare | Barrier::Change => {
                    format!("{cause}; its group goes back, or asks")
                }
                Barrier::Succeed => {
                    format!("{cause}; its group has changed, so it does not go back by itself")
                }
            };
            decision.events.push(Event::Held { reason, by: None });
        }
    }
    decision
}

/// Whether it stands at a barrier, and waits for nothing else.
pub fn stands_at(decision: &Decision) -> Option<Barrier> {
    match decision.waiting_on.as_slice() {
        [
            WaitingOn::Group {
                barrier,
                frozen: false,
                ..
            },
        ] if decision.is_idle() => Some(*barrier),
        _ => None,
    }
}
