//! Real load balancers directed by the agent: what they are told, what requests see of it, and what goes wrong.

mod haproxy;
mod load;
mod nginx;

use crate::stage::{Stage, name};
use axum::Router;
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, File},
    net::SocketAddr,
    sync::Mutex,
};
use tidegate_domain::converge::{Balancer, Route, RouteReport, RouteState, Server};
use tokio::net::TcpListener;

/// Two servers that answer with their names, `old` and `new`.
struct Servers {
    addresses: [(&'static str, SocketAddr); 2],
}

impl Servers {
    async fn start() -> Self {
        let addresses = [
            ("old", answering("old").await),
            ("new", answering("new").await),
        ];
        Self { addresses }
    }

    /// A route to the component `web` that gives them these weights.
    fn route(&self, balancer: &Balancer, weights: [u16; 2]) -> Route {
        let server = |((name, address), weight): (&(&str, SocketAddr), u16)| Server {
            name: (*name).to_owned(),
            address: address.to_string(),
            weight,
        };
        Route {
            component: name("web"),
            balancer: balancer.clone(),
            servers: self.addresses.iter().zip(weights).map(server).collect(),
        }
    }
}

async fn answering(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(move || async move { name });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What is said when the balancer itself says that `old` and `new` weigh so.
fn applied([old, new]: [u16; 2]) -> RouteState {
    RouteState::Applied {
        servers: vec![("old".to_owned(), old), ("new".to_owned(), new)],
    }
}

fn failed(reason: &str) -> RouteState {
    RouteState::Failed {
        reason: reason.to_owned(),
    }
}

/// Orders the route and waits until it is applied.
async fn switch(stage: &mut Stage, route: Route, weights: [u16; 2]) {
    stage.direct(vec![route]);
    until(stage, &applied(weights)).await;
}

/// Waits until just this is said of the one route.
async fn until(stage: &Stage, state: &RouteState) {
    let is_it = |said: &[RouteReport]| said.len() == 1 && said[0].state == *state;
    let state = stage.until(|state| is_it(&state.traffic)).await;
    assert!(state.active.is_empty());
}

/// Waits until the one route has failed, and returns what is said.
async fn failure(stage: &Stage) -> String {
    let failed = |report: &RouteReport| match &report.state {
        RouteState::Failed { reason } => Some(reason.clone()),
        RouteState::Applied { .. } => None,
    };
    let state = stage
        .until(|state| state.traffic.iter().any(|report| failed(report).is_some()))
        .await;
    state.traffic.iter().find_map(failed).unwrap()
}

/// A port that is this process's own among all tests until it ends, and that no connection is given by chance: it lies
/// below those that the system hands out.
fn free_port() -> u16 {
    static OWN: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let places = std::env::temp_dir().join("tidegate-test-ports");
    fs::create_dir_all(&places).unwrap();
    let first = 10_000 + u16::try_from(std::process::id() % 20_000).unwrap();
    let is_own = |port: &u16| {
        let place = File::create(places.join(port.to_string())).unwrap();
        let is_ours = flock(&place, FlockOperation::NonBlockingLockExclusive).is_ok();
        let is_free = is_ours && std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
        if is_free {
            OWN.lock().unwrap().push(place);
        }
        is_free
    };
    (first..30_000).chain(10_000..first).find(is_own).unwrap()
}
