//! The decision: what happens next to a group run, given where its members stand.
//!
//! A decision is one pass; the caller applies what it answers and decides again until nothing happens. What is said to a member
//! is an event of its deployment, and can happen as long as nothing else does in the same transaction.

use super::{GroupCause, GroupEvent, GroupRun, GroupStatus, GroupWait, Member, MemberFacts};
use crate::deployment::{Barrier, Cause, Event, NoReturn, Status};

/// What happens next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct GroupDecision {
    /// To be applied to the group, in this order.
    pub events: Vec<GroupEvent>,
    /// To be applied to members, by their places, in this order, in the same transaction.
    pub orders: Vec<(u32, Event)>,
    /// What it waits for; empty only when it has ended or something happens.
    pub waiting_on: Vec<GroupWait>,
}

/// Decides what happens next to `group`. `members` has one entry per member, in its order.
pub fn decide(group: &GroupRun, members: &[MemberFacts]) -> GroupDecision {
    let view = View { group, members };
    match &group.status {
        GroupStatus::Preparing { .. } => view.forward(View::preparing),
        GroupStatus::Activating { .. } => view.forward(View::activating),
        GroupStatus::Finishing { .. } => view.finishing(),
        GroupStatus::Frozen { cause, .. } => view.frozen(cause),
        GroupStatus::RollingBack { cause, .. } => view.rolling_back(cause),
        GroupStatus::Cancelling { .. } => view.cancelling(),
        GroupStatus::Succeeded { .. }
        | GroupStatus::RolledBack { .. }
        | GroupStatus::Failed { .. }
        | GroupStatus::Cancelled { .. } => GroupDecision::default(),
    }
}

struct View<'a> {
    group: &'a GroupRun,
    members: &'a [MemberFacts],
}

impl View<'_> {
    fn all(&self) -> impl Iterator<Item = (u32, &Member, &MemberFacts)> {
        let members = self.group.members.iter().zip(self.members);
        (0..)
            .zip(members)
            .map(|(place, (member, facts))| (place, member, facts))
    }

    /// Goes on, unless a member has left the way forward, or would.
    fn forward(&self, on: fn(&Self) -> GroupDecision) -> GroupDecision {
        match self.failing() {
            None => on(self),
            Some(cause) => self.back(cause),
        }
    }

    fn failing(&self) -> Option<GroupCause> {
        self.all().find_map(|(_, member, facts)| {
            let reason = match (&facts.wants_back, facts.goes_forward()) {
                (Some(cause), true) => cause.to_string(),
                (None, true) => return None,
                (_, false) => left(&facts.status),
            };
            Some(GroupCause::Member {
                member: member.place(),
                reason,
            })
        })
    }

    /// All go back, or, where something cannot be undone, nothing new begins.
    fn back(&self, cause: GroupCause) -> GroupDecision {
        let event = match self.past() {
            None => GroupEvent::RollbackStarted { cause },
            Some(past) => GroupEvent::Froze { cause, past },
        };
        GroupDecision {
            events: vec![event],
            orders: self.stop(),
            waiting_on: Vec::new(),
        }
    }

    /// What cannot be undone in a member that would have to go back.
    fn past(&self) -> Option<NoReturn> {
        let mut forward = self.all().filter(|(_, _, facts)| facts.goes_forward());
        forward.find_map(|(_, _, facts)| facts.no_return.clone())
    }

    /// Nothing new begins in any member.
    fn stop(&self) -> Vec<(u32, Event)> {
        let moves = self
            .all()
            .filter(|(_, _, facts)| facts.goes_forward() && !facts.frozen);
        moves
            .map(|(place, ..)| (place, Event::GroupFroze))
            .collect()
    }

    fn preparing(&self) -> GroupDecision {
        let missing = self.those(|facts| !facts.is_ready());
        if missing.is_empty() {
            return ends(GroupEvent::Prepared);
        }
        self.waits(missing, "to lie ready")
    }

    fn activating(&self) -> GroupDecision {
        let changed = |place: &u32| {
            let facts = self.members.get(*place as usize);
            facts.is_some_and(MemberFacts::has_changed)
        };
        let begins = self.all().filter(|(_, member, facts)| {
            facts.opened < Barrier::Change && member.after.iter().all(changed)
        });
        let orders: Vec<_> = begins
            .map(|(place, ..)| (place, opened(Barrier::Change)))
            .collect();
        if !orders.is_empty() {
            return GroupDecision {
                orders,
                ..GroupDecision::default()
            };
        }
        let missing = self.those(|facts| !facts.has_changed());
        if missing.is_empty() {
            let all = self
                .all()
                .map(|(place, ..)| (place, opened(Barrier::Succeed)));
            return GroupDecision {
                events: vec![GroupEvent::Changed],
                orders: all.collect(),
                waiting_on: Vec::new(),
            };
        }
        self.waits(missing, "to change")
    }

    /// Each may succeed by itself; nothing goes back any more without a person.
    fn finishing(&self) -> GroupDecision {
        let missing = self.those(|facts| !facts.has_ended());
        if !missing.is_empty() {
            return self.waits(missing, "to succeed");
        }
        match self.those(|facts| !facts.has_succeeded()).is_empty() {
            true => ends(GroupEvent::Succeeded),
            false => ends(GroupEvent::Failed {
                cause: self.why_not(),
            }),
        }
    }

    /// When nobody would go back any more, it goes on; when nothing keeps it from going back any more, it does. What a person
    /// wanted is not forgotten.
    fn frozen(&self, stored: &GroupCause) -> GroupDecision {
        if self.all().all(|(_, _, facts)| facts.has_ended()) {
            return ends(GroupEvent::Failed {
                cause: stored.clone(),
            });
        }
        let asked = matches!(stored, GroupCause::Person { .. });
        let cause = match self.failing() {
            Some(cause) => cause,
            None if asked => stored.clone(),
            None => {
                let still = self.all().filter(|(_, _, facts)| facts.frozen);
                return GroupDecision {
                    events: vec![GroupEvent::Thawed],
                    orders: still
                        .map(|(place, ..)| (place, Event::GroupThawed))
                        .collect(),
                    waiting_on: Vec::new(),
                };
            }
        };
        let Some(past) = self.past() else {
            return ends(GroupEvent::RollbackStarted { cause });
        };
        GroupDecision {
            waiting_on: vec![GroupWait::Person { cause, past }],
            ..GroupDecision::default()
        }
    }

    /// Whoever depends on a member goes back before it does; one that ended in another way holds nobody up.
    fn rolling_back(&self, cause: &GroupCause) -> GroupDecision {
        let orders = self.stop();
        if !orders.is_empty() {
            return GroupDecision {
                orders,
                ..GroupDecision::default()
            };
        }
        let ended = |place: u32| {
            let facts = self.members.get(place as usize);
            facts.is_none_or(MemberFacts::has_ended)
        };
        let turn = self.all().filter(|(place, _, facts)| {
            facts.goes_forward() && self.group.dependents(*place).into_iter().all(ended)
        });
        let turn: Vec<_> = turn.map(|(place, _, facts)| (place, facts)).collect();
        if turn.iter().any(|(_, facts)| facts.no_return.is_some()) {
            return self.back(cause.clone());
        }
        if !turn.is_empty() {
            let why = Cause::Group {
                group: self.group.id,
                reason: cause.to_string(),
            };
            let back = |(place, _)| (place, Event::RollbackStarted { cause: why.clone() });
            return GroupDecision {
                orders: turn.into_iter().map(back).collect(),
                ..GroupDecision::default()
            };
        }
        let away = self.those(|facts| !facts.has_ended());
        if !away.is_empty() {
            return waits(away, "to go back");
        }
        let back = |facts: &MemberFacts| matches!(facts.status, Status::RolledBack { .. });
        match self.those(|facts| !back(facts)).is_empty() {
            true => ends(GroupEvent::RolledBack),
            false => ends(GroupEvent::Failed {
                cause: cause.clone(),
            }),
        }
    }

    fn cancelling(&self) -> GroupDecision {
        let GroupStatus::Cancelling { by, .. } = &self.group.status else {
            return GroupDecision::default();
        };
        let open = self.all().filter(|(_, _, facts)| {
            !facts.has_ended() && !matches!(facts.status, Status::Cancelling { .. })
        });
        let orders: Vec<_> = open
            .map(|(place, ..)| (place, Event::CancelRequested { by: by.clone() }))
            .collect();
        if !orders.is_empty() {
            return GroupDecision {
                orders,
                ..GroupDecision::default()
            };
        }
        match self.those(|facts| !facts.has_ended()) {
            open if open.is_empty() => ends(GroupEvent::Cancelled),
            open => waits(open, "to settle"),
        }
    }

    /// Waits for members, and says which of them wait for people or their calendar.
    fn waits(&self, members: Vec<String>, to: &'static str) -> GroupDecision {
        let mut decision = waits(members, to);
        let asks = self.all().filter_map(|(_, member, facts)| {
            let what = facts.asks.clone().filter(|_| facts.goes_forward())?;
            Some(GroupWait::Asks {
                member: member.place(),
                deployment: member.deployment,
                what,
            })
        });
        decision.waiting_on.extend(asks);
        decision
    }

    /// The members of which something holds.
    fn those(&self, what: impl Fn(&MemberFacts) -> bool) -> Vec<String> {
        let those = self.all().filter(|(_, _, facts)| what(facts));
        those.map(|(_, member, _)| member.place()).collect()
    }

    fn why_not(&self) -> GroupCause {
        let mut others = self.all().filter(|(_, _, facts)| !facts.has_succeeded());
        let (member, reason) = others
            .next()
            .map_or_else(Default::default, |(_, m, facts)| {
                (m.place(), left(&facts.status))
            });
        GroupCause::Member { member, reason }
    }
}

/// Why a member is no more on the way forward.
fn left(status: &Status) -> String {
    let word = status.word().replace('_', " ");
    match status.cause() {
        Some(cause) => format!("it is {word}: {cause}"),
        None => format!("it is {word}"),
    }
}

const fn opened(barrier: Barrier) -> Event {
    Event::BarrierOpened { barrier }
}

fn ends(event: GroupEvent) -> GroupDecision {
    GroupDecision {
        events: vec![event],
        ..GroupDecision::default()
    }
}

fn waits(members: Vec<String>, to: &'static str) -> GroupDecision {
    GroupDecision {
        waiting_on: vec![GroupWait::Members { members, to }],
        ..GroupDecision::default()
    }
}

impl GroupDecision {
    /// Whether something happens.
    pub fn is_idle(&self) -> bool {
        self.events.is_empty() && self.orders.is_empty()
    }
}
