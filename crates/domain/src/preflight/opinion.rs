//! What is said of one aspect of one target.

use super::{Answer, Aspect, Holder, HostFacts, Inspected, Role, Runs, Verdict, space::rough};
use crate::{converge::Health, duration::Millis, name::Name};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeSet, net::SocketAddr};

/// A clock that is off by more is worth a look: whatever is compared across hosts, logs first of all, is told in the wrong order.
const CLOCK_WARNS: SignedDuration = SignedDuration::from_secs(2);
/// A clock that is off by more cannot be relied on for certificates, tokens and signatures.
const CLOCK_FAILS: SignedDuration = SignedDuration::from_secs(30);
/// A certificate that ends sooner should have been renewed by itself long ago.
const CERTIFICATE_WARNS: SignedDuration = SignedDuration::from_hours(24);
/// A certificate that ends sooner may end on the way.
const CERTIFICATE_FAILS: SignedDuration = SignedDuration::from_hours(1);
/// A disk that has less left after it was fetched, in percent, is worth a look.
const DISK_WARNS: u64 = 10;
/// What is fetched lies beside what it unpacks to, which is taken to be twice as large.
const UNPACKED: u64 = 3;
/// Memory of which less is left, in percent, is worth a look.
const MEMORY_WARNS: u64 = 10;
/// Memory of which less is left, in percent, is too little to start anything.
const MEMORY_FAILS: u64 = 3;

/// What is said of one aspect of one target.
pub(super) struct Opinion {
    pub(super) verdict: Verdict,
    pub(super) what: String,
    pub(super) remedy: String,
}

/// What is said of one aspect of a target; nothing, where it has none.
pub(super) fn opinion(
    product: &Name,
    aspect: Aspect,
    target: &Inspected,
    now: Timestamp,
) -> Option<Opinion> {
    let (host, runs) = (target.host(), target.runs());
    match aspect {
        Aspect::Agent => Some(agent(target)),
        Aspect::Clock => match &target.answer {
            Answer::Said {
                asked,
                answered,
                host,
            } => Some(clock(off(host, *asked, *answered))),
            Answer::NotEnrolled | Answer::Revoked | Answer::OutOfTouch { .. } | Answer::Silent => {
                None
            }
        },
        Aspect::Certificate => Some(certificate(host?, now)),
        Aspect::Disk => Some(disk(host?, runs?)),
        Aspect::Memory => runs.and(host).map(memory),
        Aspect::Ports => ports(product, (host?, runs?)),
        // What was reported before it fell silent says nothing of now.
        Aspect::Drift => host.and(runs).map(drift),
        Aspect::Health => host.and(runs).and_then(health),
        Aspect::WayBack => Some(way_back(host?, runs?)),
        Aspect::Balancer => match &target.role {
            Role::Balances(components) => Some(balancer(host?, components)),
            Role::Runs(_) => None,
        },
        Aspect::Duty => None,
    }
}

fn passed() -> Opinion {
    Opinion {
        verdict: Verdict::Passed,
        what: String::new(),
        remedy: String::new(),
    }
}

fn found(verdict: Verdict, what: impl Into<String>, remedy: impl Into<String>) -> Opinion {
    Opinion {
        verdict,
        what: what.into(),
        remedy: remedy.into(),
    }
}

fn agent(target: &Inspected) -> Opinion {
    match &target.answer {
        Answer::Said { .. } => passed(),
        Answer::NotEnrolled => found(
            Verdict::Failed,
            "no agent is enrolled",
            "`tidegate enrolment create`, then `tidegate agent enroll` there",
        ),
        Answer::Revoked => found(
            Verdict::Failed,
            "its agent was revoked",
            "`tidegate enrolment create --replace`, then `tidegate agent enroll` there",
        ),
        Answer::OutOfTouch { since } => found(
            Verdict::Failed,
            format!("its agent is out of touch since {since:.0}"),
            "see whether the host runs, and `tidegate agent run` on it",
        ),
        Answer::Silent => found(
            Verdict::Unknown,
            "its agent is in touch and did not answer",
            "ask again; an agent of an older version cannot be asked, nor one that is connected to another server of several",
        ),
    }
}

/// How far a clock is off at least: its answer lies between two moments of the server's (F. Cristian, Probabilistic clock
/// synchronization, 1989). Behind is negative.
fn off(host: &HostFacts, asked: Timestamp, answered: Timestamp) -> SignedDuration {
    let ahead = host.clock.duration_since(answered);
    let behind = host.clock.duration_since(asked);
    match (ahead.is_positive(), behind.is_negative()) {
        (true, _) => ahead,
        (false, true) => behind,
        (false, false) => SignedDuration::ZERO,
    }
}

fn clock(off: SignedDuration) -> Opinion {
    let verdict = match off.abs() {
        off if off > CLOCK_FAILS => Verdict::Failed,
        off if off > CLOCK_WARNS => Verdict::Warned,
        _ => return passed(),
    };
    let which = match off.is_negative() {
        true => "behind",
        false => "ahead of",
    };
    let length = Millis(off.abs().as_millis().try_into().unwrap_or(u64::MAX)).rough();
    found(
        verdict,
        format!("its clock is {length} {which} the server's"),
        "let it follow a time server, for instance by chrony or systemd-timesyncd",
    )
}

fn certificate(host: &HostFacts, now: Timestamp) -> Opinion {
    let (Some(own), Some(authority)) = (host.certificate_ends, host.authority_ends) else {
        return found(
            Verdict::Unknown,
            "its certificates cannot be read",
            "look at the agent's log",
        );
    };
    let (what, ends, remedy) = match authority < own {
        true => (
            "the certificate of the authority that it believes",
            authority,
            "`tidegate enrolment create --replace` and `tidegate agent enroll` give it that of the server",
        ),
        false => (
            "its certificate",
            own,
            "its log says why it was not renewed; `tidegate enrolment create --replace` and `tidegate agent enroll` give it a new one",
        ),
    };
    let left = ends.duration_since(now);
    let verdict = match left {
        left if left < CERTIFICATE_FAILS => Verdict::Failed,
        left if left < CERTIFICATE_WARNS => Verdict::Warned,
        _ => return passed(),
    };
    let verb = if left.is_negative() { "ended" } else { "ends" };
    found(verdict, format!("{what} {verb} at {ends:.0}"), remedy)
}

/// When the sooner of its two certificates ends.
pub(super) fn ends_at(host: &HostFacts) -> Option<Timestamp> {
    Some(host.certificate_ends?.min(host.authority_ends?))
}

fn disk(host: &HostFacts, runs: &Runs) -> Opinion {
    let Some(space) = host.disk else {
        return found(
            Verdict::Unknown,
            "its host does not say how much disk is free",
            "look at the agent's log",
        );
    };
    let missing = runs.missing(host);
    let needed = missing.saturating_mul(UNPACKED);
    let (free, takes) = (rough(space.free), rough(needed));
    match (
        space.free < needed,
        space.leaves_less_than(DISK_WARNS, needed),
    ) {
        (true, _) => found(
            Verdict::Failed,
            format!("{free} of disk are free, and it would take about {takes}"),
            "make room where the agent keeps what it runs",
        ),
        (false, true) => found(
            Verdict::Warned,
            format!("{free} of disk are free, of which it would take about {takes}"),
            "make room where the agent keeps what it runs",
        ),
        (false, false) => passed(),
    }
}

fn memory(host: &HostFacts) -> Opinion {
    let Some(space) = host.memory else {
        return found(
            Verdict::Unknown,
            "its host does not say how much memory is free",
            "look at the agent's log",
        );
    };
    let verdict = match space {
        space if space.leaves_less_than(MEMORY_FAILS, 0) => Verdict::Failed,
        space if space.leaves_less_than(MEMORY_WARNS, 0) => Verdict::Warned,
        _ => return passed(),
    };
    let (free, total) = (rough(space.free), rough(space.total));
    found(
        verdict,
        format!("{free} of {total} of memory are free"),
        "see what uses it on the host",
    )
}

fn ports(product: &Name, (host, runs): (&HostFacts, &Runs)) -> Option<Opinion> {
    if runs.listen.is_empty() {
        return None;
    }
    let answer = |address: &SocketAddr| host.ports.iter().find(|it| it.address == *address);
    let trouble = runs.listen.iter().filter_map(|address| {
        let Some(answer) = answer(address) else {
            return Some(found(
                Verdict::Unknown,
                format!("its agent said nothing of {address}"),
                "it looks at 256 addresses at most: look at the others on the host",
            ));
        };
        match &answer.holder {
            Holder::Free => None,
            Holder::Own { product: own, .. } if own == product => None,
            // Whoever sees this product need not know of the other.
            Holder::Own { .. } => Some(found(
                Verdict::Failed,
                format!("{address} is taken by another product that runs there"),
                "give one of the two another port for this target",
            )),
            Holder::Taken => Some(found(
                Verdict::Failed,
                format!("{address} is taken by a process that is not ours"),
                format!(
                    "find it on the host: `ss -ltnp 'sport = :{}'`",
                    address.port()
                ),
            )),
            Holder::Refused { why } => Some(found(
                Verdict::Failed,
                format!("{address} cannot be listened on: {why}"),
                "let the agent's user do so, or name an address that the host has",
            )),
        }
    });
    // The worst is told.
    Some(trouble.max_by_key(|it| it.verdict).unwrap_or_else(passed))
}

/// What runs something else is no obstacle: being deployed to mends it.
fn drift(runs: &Runs) -> Opinion {
    match &runs.drift {
        None => passed(),
        Some(drift) if drift.refuses => found(
            Verdict::Failed,
            &drift.what,
            "`tidegate target list` and the agent's log say more; it would not follow the deployment either",
        ),
        Some(drift) => found(
            Verdict::Warned,
            &drift.what,
            "see why before you deploy: somebody, or a deployment that ended badly, left it so",
        ),
    }
}

/// What is not well is no obstacle: it may be what the release mends.
fn health(runs: &Runs) -> Option<Opinion> {
    let said = |(component, health, detail): &(Name, Health, String)| {
        let word = match health {
            Health::Stopped => "stopped",
            Health::Healthy => "healthy",
            Health::Starting => "starting",
            Health::Unhealthy => "unhealthy",
            Health::Failed => "failed",
        };
        match detail.is_empty() {
            true => format!("{component} is {word}"),
            false => format!("{component} is {word}: {detail}"),
        }
    };
    match runs.unwell.as_slice() {
        [] => runs.way_back.is_some().then(passed),
        unwell => Some(found(
            Verdict::Warned,
            unwell.iter().map(said).collect::<Vec<_>>().join("; "),
            "`tidegate logs` shows what it says; what is unwell before makes it hard to tell what the release did",
        )),
    }
}

fn way_back(host: &HostFacts, runs: &Runs) -> Opinion {
    let Some(back) = &runs.way_back else {
        return found(
            Verdict::Warned,
            "nothing runs there yet, so there is nothing to go back to",
            "",
        );
    };
    let lies_there = back.workloads.is_subset(&host.unpacked);
    match (lies_there, back.lost.is_empty()) {
        (true, true) => passed(),
        (true, false) => found(
            Verdict::Warned,
            format!(
                "release {} lies there to go back to, and is gone from the registry",
                back.release
            ),
            "push it again: a host that is lost could not fetch it",
        ),
        (false, true) => found(
            Verdict::Warned,
            format!(
                "release {} would have to be fetched to go back",
                back.release
            ),
            "deploy it again there to have it lie ready",
        ),
        (false, false) => found(
            Verdict::Failed,
            format!(
                "release {} lies neither there nor in the registry: there is no way back",
                back.release
            ),
            "push it again",
        ),
    }
}

fn balancer(host: &HostFacts, components: &BTreeSet<Name>) -> Opinion {
    let mut all = host.balancers.iter();
    if let Some(trouble) = all.find_map(|it| it.trouble.as_ref()) {
        return found(Verdict::Failed, trouble, "");
    }
    let is_answered =
        |component: &&Name| host.balancers.iter().any(|it| it.component == **component);
    match components.iter().find(|component| !is_answered(component)) {
        None => passed(),
        Some(component) => found(
            Verdict::Unknown,
            format!("its agent said nothing of the load balancer before {component}"),
            "bring the agent up to date",
        ),
    }
}
