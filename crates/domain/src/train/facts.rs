//! What is known of a train and its members at the moment of a decision.

use super::{Bill, Line, Places, Train};
use crate::{
    control::Clearance,
    group::GroupStatus,
    name::Name,
    planning::{ReleasePlan, Task},
    release::Block,
};
use std::collections::BTreeMap;

/// What is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainFacts {
    /// What is known of the environments that it goes to.
    pub places: Places,
    /// What is known of each member.
    pub members: BTreeMap<Name, MemberFacts>,
    /// What stops the train as a whole from its next departure, such as approvals of its bill; none when that is not known.
    pub clearance: Option<Clearance>,
    /// How far the group run is that carries it.
    pub run: Option<GroupStatus>,
}

/// What is known of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberFacts {
    /// What its release brings, sealed or not; none while it is not made.
    pub line: Option<Line>,
    /// Why nothing may deploy it, if somebody said so.
    pub blocked: Option<Block>,
    /// What stops its deployment to the environment of the next departure; none when that is not known.
    pub clearance: Option<Clearance>,
    /// Its release plan, if it has one.
    pub plan: Option<ReleasePlan>,
    /// Its tasks, those of the plan and those beside it.
    pub tasks: Vec<Task>,
}

impl TrainFacts {
    /// What the members bring: what was fixed when boarding was closed, or else what their releases bring now.
    pub fn bill(&self, train: &Train) -> Bill {
        if let Some(edition) = train.bill() {
            return edition.bill.clone();
        }
        let line = |product: &Name| self.members.get(product)?.line.clone();
        let members = train.plan.members.iter().map(|it| &it.product);
        Bill(members.map(|it| (it.clone(), line(it))).collect())
    }
}
