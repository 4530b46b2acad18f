//! How long a decision takes, at 10,000 targets: the pass that finds nothing to do, and the one that starts a wave.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;
use tidegate_domain::{
    converge::Health,
    deployment::{
        Deployment, Facts, Purpose, Stage, Status, TargetFacts, TargetRun, decide,
        facts::{Proof, Readiness},
    },
    digest::Digest,
    duration::Millis,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
    plan::{Fleet, Limits, PartHashes, Rolling, Share, Strategy, compile},
    release::Contents,
    revision::RevisionId,
};

const TARGETS: u32 = 10_000;

fn benches(criterion: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24);
    let (deployment, facts) = story(now);
    criterion.bench_function("decide, 10,000 targets, nothing to do", |bencher| {
        bencher.iter(|| decide(black_box(&deployment), black_box(&facts), now));
    });
    let mut ready = deployment;
    for run in ready.targets.iter_mut().filter(|run| run.wave == 1) {
        run.stage = Stage::Prepared;
    }
    criterion.bench_function(
        "decide, 10,000 targets, a wave of 1,000 begins",
        |bencher| {
            bencher.iter(|| decide(black_box(&ready), black_box(&facts), now));
        },
    );
}

/// The second of ten waves is being activated; nothing new was heard.
fn story(now: Timestamp) -> (Deployment, Facts) {
    let (before, after) = (
        RevisionId(Digest::of(b"old")),
        RevisionId(Digest::of(b"new")),
    );
    let name = |text: String| text.parse::<Name>().expect("a name");
    let targets: Vec<Name> = (0..TARGETS).map(|i| name(format!("t{i}"))).collect();
    let strategy = Strategy::Rolling(Rolling {
        batch: Share::Percent(10),
        bake: Millis(0),
    });
    let limits = Limits {
        minimum_healthy: Millis::from_secs(60),
        ..Limits::default()
    };
    let plan = compile(
        strategy,
        &Fleet {
            targets,
            ..Fleet::default()
        },
        &limits,
        None,
    )
    .expect("a plan");
    let live = name("live".to_owned());
    let runs = (0..).zip(&plan.waves).flat_map(|(wave, w)| {
        w.targets.iter().map(move |target| TargetRun {
            target: target.clone(),
            wave,
            before: Some(before),
            after,
            stage: match wave {
                0 => Stage::Passed { at: now },
                1 => Stage::Activating { since: now },
                _ => Stage::Prepared,
            },
        })
    });
    let targets: Vec<TargetRun> = runs.collect();
    let facts = targets
        .iter()
        .map(|run| known(run.wave, before, after, now))
        .collect();
    let deployment = Deployment {
        id: DeploymentId(1),
        product: name("storefront".to_owned()),
        parts: PartHashes::of(
            &Contents::new(),
            Digest::of(b""),
            &live,
            &plan.strategy,
            &plan.limits,
        ),
        environment: live,
        release: "1.1.0".parse().expect("a version"),
        snapshot: SnapshotNumber(1),
        purpose: Purpose::Promotion,
        sign_offs: Vec::new(),
        plan,
        requested_by: name("ada".to_owned()),
        requested_at: now,
        status: Status::Rolling {
            wave: 1,
            since: now,
            hold: None,
        },
        targets,
    };
    (deployment, Facts { targets: facts })
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
    }
}

criterion_group!(all, benches);
criterion_main!(all);
