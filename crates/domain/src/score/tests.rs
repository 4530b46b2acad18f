//! Scores of deployments told in few words, and what holds of all.

use super::*;
use crate::{id::DeploymentId, name::Name};
use proptest::prelude::*;

fn touched(name: &str, is_new: bool, (ended, failed): (u64, u64)) -> Touched {
    let component: Name = name.parse().unwrap();
    let track = Track { ended, failed };
    Touched {
        component,
        is_new,
        track,
    }
}

/// A Tuesday morning in Amsterdam; nothing is open.
fn facts() -> Facts {
    Facts {
        when: "2026-12-01T10:00[Europe/Amsterdam]".parse().unwrap(),
        changes: Some(7),
        breaking: 0,
        components: vec![touched("web", false, (10, 0))],
        contracts: 0,
        migrations: 0,
        irreversible: 0,
        targets: 3,
        team: Track {
            ended: 40,
            failed: 2,
        },
        waivers: 0,
        overdue: 0,
        issues: 0,
        suppliers: 0,
        rehearsed: true,
        drilled: true,
        preceded: Some(true),
    }
}

fn lines(terms: &[Term]) -> Vec<String> {
    let line = |term: &Term| {
        let remedy = term.remedy.as_ref();
        let remedy = remedy.map(|it| format!(" [-{}: {}]", it.lowers, it.told));
        format!(
            "{} {}{}",
            term.points,
            term.told,
            remedy.unwrap_or_default()
        )
    };
    terms.iter().map(line).collect()
}

#[test]
fn a_small_change_on_a_good_day_is_small_and_of_low_risk() {
    let score = Score::of(&facts());
    assert_eq!((score.size, score.size_word()), (18, "small"));
    assert_eq!(
        lines(&score.size_terms),
        [
            "9 7 changes since what runs there [-4: release more often, so that each brings less]",
            "5 1 component is another one",
            "4 it reaches 3 targets",
        ]
    );
    assert_eq!((score.risk, score.risk_word()), (0, "low"));
}

#[test]
fn what_is_risky_says_why_and_what_would_lower_it() {
    let risky = Facts {
        when: "2026-12-04T16:30[Europe/Amsterdam]".parse().unwrap(),
        components: vec![
            touched("web", false, (10, 6)),
            touched("mail", true, (0, 0)),
        ],
        migrations: 2,
        irreversible: 1,
        waivers: 2,
        overdue: 1,
        suppliers: 1,
        rehearsed: false,
        drilled: false,
        preceded: Some(false),
        ..facts()
    };
    let score = Score::of(&risky);
    assert_eq!((score.risk, score.risk_word()), (77, "very high"));
    let told = lines(&score.risk_terms);
    for line in [
        "20 of deployments there that changed web, 6 of 10 failed",
        "10 it does not run in the environment before [-14: deploy it there first]",
        "8 2 waivers are open [-8: satisfy the controls instead]",
        "6 it begins on a Friday after 15:00 [-6: begin from Monday to Thursday, between 6:00 and 20:00]",
        "6 1 component was never there",
        "2 1 task should be done by then [-2: finish them first]",
        "6 1 change of suppliers within two days [-6: begin two days apart from them]",
    ] {
        assert!(told.contains(&line.to_owned()), "{line}: {told:#?}");
    }
    let points: Vec<i32> = score.risk_terms.iter().map(|it| it.points).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
}

#[test]
fn the_area_is_that_of_a_slow_reader() {
    assert_eq!(Auc::of(&[(1, false), (2, true)]), None, "too few");
    let all = |risks: &[(u32, bool)]| Auc::of(risks).unwrap();
    let split = |bad: u32, good: u32| -> Vec<(u32, bool)> {
        (0..10)
            .map(|it| if it < 5 { (bad, true) } else { (good, false) })
            .collect()
    };
    assert!((all(&split(9, 1)).area - 1.0).abs() < 1e-9);
    assert!((all(&split(1, 9)).area).abs() < 1e-9);
    let even = all(&split(5, 5));
    assert!(
        (even.area - 0.5).abs() < 1e-9 && even.error > 0.1,
        "{even:?}"
    );
}

#[test]
fn weights_learn_what_matters_and_nothing_from_nothing() {
    assert_eq!(Weights::learn(&[]), None);
    let sample = |waivers: u64| Facts { waivers, ..facts() };
    let terms = |waivers| Score::of(&sample(waivers)).risk_terms;
    assert_eq!(
        Weights::learn(&[(terms(0), false), (terms(1), false)]),
        None
    );
    let past: Vec<(Vec<Term>, bool)> = (0..40).map(|it| (terms(it % 4), it % 4 == 3)).collect();
    let weights = Weights::learn(&past).unwrap();
    assert!(weights.risk(&terms(3)) > 50, "{weights:?}");
    assert!(weights.risk(&terms(0)) < 20, "{weights:?}");
    let weighty = weights.by().max_by(|a, b| a.1.total_cmp(&b.1));
    assert_eq!(weighty.map(|(kind, _)| kind), Some(TermKind::Waivers));
    assert_eq!(Weights::learn(&past), Some(weights));
}

#[test]
fn a_backtest_judges_learnt_weights_by_what_they_have_not_seen() {
    let outcome = |number: u64| Outcome {
        deployment: DeploymentId(number),
        score: Score::of(&Facts {
            waivers: number % 4,
            ..facts()
        }),
        failed: number % 4 == 3,
    };
    let past: Vec<Outcome> = (0..80).map(outcome).collect();
    let found = Backtest::of(&past);
    assert_eq!((found.deployments, found.failures), (80, 20));
    assert!(found.written.unwrap().area > 0.9, "{found:?}");
    assert!(found.learnt.unwrap().area > 0.9, "{found:?}");
    let few = Backtest::of(&past[..8]);
    assert_eq!((few.written, few.learnt), (None, None));
}

/// What makes other facts of some.
type Change = fn(&mut Facts);

fn any_facts() -> impl Strategy<Value = Facts> {
    let counts = (
        0..5_000_u64,
        0..9_u64,
        0..9_u64,
        0..5_u64,
        0..5_u64,
        0..9_999_u64,
    );
    let open = (0..9_u64, 0..9_u64, 0..9_u64, 0..9_u64, any::<[bool; 3]>());
    (
        counts,
        open,
        prop::collection::vec((any::<bool>(), 0..20_u64, 0..20_u64), 0..12),
    )
        .prop_map(
            |((changes, breaking, contracts, undone, irreversible, targets), open, components)| {
                let component = |(place, (is_new, well, failed)): (usize, (bool, u64, u64))| {
                    touched(&format!("c{place}"), is_new, (well + failed, failed))
                };
                let (waivers, overdue, issues, suppliers, [rehearsed, drilled, preceded]) = open;
                Facts {
                    changes: Some(changes),
                    breaking,
                    components: components.into_iter().enumerate().map(component).collect(),
                    contracts,
                    migrations: undone + irreversible,
                    irreversible,
                    targets,
                    waivers,
                    overdue,
                    issues,
                    suppliers,
                    rehearsed,
                    drilled,
                    preceded: Some(preceded),
                    ..facts()
                }
            },
        )
}

proptest! {
    /// More of anything never makes it smaller or less risky, and what is said to lower it does.
    #[test]
    fn more_is_never_less_and_remedies_keep_their_word(facts in any_facts()) {
        let score = Score::of(&facts);
        prop_assert!(score.size <= MOST && score.risk <= MOST);
        let more: [Change; 7] = [
            |it| it.waivers += 1,
            |it| it.overdue += 1,
            |it| it.issues += 1,
            |it| it.suppliers += 1,
            |it| it.targets += 100,
            |it| it.irreversible += 1,
            |it| it.changes = it.changes.map(|count| count * 2 + 1),
        ];
        for change in more {
            let mut other = facts.clone();
            change(&mut other);
            other.migrations = other.migrations.max(other.irreversible);
            let other = Score::of(&other);
            prop_assert!(other.size >= score.size && other.risk >= score.risk);
        }
        let remedies: [(TermKind, Change); 7] = [
            (TermKind::Waivers, |it| it.waivers = 0),
            (TermKind::Overdue, |it| it.overdue = 0),
            (TermKind::Issues, |it| it.issues = 0),
            (TermKind::Suppliers, |it| it.suppliers = 0),
            (TermKind::Rehearsed, |it| it.rehearsed = true),
            (TermKind::Drilled, |it| it.drilled = true),
            (TermKind::Preceded, |it| it.preceded = Some(true)),
        ];
        let points = |score: &Score| score.risk_terms.iter().map(|it| it.points).sum::<i32>();
        for (kind, follow) in remedies {
            let term = score.risk_terms.iter().find(|it| it.kind == kind);
            if let Some(remedy) = term.and_then(|it| it.remedy.as_ref()) {
                let mut other = facts.clone();
                follow(&mut other);
                let lowered = points(&score) - points(&Score::of(&other));
                prop_assert_eq!(u32::try_from(lowered), Ok(remedy.lowers), "{:?}", kind);
            }
        }
    }

    #[test]
    fn areas_agree_with_counting_pairs(scores in prop::collection::vec((0..8_u32, any::<bool>()), 0..60)) {
        let failed: Vec<u32> = scores.iter().filter(|it| it.1).map(|it| it.0).collect();
        let well: Vec<u32> = scores.iter().filter(|it| !it.1).map(|it| it.0).collect();
        let Some(found) = Auc::of(&scores) else {
            prop_assert!(failed.len() < 5 || well.len() < 5);
            return Ok(());
        };
        let pairs = failed.iter().flat_map(|bad| well.iter().map(move |good| match bad.cmp(good) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        }));
        let sum: f64 = pairs.sum();
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let count = (failed.len() * well.len()) as f64;
        prop_assert!((found.area - sum / count).abs() < 1e-9);
    }
}
