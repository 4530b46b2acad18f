//! Runbooks of plans, told line by line.

use super::super::sample::{back, forward, migrating, plan, planned, told};
use super::*;
use crate::{
    deployment::sample,
    plan::{BlueGreen, Fleet, Limits, Pilot, Share, Strategy, compile},
};

/// `NAME: what it is; place; title`.
fn lines(runbook: &Runbook) -> Vec<String> {
    let line = |step: &Step| {
        let what = step
            .phase()
            .map_or(step.kind.word().to_owned(), Phase::to_string);
        format!("{}: {what}; {}; {}", step.name, step.place(), step.title())
    };
    runbook.steps.iter().map(line).collect()
}

fn compiled(strategy: Strategy) -> Plan {
    let fleet = Fleet {
        targets: vec!["t0".parse().unwrap(), "t1".parse().unwrap()],
        rings: [("first".parse().unwrap(), ["t1".parse().unwrap()].into())].into(),
    };
    compile((strategy, Vec::new()), &fleet, &Limits::default(), None).unwrap()
}

#[test]
fn the_engine_comes_in_its_order_and_a_decision_before_what_cannot_be_undone() {
    let runbook = forward(&migrating());
    assert_eq!(
        lines(&runbook),
        [
            "prepare: prepare; at the beginning; Fetch and unpack the new revision everywhere",
            "go: decision; before the point of no return; Go or no-go before job web/migrate",
            "job-web-migrate: job web/migrate; after prepare; Run job web/migrate, which cannot be undone",
            "wave-1: wave 1; after job-web-migrate; Wave 1: 2 targets",
            "bake-1: bake after wave 1; after wave-1; Watch wave 1",
            "check-1-errors: check errors after wave 1; after wave-1; Check errors after wave 1: http://shop.example/ok answers",
            "wave-2: wave 2; after bake-1 and check-1-errors; Wave 2: 2 targets",
            "bake-2: bake after wave 2; after wave-2; Watch wave 2",
            "check-2-errors: check errors after wave 2; after wave-2; Check errors after wave 2: http://shop.example/ok answers",
            "success: success; after bake-2 and check-2-errors; Succeed",
        ]
    );
    assert_eq!(runbook.check(), Ok(()));
    assert_eq!(
        told(&planned(&runbook)),
        [
            "prepare 0-120",
            "go 120-720",
            "job-web-migrate 720-1020",
            "wave-1 1020-1080",
            "bake-1 1080-1090",
            "check-1-errors 1080-1140",
            "wave-2 1140-1200",
            "bake-2 1200-1210",
            "check-2-errors 1200-1260",
            "success 1260-1261",
        ]
    );
    assert_eq!(runbook.risks.len(), 1);
}

#[test]
fn the_way_back_begins_with_what_changed_last_and_says_what_is_left_to_people() {
    let runbook = back(&migrating());
    assert_eq!(
        lines(&runbook),
        [
            "wave-2-back: wave 2 back; at the beginning; Return the targets of wave 2 to the old revision",
            "wave-1-back: wave 1 back; after wave-2-back; Return the targets of wave 1 to the old revision",
            "after-job-web-migrate: manual; at the beginning; See what job web/migrate left behind",
            "look: manual; after wave-1-back; See that all is as it was",
        ]
    );
    assert_eq!(runbook.check(), Ok(()));
}

#[test]
fn a_plan_in_which_all_can_be_undone_asks_nobody() {
    let runbook = forward(&plan(&[("web/migrate", When::After, Reversible::Yes)]));
    assert!(!runbook.concerns_people());
    let names: Vec<&str> = runbook
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(names[names.len() - 2..], ["job-web-migrate", "success"]);
}

#[test]
fn every_strategy_has_its_words() {
    let pilot = Strategy::Pilot(Pilot {
        ring: "first".parse().unwrap(),
        bake: Millis(0),
        batch: Share::Count(1),
    });
    let beside = |then, preview| {
        Strategy::BlueGreen(BlueGreen {
            preview: Millis::from_secs(preview),
            then,
            retire: Millis::from_secs(600),
        })
    };
    let words = |plan: &Plan| {
        let runbook = forward(plan);
        assert_eq!(runbook.check(), Ok(()));
        assert_eq!(back(plan).check(), Ok(()));
        let titles: Vec<&str> = runbook.steps.iter().map(Step::title).collect();
        titles[1..].join("; ")
    };
    assert_eq!(
        words(&compiled(pilot)),
        "Pilot first: one target; Somebody signs off wave 1; Wave 2: one target; Succeed"
    );
    assert_eq!(
        words(&compiled(beside(Then::SignOff, 60))),
        "Beside the old one: 2 targets; Watch wave 1; Somebody signs off wave 1; The switch; Watch wave 2; Succeed, and stop the old revision"
    );
    assert_eq!(
        lines(&back(&compiled(beside(Then::Cascade, 0))))[..2],
        [
            "requests-back: requests back; at the beginning; Send requests to the old revision again",
            "wave-1-back: wave 1 back; after requests-back; Return the targets of wave 1 to the old revision",
        ]
    );
}

#[test]
fn names_that_are_too_long_or_taken_give_way_to_numbers() {
    let long = format!("{}/{}", "x".repeat(63), "y".repeat(63));
    let jobs = [
        (long.as_str(), When::Before, Reversible::Yes),
        ("a-b/c", When::Before, Reversible::Yes),
        ("a/b-c", When::Before, Reversible::Yes),
    ];
    let runbook = forward(&plan(&jobs));
    let names: Vec<&str> = runbook
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(names[1..4], ["step-2", "job-a-b-c", "step-4"]);
    assert_eq!(runbook.check(), Ok(()));
}

proptest::proptest! {
    /// The same gives the same, it can be run, and it reads as it is written.
    #[test]
    fn generation_is_deterministic(targets in 1..9_u32, batch in 1..5_u32, jobs in 0..3_usize) {
        let all = [
            ("web/migrate", When::Before, Reversible::No),
            ("web/warm", When::Before, Reversible::Yes),
            ("web/tidy", When::After, Reversible::Until(Millis::from_secs(60))),
        ];
        let jobs = plan(&all[..jobs]).jobs;
        let plan = Plan { jobs, ..sample::plan(targets, batch, &[]) };
        for runbook in [forward(&plan), back(&plan)] {
            proptest::prop_assert_eq!(runbook.check(), Ok(()));
            let text = serde_json::to_string(&runbook).unwrap();
            proptest::prop_assert_eq!(&serde_json::from_str::<Runbook>(&text).unwrap(), &runbook);
        }
        proptest::prop_assert_eq!(forward(&plan).hash(), forward(&plan).hash());
    }
}
