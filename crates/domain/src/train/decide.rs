//! The decision: what happens next to a train, given what is known.
//!
//! A decision is one pass; the caller does what it says and decides again until nothing happens. What stands still says what it
//! waits for.

use super::{
    Bill, Finding, Integration, LateAct, Line, OrderError, Readiness, Train, TrainEvent,
    TrainFacts, TrainPlanError, TrainStatus, Word, in_order, late::late, wait::TrainWait,
};
use crate::{
    control::{Clearance, Stop},
    digest::Digest,
    group::{GroupCause, GroupStatus},
    id::{Edition, SnapshotNumber},
    name::Name,
    version::Version,
};
use jiff::Timestamp;

/// What happens next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct TrainDecision {
    /// What is to be done now.
    pub act: Option<TrainAct>,
    /// What it waits for; empty only when it has ended or something happens.
    pub waiting_on: Vec<TrainWait>,
    /// When it is worth asking again, though nothing was heard.
    pub wake_at: Option<Timestamp>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainAct {
    /// This is to be applied to the train.
    Happens(TrainEvent),
    /// A member is to be dropped, in the words of the policy.
    Drops(Name, Word),
    /// A group run is to be begun, and then [`TrainEvent::Left`] to be applied.
    Leaves(Leaving),
}

/// The group run that carries a train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Where to.
    pub environment: Name,
    /// The edition of the bill that goes.
    pub edition: Edition,
    /// Its hash.
    pub bill: Digest,
    /// In the order in which they may change.
    pub members: Vec<Passenger>,
}

/// A member of the group run that carries a train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passenger {
    /// The product.
    pub product: Name,
    /// Its release.
    pub release: Version,
    /// The hash of that.
    pub hash: Digest,
    /// The configuration that it goes with.
    pub snapshot: Option<SnapshotNumber>,
    /// The members that it changes after, by their places in the list.
    pub after: Vec<u32>,
}

/// What there is to be said about a train before its next departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What its members bring.
    pub bill: Bill,
    /// Whether that is complete, fits and was tested.
    pub integration: Integration,
    /// How far the members are.
    pub readiness: Readiness,
    /// What must happen because some are late.
    pub late: Vec<LateAct>,
    /// In which order they change.
    pub order: Result<Vec<Passenger>, OrderError>,
}

impl Outlook {
    /// Looks at a train's next departure; none when there is none.
    ///
    /// # Errors
    /// When the plan has no moments.
    pub fn of(
        train: &Train,
        facts: &TrainFacts,
        now: Timestamp,
    ) -> Result<Option<Self>, TrainPlanError> {
        let plan = &train.plan;
        let next = plan.next_departure(train.status.reached());
        let (Some(way), Some(next), Some(last)) = (train.way(), next, plan.departures.last())
        else {
            return Ok(None);
        };
        let (at, last) = (plan.moment(next)?, plan.moment(last)?);
        let bill = facts.bill(train);
        let integration = Integration::of(&bill, &way, &facts.places);
        let readiness = Readiness::of((train, &bill), facts, &integration, (next, &at, &last), now);
        Ok(Some(Self {
            late: late(plan, &readiness, (&bill, &facts.places)),
            order: passengers(train, &bill, way.to),
            integration,
            readiness,
            bill,
        }))
    }

    /// Whatever keeps the train from leaving, but for the time.
    pub fn obstacles(&self, facts: &TrainFacts) -> Vec<TrainWait> {
        let late = self.late.iter().cloned().map(TrainWait::Late);
        let members = self.readiness.lacking().flat_map(|member| {
            let product = &member.product;
            let lacks = member.lacks.iter().cloned();
            lacks.map(|lack| TrainWait::Member(product.clone(), lack))
        });
        let findings = self.integration.stops();
        // Of these the members themselves say that they lack them.
        let findings = findings
            .filter(|it| !matches!(it, Finding::NotMade { .. } | Finding::Draft { .. }))
            .map(|it| TrainWait::Finding(Box::new(it.clone())));
        let order = self.order.as_ref().err().cloned().map(TrainWait::Order);
        let stops = stops(facts).into_iter().map(TrainWait::Clearance);
        let all = late.chain(members).chain(findings).chain(order);
        all.chain(stops).collect()
    }
}

fn stops(facts: &TrainFacts) -> Vec<Stop> {
    let unknown = || Clearance::unknown("nobody looked at the train");
    let clearance = facts.clearance.clone().unwrap_or_else(unknown);
    clearance.stops
}

fn passengers(train: &Train, bill: &Bill, to: &Name) -> Result<Vec<Passenger>, OrderError> {
    let order = in_order(&train.plan, bill, to)?;
    let passenger = |(place, after): (usize, Vec<u32>)| {
        let product = train.plan.members.get(place)?.product.clone();
        let Line {
            release,
            hash,
            snapshot,
            ..
        } = bill.line(&product)?;
        Some(Passenger {
            release: release.clone(),
            hash: (*hash)?,
            snapshot: *snapshot,
            product,
            after,
        })
    };
    Ok(order.into_iter().filter_map(passenger).collect())
}

/// Decides what happens next to a train.
pub fn decide(train: &Train, facts: &TrainFacts, now: Timestamp) -> TrainDecision {
    match &train.status {
        TrainStatus::Planned { hold: Some(hold) }
        | TrainStatus::Closed {
            hold: Some(hold), ..
        } => waits(vec![TrainWait::Held(hold.clone())]),
        TrainStatus::Planned { hold: None } | TrainStatus::Closed { hold: None, .. } => {
            match Outlook::of(train, facts, now) {
                Ok(Some(outlook)) => ahead(train, facts, &outlook, now),
                Ok(None) if has_arrived(train) => happens(TrainEvent::Arrived),
                Ok(None) => waits(vec![TrainWait::Plan(TrainPlanError::NoDeparture)]),
                Err(why) => waits(vec![TrainWait::Plan(why)]),
            }
        }
        TrainStatus::UnderWay {
            environment, run, ..
        } => {
            let ended = facts
                .run
                .as_ref()
                .and_then(|run| ended(train, environment, run));
            ended.map_or_else(
                || waits(vec![TrainWait::Run(environment.clone(), *run)]),
                happens,
            )
        }
        TrainStatus::RolledBack { cause, .. } | TrainStatus::Failed { cause, .. } => {
            waits(vec![TrainWait::Person(train.status.word(), cause.clone())])
        }
        TrainStatus::Arrived { .. } | TrainStatus::Cancelled { .. } => TrainDecision::default(),
    }
}

fn has_arrived(train: &Train) -> bool {
    let last = train.plan.departures.last().map(|it| &it.environment);
    last.is_some() && last == train.status.reached()
}

/// Before a departure: late members first, because they change what goes.
fn ahead(train: &Train, facts: &TrainFacts, outlook: &Outlook, now: Timestamp) -> TrainDecision {
    if let Some(act) = outlook.late.iter().find_map(|act| acts(act, now)) {
        return TrainDecision {
            act: Some(act),
            ..TrainDecision::default()
        };
    }
    let mut waiting_on = outlook.obstacles(facts);
    let departure = outlook.readiness.departure;
    let edition = train.bill();
    if edition.is_none() {
        waiting_on.push(TrainWait::Boarding);
    }
    if now < departure {
        let environment = outlook.readiness.environment.clone();
        waiting_on.push(TrainWait::Departure(environment, departure));
    }
    match (&outlook.order, edition) {
        (Ok(members), Some(edition)) if waiting_on.is_empty() => TrainDecision {
            act: Some(TrainAct::Leaves(Leaving {
                environment: outlook.readiness.environment.clone(),
                edition: edition.edition,
                bill: edition.bill.hash(),
                members: members.clone(),
            })),
            ..TrainDecision::default()
        },
        (Ok(_) | Err(_), Some(_) | None) => TrainDecision {
            act: None,
            waiting_on,
            wake_at: wake_at(facts, &outlook.readiness, now),
        },
    }
}

/// What the policy does by itself.
fn acts(act: &LateAct, at: Timestamp) -> Option<TrainAct> {
    let reason = act.to_string();
    match act {
        LateAct::Stop { .. } => Some(TrainAct::Happens(TrainEvent::Held { reason, by: None })),
        LateAct::Drop { product } => {
            let word = Word {
                by: None,
                reason,
                at,
            };
            Some(TrainAct::Drops(product.clone(), word))
        }
        LateAct::Wait { .. } | LateAct::Needed { .. } | LateAct::Last { .. } => None,
    }
}

/// The next moment at which a member becomes late, the train may leave, or a waiver ends.
fn wake_at(facts: &TrainFacts, readiness: &Readiness, now: Timestamp) -> Option<Timestamp> {
    let deadlines = readiness.members.iter().map(|it| it.deadline);
    let members = facts
        .members
        .values()
        .filter_map(|it| it.clearance.as_ref());
    let clearances = members.chain(&facts.clearance).filter_map(|it| it.until);
    let all = deadlines.chain([readiness.departure]).chain(clearances);
    all.filter(|at| *at > now).min()
}

/// What the end of a group run means for the train that it carries.
fn ended(train: &Train, environment: &Name, run: &GroupStatus) -> Option<TrainEvent> {
    match run {
        GroupStatus::Preparing { .. }
        | GroupStatus::Activating { .. }
        | GroupStatus::Finishing { .. }
        | GroupStatus::Frozen { .. }
        | GroupStatus::RollingBack { .. }
        | GroupStatus::Cancelling { .. } => None,
        GroupStatus::Succeeded { .. } => match train.plan.next_departure(Some(environment)) {
            Some(_) => Some(TrainEvent::Reached),
            None => Some(TrainEvent::Arrived),
        },
        GroupStatus::RolledBack { cause, .. } => Some(TrainEvent::RolledBack {
            cause: cause.clone(),
        }),
        GroupStatus::Failed { cause, .. } => Some(TrainEvent::Failed {
            cause: cause.clone(),
        }),
        GroupStatus::Cancelled { by, .. } => Some(TrainEvent::Failed {
            cause: GroupCause::Person {
                by: by.clone(),
                reason: "the group run was cancelled".to_owned(),
            },
        }),
    }
}

fn happens(event: TrainEvent) -> TrainDecision {
    TrainDecision {
        act: Some(TrainAct::Happens(event)),
        ..TrainDecision::default()
    }
}

fn waits(waiting_on: Vec<TrainWait>) -> TrainDecision {
    TrainDecision {
        waiting_on,
        ..TrainDecision::default()
    }
}

#[cfg(test)]
mod tests;
