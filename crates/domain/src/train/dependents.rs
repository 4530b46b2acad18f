//! Who would go without what it needs if a member were dropped.

use super::{
    Asks, Bill, Places, TrainPlan,
    integration::{asks, is_met},
    order::givers,
    world::World,
};
use crate::name::Name;

/// The other members that need something of one, and would not find it in every environment of the plan without.
///
/// Where it is not known what runs, or what that member gives because its release is not made, they would not.
pub fn dependents(product: &Name, bill: &Bill, plan: &TrainPlan, places: &Places) -> Vec<Asks> {
    let mut without = bill.clone();
    without.0.remove(product);
    let aboard = World::aboard(bill);
    let others = without
        .lines()
        .flat_map(|(other, line)| asks(other, &line.parts));
    let is_unmade = bill.line(product).is_none();
    let relies = |it: &Asks| {
        let gives = givers(&aboard, it);
        let may_give = is_unmade && gives.is_empty() && !is_met(it, &aboard);
        may_give || gives.iter().any(|by| by.product == *product)
    };
    let worlds: Vec<Option<World<'_>>> = plan
        .departures
        .iter()
        .map(|it| Some(World::arrived(&without, places.get(&it.environment)?)))
        .collect();
    let finds = |it: &Asks| {
        let mut worlds = worlds.iter();
        worlds.all(|world| world.as_ref().is_some_and(|world| is_met(it, world)))
    };
    others.filter(|it| relies(it) && !finds(it)).collect()
}
