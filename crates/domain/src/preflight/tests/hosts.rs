//! What agents find on their hosts.

use super::{
    GB, after, as_it_is, balances, fleet, host, name, of_one, port, said, space, unfit, workload,
};
use crate::preflight::{BalancerAnswer, Holder, HostFacts};
use jiff::Timestamp;

#[test]
fn a_clock_is_off_only_beyond_the_time_that_asking_took() {
    for (clock, expected) in [
        (-2, None),
        (1, None),
        (3, None),
        (
            4,
            Some("clock warning: its clock is 3.0 s ahead of the server's"),
        ),
        (
            -45,
            Some("clock failed: its clock is 45 s behind the server's"),
        ),
        (
            7_200,
            Some("clock failed: its clock is 120 min ahead of the server's"),
        ),
    ] {
        let found = of_one(|host| host.clock = after(clock), as_it_is);
        assert_eq!(found.first().map(String::as_str), expected, "{clock}");
    }
    let found = of_one(|host| host.clock = Timestamp::MIN, as_it_is);
    assert!(found[0].starts_with("clock failed"), "{found:?}");
}

#[test]
fn what_a_host_lacks_is_said() {
    let check = |host: fn(&mut HostFacts), expected: &[&str]| {
        assert_eq!(of_one(host, as_it_is), expected);
    };
    check(
        |host| host.certificate_ends = Some(after(1_800)),
        &["certificate failed: its certificate ends at 2026-03-02T21:30:00Z"],
    );
    check(
        |host| host.certificate_ends = Some(after(-1_800)),
        &["certificate failed: its certificate ended at 2026-03-02T20:30:00Z"],
    );
    check(
        |host| host.authority_ends = Some(after(7_200)),
        &[
            "certificate warning: the certificate of the authority that it believes ends at 2026-03-02T23:00:00Z",
        ],
    );
    check(
        |host| host.disk = Some(space(2 * GB, 100 * GB)),
        &["disk failed: 2.0 GB of disk are free, and it would take about 3.0 GB"],
    );
    check(
        |host| host.disk = Some(space(12 * GB, 100 * GB)),
        &["disk warning: 12 GB of disk are free, of which it would take about 3.0 GB"],
    );
    check(
        |host| host.disk = None,
        &["disk unknown: its host does not say how much disk is free"],
    );
    check(
        |host| host.memory = Some(space(GB / 10, 16 * GB)),
        &["memory failed: 100 MB of 16 GB of memory are free"],
    );
    check(
        |host| host.memory = Some(space(GB, 16 * GB)),
        &["memory warning: 1.0 GB of 16 GB of memory are free"],
    );
}

#[test]
fn an_address_that_somebody_else_has_is_named() {
    let check = |host: fn(&mut HostFacts), expected: &[&str]| {
        assert_eq!(of_one(host, as_it_is), expected);
    };
    check(
        |host| host.ports = vec![port(Holder::Taken)],
        &["ports failed: 127.0.0.1:8080 is taken by a process that is not ours"],
    );
    check(
        |host| {
            let (product, component) = (name("till"), name("api"));
            host.ports = vec![port(Holder::Own { product, component })];
        },
        &["ports failed: 127.0.0.1:8080 is taken by another product that runs there"],
    );
    check(
        |host| {
            let why = "Permission denied".to_owned();
            host.ports = vec![port(Holder::Refused { why })];
        },
        &["ports failed: 127.0.0.1:8080 cannot be listened on: Permission denied"],
    );
}

#[test]
fn what_an_agent_does_not_answer_is_not_found_out() {
    let found = of_one(|host| host.ports.clear(), as_it_is);
    assert_eq!(
        found,
        ["ports unknown: its agent said nothing of 127.0.0.1:8080"]
    );
    let found = of_one(|host| host.certificate_ends = None, as_it_is);
    assert_eq!(
        found,
        ["certificate unknown: its certificates cannot be read"]
    );
}

#[test]
fn what_agents_say_is_cut_and_steers_no_terminal() {
    let why = format!("\u{1b}[2J{}", "x".repeat(5_000));
    let facts = HostFacts {
        ports: vec![port(Holder::Refused { why: why.clone() }); 5_000],
        balancers: vec![
            BalancerAnswer {
                component: name("web"),
                trouble: Some(why),
            };
            5_000
        ],
        ..host()
    };
    let kept = serde_json::to_string(&facts.bounded()).unwrap();
    assert!(
        kept.len() < 1_000_000 && !kept.contains("u001b"),
        "{}",
        kept.len()
    );
}

#[test]
fn what_lies_there_needs_no_room() {
    let found = of_one(
        |host| {
            host.disk = Some(space(11 * GB, 100 * GB));
            host.unpacked.insert(workload("new"));
        },
        as_it_is,
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_load_balancer_that_does_not_answer_says_why() {
    let answer = |balancers| {
        let host = HostFacts {
            balancers,
            ..host()
        };
        unfit(&fleet(vec![(said(host), balances())]))
    };
    let trouble = |trouble: Option<&str>| BalancerAnswer {
        component: name("web"),
        trouble: trouble.map(str::to_owned),
    };
    assert!(answer(vec![trouble(None)]).is_empty());
    assert_eq!(
        answer(vec![
            trouble(None),
            trouble(Some("HAProxy does not listen at /run/a"))
        ]),
        ["balancer failed: HAProxy does not listen at /run/a"]
    );
    assert_eq!(
        answer(Vec::new()),
        ["balancer unknown: its agent said nothing of the load balancer before web"]
    );
}
