//! How long a decision takes, at 10,000 and at 100,000 targets: the pass that finds nothing to do, and the one that starts
//! a wave; and how long it takes to compile such a plan, the naming of its targets included.

#[path = "../tests/simulation/sample.rs"]
mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;
use tidegate_domain::{
    converge::Health,
    deployment::{
        Deployment, Facts, Stage, Status, TargetFacts, decide,
        facts::{Proof, Readiness},
    },
    digest::Digest,
    duration::Millis,
    name::Name,
    plan::{Fleet, Limits, Plan, Rolling, Share, Strategy, compile},
    revision::RevisionId,
};

fn benches(criterion: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24);
    for (targets, words) in [(10_000, "10,000"), (100_000, "100,000")] {
        let (deployment, facts) = story(targets, now);
        criterion.bench_function(
            &format!("decide, {words} targets, nothing to do"),
            |bencher| {
                bencher.iter(|| decide(black_box(&deployment), black_box(&facts), now));
            },
        );
        let mut ready = deployment;
        for run in ready.targets.iter_mut().filter(|run| run.wave == 1) {
            run.stage = Stage::Prepared;
        }
        let name = format!("decide, {words} targets, a tenth of them begins");
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| decide(black_box(&ready), black_box(&facts), now));
        });
        criterion.bench_function(&format!("compile, {words} targets"), |bencher| {
            bencher.iter(|| plan(black_box(targets)));
        });
    }
}

/// The second of ten waves is being activated; nothing new was heard.
fn story(targets: u32, now: Timestamp) -> (Deployment, Facts) {
    let (before, after) = (
        RevisionId(Digest::of(b"old")),
        RevisionId(Digest::of(b"new")),
    );
    let mut deployment = sample::deployment(plan(targets), Some(before), after, now);
    deployment.status = Status::Rolling {
        wave: 1,
        since: now,
        hold: None,
    };
    for run in &mut deployment.targets {
        run.stage = match run.wave {
            0 => Stage::Passed { at: now },
            1 => Stage::Activating { since: now },
            _ => Stage::Prepared,
        };
    }
    let runs = deployment.targets.iter();
    let facts = Facts {
        targets: runs
            .map(|run| known(run.wave, before, after, now))
            .collect(),
        ..Facts::default()
    };
    (deployment, facts)
}

fn plan(targets: u32) -> Plan {
    let name = |i: u32| format!("t{i}").parse::<Name>().expect("a name");
    let fleet = Fleet {
        targets: (0..targets).map(name).collect(),
        ..Fleet::default()
    };
    let strategy = Strategy::Rolling(Rolling {
        batch: Share::Percent(10),
        bake: Millis(0),
    });
    let limits = Limits {
        minimum_healthy: Millis::from_secs(60),
        ..Limits::default()
    };
    compile((strategy, Vec::new()), &fleet, &limits, None).expect("a plan")
}

fn known(wave: u32, before: RevisionId, after: RevisionId, now: Timestamp) -> TargetFacts {
    let revision = if wave <= 1 { after } else { before };
    TargetFacts {
        connected: true,
        told: Some(revision),
        current: true,
        running: Some(revision),
        prepared: Some(Readiness::Ready),
        health: Some(Health::Healthy),
        proof: Proof::WasHealthy,
        healthy_since: Some(now),
        detail: "web: GET /healthz answered 200".to_owned(),
        jobs: Vec::new(),
        obstacle: None,
    }
}

criterion_group!(all, benches);
criterion_main!(all);
