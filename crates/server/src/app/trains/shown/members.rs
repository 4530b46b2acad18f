//! How far the members of a train are, as it is shown.

use tidegate_domain::{
    name::Name,
    planning::{ReleasePlan, schedule::Reached},
    train::{Edge, Lateness, Member, MemberReadiness, Outlook, Train, TrainFacts, edges},
};
use tidegate_protocol::api::{MilestoneView, TrainMemberView, TrainOrderView, TrainWaitView};

/// All of them, in the order of the plan; without an outlook they are as far as the train.
pub(super) fn members(
    train: &Train,
    (facts, outlook): (&TrainFacts, Option<&Outlook>),
) -> Vec<TrainMemberView> {
    let bill = facts.bill(train);
    let edges = edges(&train.plan, &bill);
    let readiness = |product: &Name| {
        let mut all = outlook.iter().flat_map(|it| &it.readiness.members);
        all.find(|it| it.product == *product)
    };
    let member = |member: &Member| {
        let product = &member.product;
        let readiness = readiness(product);
        let known = facts.members.get(product);
        let plan = known.and_then(|it| it.plan.as_ref());
        let release = bill.line(product).map(|it| it.release.to_string());
        TrainMemberView {
            product: product.to_string(),
            release: release.or_else(|| member.release.as_ref().map(ToString::to_string)),
            state: readiness
                .map_or_else(|| train.status.word(), MemberReadiness::word)
                .replace('_', " "),
            lateness: lateness(readiness).to_owned(),
            deadline: readiness.map(|it| it.deadline),
            expected: readiness.and_then(|it| it.expected),
            lacks: readiness.map(lacks).unwrap_or_default(),
            after: edges
                .iter()
                .filter(|it| it.member == *product)
                .map(after)
                .collect(),
            milestones: readiness
                .iter()
                .flat_map(|it| &it.milestones)
                .map(|it| milestone(it, plan))
                .collect(),
        }
    };
    train.plan.members.iter().map(member).collect()
}

fn lateness(readiness: Option<&MemberReadiness>) -> &'static str {
    match readiness.map(|it| it.lateness) {
        Some(Lateness::InTime) | None => "in_time",
        Some(Lateness::Expected) => "expected_late",
        Some(Lateness::Late) => "late",
    }
}

fn lacks(readiness: &MemberReadiness) -> Vec<TrainWaitView> {
    let lacks = readiness.lacks.iter().map(|lack| TrainWaitView {
        sentence: lack.to_string(),
        remedy: lack.remedy(),
    });
    lacks.collect()
}

fn after(edge: &Edge) -> TrainOrderView {
    TrainOrderView {
        product: edge.after.to_string(),
        because: edge.because.to_string(),
    }
}

fn milestone(reached: &Reached, plan: Option<&ReleasePlan>) -> MilestoneView {
    let mut planned = plan.iter().flat_map(|it| &it.milestones);
    let planned = planned.find(|it| it.name == reached.name);
    MilestoneView {
        name: reached.name.to_string(),
        title: planned
            .map_or(reached.name.as_str(), |it| it.title())
            .to_owned(),
        due: reached.due,
        ends: reached.ends,
        reached: reached.is_reached,
        late: reached.is_late(),
    }
}
