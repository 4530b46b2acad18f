//! The order in which the members of a train change: whoever is needed comes first. Circles are never broken here: people say
//! which of them does not count.

use super::{
    Bill, TrainPlan,
    finding::Asks,
    integration::asks,
    world::{Answer, World},
};
use crate::{catalog::ComponentName, group, name::Name};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// That one member changes after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Which.
    pub member: Name,
    /// After which.
    pub after: Name,
    /// Why.
    pub because: Because,
}

/// Why one member changes after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The plan says so.
    Plan,
    /// It needs something of it.
    Needs {
        /// Who needs what.
        asks: Asks,
        /// Who gives it.
        by: ComponentName,
    },
}

/// Why the members have no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// They wait for each other.
    #[error("these come after each other in a circle: {}", steps(.0))]
    Circle(Vec<Edge>),
    /// A group run would not take them.
    #[error(transparent)]
    Group(#[from] group::OrderError),
}

/// What each member changes after, each pair once: what the plan says, and what needs say unless the plan says that they do
/// not count.
pub fn edges(plan: &TrainPlan, bill: &Bill) -> Vec<Edge> {
    let aboard = World::aboard(bill);
    let mut edges = Vec::new();
    for member in &plan.members {
        let mut seen: BTreeSet<&Name> = member.not_after.iter().map(|it| &it.product).collect();
        let product = &member.product;
        let edge = |after: Name, because| Edge {
            member: product.clone(),
            after,
            because,
        };
        seen.extend([product]);
        let said = member.after.iter().filter(|it| seen.insert(it));
        edges.extend(said.map(|after| edge(after.clone(), Because::Plan)));
        let mut seen: BTreeSet<Name> = seen.into_iter().cloned().collect();
        let parts = bill.line(product).map(|line| &line.parts);
        for asks in parts.iter().flat_map(|parts| asks(product, parts)) {
            for by in givers(&aboard, &asks) {
                if seen.insert(by.product.clone()) {
                    let after = by.product.clone();
                    let asks = asks.clone();
                    edges.push(edge(after, Because::Needs { asks, by }));
                }
            }
        }
    }
    edges
}

/// Who of the members gives what is asked for.
pub(super) fn givers(aboard: &World<'_>, asks: &Asks) -> Vec<ComponentName> {
    match aboard.answer(&asks.need) {
        Answer::Met(given) | Answer::Several(given) => {
            given.into_iter().map(|it| it.component).collect()
        }
        Answer::Absent | Answer::Unfit(..) | Answer::Unknown => Vec::new(),
    }
}

/// The places in the plan of the members in the order in which they may change, with the places of those they come after,
/// counted in that order: as [`group::in_order`] has it.
///
/// # Errors
/// When they come after each other in a circle, which is named in full, or a group run does not take them.
pub fn in_order(
    plan: &TrainPlan,
    bill: &Bill,
    environment: &Name,
) -> Result<Vec<(usize, Vec<u32>)>, OrderError> {
    let edges = acyclic(plan, bill)?;
    let mut after: BTreeMap<&Name, Vec<Name>> = BTreeMap::new();
    for edge in &edges {
        after
            .entry(&edge.member)
            .or_default()
            .push(edge.after.clone());
    }
    let asked = plan.members.iter().map(|member| {
        let after = after.remove(&member.product).unwrap_or_default();
        (member.product.clone(), environment.clone(), after)
    });
    let asked: Vec<group::Asked> = asked.collect();
    Ok(group::in_order(&asked)?)
}

/// What each member changes after.
///
/// # Errors
/// When they come after each other in a circle.
pub(super) fn acyclic(plan: &TrainPlan, bill: &Bill) -> Result<Vec<Edge>, OrderError> {
    let edges = edges(plan, bill);
    circle(&edges).map_or(Ok(edges), |circle| Err(OrderError::Circle(circle)))
}

/// One circle, without those that only lead into it.
fn circle(edges: &[Edge]) -> Option<Vec<Edge>> {
    let mut left: Vec<&Edge> = edges.iter().collect();
    loop {
        let waiting: BTreeSet<&Name> = left.iter().map(|edge| &edge.member).collect();
        let before = left.len();
        left.retain(|edge| waiting.contains(&edge.after));
        if left.len() == before {
            break;
        }
    }
    // Whoever is left comes after one that is left, so that this walk comes back to where it was.
    let mut walk = vec![*left.first()?];
    loop {
        let at = &walk.last()?.after;
        if let Some(begin) = walk.iter().position(|edge| edge.member == *at) {
            let circle = walk.split_off(begin);
            return Some(circle.into_iter().cloned().collect());
        }
        walk.push(left.iter().find(|edge| edge.member == *at)?);
    }
}

fn steps(circle: &[Edge]) -> String {
    let steps: Vec<String> = circle.iter().map(ToString::to_string).collect();
    steps.join("; ")
}

impl OrderError {
    /// What helps.
    pub fn remedy(&self) -> String {
        match self {
            Self::Circle(circle) => {
                let by_need = circle.iter().find(|it| it.because != Because::Plan);
                let by_need = by_need.map(|Edge { member, after, .. }| {
                    format!(
                        "say in the plan which may change first, for instance under `not_after` of {member}: `{{product: {after}, reason: …}}`"
                    )
                });
                by_need.unwrap_or_else(|| "take one of these out of the plan".to_owned())
            }
            Self::Group(_) => "change the members of the train".to_owned(),
        }
    }
}

/// `shop after orders, because shop/web 2.1.0 needs orders-api ^2, which orders/api gives`.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            member,
            after,
            because,
        } = self;
        write!(f, "{member} after {after}, because {because}")
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str("the plan says so"),
            Self::Needs { asks, by } => write!(f, "{asks}, which {by} gives"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        NotAfter,
        document::tests::plan,
        sample::{bill, name},
    };
    use super::*;
    use crate::train::Member;
    use proptest::prelude::*;

    /// A plan of members, one a word: `shop`, `shop<orders,stock`, `shop!orders` for one that need not come after.
    fn members(text: &str) -> TrainPlan {
        let list = |text: &str| -> Vec<Name> {
            text.split(',')
                .filter(|it| !it.is_empty())
                .map(name)
                .collect()
        };
        let member = |word: &str| {
            let (word, freed) = word.split_once('!').unwrap_or((word, ""));
            let (product, after) = word.split_once('<').unwrap_or((word, ""));
            let freed = list(freed).into_iter();
            Member {
                product: name(product),
                release: None,
                after: list(after),
                not_after: freed
                    .map(|product| NotAfter {
                        product,
                        reason: "both are served".to_owned(),
                    })
                    .collect(),
                late: None,
            }
        };
        TrainPlan {
            members: text.split_whitespace().map(member).collect(),
            ..plan()
        }
    }

    fn ordered(plan: &str, parts: &str) -> String {
        let plan = members(plan);
        match in_order(&plan, &bill(parts), &name("live")) {
            Ok(order) => {
                let member = |(place, after): &(usize, Vec<u32>)| {
                    format!("{}{after:?}", plan.members[*place].product)
                };
                order.iter().map(member).collect::<Vec<_>>().join(" ")
            }
            Err(why) => format!("{why}. {}", why.remedy()),
        }
    }

    const SHOP: &str = "orders/api 3.4.0 +orders-api=2.1.0 -?shop-events^1
        stock/api 1.0.0 -orders/api^3
        shop/web 2.1.0 -orders-api^2 +shop-events=1.0.0 -shop-events^1
        shop/jobs 2.1.0 -orders-api^2 -stock-api^1";

    #[test]
    fn whoever_is_needed_comes_first() {
        for (plan, parts, expect) in [
            ("shop orders", "", "shop[] orders[]"),
            ("shop<orders orders", "", "orders[] shop[0]"),
            ("shop orders!shop stock", SHOP, "orders[] shop[0] stock[0]"),
            // Who does not serve is not waited for.
            (
                "shop orders",
                "orders/api 1.0.0 +a=1.0.0\n shop/web 1.0.0 -a^2",
                "shop[] orders[]",
            ),
            // Both are, where either would serve.
            (
                "shop a b",
                "a/x 1.0.0 +c=1.0.0\n b/x 1.0.0 +c=1.1.0\n shop/web 1.0.0 -c^1",
                "a[] b[] shop[0, 1]",
            ),
        ] {
            assert_eq!(ordered(plan, parts), expect);
        }
    }

    #[test]
    fn a_circle_is_named_with_its_reasons_and_with_what_breaks_it() {
        assert_eq!(
            ordered("into<shop shop orders stock", SHOP),
            "these come after each other in a circle: shop after orders, because shop/jobs 2.1.0 needs orders-api ^2, which orders/api gives; orders after shop, because orders/api 3.4.0 needs shop-events ^1, which shop/web gives. say in the plan which may change first, for instance under `not_after` of shop: `{product: orders, reason: …}`"
        );
        assert_eq!(
            ordered("a<b b<c c<a", ""),
            "these come after each other in a circle: a after b, because the plan says so; b after c, because the plan says so; c after a, because the plan says so. take one of these out of the plan"
        );
    }

    proptest! {
        /// Either everybody comes after all that they name, or the circle that is named is one.
        #[test]
        fn an_order_keeps_every_edge_or_names_a_circle(
            afters in prop::collection::vec(prop::collection::btree_set(0..8_usize, 0..3), 2..8)
        ) {
            let count = afters.len();
            let word = |(own, after): (usize, &BTreeSet<usize>)| {
                let after = after.iter().filter(|it| **it != own && **it < count);
                let after: Vec<String> = after.map(|it| format!("m{it}")).collect();
                format!("m{own}<{}", after.join(","))
            };
            let text: Vec<String> = afters.iter().enumerate().map(word).collect();
            let plan = members(&text.join(" "));
            match in_order(&plan, &Bill::default(), &name("live")) {
                Ok(order) => {
                    let mut places: Vec<usize> = order.iter().map(|(place, _)| *place).collect();
                    for (at, (place, after)) in order.iter().enumerate() {
                        let named: BTreeSet<&Name> = plan.members[*place].after.iter().collect();
                        let before = after.iter().map(|it| &plan.members[order[*it as usize].0].product);
                        prop_assert_eq!(named, before.collect());
                        prop_assert!(after.iter().all(|it| (*it as usize) < at));
                    }
                    places.sort_unstable();
                    prop_assert_eq!(places, (0..count).collect::<Vec<_>>());
                }
                Err(OrderError::Circle(circle)) => {
                    let next = circle.iter().cycle().skip(1);
                    prop_assert!(circle.iter().zip(next).all(|(a, b)| a.after == b.member));
                    let real = |edge: &Edge| plan.member(&edge.member).unwrap().after.contains(&edge.after);
                    prop_assert!(!circle.is_empty() && circle.iter().all(real));
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
