//! Whether what was rendered for both slots of a target can run there at once.
//!
//! Looks at what is written only: an address that a program takes by itself, without saying so, is not seen. Start at
//! [`check`].

use crate::{
    name::Name,
    revision::{ComponentRevision, DriverSettings, HealthCheck, Probe, Revision},
};
use std::net::{IpAddr, SocketAddr};

/// What the two slots would both lay claim to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// Only one of them can have it.
    #[error(
        "component `{blue}` in blue would listen on {at} and component `{green}` in green on {beside}; give each slot a \
         port of its own under `slots` of the target"
    )]
    Address {
        /// The component in blue.
        blue: Name,
        /// Where it would listen.
        at: SocketAddr,
        /// The component in green; often the same.
        green: Name,
        /// Where that would listen.
        beside: SocketAddr,
    },
    /// One slot would pass for healthy because the other answers.
    #[error(
        "component `{component}` would be asked for its health at {host}:{port} in both slots; give each slot a port of \
         its own under `slots` of the target"
    )]
    Probe {
        /// The component.
        component: Name,
        /// Where it would be asked.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Checks that `blue` and `green` of one target keep out of each other's way.
///
/// # Errors
/// The first thing that both would lay claim to.
pub fn check(blue: &Revision, green: &Revision) -> Result<(), Clash> {
    for in_blue in &blue.components {
        for in_green in &green.components {
            addresses(in_blue, in_green)?;
        }
        if let Some(in_green) = green.component(&in_blue.component) {
            probes(in_blue, in_green)?;
        }
    }
    Ok(())
}

fn addresses(blue: &ComponentRevision, green: &ComponentRevision) -> Result<(), Clash> {
    for at in listen(blue) {
        if let Some(beside) = listen(green).iter().find(|beside| overlap(*at, **beside)) {
            return Err(Clash::Address {
                blue: blue.component.clone(),
                at: *at,
                green: green.component.clone(),
                beside: *beside,
            });
        }
    }
    Ok(())
}

fn probes(blue: &ComponentRevision, green: &ComponentRevision) -> Result<(), Clash> {
    match (asked(blue), asked(green)) {
        (Some(one), Some(other)) if one == other => Err(Clash::Probe {
            component: blue.component.clone(),
            host: one.0.to_owned(),
            port: one.1,
        }),
        (Some(_) | None, _) => Ok(()),
    }
}

fn listen(component: &ComponentRevision) -> &[SocketAddr] {
    let DriverSettings::Service(service) = &component.driver;
    &service.listen
}

/// Where its health is asked for over the network.
fn asked(component: &ComponentRevision) -> Option<(&str, u16)> {
    let DriverSettings::Service(service) = &component.driver;
    match &service.health {
        Some(HealthCheck {
            probe: Probe::Http { host, port, .. } | Probe::Tcp { host, port },
            ..
        }) => Some((host, *port)),
        Some(HealthCheck {
            probe: Probe::Exec { .. },
            ..
        })
        | None => None,
    }
}

/// Whether two sockets cannot listen at once. Port 0 is another one each time.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let (here, there) = (one.ip().to_canonical(), other.ip().to_canonical());
    let meet = here == there || takes(here, there) || takes(there, here);
    one.port() == other.port() && one.port() != 0 && meet
}

/// Whether listening on all addresses of a family takes this one. That of IPv6 takes those of IPv4, too.
fn takes(all: IpAddr, one: IpAddr) -> bool {
    all.is_unspecified() && (all.is_ipv6() || one.is_ipv4())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        digest::Digest,
        duration::Millis,
        id::SnapshotNumber,
        revision::{ServiceSettings, StopSettings, StopSignal},
    };
    use std::collections::BTreeMap;

    #[test]
    fn two_slots_cannot_listen_on_one_address() {
        for (blue, green, clash) in [
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("0.0.0.0:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "0.0.0.0:80", true),
            ("0.0.0.0:80", "127.0.0.1:81", false),
            ("0.0.0.0:80", "[::1]:80", false),
            ("[::]:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "[::]:80", true),
            ("[::1]:80", "127.0.0.1:80", false),
            ("[::ffff:127.0.0.1]:80", "127.0.0.1:80", true),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ] {
            let found = check(
                &revision(&[("web", &[blue])]),
                &revision(&[("web", &[green])]),
            );
            assert_eq!(found.is_err(), clash, "{blue} and {green}");
        }
    }

    #[test]
    fn a_clash_says_who_and_where() {
        let one = revision(&[
            ("api", &["127.0.0.1:90"]),
            ("web", &["0.0.0.0:70", "0.0.0.0:80"]),
        ]);
        let other = revision(&[("api", &["127.0.0.1:80"]), ("web", &["127.0.0.1:91"])]);
        assert_eq!(
            check(&one, &other).unwrap_err().to_string(),
            "component `web` in blue would listen on 0.0.0.0:80 and component `api` in green on 127.0.0.1:80; give each \
             slot a port of its own under `slots` of the target"
        );
    }

    #[test]
    fn one_slot_does_not_answer_for_the_other() {
        let with = |probe| {
            let mut revision = revision(&[("web", &[])]);
            let DriverSettings::Service(service) = &mut revision.components[0].driver;
            service.health = Some(HealthCheck {
                probe,
                interval: Millis(100),
                timeout: Millis(100),
                healthy_after: 1,
                unhealthy_after: 1,
                deadline: Millis(100),
            });
            revision
        };
        let http = |port| Probe::Http {
            host: "127.0.0.1".to_owned(),
            port,
            path: "/".to_owned(),
        };
        let tcp = |port| Probe::Tcp {
            host: "127.0.0.1".to_owned(),
            port,
        };
        let exec = || Probe::Exec {
            command: vec!["./check".to_owned()],
        };
        for (blue, green, clash) in [
            (http(80), http(80), true),
            (http(80), tcp(80), true),
            (http(80), http(81), false),
            (exec(), exec(), false),
            (exec(), http(80), false),
        ] {
            let found = check(&with(blue.clone()), &with(green.clone()));
            assert_eq!(found.is_err(), clash, "{blue:?} and {green:?}");
        }
        assert_eq!(
            check(&with(http(80)), &with(tcp(80)))
                .unwrap_err()
                .to_string(),
            "component `web` would be asked for its health at 127.0.0.1:80 in both slots; give each slot a port of its \
             own under `slots` of the target"
        );
    }

    fn revision(components: &[(&str, &[&str])]) -> Revision {
        let component = |(name, listen): &(&str, &[&str])| {
            let service = ServiceSettings {
                command: vec!["./run".into()],
                environment: BTreeMap::new(),
                files: BTreeMap::new(),
                listen: listen.iter().map(|a| a.parse().unwrap()).collect(),
                health: None,
                stop: StopSettings {
                    signal: StopSignal::Term,
                    grace: Millis(100),
                },
            };
            ComponentRevision {
                component: name.parse().unwrap(),
                version: "1.0.0".parse().unwrap(),
                artifact: Digest::of(name.as_bytes()),
                driver: DriverSettings::Service(service),
                instances: 1,
                jobs: Vec::new(),
            }
        };
        Revision {
            product: "shop".parse().unwrap(),
            release: "1.0.0".parse().unwrap(),
            snapshot: SnapshotNumber(1),
            components: components.iter().map(component).collect(),
        }
    }
}
