//! What the judge says of canaries: what is bad, what is missing, and what that makes of the whole.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tidegate_domain::{
    analysis::{
        Analysis, Bad, Gaps, Measured, MetricResult, MetricSettings, MetricVerdict, NoData,
        Outliers, Point, Series, Settings, Side, Verdict, Window, judge,
    },
    name::Name,
};

const POINTS: u32 = 60;
const STEP: SignedDuration = SignedDuration::from_secs(60);

#[test]
fn a_bad_change_is_high_or_low() {
    use MetricVerdict::{High, Low, Pass};
    for (bad, by, expected) in [
        (Bad::Increase, 0.0, Pass),
        (Bad::Increase, 5.0, High),
        (Bad::Increase, -5.0, Pass),
        (Bad::Decrease, 5.0, Pass),
        (Bad::Decrease, -5.0, Low),
        (Bad::Either, 5.0, High),
        (Bad::Either, -5.0, Low),
    ] {
        let found = one(&MetricSettings::new(bad), &shifted(by)).verdict;
        assert_eq!(found, expected, "{bad:?} by {by}");
    }
}

#[test]
fn people_are_told_the_numbers() {
    let result = one(&MetricSettings::new(Bad::Increase), &shifted(5.0));
    assert_eq!(
        result.detail,
        "too high: shifted by +5, +4.785 % against a baseline of 104.5; with 98 % confidence by +4 to +6"
    );
    let measure = result.measure.unwrap();
    assert_eq!((measure.canary_points, measure.baseline_points), (60, 60));
    assert!(measure.comparison.p_value < 1e-6);
}

/// A change of a twentieth is let pass where a tenth is allowed, and not where a hundredth is.
#[test]
fn a_change_may_be_too_small_to_matter() {
    let verdict = |allowed: f64, by: f64| {
        let metric = MetricSettings {
            allowed_increase: allowed.try_into().unwrap(),
            allowed_decrease: allowed.try_into().unwrap(),
            ..MetricSettings::new(Bad::Either)
        };
        one(&metric, &shifted(by)).verdict
    };
    assert_eq!(verdict(0.1, 5.0), MetricVerdict::Pass);
    assert_eq!(verdict(0.01, 5.0), MetricVerdict::High);
    assert_eq!(verdict(0.1, -5.0), MetricVerdict::Pass);
    assert_eq!(verdict(0.01, -5.0), MetricVerdict::Low);
}

#[test]
fn constants_are_judged_as_well() {
    let metric = MetricSettings::new(Bad::Either);
    let verdict = |canary: f64, baseline: f64| {
        let measured = measured(|_| canary, |_| baseline);
        one(&metric, &measured).verdict
    };
    assert_eq!(verdict(0.0, 0.0), MetricVerdict::Pass);
    assert_eq!(verdict(7.0, 7.0), MetricVerdict::Pass);
    assert_eq!(verdict(1.0, 0.0), MetricVerdict::High);
    assert_eq!(verdict(2.0, 3.0), MetricVerdict::Low);
}

/// Nine points in thirty of the canary count errors, none of the baseline does; the median difference is zero.
#[test]
fn rare_errors_are_seen() {
    let metric = MetricSettings {
        outliers: Outliers::Remove {
            factor: 3.0.try_into().unwrap(),
        },
        ..MetricSettings::new(Bad::Increase)
    };
    let errors = |i: u32| f64::from(u8::from(i % 30 < 9));
    let result = one(&metric, &measured(errors, |_| 0.0));
    assert_eq!(result.verdict, MetricVerdict::High, "{}", result.detail);
    let result = one(&metric, &measured(|_| 0.0, errors));
    assert_eq!(result.verdict, MetricVerdict::Pass, "{}", result.detail);
}

#[test]
fn gaps_are_dropped_or_zero() {
    let gappy = |i: u32| if i.is_multiple_of(2) { f64::NAN } else { 9.0 };
    let measured = measured(gappy, gappy);
    let metric = MetricSettings::new(Bad::Either);
    let dropped = one(&metric, &measured);
    let few = NoData::TooFew {
        side: Side::Canary,
        points: 30,
        needed: 50,
    };
    assert_eq!(dropped.no_data, Some(few));
    assert_eq!(
        dropped.detail,
        "no data: the canary has 30 of 50 points of the same time"
    );
    let metric = MetricSettings {
        gaps: Gaps::Zero,
        ..metric
    };
    assert_eq!(one(&metric, &measured).verdict, MetricVerdict::Pass);
}

#[test]
fn what_is_missing_stale_or_of_another_time_is_no_data() {
    let metric = MetricSettings::new(Bad::Increase);
    let reason = |change: &dyn Fn(&mut Measured)| {
        let mut measured = shifted(0.0);
        change(&mut measured);
        one(&metric, &measured).no_data
    };
    let (canary, baseline) = (Side::Canary, Side::Baseline);
    assert_eq!(reason(&|_| ()), None);
    assert_eq!(
        reason(&|m| m.canary = None),
        Some(NoData::Missing { side: canary })
    );
    assert_eq!(
        reason(&|m| m.baseline = Some(Series::default())),
        Some(NoData::Missing { side: baseline })
    );
    assert_eq!(
        reason(&|m| points(&mut m.baseline).truncate(54)),
        Some(NoData::Stale {
            side: baseline,
            newest: at(53)
        })
    );
    assert_eq!(
        reason(&|m| points(&mut m.canary)[7].value = f64::INFINITY),
        Some(NoData::NotFinite { side: canary })
    );
    let late = |m: &mut Measured| drop(points(&mut m.canary).drain(..16));
    let few = |side, points| NoData::TooFew {
        side,
        points,
        needed: 50,
    };
    assert_eq!(reason(&late), Some(few(canary, 44)));
    // The canary has enough, but they began before the baseline did.
    let dense = |m: &mut Measured| {
        late(m);
        let again = points(&mut m.canary).clone();
        points(&mut m.canary).extend(again);
    };
    assert_eq!(reason(&dense), Some(few(baseline, 49)));
}

#[test]
fn the_score_makes_the_verdict() {
    use Verdict::{Fail, Marginal, Pass};
    for (bad, expected, score) in [
        (0, Pass, 100.0),
        (1, Pass, 95.0),
        (2, Marginal, 90.0),
        (5, Marginal, 75.0),
        (6, Fail, 70.0),
        (20, Fail, 0.0),
    ] {
        let analysis = whole(&(0..20).map(|i| (plain(), i >= bad)).collect::<Vec<_>>());
        assert_eq!(analysis.verdict, expected, "{}", analysis.detail);
        assert_eq!(analysis.score.get(), score);
        assert_eq!(analysis.score, analysis.score_best);
    }
}

#[test]
fn a_critical_metric_fails_all() {
    let mut metrics = vec![(plain(), true); 99];
    metrics.push((critical(), false));
    let analysis = whole(&metrics);
    assert_eq!(analysis.verdict, Verdict::Fail);
    assert_eq!(
        analysis.detail,
        "fail: score 0; 1 of 100 bad: m99 (critical)"
    );
}

#[test]
fn groups_count_by_their_weight() {
    let mut settings = settings(&[plain(), plain(), plain()]);
    let latency: Name = "latency".parse().unwrap();
    settings.metrics.get_mut(&name(2)).unwrap().group = latency.clone();
    settings.groups = BTreeMap::from([(latency.clone(), 3.0.try_into().unwrap())]);
    let measured = BTreeMap::from([
        (name(0), shifted(5.0)),
        (name(1), shifted(0.0)),
        (name(2), shifted(0.0)),
    ]);
    let analysis = judge(&settings, &measured, window());
    assert_eq!(analysis.score.get(), 87.5);
    assert_eq!(analysis.groups[&latency].score.unwrap().get(), 100.0);
    assert_eq!(analysis.verdict, Verdict::Marginal);
}

/// Missing data decides nothing by itself: the verdict stands only if it stands whatever is missing.
#[test]
fn missing_data_never_passes() {
    let missing = |metrics: &[MetricSettings], bad: u32, absent: u32| {
        let settings = settings(metrics);
        let number = u32::try_from(metrics.len()).unwrap();
        let measured = (0..number - absent)
            .map(|i| (name(i), shifted(if i < bad { 5.0 } else { 0.0 })))
            .collect();
        judge(&settings, &measured, window())
    };
    let plains = vec![plain(); 20];
    assert_eq!(missing(&plains, 0, 20).verdict, Verdict::NoData);
    assert_eq!(missing(&plains, 0, 1).verdict, Verdict::Pass);
    assert_eq!(missing(&plains, 1, 1).verdict, Verdict::NoData);
    assert_eq!(missing(&plains, 2, 1).verdict, Verdict::Marginal);
    assert_eq!(missing(&plains, 6, 2).verdict, Verdict::Fail);
    assert_eq!(
        missing(&plains, 0, 2).detail,
        "no data: score 90 to 100; 2 of 20 without data: m18, m19"
    );
    let mut last_critical = plains;
    last_critical[19].critical = true;
    assert_eq!(missing(&last_critical, 0, 1).verdict, Verdict::NoData);
    assert_eq!(missing(&last_critical, 9, 1).verdict, Verdict::Fail);
    let excused = vec![
        MetricSettings {
            may_be_missing: true,
            ..plain()
        };
        20
    ];
    assert_eq!(missing(&excused, 0, 19).verdict, Verdict::Pass);
    assert_eq!(missing(&excused, 0, 20).verdict, Verdict::NoData);
}

#[test]
fn thresholds_of_zero_pass_nothing_that_is_missing() {
    let mut settings = settings(&[critical(), plain()]);
    settings.pass = 0.0.try_into().unwrap();
    settings.marginal = settings.pass;
    let verdict = |present: u32| {
        let measured = BTreeMap::from([(name(present), shifted(0.0))]);
        judge(&settings, &measured, window()).verdict
    };
    assert_eq!(verdict(1), Verdict::NoData);
    assert_eq!(verdict(9), Verdict::NoData);
}

#[test]
fn an_analysis_is_read_as_it_was_written() {
    let analysis = whole(&[(plain(), true), (critical(), false)]);
    let text = serde_json::to_string(&analysis).unwrap();
    let again: Analysis = serde_json::from_str(&text).unwrap();
    assert_eq!(again, analysis);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Who is too high against the other is what the other is too low against.
    #[test]
    fn sides_mirror_each_other(canary in values(), baseline in values()) {
        let metric = MetricSettings::new(Bad::Either);
        let verdict = |a: &[f64], b: &[f64]| one(&metric, &given(a, b)).verdict;
        let mirrored = match verdict(&baseline, &canary) {
            MetricVerdict::High => MetricVerdict::Low,
            MetricVerdict::Low => MetricVerdict::High,
            same @ (MetricVerdict::Pass | MetricVerdict::NoData) => same,
        };
        prop_assert_eq!(verdict(&canary, &baseline), mirrored);
    }

    /// A canary that is too high is still so when all of it is higher.
    #[test]
    fn higher_is_not_better(canary in values(), baseline in values(), by in 0..100) {
        let metric = MetricSettings::new(Bad::Increase);
        let higher: Vec<f64> = canary.iter().map(|v| v + f64::from(by)).collect();
        let before = one(&metric, &given(&canary, &baseline)).verdict;
        let after = one(&metric, &given(&higher, &baseline)).verdict;
        prop_assert!(before == MetricVerdict::Pass || after == MetricVerdict::High);
    }

    /// What happens on both sides is nobody's fault.
    #[test]
    fn a_common_shift_changes_nothing(canary in values(), baseline in values(), by in -100..100) {
        let metric = MetricSettings::new(Bad::Either);
        let moved = |values: &[f64]| values.iter().map(|v| v + f64::from(by)).collect::<Vec<_>>();
        let before = one(&metric, &given(&canary, &baseline)).verdict;
        let after = one(&metric, &given(&moved(&canary), &moved(&baseline))).verdict;
        prop_assert_eq!(before, after);
    }

    /// Taking data away never makes a canary pass, and what passes without some would pass with any of it.
    #[test]
    fn less_data_never_helps(fates in prop::collection::vec((any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)), 1..24)) {
        let metrics: Vec<MetricSettings> = fates
            .iter()
            .map(|&(_, _, critical)| MetricSettings { critical, ..plain() })
            .collect();
        let settings = settings(&metrics);
        let measured = |partly: bool| {
            (0..)
                .zip(&fates)
                .filter(|(_, (_, present, _))| !partly || *present)
                .map(|(i, (good, _, _))| (name(i), shifted(if *good { 0.0 } else { 5.0 })))
                .collect::<BTreeMap<_, _>>()
        };
        let full = judge(&settings, &measured(false), window());
        let part = judge(&settings, &measured(true), window());
        prop_assert!(part.verdict == Verdict::NoData || part.verdict == full.verdict);
        prop_assert!(part.score <= full.score && full.score <= part.score_best);
    }
}

/// Quarters around 25, enough of them, half of them in a cluster.
fn values() -> impl Strategy<Value = Vec<f64>> {
    (0..40_i32).prop_flat_map(|centre| {
        prop::collection::vec(
            (0..80).prop_map(move |v| f64::from(v + centre) / 4.0),
            50..70,
        )
    })
}

/// One metric after the other, each good or bad.
fn whole(metrics: &[(MetricSettings, bool)]) -> Analysis {
    let settings = settings(&metrics.iter().map(|(m, _)| m.clone()).collect::<Vec<_>>());
    let measured = (0..)
        .zip(metrics)
        .map(|(i, (_, good))| (name(i), shifted(if *good { 0.0 } else { 5.0 })))
        .collect();
    judge(&settings, &measured, window())
}

fn one(metric: &MetricSettings, measured: &Measured) -> MetricResult {
    let settings = settings(std::slice::from_ref(metric));
    let measured = BTreeMap::from([(name(0), measured.clone())]);
    judge(&settings, &measured, window()).metrics[&name(0)].clone()
}

fn settings(metrics: &[MetricSettings]) -> Settings {
    Settings::new((0..).map(name).zip(metrics.iter().cloned()).collect())
}

fn plain() -> MetricSettings {
    MetricSettings::new(Bad::Increase)
}

fn critical() -> MetricSettings {
    MetricSettings {
        critical: true,
        ..plain()
    }
}

/// A baseline of 100 to 109, and a canary that lies so much higher.
fn shifted(by: f64) -> Measured {
    let baseline = |i: u32| f64::from(100 + i % 10);
    measured(move |i| baseline(i) + by, baseline)
}

fn measured(canary: impl Fn(u32) -> f64, baseline: impl Fn(u32) -> f64) -> Measured {
    let all = |value: &dyn Fn(u32) -> f64| (0..POINTS).map(value).collect::<Vec<_>>();
    given(&all(&canary), &all(&baseline))
}

/// These values, the last of them at the end of the window.
fn given(canary: &[f64], baseline: &[f64]) -> Measured {
    Measured {
        canary: Some(series(canary)),
        baseline: Some(series(baseline)),
    }
}

fn series(values: &[f64]) -> Series {
    let number = u32::try_from(values.len()).expect("few");
    let times =
        (0..number).map(|i| at(POINTS - 1) - STEP * i32::try_from(number - 1 - i).expect("few"));
    Series(
        times
            .zip(values)
            .map(|(at, &value)| Point { at, value })
            .collect(),
    )
}

fn points(series: &mut Option<Series>) -> &mut Vec<Point> {
    &mut series.as_mut().expect("a series").0
}

fn window() -> Window {
    Window {
        from: Timestamp::UNIX_EPOCH,
        until: at(POINTS - 1),
    }
}

fn at(step: u32) -> Timestamp {
    Timestamp::UNIX_EPOCH
        + SignedDuration::from_hours(24)
        + STEP * i32::try_from(step).expect("few")
}

fn name(i: u32) -> Name {
    format!("m{i}").parse().expect("a name")
}
