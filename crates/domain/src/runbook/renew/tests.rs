//! People keep what they wrote when the strategy changes, and lose nothing without a word.

use super::super::sample::{forward, migrating, plan, step, with};
use super::*;
use crate::{
    deployment::sample,
    duration::Millis,
    plan::{Plan, Reversible, When},
};
use proptest::prelude::*;
use serde_json::json;

fn names(runbook: &Runbook) -> String {
    let names = runbook.steps.iter().map(|step| step.name.as_str());
    names.collect::<Vec<_>>().join(" ")
}

fn lost_words(renewed: &Renewed) -> Vec<String> {
    renewed.lost.iter().map(ToString::to_string).collect()
}

/// The plan of a migration with two waves, as Ada and the shop's team made it theirs.
fn edited() -> Runbook {
    let mut runbook = with(
        forward(&migrating()),
        [
            json!({"name": "call", "owner": "ada", "takes": "10m", "before": "wave-2"}),
            json!({"name": "watch", "owner": "ada", "takes": "10m", "needs": ["wave-1"]}),
        ],
    );
    let wave = runbook
        .steps
        .iter_mut()
        .find(|step| step.name.as_str() == "wave-1");
    wave.unwrap().takes = Millis::from_secs(90);
    runbook.deviations.text = "Ask the team.".to_owned();
    runbook
}

#[test]
fn more_waves_leave_people_where_they_were() {
    let mut finer = sample::plan(4, 1, &[]);
    finer.jobs = migrating().jobs;
    let renewed = renew(&forward(&migrating()), &forward(&finer), &edited());
    assert_eq!(lost_words(&renewed), [""; 0]);
    let runbook = renewed.runbook;
    assert_eq!(runbook.check(), Ok(()));
    assert_eq!(runbook.strays(&forward(&finer)), []);
    assert_eq!(
        names(&runbook),
        "prepare go job-web-migrate wave-1 bake-1 call wave-2 bake-2 wave-3 bake-3 wave-4 bake-4 success watch"
    );
    let named = |name: &str| runbook.step(&name.parse().unwrap()).unwrap();
    assert_eq!(named("call").place(), "before wave-2");
    assert_eq!(runbook.deviations.text, "Ask the team.");
    assert_eq!(named("wave-1").takes, Millis::from_secs(90));
}

#[test]
fn what_lost_its_place_stays_and_is_named() {
    let coarser = sample::plan(4, 4, &[]);
    let mut edited = edited();
    let cautious = json!({"name": "cautious", "owner": "ada", "takes": "5m", "decision": "5m after wave-2", "otherwise": "hold"});
    edited.steps.push(step(cautious));
    let go = edited
        .steps
        .iter_mut()
        .find(|step| step.name.as_str() == "go");
    go.unwrap().title = "Shall we?".to_owned();
    let renewed = renew(&forward(&migrating()), &forward(&coarser), &edited);
    assert_eq!(
        lost_words(&renewed),
        [
            "step `go` stood before the point of no return, which is not there: give it another place, or remove it",
            "step `call` stood before `wave-2`, which is not there: give it another place, or remove it",
            "step `cautious` was due after `wave-2`, which is not there: give it another place, or remove it",
        ]
    );
    assert!(renewed.runbook.check().is_err());
    assert_eq!(renewed.runbook.strays(&forward(&coarser)), []);
}

#[test]
fn where_both_changed_a_length_the_word_of_people_stands_and_is_shown() {
    let mut slower = forward(&migrating());
    slower.steps[3].takes = Millis::from_secs(75);
    let renewed = renew(&forward(&migrating()), &slower, &edited());
    let paths = renewed.conflicts.iter().map(|it| it.path.as_str());
    assert_eq!(paths.collect::<Vec<_>>(), ["steps.wave-1.takes"]);
    assert_eq!(renewed.runbook.steps[3].takes, Millis::from_secs(90));
}

#[test]
fn what_was_generated_for_people_and_left_alone_goes_with_its_reason() {
    let before = forward(&migrating());
    let renewed = renew(&before, &forward(&plan(&[])), &before);
    assert_eq!(renewed.runbook, forward(&plan(&[])));
    assert_eq!((renewed.lost.len(), renewed.conflicts.len()), (0, 0));
}

#[test]
fn an_edited_step_of_the_engine_strays() {
    let mut edited = edited();
    let generated = forward(&migrating());
    assert_eq!(edited.strays(&generated), []);
    let wave = edited
        .steps
        .iter_mut()
        .find(|step| step.name.as_str() == "wave-2");
    wave.unwrap().needs.clear();
    let stray: Vec<Name> = vec!["wave-2".parse().unwrap()];
    assert_eq!(edited.strays(&generated), stray);
    assert_eq!(
        renew(&generated, &generated, &edited)
            .runbook
            .strays(&generated),
        []
    );
}

proptest! {
    /// Whatever the strategies are: no step of people is ever gone, and the engine's are those that are generated.
    #[test]
    fn nothing_of_people_is_dropped(old in 1..6_u32, new in 1..6_u32, before in 1..6_u32, jobs: bool) {
        let job = |is_there: bool| if is_there { migrating().jobs } else { Vec::new() };
        let of = |batch, is_there| forward(&Plan { jobs: job(is_there), ..sample::plan(6, batch, &[]) });
        let (base, fresh) = (of(old, jobs), of(new, !jobs));
        let place = json!({"name": "call", "owner": "ada", "takes": "10m", "before": format!("wave-{before}")});
        let mine = with(base.clone(), [place]);
        let renewed = renew(&base, &fresh, &mine);
        let call = renewed.runbook.step(&"call".parse().unwrap());
        prop_assert!(call.is_some());
        prop_assert_eq!(renewed.runbook.strays(&fresh), []);
        // It can be run, or says whose place is gone, or stands where the engine does not wait.
        let stands = fresh.step(&format!("wave-{before}").parse().unwrap()).is_some();
        prop_assert_eq!(renewed.lost.is_empty(), stands);
        prop_assert_eq!(renew(&base, &fresh, &mine), renewed);
    }
}

#[test]
fn a_job_after_the_waves_is_followed_too() {
    let lasting = plan(&[(
        "web/tidy",
        When::After,
        Reversible::Until(Millis::from_secs(60)),
    )]);
    let renewed = renew(&forward(&migrating()), &forward(&lasting), &edited());
    assert_eq!(renewed.runbook.check(), Ok(()));
    assert_eq!(
        names(&renewed.runbook),
        "prepare wave-1 bake-1 check-1-errors call wave-2 bake-2 check-2-errors go job-web-tidy success watch"
    );
}
