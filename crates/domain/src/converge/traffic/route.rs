//! What an agent is told about a load balancer, and what it says of it.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, net::Ipv6Addr};

/// The largest weight that HAProxy takes.
pub const WEIGHT_MAX: u16 = 256;

/// How requests to one component are shared out by one load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The component. A target has at most one route to it.
    pub component: Name,
    /// What shares out.
    pub balancer: Balancer,
    /// Between whom. HAProxy leaves servers that are not named as they are, nginx knows no others.
    pub servers: Vec<Server>,
}

/// A load balancer beside the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balancer {
    /// Told over the socket of its runtime API; what it was told is lost with its process.
    Haproxy {
        /// The path of a `stats socket` of level `admin`.
        socket: String,
        /// The backend that has the servers.
        backend: String,
    },
    /// Told by a file of its configuration that holds one `upstream` and is the agent's own.
    Nginx {
        /// Its path.
        file: String,
        /// The name of the `upstream`.
        upstream: String,
        /// Program and arguments that make nginx read its configuration again; never through a shell.
        reload: Vec<String>,
    },
}

/// One server that requests are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// As HAProxy knows it.
    pub name: String,
    /// Host and port, for nginx. HAProxy has it from its own configuration.
    pub address: String,
    /// Its part in the sum of all weights, at most [`WEIGHT_MAX`]; with 0 it receives nothing new.
    pub weight: u16,
}

/// How one route does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteReport {
    /// The component.
    pub component: Name,
    /// How far.
    pub state: RouteState,
}

/// Whether a balancer shares out as it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RouteState {
    /// It does.
    Applied {
        /// The weight of each named server, as the balancer itself says after the change.
        servers: Vec<(String, u16)>,
    },
    /// Not for certain; it is tried again.
    Failed {
        /// One sentence for people, with its remedy.
        reason: String,
    },
}

/// A route that no balancer is told, because something in it cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Every request would be refused.
    #[error("no server of the route would receive anything: give one a weight above 0")]
    Nobody,
    /// Names tell servers apart.
    #[error("the route names the server {0} twice: name it once")]
    Twice(String),
    /// Beyond [`WEIGHT_MAX`].
    #[error("the server {server} cannot weigh {weight}: use 0 to {WEIGHT_MAX}")]
    Weight {
        /// Which server.
        server: String,
        /// How much.
        weight: u16,
    },
    /// It would be read as something else.
    #[error(
        "`{0}` cannot be the name of a backend, an upstream or a server: use letters, digits and . _ : -"
    )]
    Word(String),
    /// Not where a server is.
    #[error("`{0}` is not the address of a server: write HOST:PORT")]
    Address(String),
    /// The agent has no directory that people know.
    #[error("`{0}` is not the path of a socket or file: begin it with /")]
    Path(String),
    /// nginx would go on with what it has read before.
    #[error(
        "the route has no command that makes nginx read its file: write for instance nginx -s reload"
    )]
    Reload,
}

impl Route {
    /// Whether a balancer can be told it. Its texts become commands and configuration, so none may break out of its
    /// place there.
    pub fn check(&self) -> Result<(), RouteError> {
        let mut names = BTreeSet::new();
        for server in &self.servers {
            is_word(&server.name)?;
            if !names.insert(&server.name) {
                return Err(RouteError::Twice(server.name.clone()));
            }
            if server.weight > WEIGHT_MAX {
                let (server, weight) = (server.name.clone(), server.weight);
                return Err(RouteError::Weight { server, weight });
            }
        }
        if self.servers.iter().all(|server| server.weight == 0) {
            return Err(RouteError::Nobody);
        }
        self.balancer.check()?;
        match &self.balancer {
            // It has the addresses from its own configuration.
            Balancer::Haproxy { .. } => Ok(()),
            Balancer::Nginx { .. } => {
                let mut servers = self.servers.iter();
                servers.try_for_each(|server| is_address(&server.address))
            }
        }
    }
}

impl Balancer {
    /// Whether it can be told anything, as [`Route::check`].
    ///
    /// # Errors
    /// When one of its texts could break out of its place.
    pub fn check(&self) -> Result<(), RouteError> {
        match self {
            Self::Haproxy { socket, backend } => {
                is_path(socket)?;
                is_word(backend)
            }
            Self::Nginx {
                file,
                upstream,
                reload,
            } => {
                is_path(file)?;
                is_word(upstream)?;
                if reload.is_empty() {
                    return Err(RouteError::Reload);
                }
                Ok(())
            }
        }
    }
}

fn is_word(text: &str) -> Result<(), RouteError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    let is_one = !text.is_empty() && text.chars().all(plain);
    is_one
        .then_some(())
        .ok_or_else(|| RouteError::Word(shown(text)))
}

fn is_path(text: &str) -> Result<(), RouteError> {
    let is_one = text.starts_with('/') && !text.contains(char::is_control);
    is_one
        .then_some(())
        .ok_or_else(|| RouteError::Path(shown(text)))
}

fn is_address(text: &str) -> Result<(), RouteError> {
    let is_host = |host: &str| match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
            !host.is_empty() && host.chars().all(plain)
        }
    };
    let is_port = |port: &str| {
        let digits = port.chars().all(|c| c.is_ascii_digit());
        digits && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    let is_one = |(host, port): (&str, &str)| is_host(host) && is_port(port);
    text.rsplit_once(':')
        .is_some_and(is_one)
        .then_some(())
        .ok_or_else(|| RouteError::Address(shown(text)))
}

/// What is refused is shown on one line, and not at any length.
fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(80).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_in_their_places() {
        for (server, expect) in [
            (("new-1.live:2_a", "web.internal:8080", 0), Ok(())),
            (("new", "[::1]:8080", 256), Ok(())),
            (("new", "127.0.0.1:1", 257), Err(weight("new", 257))),
            (("", "a:1", 1), Err(RouteError::Word(String::new()))),
            (
                ("a weight 1;shutdown", "a:1", 1),
                Err(word("a weight 1;shutdown")),
            ),
            (("a\nb", "a:1", 1), Err(word("a b"))),
            (("old", "a:1", 1), Err(RouteError::Twice("old".into()))),
            (("new", "a", 1), Err(address("a"))),
            (("new", ":80", 1), Err(address(":80"))),
            (("new", "a:0", 1), Err(address("a:0"))),
            (("new", "a:+1", 1), Err(address("a:+1"))),
            (("new", "a:65536", 1), Err(address("a:65536"))),
            (("new", "a b:80", 1), Err(address("a b:80"))),
            (("new", "a;}:80", 1), Err(address("a;}:80"))),
            (("new", "[::1;]:80", 1), Err(address("[::1;]:80"))),
            (("new", "::1:80", 1), Err(address("::1:80"))),
        ] {
            let mut route = nginx();
            route.servers.push(one(server));
            assert_eq!(route.check(), expect, "{server:?}");
        }
    }

    #[test]
    fn a_balancer_is_named_in_full() {
        let with = |change: fn(&mut String, &mut String, &mut Vec<String>)| {
            let mut route = nginx();
            if let Balancer::Nginx {
                file,
                upstream,
                reload,
            } = &mut route.balancer
            {
                change(file, upstream, reload);
            }
            route.check()
        };
        assert_eq!(with(|_, _, _| {}), Ok(()));
        let path = RouteError::Path("web.conf".into());
        assert_eq!(with(|file, _, _| *file = "web.conf".into()), Err(path));
        let taken = with(|_, upstream, _| *upstream = "a { } b".into());
        assert_eq!(taken, Err(word("a { } b")));
        assert_eq!(with(|_, _, reload| reload.clear()), Err(RouteError::Reload));
    }

    #[test]
    fn haproxy_needs_no_addresses_and_somebody_must_receive() {
        let haproxy = |socket: &str| Balancer::Haproxy {
            socket: socket.into(),
            backend: "web".into(),
        };
        let mut route = Route {
            balancer: haproxy("/run/haproxy/admin.sock"),
            servers: vec![one(("old", "", 1)), one(("new", "", 0))],
            ..nginx()
        };
        assert_eq!(route.check(), Ok(()));
        route.servers[0].weight = 0;
        assert_eq!(route.check(), Err(RouteError::Nobody));
        route.servers.clear();
        assert_eq!(route.check(), Err(RouteError::Nobody));
        route = Route {
            balancer: haproxy("admin.sock"),
            ..nginx()
        };
        assert_eq!(route.check(), Err(RouteError::Path("admin.sock".into())));
    }

    #[test]
    fn the_wire_form_stays() {
        let route = r#"{"component":"web","balancer":{"haproxy":{"socket":"/s","backend":"b"}},"servers":[{"name":"old","address":"","weight":1}]}"#;
        let read: Route = serde_json::from_str(route).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), route);
        let nginx = r#"{"nginx":{"file":"/f","upstream":"web","reload":["nginx","-s","reload"]}}"#;
        let read: Balancer = serde_json::from_str(nginx).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), nginx);
        for report in [
            r#"{"component":"web","state":{"state":"applied","servers":[["old",1]]}}"#,
            r#"{"component":"web","state":{"state":"failed","reason":"gone"}}"#,
        ] {
            let read: RouteReport = serde_json::from_str(report).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), report);
        }
    }

    fn nginx() -> Route {
        Route {
            component: "web".parse().unwrap(),
            balancer: Balancer::Nginx {
                file: "/etc/nginx/conf.d/web.conf".into(),
                upstream: "web".into(),
                reload: vec!["nginx".into(), "-s".into(), "reload".into()],
            },
            servers: vec![one(("old", "127.0.0.1:8080", 1))],
        }
    }

    fn one((name, address, weight): (&str, &str, u16)) -> Server {
        Server {
            name: name.into(),
            address: address.into(),
            weight,
        }
    }

    fn word(text: &str) -> RouteError {
        RouteError::Word(text.into())
    }

    fn address(text: &str) -> RouteError {
        RouteError::Address(text.into())
    }

    fn weight(server: &str, weight: u16) -> RouteError {
        RouteError::Weight {
            server: server.into(),
            weight,
        }
    }
}
