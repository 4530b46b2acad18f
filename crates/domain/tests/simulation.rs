//! The seeded simulator: real decisions, simulated hosts, virtual time, crashes between any two steps.
//!
//! Each seed is one story. Safety is judged after every step by the independent checker and from the hosts' own point
//! of view; progress at the end: a deployment is over, or says that it waits for a person, and cancelling always ends.
//! `SEEDS=first..last cargo test -p tidegate-domain --test simulation` runs others; a seed that failed once stays in
//! `simulation/seeds.txt`.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "a test that cannot go on says where, and its modules are nobody else's"
)]

#[path = "simulation/draw.rs"]
mod draw;
#[path = "simulation/group.rs"]
mod group;
#[path = "simulation/host.rs"]
mod host;
#[path = "simulation/sample.rs"]
mod sample;
#[path = "simulation/world.rs"]
mod world;

use group::Company;
use host::Link;
use tidegate_domain::{
    deployment::{Stage, Status},
    group::GroupStatus,
};
use world::{Manners, World};

/// Seeds that once found a fault, one in a line.
const REGRESSIONS: &str = include_str!("simulation/seeds.txt");

fn seeds() -> impl Iterator<Item = u64> {
    let range = std::env::var("SEEDS").unwrap_or_else(|_| "1..10001".to_owned());
    let (first, last) = range.split_once("..").expect("SEEDS is FIRST..LAST");
    let range = first.parse().expect("a number")..last.parse().expect("a number");
    let kept = REGRESSIONS.lines().filter(|line| !line.starts_with('#'));
    kept.map(|line| line.parse().expect("a seed")).chain(range)
}

#[test]
fn whatever_happens_the_invariants_hold_and_nothing_sticks() {
    for seed in seeds() {
        let mut world = World::random(seed, Manners::Wild);
        world.run();
        world.settle();
        assert!(
            world.deployment.status.is_terminal(),
            "seed {seed} ended as {:?}",
            world.deployment.status
        );
    }
}

/// Two servers are paused in the middle of what they do. With a fence the store refuses whoever was overtaken, and all is
/// well; without it the simulator notices.
#[test]
fn without_a_fence_a_server_that_was_overtaken_does_harm() {
    let story = |seed: u64, fenced: bool| {
        let mut world = World::random(seed, Manners::Wild);
        world.servers.fenced = fenced;
        world.run();
        world.settle();
        world.servers.refused
    };
    let refused: u64 = (1..=300).map(|seed| story(seed, true)).sum();
    assert!(refused > 0, "nobody was ever overtaken");
    let harmed = |seed: &u64| std::panic::catch_unwind(|| story(*seed, false)).is_err();
    let harm = (1..=300).filter(harmed).count();
    assert!(harm > 0, "nobody noticed that the fence was missing");
}

#[test]
fn good_hosts_and_no_interference_lead_to_success() {
    for seed in seeds().take(1000) {
        let mut world = World::random(seed, Manners::Good);
        world.run();
        let status = &world.deployment.status;
        assert!(
            matches!(status, Status::Succeeded { .. }),
            "seed {seed} ended as {status:?}"
        );
        assert!(
            world.hosts.iter().all(|h| h.serves(world.after)),
            "seed {seed}: a host was missed"
        );
    }
}

#[test]
fn one_bad_host_takes_everything_back() {
    for seed in seeds().take(1000) {
        let mut world = World::random(seed, Manners::OneBad);
        world.run();
        let status = &world.deployment.status;
        assert!(
            matches!(status, Status::RolledBack { .. }),
            "seed {seed} ended as {status:?}"
        );
        assert!(
            world.hosts.iter().all(|h| h.serves(world.before)),
            "seed {seed}: a host was left behind"
        );
    }
}

#[test]
fn going_back_does_not_wait_for_a_host_out_of_touch() {
    for seed in seeds().take(1000) {
        let mut world = World::random(seed, Manners::TakingBack);
        let reachable = |world: &World| {
            let mut hosts = world.hosts.iter().filter(|h| h.link == Link::Whole);
            hosts.all(|h| h.serves(world.after))
        };
        world.run_until(reachable);
        assert!(reachable(&world), "seed {seed}: a reachable host waits");
        assert!(!world.deployment.status.is_terminal(), "seed {seed}");
        for host in &mut world.hosts {
            host.link = Link::Whole;
        }
        world.run();
        let status = &world.deployment.status;
        assert!(
            matches!(status, Status::Succeeded { .. }),
            "seed {seed} ended as {status:?}"
        );
    }
}

#[test]
fn when_the_old_revision_fails_too_healthy_hosts_are_left_alone() {
    for seed in seeds().take(1000) {
        let mut world = World::random(seed, Manners::OneBadBothWays);
        world.run();
        let deployment = &world.deployment;
        assert!(
            matches!(deployment.status, Status::Failed { .. }),
            "seed {seed} ended as {:?}",
            deployment.status
        );
        for (run, passed) in deployment.targets.iter().zip(&world.passed_at_rollback) {
            let untouched = matches!(run.stage, Stage::Passed { .. });
            assert!(
                !passed || untouched,
                "seed {seed}: {} was healthy and was taken back",
                run.target
            );
        }
    }
}

#[test]
fn good_groups_succeed_together() {
    for seed in seeds().take(500) {
        let mut company = Company::random(seed, &[Manners::Good; 3]);
        company.run();
        let status = &company.group.status;
        assert!(
            matches!(status, GroupStatus::Succeeded { .. }),
            "seed {seed} ended as {status:?}"
        );
    }
}

#[test]
fn one_bad_host_takes_a_whole_group_back() {
    for seed in seeds().take(500) {
        let mut company = Company::random(seed, &[Manners::Good, Manners::OneBad, Manners::Good]);
        company.run();
        let status = &company.group.status;
        assert!(
            matches!(status, GroupStatus::RolledBack { .. }),
            "seed {seed} ended as {status:?}"
        );
        for world in &company.worlds {
            assert!(
                world.hosts.iter().all(|h| h.serves(world.before)),
                "seed {seed}: a host was left behind"
            );
        }
    }
}

#[test]
fn whatever_happens_to_a_group_its_order_holds_and_nothing_sticks() {
    let wild = [Manners::Wild; 4];
    for seed in seeds().take(2500) {
        let members = usize::try_from(2 + seed % 3).unwrap();
        let mut company = Company::random(seed, &wild[..members]);
        company.run();
        company.settle();
        let status = &company.group.status;
        assert!(status.is_terminal(), "seed {seed} ended as {status:?}");
    }
}
