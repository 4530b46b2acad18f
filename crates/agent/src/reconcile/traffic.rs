//! Which balancers are directed, and what is said of them.

use super::agent::Agent;
use crate::{
    drivers::{
        teller::Teller,
        traffic::{Key, Report, direct},
    },
    state::ProductState,
};
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    converge::{Route, RouteReport, RouteState},
    name::Name,
};
use tokio::sync::watch;

/// A route that a director sees to. It ends when this is dropped.
pub(super) struct Directed {
    routes: watch::Sender<Arc<Route>>,
    /// None until the newest route was tried.
    state: Option<RouteState>,
}

impl Agent {
    /// Has each balancer of the product follow its newest route.
    pub(super) fn direct(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let key = |route: &Route| Key {
            product: product.clone(),
            component: route.component.clone(),
        };
        let named = state.desired.traffic.iter();
        let named: BTreeMap<Key, Arc<Route>> =
            named.map(|r| (key(r), Arc::new(r.clone()))).collect();
        self.directed
            .retain(|key, _| key.product != *product || named.contains_key(key));
        for (key, route) in named {
            match self.directed.get_mut(&key) {
                Some(directed) => directed.follow(route),
                None => self.begin(key, route),
            }
        }
    }

    /// Takes in what a director says, unless it is about an older route.
    pub(super) fn directed(&mut self, key: &Key, report: Report) {
        let Some(directed) = self.directed.get_mut(key) else {
            return;
        };
        if *directed.routes.borrow() == report.route {
            let (product, component) = (&key.product, &key.component);
            tracing::info!(agent.product = %product, agent.component = %component, state = ?report.state, "route");
            directed.state = Some(report.state);
        }
    }

    /// One entry per route that was tried.
    pub(super) fn routes(&self, product: &Name, state: &ProductState) -> Vec<RouteReport> {
        let told = |route: &Route| {
            let key = Key {
                product: product.clone(),
                component: route.component.clone(),
            };
            let directed = self.directed.get(&key)?;
            let is_newest = **directed.routes.borrow() == *route;
            let state = directed.state.clone().filter(|_| is_newest)?;
            let Key { component, .. } = key;
            Some(RouteReport { component, state })
        };
        state.desired.traffic.iter().filter_map(told).collect()
    }

    fn begin(&mut self, key: Key, route: Arc<Route>) {
        let (routes, ordered) = watch::channel(route);
        let teller = Teller::new(key.clone(), self.routed.clone());
        tokio::spawn(direct(teller, ordered));
        let state = None;
        self.directed.insert(key, Directed { routes, state });
    }
}

impl Directed {
    fn follow(&mut self, route: Arc<Route>) {
        if *self.routes.borrow() != route {
            self.state = None;
            self.routes.send_replace(route);
        }
    }
}
