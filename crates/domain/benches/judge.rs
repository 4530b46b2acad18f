//! How long the judge takes for a canary of 100 metrics with 1,000 points on each side, by the shape of the values.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, hint::black_box};
use tidegate_domain::{
    analysis::{Bad, Measured, MetricSettings, Point, Series, Settings, Window, judge},
    name::Name,
};

const METRICS: u32 = 100;
const POINTS: u32 = 1_000;

/// Makes a value of a number drawn from 0 to less than 1.
type Shape = fn(f64) -> f64;

fn benches(criterion: &mut Criterion) {
    let shapes: [(&str, Shape); 4] = [
        ("even", |share| share),
        ("skewed, like latency", |share| {
            (-share.ln_1p()).exp() / (1.0 - share)
        }),
        ("whole numbers", |share| (share * 8.0).floor()),
        ("mostly zero", |share| (share - 0.9).max(0.0)),
    ];
    let settings = settings();
    for (what, shape) in shapes {
        let measured = measured(shape);
        criterion.bench_function(
            &format!("judge, 100 metrics, 1,000 points, {what}"),
            |bencher| {
                bencher.iter(|| judge(black_box(&settings), black_box(&measured), window()));
            },
        );
    }
}

fn settings() -> Settings {
    let metric = MetricSettings::new(Bad::Either);
    Settings::new((0..METRICS).map(|i| (name(i), metric.clone())).collect())
}

fn measured(shape: Shape) -> BTreeMap<Name, Measured> {
    let mut state = 7;
    let mut series = |by: f64| {
        let mut points = Vec::new();
        for i in 0..POINTS {
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::from(i));
            let value = shape(drawn(&mut state)) + by;
            points.push(Point { at, value });
        }
        Some(Series(points))
    };
    (0..METRICS)
        .map(|i| {
            let canary = series(f64::from(i % 3) * 0.01);
            let baseline = series(0.0);
            (name(i), Measured { canary, baseline })
        })
        .collect()
}

/// From 0 to less than 1, always the same ones (Knuth's linear congruential generator MMIX).
fn drawn(state: &mut u64) -> f64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

fn window() -> Window {
    Window {
        from: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::from(POINTS)),
    }
}

fn name(i: u32) -> Name {
    format!("m{i}").parse().expect("a name")
}

criterion_group!(all, benches);
criterion_main!(all);
