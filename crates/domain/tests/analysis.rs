//! The statistics of the judge against those of R, which made `analysis/pairs.jsonl` by `analysis/pairs.R`.

use proptest::prelude::*;
use serde::Deserialize;
use tidegate_domain::analysis::{Comparison, Confidence, Sample, compare};

const PAIRS: &str = include_str!("analysis/pairs.jsonl");
const CLOSE: f64 = 1e-6;

/// Two samples, and what R says of them.
#[derive(Deserialize)]
struct Pair {
    kind: String,
    confidence: Confidence,
    x: Vec<f64>,
    y: Vec<f64>,
    u: f64,
    p_value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    estimate: Option<f64>,
    median: f64,
}

#[test]
fn r_agrees() {
    let pairs: Vec<Pair> = PAIRS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(pairs.len() >= 200, "only {} pairs", pairs.len());
    for (i, pair) in pairs.iter().enumerate() {
        let ours = compare(&sample(&pair.x), &sample(&pair.y), pair.confidence);
        agrees(pair, &ours, &format!("pair {} ({})", i + 1, pair.kind));
    }
}

fn agrees(pair: &Pair, ours: &Comparison, which: &str) {
    let near = |what: &str, ours: f64, r: f64| {
        assert!(
            (ours - r).abs() <= CLOSE,
            "{which}: {what} is {ours}, for R {r}"
        );
    };
    near("U", ours.u, pair.u);
    near("the shift", ours.shift, pair.median);
    // Where R has no answer, nothing varies: no difference is significant then only if there is none.
    near("p", ours.p_value, pair.p_value.unwrap_or(1.0));
    near("low", ours.shift_low, pair.low.unwrap_or(pair.median));
    near("high", ours.shift_high, pair.high.unwrap_or(pair.median));
    let (lower, upper) = middle(pair);
    let estimate = pair.estimate.unwrap_or(pair.median);
    assert!(
        (lower - CLOSE..=upper + CLOSE).contains(&estimate),
        "{which}: R estimates {estimate}, not within {lower} and {upper}"
    );
}

/// The two middle differences, between which every estimate solves R's equation.
fn middle(pair: &Pair) -> (f64, f64) {
    let mut all: Vec<f64> = Vec::new();
    pair.x
        .iter()
        .for_each(|x| all.extend(pair.y.iter().map(|y| x - y)));
    all.sort_unstable_by(f64::total_cmp);
    (all[(all.len() - 1) / 2], all[all.len() / 2])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whoever is compared with whom, the finding is the same, mirrored.
    #[test]
    fn comparing_is_symmetric(x in values(), y in values()) {
        let (ours, mirrored) = (comparison(&x, &y), comparison(&y, &x));
        let pairs = (x.len() * y.len()) as f64;
        prop_assert_eq!(ours.u, pairs - mirrored.u);
        prop_assert!((ours.p_value - mirrored.p_value).abs() < 1e-12);
        prop_assert_eq!(ours.shift, -mirrored.shift);
        prop_assert_eq!((ours.shift_low, ours.shift_high), (-mirrored.shift_high, -mirrored.shift_low));
    }

    /// What is added to every value of one sample is added to the shift and its interval. The samples are large: small
    /// ones are judged in another way as soon as the shift makes two values equal.
    #[test]
    fn a_shift_is_found_again(x in many_values(), y in many_values(), by in -64..64) {
        let by = f64::from(by);
        let further: Vec<f64> = x.iter().map(|v| v + by).collect();
        let (before, after) = (comparison(&x, &y), comparison(&further, &y));
        for (before, after) in [
            (before.shift, after.shift),
            (before.shift_low, after.shift_low),
            (before.shift_high, after.shift_high),
        ] {
            prop_assert_eq!(before + by, after);
        }
    }

    /// More confidence never makes the interval narrower, and the estimate lies in it.
    #[test]
    fn the_interval_grows_with_the_confidence(x in values(), y in values()) {
        let of = |level: f64| compare(&sample(&x), &sample(&y), level.try_into().unwrap());
        let (narrow, wide) = (of(0.8), of(0.99));
        prop_assert!(wide.shift_low <= narrow.shift_low && narrow.shift_high <= wide.shift_high);
        prop_assert!(narrow.shift_low <= narrow.shift && narrow.shift <= narrow.shift_high);
    }

    /// A greater value never lowers U or the shift.
    #[test]
    fn a_greater_value_never_lowers_the_shift(x in values(), y in values(), at: prop::sample::Index, by in 0..50) {
        let mut greater = x.clone();
        greater[at.index(x.len())] += f64::from(by);
        let (before, after) = (comparison(&x, &y), comparison(&greater, &y));
        prop_assert!(before.u <= after.u && before.shift <= after.shift);
    }
}

/// Quarters, so that sums and differences are exact and ties are common.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-400..400).prop_map(|v| f64::from(v) / 4.0), 1..70)
}

fn many_values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-400..400).prop_map(|v| f64::from(v) / 4.0), 50..90)
}

fn comparison(x: &[f64], y: &[f64]) -> Comparison {
    compare(&sample(x), &sample(y), Confidence::USUAL)
}

fn sample(values: &[f64]) -> Sample {
    Sample::new(values.to_vec()).expect("finite values")
}
