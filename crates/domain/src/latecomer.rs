//! Targets that join where something stands already: when requests are sent to them, and what load balancers are told then.
//!
//! Nothing here moves requests between those that serve. Start at [`admit`].

use crate::{
    converge::{ActiveComponent, Attestation, DesiredState, Route, Server},
    deployment::{Deployment, Status, facts::Attested},
    name::Name,
    revision::RevisionId,
};
use std::collections::BTreeMap;

/// The revision that a target was told to run, if every component attests it, by its digest too, and has proved itself.
pub fn proved(
    desired: &DesiredState,
    said: &[Attestation],
    digests: &Attested,
) -> Option<RevisionId> {
    let revision = desired.active.first()?.revision;
    let attests = |told: &ActiveComponent| {
        said.iter().any(|said| {
            (&said.component, said.slot) == (&told.component, told.slot)
                && said.revision == Some(revision)
                && said.instances == told.instances
                && said.artifact.as_ref() == digests.get(&told.component)
                && said.proved
        })
    };
    let is_whole = desired.active.len() == digests.len();
    (is_whole && desired.active.iter().all(attests)).then_some(revision)
}

/// Whether load balancers of a place are as a deployment wanted them in the end. `last` is the newest there.
pub const fn is_settled(last: &Deployment) -> bool {
    match &last.status {
        Status::Succeeded { .. } | Status::RolledBack { .. } => true,
        // Whatever it told them last is for the next deployment to settle.
        Status::Failed { .. } | Status::Cancelled { .. } | Status::Superseded { .. } => {
            last.traffic.is_none()
        }
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. } => false,
    }
}

/// What a load balancer is told so that a target receives as much as each of the others; none, if it is told so already,
/// receives nothing from it, or the others do not all receive the same.
pub fn admit(
    told: &[Route],
    target: &Name,
    addresses: &BTreeMap<Name, String>,
) -> Option<Vec<Route>> {
    let mut routes = told.to_vec();
    let mut changed = false;
    for route in &mut routes {
        let Some(address) = addresses.get(&route.component) else {
            continue;
        };
        let known = route
            .servers
            .iter()
            .position(|server| server.name == target.as_str());
        let others = route
            .servers
            .iter()
            .filter(|server| server.name != target.as_str());
        let server = Server {
            name: target.to_string(),
            address: address.clone(),
            weight: common(others)?,
        };
        match known.and_then(|at| route.servers.get_mut(at)) {
            Some(known) if *known == server => {}
            Some(known) => {
                *known = server;
                changed = true;
            }
            None => {
                route.servers.push(server);
                changed = true;
            }
        }
    }
    changed.then_some(routes)
}

/// What each of them weighs that receives anything.
fn common<'a>(servers: impl Iterator<Item = &'a Server>) -> Option<u16> {
    let mut weights = servers
        .map(|server| server.weight)
        .filter(|weight| *weight > 0);
    let first = weights.next()?;
    weights.all(|weight| weight == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        converge::{Balancer, Health, Slot},
        deployment::{
            Ordered, Split,
            sample::{plan, requested},
        },
        digest::Digest,
        duration::Millis,
    };

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn route(servers: &[(&str, u16)]) -> Route {
        let server = |(name, weight): &(&str, u16)| Server {
            name: (*name).to_owned(),
            address: format!("{name}:1"),
            weight: *weight,
        };
        Route {
            component: name("web"),
            balancer: Balancer::Haproxy {
                socket: "/s".to_owned(),
                backend: "web".to_owned(),
            },
            servers: servers.iter().map(server).collect(),
        }
    }

    #[test]
    fn a_latecomer_receives_as_much_as_each_of_the_others() {
        let web = || BTreeMap::from([(name("web"), "late:1".to_owned())]);
        for (told, expect) in [
            (
                &[("a", 3), ("b", 3)][..],
                Some(&[("a", 3), ("b", 3), ("late", 3)][..]),
            ),
            (
                &[("a", 0), ("b", 7)],
                Some(&[("a", 0), ("b", 7), ("late", 7)]),
            ),
            (&[("late", 0), ("b", 7)], Some(&[("late", 7), ("b", 7)])),
            (&[("late", 7), ("b", 7)], None),
            (&[("a", 1), ("b", 3)], None),
            (&[("a", 0)], None),
        ] {
            let admitted = admit(&[route(told)], &name("late"), &web());
            assert_eq!(
                admitted,
                expect.map(|servers| vec![route(servers)]),
                "{told:?}"
            );
        }
        let told = [route(&[("a", 3)])];
        assert_eq!(admit(&told, &name("late"), &BTreeMap::new()), None);
        assert_eq!(admit(&[], &name("late"), &web()), None);
    }

    #[test]
    fn what_a_deployment_left_halfway_is_not_settled() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let cancelled = Status::Cancelled {
            by: name("ada"),
            at,
            unreached: vec![],
        };
        let ordered = Ordered {
            split: Split::Even,
            weights: vec![],
            since: at,
        };
        for (status, ordered, expect) in [
            (Status::Succeeded { at }, Some(ordered.clone()), true),
            (cancelled.clone(), None, true),
            (cancelled, Some(ordered), false),
            (Status::Requested, None, false),
        ] {
            let mut last = requested(plan(1, 1, &[]));
            (last.status, last.traffic) = (status, ordered);
            assert_eq!(is_settled(&last), expect, "{:?}", last.status);
        }
    }

    #[test]
    fn only_what_was_told_attested_and_proved_counts() {
        let revision = |byte: u8| RevisionId(Digest::of(&[byte]));
        let (digest, other) = (Digest::of(b"web"), Digest::of(b"other"));
        let desired = DesiredState {
            active: vec![ActiveComponent {
                component: name("web"),
                revision: revision(1),
                instances: 1,
                slot: Slot::Blue,
                start: 0,
            }],
            ..DesiredState::nothing(name("shop"), Millis(0))
        };
        let said = Attestation {
            component: name("web"),
            slot: Slot::Blue,
            revision: Some(revision(1)),
            artifact: Some(digest),
            instances: 1,
            health: Health::Healthy,
            proved: true,
            detail: String::new(),
            starts: 1,
        };
        let digests = Attested::from([(name("web"), digest)]);
        let one = |change: fn(&mut Attestation)| {
            let mut said = said.clone();
            change(&mut said);
            proved(&desired, &[said], &digests)
        };
        assert_eq!(one(|_| {}), Some(revision(1)));
        assert_eq!(one(|said| said.proved = false), None);
        assert_eq!(one(|said| said.revision = None), None);
        assert_eq!(one(|said| said.artifact = None), None);
        assert_eq!(one(|said| said.instances = 0), None);
        assert_eq!(one(|said| said.slot = Slot::Green), None);
        assert_eq!(proved(&desired, &[], &digests), None);
        let more = Attested::from([(name("web"), digest), (name("api"), other)]);
        assert_eq!(proved(&desired, &[said], &more), None);
    }
}
