//! How long a rehearsal takes: one run of an hour's rollout to 10,000 targets, with its number of changes to targets a
//! second, and the usual rehearsal of a small fleet.

#[path = "../tests/simulation/sample.rs"]
mod sample;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use std::{collections::BTreeMap, hint::black_box};
use tidegate_domain::{
    calendar::Calendar,
    deployment::Deployment,
    digest::Digest,
    duration::Millis,
    name::Name,
    plan::{Fleet, Limits, Plan, Rolling, Share, Strategy, compile},
    rehearsal::{Draws, Fault, Profile, Setting, Wish, rehearse},
    revision::RevisionId,
};

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rehearsal");
    group.sample_size(10);
    let deployment = story(10_000);
    // Each target is prepared, lies ready, is activated and passes.
    group.throughput(Throughput::Elements(40_000));
    group.bench_function("10,000 targets, an hour, one run", |bencher| {
        bencher.iter(|| {
            rehearse(
                black_box(&deployment),
                setting(&profile(), &Calendar::default()),
                &wish(Vec::new(), 1),
            )
        });
    });
    group.throughput(Throughput::Elements(10_000));
    group.bench_function(
        "10,000 targets, a release that goes bad, one run",
        |bencher| {
            let late = Fault::BadReleaseLate(Millis::from_secs(600));
            bencher.iter(|| {
                rehearse(
                    black_box(&deployment),
                    setting(&profile(), &Calendar::default()),
                    &wish(vec![late], 1),
                )
            });
        },
    );
    let small = story(24);
    group.throughput(Throughput::Elements(24 * 4 * 20 * 6));
    group.bench_function("24 targets, 20 runs of each usual scenario", |bencher| {
        let faults = Wish::usual_faults(&small);
        bencher.iter(|| {
            rehearse(
                black_box(&small),
                setting(&profile(), &Calendar::default()),
                &wish(faults.clone(), 20),
            )
        });
    });
    group.finish();
}

fn setting<'a>(profile: &'a Profile, calendar: &'a Calendar<'a>) -> Setting<'a> {
    Setting {
        profile,
        calendar,
        runbooks: &[],
    }
}

fn story(targets: u32) -> Deployment {
    let (before, after) = (
        RevisionId(Digest::of(b"old")),
        RevisionId(Digest::of(b"new")),
    );
    sample::deployment(plan(targets), Some(before), after, Timestamp::UNIX_EPOCH)
}

/// Ten waves that bake for five minutes each.
fn plan(targets: u32) -> Plan {
    let name = |i: u32| format!("t{i}").parse::<Name>().expect("a name");
    let fleet = Fleet {
        targets: (0..targets).map(name).collect(),
        ..Fleet::default()
    };
    let strategy = Strategy::Rolling(Rolling {
        batch: Share::Percent(10),
        bake: Millis::from_secs(300),
    });
    compile((strategy, Vec::new()), &fleet, &Limits::default(), None).expect("a plan")
}

/// Nothing fails by itself, so that each target goes its whole way.
fn profile() -> Profile {
    let between = |least, most| Draws::between(Millis::from_secs(least), Millis::from_secs(most));
    Profile {
        prepare: between(5, 60),
        start: between(5, 60),
        fail: between(20, 30),
        restore: between(2, 10),
        own: BTreeMap::new(),
        failures_per_mille: 0,
        basis: Vec::new(),
    }
}

const fn wish(faults: Vec<Fault>, runs: u32) -> Wish {
    Wish {
        faults,
        runs,
        seed: 1,
    }
}

criterion_group!(all, benches);
criterion_main!(all);
