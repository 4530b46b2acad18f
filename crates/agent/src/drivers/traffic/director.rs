//! One task per route: has its balancer share out as ordered, and reports how that goes.

use super::{haproxy, nginx};
use crate::{drivers::teller::Teller, link::Backoff};
use std::{sync::Arc, time::Duration};
use tidegate_domain::{
    converge::{Balancer, Route, RouteState},
    name::Name,
};
use tokio::{sync::watch, time::sleep};

/// What was applied is looked at again after this: a balancer that was restarted has other weights.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Which route: it is about a component, in whatever slots that runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) product: Name,
    pub(crate) component: Name,
}

/// What is seen of one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it is about.
    pub(crate) route: Arc<Route>,
    pub(crate) state: RouteState,
}

/// Sees to the newest route until nobody can order one any more. The balancer goes on as it is then.
pub(crate) async fn direct(teller: Teller<Key, Report>, mut routes: watch::Receiver<Arc<Route>>) {
    let mut director = Director {
        teller,
        nginx: nginx::Nginx::default(),
        backoff: Backoff::default(),
    };
    loop {
        let route = Arc::clone(&routes.borrow_and_update());
        let over = tokio::select! {
            changed = routes.changed() => changed.is_err(),
            () = director.hold(&route) => false,
        };
        if over {
            return;
        }
    }
}

struct Director {
    teller: Teller<Key, Report>,
    nginx: nginx::Nginx,
    backoff: Backoff,
}

impl Director {
    /// Never returns; dropped when another route is ordered.
    async fn hold(&mut self, route: &Arc<Route>) {
        self.backoff.reset();
        // Whoever ordered may have ordered another route in between, and waits to hear about this one anew.
        self.teller.forget();
        loop {
            let state = match self.apply(route).await {
                Ok(servers) => RouteState::Applied { servers },
                Err(reason) => RouteState::Failed { reason },
            };
            let pause = match state {
                RouteState::Applied { .. } => {
                    self.backoff.reset();
                    LOOK_EVERY
                }
                RouteState::Failed { .. } => self.backoff.next(),
            };
            let route = Arc::clone(route);
            self.teller.say(Report { route, state }).await;
            sleep(pause).await;
        }
    }

    /// What the balancer says afterwards, or one sentence for people.
    async fn apply(&mut self, route: &Route) -> Result<Vec<(String, u16)>, String> {
        route.check().map_err(|error| error.to_string())?;
        match &route.balancer {
            Balancer::Haproxy { socket, backend } => {
                haproxy::apply(socket, backend, &route.servers)
                    .await
                    .map_err(|trouble| trouble.to_string())
            }
            Balancer::Nginx {
                file,
                upstream,
                reload,
            } => {
                let order = nginx::Order {
                    file,
                    upstream,
                    reload,
                    servers: &route.servers,
                };
                let applied = self.nginx.apply(&order).await;
                applied.map_err(|trouble| trouble.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{sync::mpsc, time::timeout};

    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_route_that_is_ordered_again_is_reported_again() {
        let (one, other) = (route("/one"), route("/other"));
        let (routes, ordered) = watch::channel(Arc::clone(&one));
        let (reports, mut reported) = mpsc::channel(4);
        let key = Key {
            product: "shop".parse().unwrap(),
            component: "web".parse().unwrap(),
        };
        let directing = tokio::spawn(direct(Teller::new(key, reports), ordered));
        let first = timeout(PATIENCE, reported.recv()).await.unwrap().unwrap().1;
        assert_eq!(first.route, one);
        // So quickly that the director only ever sees the first.
        routes.send_replace(other);
        routes.send_replace(one);
        let second = timeout(PATIENCE, reported.recv()).await.unwrap().unwrap().1;
        assert_eq!(second, first);
        drop(routes);
        timeout(PATIENCE, directing).await.unwrap().unwrap();
    }

    /// One that fails at once: nobody would receive anything.
    fn route(socket: &str) -> Arc<Route> {
        Arc::new(Route {
            component: "web".parse().unwrap(),
            balancer: Balancer::Haproxy {
                socket: socket.to_owned(),
                backend: "web".to_owned(),
            },
            servers: vec![],
        })
    }
}
