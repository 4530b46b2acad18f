//! What is found of targets and people, told by tables.

use super::{
    Answer, Aspect, BalancerAnswer, Call, Drift, Duty, Fleet, Holder, HostFacts, Inspected,
    PortAnswer, Role, Runs, Space, Verdict, WayBack, Workload, calls, judge,
};
use crate::{converge::Health, digest::Digest, name::Name, planning::Party, runbook::Runbook};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

const GB: u64 = 1_000_000_000;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-03-02T21:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn workload(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// A host that nothing is wrong with.
fn host() -> HostFacts {
    HostFacts {
        clock: now(),
        certificate_ends: Some(after(20 * 86_400)),
        authority_ends: Some(after(3_000 * 86_400)),
        disk: Some(space(50 * GB, 100 * GB)),
        memory: Some(space(8 * GB, 16 * GB)),
        ports: vec![port(Holder::Own {
            product: name("shop"),
            component: name("web"),
        })],
        unpacked: BTreeSet::from([workload("old")]),
        balancers: Vec::new(),
    }
}

fn balances() -> Role {
    Role::Balances(BTreeSet::from([name("web")]))
}

const fn space(free: u64, total: u64) -> Space {
    Space { free, total }
}

fn port(holder: Holder) -> PortAnswer {
    PortAnswer {
        address: "127.0.0.1:8080".parse().unwrap(),
        holder,
    }
}

fn runs() -> Runs {
    Runs {
        wanted: vec![Workload {
            component: name("web"),
            workload: workload("new"),
            bytes: GB,
        }],
        listen: vec!["127.0.0.1:8080".parse().unwrap()],
        drift: None,
        unwell: Vec::new(),
        way_back: Some(WayBack {
            release: "1.0.0".parse().unwrap(),
            workloads: BTreeSet::from([workload("old")]),
            lost: Vec::new(),
        }),
    }
}

fn said(host: HostFacts) -> Answer {
    Answer::Said {
        asked: now(),
        answered: after(1),
        host,
    }
}

fn fleet(targets: Vec<(Answer, Role)>) -> Fleet {
    let target = |(number, (answer, role))| Inspected {
        target: name(&format!("node-{number}")),
        answer,
        role,
    };
    Fleet {
        product: name("shop"),
        targets: (1..).zip(targets).map(target).collect(),
        calls: Vec::new(),
        duties: Vec::new(),
        ends: after(3_600),
        confirm: "`tidegate duty confirm shop 1.1.0 --to live`".to_owned(),
    }
}

/// One target alone: what is not well of it, with how bad it is.
fn of_one(host: impl FnOnce(&mut HostFacts), role: impl FnOnce(&mut Runs)) -> Vec<String> {
    let (mut facts, mut known) = (self::host(), runs());
    host(&mut facts);
    role(&mut known);
    unfit(&fleet(vec![(said(facts), Role::Runs(known))]))
}

fn unfit(fleet: &Fleet) -> Vec<String> {
    let found = judge(fleet, now());
    let unfit = found.iter().filter(|it| it.verdict != Verdict::Passed);
    let told = unfit.map(|it| format!("{} {}: {}", it.aspect.word(), it.verdict.word(), it.what));
    told.collect()
}

fn drift(refuses: bool) -> Drift {
    Drift {
        what: "it runs 1.0.0, and was told 1.0.1".to_owned(),
        refuses,
    }
}

fn as_it_is<T>(_: &mut T) {}

#[test]
fn a_fit_target_is_told_of_aspect_by_aspect() {
    let balancer = HostFacts {
        balancers: vec![BalancerAnswer {
            component: name("web"),
            trouble: None,
        }],
        ports: Vec::new(),
        ..host()
    };
    let fleet = fleet(vec![
        (said(host()), Role::Runs(runs())),
        (said(balancer), balances()),
    ]);
    let found = judge(&fleet, now());
    let said = found.iter().map(|it| {
        let targets = it.whom();
        format!("{} [{targets}] {}", it.aspect.word(), it.what)
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "agent [node-1, node-2] its agent is in touch and answers",
            "clock [node-1, node-2] its clock agrees with the server's",
            "certificate [node-1, node-2] its certificate is good for 20 days at least",
            "disk [node-1] 50 GB of disk are free at least",
            "memory [node-1] 8.0 GB of memory are free at least",
            "ports [node-1] the addresses that it wants are free, or its own",
            "drift [node-1] it runs what it was told",
            "health [node-1] what runs there is well",
            "way-back [node-1] what it would go back to lies there",
            "balancer [node-2] its load balancer answers",
            "duty [] no deployment plan counts on anybody",
        ]
    );
}

#[test]
fn who_does_not_answer_is_not_taken_for_fit() {
    let silent = [
        (Answer::NotEnrolled, "agent failed: no agent is enrolled"),
        (Answer::Revoked, "agent failed: its agent was revoked"),
        (
            Answer::OutOfTouch { since: after(-90) },
            "agent failed: its agent is out of touch since 2026-03-02T20:58:30Z",
        ),
        (
            Answer::Silent,
            "agent unknown: its agent is in touch and did not answer",
        ),
    ];
    for (answer, expected) in silent {
        let fleet = fleet(vec![(answer, Role::Runs(runs()))]);
        assert_eq!(unfit(&fleet), [expected]);
        // Nor is anything else of it: what it said before says nothing of now.
        assert_eq!(
            judge(&fleet, now()).len(),
            2,
            "the agent, and who is on duty"
        );
    }
}

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
fn what_runs_there_and_what_it_would_go_back_to_is_looked_at() {
    let check = |runs: fn(&mut Runs), expected: &[&str]| {
        assert_eq!(of_one(as_it_is, runs), expected);
    };
    check(
        |runs| runs.drift = Some(drift(false)),
        &["drift warning: it runs 1.0.0, and was told 1.0.1"],
    );
    check(
        |runs| runs.drift = Some(drift(true)),
        &["drift failed: it runs 1.0.0, and was told 1.0.1"],
    );
    check(
        |runs| {
            let detail = "GET /healthz: 500".to_owned();
            runs.unwell = vec![(name("web"), Health::Unhealthy, detail)];
        },
        &["health warning: web is unhealthy: GET /healthz: 500"],
    );
    check(
        |runs| runs.way_back = None,
        &["way-back warning: nothing runs there yet, so there is nothing to go back to"],
    );
    let back = |lies_there: bool, lost: bool| {
        let mut found = of_one(
            |host| {
                if !lies_there {
                    host.unpacked.clear();
                }
            },
            |runs| {
                let back = runs.way_back.as_mut().unwrap();
                back.lost.extend(lost.then(|| name("web")));
            },
        );
        assert!(found.len() <= 1, "{found:?}");
        found.pop().unwrap_or_default()
    };
    assert_eq!(back(true, false), "");
    assert_eq!(
        back(true, true),
        "way-back warning: release 1.0.0 lies there to go back to, and is gone from the registry"
    );
    assert_eq!(
        back(false, false),
        "way-back warning: release 1.0.0 would have to be fetched to go back"
    );
    assert_eq!(
        back(false, true),
        "way-back failed: release 1.0.0 lies neither there nor in the registry: there is no way back"
    );
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

#[test]
fn who_is_called_is_there_until_all_is_over_or_not() {
    let mut fleet = fleet(Vec::new());
    fleet.calls = vec![Call {
        party: Party::Team(name("shop")),
        steps: vec!["Look at the tills".to_owned()],
        people: BTreeSet::from([name("ada"), name("ben")]),
    }];
    let duty = |person: &str, until| Duty {
        product: name("shop"),
        release: "1.1.0".parse().unwrap(),
        environment: name("live"),
        person: name(person),
        confirmed_at: now(),
        until,
        reach: String::new(),
    };
    let mut of = |duties: Vec<Duty>| {
        fleet.duties = duties;
        unfit(&fleet).pop().unwrap_or_default()
    };
    let lacks = "duty failed: team:shop has not said that they are there, for “Look at the tills”";
    assert_eq!(of(Vec::new()), lacks);
    assert_eq!(of(vec![duty("eve", after(9_000))]), lacks);
    assert_eq!(of(vec![duty("ben", after(-1))]), lacks);
    assert_eq!(
        of(vec![duty("ben", after(60))]),
        "duty warning: team:shop is there until 2026-03-02T21:01:00Z, for “Look at the tills”, and it takes until 2026-03-02T22:00:00Z"
    );
    assert_eq!(
        of(vec![duty("ben", after(60)), duty("ada", after(3_600))]),
        ""
    );
}

#[test]
fn whoever_does_or_decides_something_is_called_once() {
    let runbook: Runbook = serde_json::from_value(serde_json::json!({
        "way": "forward",
        "deviations": {"text": "Stop and call.", "decides": "team:ops"},
        "steps": [
            {"name": "look", "owner": "ada", "takes": "5m"},
            {"name": "wave-1", "owner": "eve", "takes": "5m", "automatic": "wave 1"},
            {"name": "go", "title": "Go?", "owner": "ada", "takes": "5m", "decision": "30m", "otherwise": "hold"},
            {"name": "call", "owner": "team:shop", "takes": "5m"},
        ],
    }))
    .unwrap();
    let again = runbook.clone();
    let found = calls([&runbook, &again], |party| match party {
        Party::Person(name) => BTreeSet::from([name.clone()]),
        Party::Team(_) => BTreeSet::new(),
    });
    let told: Vec<String> = found
        .iter()
        .map(|call| format!("{} {}", call.party, call.what()))
        .collect();
    assert_eq!(
        told,
        [
            "ada “look” and “Go?”",
            "team:ops “what to do when it goes otherwise”",
            "team:shop “call”"
        ]
    );
}

#[test]
fn what_is_found_in_the_same_words_is_said_once() {
    let taken = || HostFacts {
        ports: vec![port(Holder::Taken)],
        ..host()
    };
    let target = |host| (said(host), Role::Runs(runs()));
    let many = (0..100).map(|i| target(if i % 2 == 0 { taken() } else { host() }));
    let found = judge(&fleet(many.collect()), now());
    assert_eq!(found[0].aspect, Aspect::Ports);
    assert_eq!(found[0].targets.len(), 50);
    assert_eq!(found.len(), 11, "one of the ports that are free, too");
}
