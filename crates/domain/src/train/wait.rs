//! What a train waits for, in words and with what helps.

use super::{Finding, Lack, LateAct, OrderError, TrainPlanError};
use crate::{control::Stop, deployment::Hold, group::GroupCause, id::GroupRunId, name::Name};
use jiff::Timestamp;
use std::fmt;

/// What a train waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainWait {
    /// A person, who held it or has to deal with what the policy held it for.
    Held(Hold),
    /// A member that is late.
    Late(LateAct),
    /// Something that a member lacks.
    Member(Name, Lack),
    /// Something that the integration check found.
    Finding(Box<Finding>),
    /// An order.
    Order(OrderError),
    /// Something that stops the train as a whole.
    Clearance(Stop),
    /// Somebody who closes boarding.
    Boarding,
    /// The time of its departure.
    Departure(Name, Timestamp),
    /// A plan that can be kept to.
    Plan(TrainPlanError),
    /// The group run that carries it.
    Run(Name, GroupRunId),
    /// A person, who says how it goes on after it went back, or did not arrive as a whole.
    Person(&'static str, GroupCause),
}

impl TrainWait {
    /// What would end it sooner, for a person who reads this about `train`.
    pub fn remedy(&self, train: &Name) -> String {
        match self {
            Self::Held(_) => {
                format!("deal with the reason, then let it go on: `tidegate train resume {train}`")
            }
            Self::Late(late) => late.remedy(),
            Self::Member(_, lack) => lack.remedy(),
            Self::Finding(finding) => finding.remedy(),
            Self::Order(why) => why.remedy(),
            Self::Clearance(stop) => stop.remedy.clone(),
            Self::Boarding => format!("once all are ready: `tidegate train close {train}`"),
            Self::Departure(..) => "to go sooner, plan an earlier departure".to_owned(),
            Self::Plan(_) => "mend the plan of the train".to_owned(),
            Self::Run(_, run) => format!("`tidegate group-run show {run}` says what it waits for"),
            Self::Person(..) => {
                format!(
                    "replace or drop what failed, or try again: `tidegate train resume {train}`; or end it: `tidegate train cancel {train}`"
                )
            }
        }
    }
}

impl fmt::Display for TrainWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(hold) => {
                let who = hold.by.as_ref().map_or("tidegate", Name::as_str);
                write!(f, "a person, because {who} held it: {}", hold.reason)
            }
            Self::Late(late) => late.fmt(f),
            Self::Member(product, lack) => write!(f, "{product}: {lack}"),
            Self::Finding(finding) => finding.fmt(f),
            Self::Order(why) => why.fmt(f),
            Self::Clearance(stop) => stop.fmt(f),
            Self::Boarding => {
                f.write_str("boarding is open: somebody closes it, and fixes what goes")
            }
            Self::Departure(environment, at) => write!(f, "it leaves for {environment} at {at}"),
            Self::Plan(why) => why.fmt(f),
            Self::Run(environment, run) => {
                write!(f, "group run {run}, which takes it to {environment}")
            }
            Self::Person(word, cause) => {
                write!(
                    f,
                    "a person, because it is {}: {cause}",
                    word.replace('_', " ")
                )
            }
        }
    }
}
