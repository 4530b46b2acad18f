//! Load balancers: which of them a deployment tells how to share out requests.

use super::{Error, Kind, deploy::Start};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::{Component, Target},
    converge::{Balancer, Route, Server, Slot},
    deployment::{BalancerRun, Deployment, Split, Weighed},
    name::Name,
    plan::Plan,
};
use tidegate_store::Tx;

/// The load balancers of an environment that share out requests to a product.
pub(super) async fn found(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Vec<BalancerRun>, Error> {
    Ok(among(&tx.targets_in(environment).await?, product))
}

/// Those among the targets of an environment.
pub(super) fn among(targets: &[Target], product: &Name) -> Vec<BalancerRun> {
    let run = |target: &Target| {
        let own = target.balances.iter().filter(|it| it.product == *product);
        let routes = own.map(|it| (it.component.clone(), it.balancer.clone()));
        let routes: BTreeMap<Name, _> = routes.collect();
        (!routes.is_empty()).then(|| BalancerRun {
            target: target.name.clone(),
            routes,
        })
    };
    targets.iter().filter_map(run).collect()
}

/// A plan that shares out traffic needs a load balancer, and every component behind one says where it receives requests.
pub(super) fn check(
    plan: &Plan,
    balancers: &[BalancerRun],
    start: &Start<'_>,
) -> Result<(), Error> {
    if !plan.shares_traffic() {
        return Ok(());
    }
    let (product, environment) = (&start.release.product, start.environment);
    let refuse = |detail: String, hint: &str| {
        Err(Error::refused(Kind::NotReady, "plan-invalid", detail).hint(hint))
    };
    if balancers.is_empty() {
        let detail = format!("no load balancer of {environment} shares out requests to {product}");
        return refuse(
            detail,
            "declare one: a Target with `balances`, and enrol its agent",
        );
    }
    let says = |name: &Name| {
        let is_it = |c: &&Component| c.name == *name;
        let component = start.snapshot.0.components.iter().find(is_it);
        component.is_some_and(|c| c.service.as_ref().is_some_and(|s| s.route.is_some()))
    };
    let mut routed = balancers.iter().flat_map(|balancer| balancer.routes.keys());
    match routed.find(|component| !says(component)) {
        None => Ok(()),
        Some(component) => refuse(
            format!("component {component} of {product} does not say where it receives requests"),
            "say it under `service: { route: { port: … } }`",
        ),
    }
}

/// What one load balancer is told in a split. Servers are called like their targets, with `.green` for the green slot.
pub(crate) fn routes(deployment: &Deployment, balancer: &BalancerRun, split: Split) -> Vec<Route> {
    let weighed = deployment.weights(split);
    let route = |(component, balancer): (&Name, &Balancer)| {
        let server = |weighed: &Weighed| {
            let run = deployment.targets.get(weighed.target.0 as usize)?;
            let addresses = match weighed.slot == run.slot {
                true => &run.addresses,
                false => &run.addresses_before,
            };
            Some(Server {
                name: match weighed.slot {
                    Slot::Blue => run.target.to_string(),
                    Slot::Green => format!("{}.{}", run.target, weighed.slot.as_str()),
                },
                address: addresses.get(component)?.clone(),
                weight: weighed.weight,
            })
        };
        Route {
            component: component.clone(),
            balancer: balancer.clone(),
            servers: weighed.iter().filter_map(server).collect(),
        }
    };
    balancer.routes.iter().map(route).collect()
}
