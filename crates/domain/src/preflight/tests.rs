//! What is found of targets and people, told by tables. [`hosts`] is what agents find, [`duty`] who is there.

mod duty;
mod hosts;

use super::{
    Answer, Aspect, BalancerAnswer, Drift, Finding, Fleet, Holder, HostFacts, Inspected,
    PortAnswer, Preflight, Role, Runs, Space, Verdict, WayBack, Workload, age, is_due, judge,
};
use crate::{
    converge::Health,
    digest::Digest,
    id::{PreflightId, SnapshotNumber},
    name::Name,
};
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

#[test]
fn a_record_is_as_good_as_the_worst_that_was_found() {
    use Verdict::{Failed, Passed, Unknown, Warned};
    let of = |verdicts: &[Verdict]| {
        let finding = |verdict: &Verdict| Finding {
            aspect: Aspect::Clock,
            verdict: *verdict,
            targets: Vec::new(),
            what: String::new(),
            remedy: String::new(),
        };
        let it = Preflight {
            id: PreflightId(1),
            product: name("shop"),
            release: "1.1.0".parse().unwrap(),
            snapshot: SnapshotNumber(1),
            environment: name("live"),
            plan: workload("plan"),
            targets: 1,
            requested_by: name("ada"),
            requested_at: now(),
            findings: verdicts.iter().map(finding).collect(),
        };
        (it.passed(), it.sentence())
    };
    for (verdicts, passed, found) in [
        (&[Passed][..], true, "all is fit"),
        (&[Passed, Warned], true, "1 to be looked at"),
        (&[Unknown, Passed], false, "1 not found out"),
        (
            &[Failed, Failed, Warned],
            false,
            "2 in the way, 1 to be looked at",
        ),
        (&[], false, "nothing was looked at"),
    ] {
        assert_eq!(
            of(verdicts),
            (passed, format!("shop 1.1.0 to live: {found}"))
        );
    }
}

#[test]
fn what_has_begun_is_not_held_up_by_a_look_at_what_is_being_changed() {
    let (minute, asked) = (|minutes: i64| after(minutes * 60), Some(after(0)));
    let age = |made: &[(i64, bool)], begun, now| {
        let made: Vec<_> = made
            .iter()
            .map(|(at, passed)| (minute(*at), *passed))
            .collect();
        age(&made, begun, minute(now))
    };
    assert_eq!(age(&[], None, 0), None);
    assert_eq!(age(&[(-30, true)], None, 0), Some(30));
    assert_eq!(age(&[(-30, true)], None, 240), Some(270));
    assert_eq!(
        age(&[(-1, false), (-30, true)], None, 0),
        None,
        "the newest counts"
    );
    assert_eq!(age(&[(5, false), (-30, true)], asked, 240), Some(30));
    assert_eq!(age(&[(5, true), (-30, false)], asked, 240), Some(0));
    assert_eq!(age(&[(5, false)], asked, 240), None);
}

#[test]
fn another_is_made_after_a_while_and_not_before() {
    assert!(is_due(None, now()));
    assert!(!is_due(Some(after(-599)), now()));
    assert!(is_due(Some(after(-600)), now()));
}
