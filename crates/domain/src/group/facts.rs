//! Where the members of a group run stand, read out of their records.

use crate::deployment::{
    Barrier, Cause, Decision, Deployment, Event, NoReturn, Status, WaitingOn, stands_at,
};
use jiff::Timestamp;

/// Where a member stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFacts {
    /// Its status.
    pub status: Status,
    /// How far it may go.
    pub opened: Barrier,
    /// The barrier where it stands, and waits for nothing else.
    pub stands_at: Option<Barrier>,
    /// Whether it stands still with the group.
    pub frozen: bool,
    /// Why it would go back, if it would.
    pub wants_back: Option<Cause>,
    /// What it did that cannot be undone, if nobody has signed that going back is right.
    pub no_return: Option<NoReturn>,
    /// What it waits for that only people or the calendar end, in words.
    pub asks: Option<String>,
}

impl MemberFacts {
    /// Reads the facts of one member out of its record and the decision about it.
    pub fn of(deployment: &Deployment, decision: &Decision, now: Timestamp) -> Self {
        let membership = deployment.membership.as_ref();
        let signed = deployment.return_signed.is_some();
        let mut wants = decision.events.iter();
        let wants = wants.find_map(Event::wanted_return).cloned();
        let mut waits = decision.waiting_on.iter();
        let asks = waits.find(|wait| {
            matches!(
                wait,
                WaitingOn::Person { .. }
                    | WaitingOn::SignOff { .. }
                    | WaitingOn::Steps { .. }
                    | WaitingOn::Calendar { .. }
            )
        });
        Self {
            status: deployment.status.clone(),
            opened: membership.map_or(Barrier::Succeed, |it| it.opened),
            stands_at: stands_at(decision),
            frozen: membership.is_some_and(|it| it.frozen),
            wants_back: membership.and_then(|it| it.wants_back.clone()).or(wants),
            asks: asks.map(ToString::to_string),
            no_return: deployment.no_return(now).filter(|_| !signed),
        }
    }

    pub(super) const fn has_ended(&self) -> bool {
        self.status.is_terminal()
    }

    pub(super) const fn goes_forward(&self) -> bool {
        self.status.goes_forward()
    }

    pub(super) const fn has_succeeded(&self) -> bool {
        matches!(self.status, Status::Succeeded { .. })
    }

    /// Whether it lies ready, or is further.
    pub(super) fn is_ready(&self) -> bool {
        self.opened >= Barrier::Change || self.stands_at == Some(Barrier::Change)
    }

    /// Whether it has changed everywhere.
    pub(super) fn has_changed(&self) -> bool {
        self.opened == Barrier::Succeed || self.stands_at == Some(Barrier::Succeed)
    }
}
