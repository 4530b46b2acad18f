//! What rehearsals find, where that can be told beforehand.

use super::{
    Draws, Fault, Forecast, Forecasted, Observation, Part, Profile, Setting, Wish, rehearse,
};
use crate::{
    calendar::{Calendar, Window},
    deployment::sample::{plan, requested},
    digest::Digest,
    duration::Millis,
    id::Edition,
    name::Name,
    plan::{Limits, Plan, PlannedJob, Reversible, When},
    revision::RevisionId,
    runbook::{Conducted, Heading, deployment_plan},
};
use std::collections::BTreeMap;

const SECOND: u64 = 1000;

/// Targets that prepare in 2 s, start in 5 s, fail in 20 s, go back in 1 s, and never fail by themselves.
fn exact() -> Profile {
    let always = |seconds| Draws::of([Millis::from_secs(seconds)]);
    Profile {
        prepare: always(2),
        start: always(5),
        fail: always(20),
        restore: always(1),
        own: BTreeMap::new(),
        failures_per_mille: 0,
        basis: Vec::new(),
    }
}

fn setting<'a>(profile: &'a Profile, calendar: &'a Calendar<'a>) -> Setting<'a> {
    Setting {
        profile,
        calendar,
        runbooks: &[],
    }
}

fn rehearsed(plan: Plan, fault: &str) -> (Forecast, Forecasted) {
    let faults = vec![fault.parse().unwrap()];
    let wish = Wish {
        faults,
        runs: 5,
        seed: 7,
    };
    let forecast = rehearse(
        &requested(plan),
        setting(&exact(), &Calendar::default()),
        &wish,
    );
    let faulty = forecast.scenarios[1].clone();
    (forecast, faulty)
}

#[test]
fn what_is_exact_is_forecast_exactly() {
    let (forecast, bad) = rehearsed(plan(4, 1, &[]), "bad-release");
    let calm = forecast.calm().unwrap();
    // Prepared after 2 s; then four waves of 5 s to start, 3 s of good health and 10 s to bake.
    assert_eq!(calm.took.p50, Millis((2 + 4 * 18) * SECOND));
    assert_eq!(calm.usual_outcome(), ("succeeded", 5));
    assert_eq!((calm.exposed_max, calm.unhealthy_max), (4, 0));
    let (first, last) = (calm.exposure[0], calm.exposure.last().unwrap());
    assert_eq!((first.usual, last.usual), (0, 4));
    assert!(calm.exposure.len() <= 60);
    assert_eq!(calm.waited[0], ("bake".to_owned(), Millis(40 * SECOND)));
    // It fails after 20 s and is back 1 s later.
    assert_eq!(bad.usual_outcome(), ("rolled_back", 5));
    assert_eq!((bad.exposed_max, bad.unhealthy_max), (1, 1));
    assert_eq!(bad.restored.unwrap().p90, Millis(21 * SECOND));
    assert_eq!(bad.rollback.unwrap().p90, Millis(SECOND));
    assert_eq!((bad.exposed_runs, bad.restored_runs), (5, 5));
    assert_eq!(
        forecast.sentence("shop 1.1.0 to live"),
        "shop 1.1.0 to live would take 74 s; a bad release would reach 1 of 4 targets and be back in 21 s."
    );
}

#[test]
fn what_goes_bad_late_reaches_those_before() {
    let (_, late) = rehearsed(plan(4, 1, &[]), "bad-release-late 40s");
    // The first target starts at 2 s and fades at 42 s, when the third wave is there.
    assert_eq!(late.usual_outcome(), ("rolled_back", 5));
    assert_eq!((late.exposed_max, late.unhealthy_max), (3, 1));
    let (forecast, after) = rehearsed(plan(2, 2, &[]), "bad-release-late 10m");
    assert_eq!(after.usual_outcome(), ("succeeded", 5));
    assert_eq!((after.unhealthy_max, after.restored), (2, None));
    let told = forecast.consequence(&after);
    assert_eq!(
        told,
        "would reach 2 of 2 targets, and nothing would take it back"
    );
}

#[test]
fn agents_out_of_touch_keep_it_from_beginning_or_hold_it_up() {
    let (_, lost) = rehearsed(plan(4, 1, &[]), "lost-targets 25%");
    assert_eq!(lost.usual_outcome(), ("failed", 5), "nothing was changed");
    assert_eq!((lost.exposed_max, lost.exposed_runs), (0, 0));
    let (forecast, parted) = rehearsed(plan(4, 1, &[]), "partition 100% 1m");
    let calm = forecast.calm().unwrap().took.p50;
    assert_eq!(parted.usual_outcome().0, "succeeded");
    assert!(parted.took.p50 > calm, "{:?} and {calm:?}", parted.took);
    let (_, slow) = rehearsed(plan(4, 1, &[]), "slow 3x");
    assert_eq!(slow.took.p50, Millis((6 + 4 * 28) * SECOND));
}

#[test]
fn checks_are_answered_as_the_fault_says() {
    let errors =
        r#"{"name":"errors","metric":{"query":"e","passes":{"below":0.5}},"interval":"5s"}"#;
    let (forecast, bad) = rehearsed(plan(4, 1, &[errors]), "bad-metric");
    assert_eq!(forecast.calm().unwrap().usual_outcome().0, "succeeded");
    assert_eq!(bad.usual_outcome().0, "rolled_back");
    assert_eq!((bad.exposed_max, bad.unhealthy_max), (1, 0));
    let (forecast, none) = rehearsed(plan(4, 1, &[errors]), "no-data");
    assert_eq!(none.usual_outcome(), ("held", 5));
    let told = forecast.consequence(&none);
    assert_eq!(
        told,
        "would reach 1 of 4 targets and then wait for a person"
    );
}

#[test]
fn targets_that_run_it_already_or_never_proved_themselves_are_counted_right() {
    let mut mixed = requested(plan(3, 1, &[]));
    mixed.targets[0].before = Some(mixed.targets[0].after);
    mixed.targets[1].proved = Some(RevisionId(Digest::of(b"older")));
    let wish = Wish {
        faults: Fault::USUAL.to_vec(),
        runs: 5,
        seed: 7,
    };
    let forecast = rehearse(&mixed, setting(&exact(), &Calendar::default()), &wish);
    let calm = forecast.calm().unwrap();
    assert_eq!((calm.exposed_max, calm.restored_runs), (3, 0));
    let ends = calm.exposure.last().map(|point| point.most);
    assert_eq!((calm.exposure[0].most, ends), (1, Some(3)));
    let bad = &forecast.scenarios[1];
    assert_eq!(bad.usual_outcome().0, "rolled_back");
    // The first runs it already and is left alone; the second goes back to what proved itself.
    assert_eq!((bad.exposed_max, bad.restored_runs), (2, 5));
}

#[test]
fn behind_a_job_that_cannot_be_undone_a_bad_release_waits_for_a_person() {
    let job = |reversible| PlannedJob {
        job: "web/migrate".parse().unwrap(),
        when: When::Before,
        reversible,
        deadline: Millis(100 * SECOND),
    };
    let with = |reversible| Plan {
        jobs: vec![job(reversible)],
        ..plan(4, 1, &[])
    };
    let (forecast, bad) = rehearsed(with(Reversible::No), "bad-release");
    let calm = forecast.calm().unwrap();
    assert_eq!(calm.usual_outcome(), ("succeeded", 5));
    let without = 2 + 4 * 18;
    let took = calm.took.p50;
    assert!(took >= Millis((without + 10) * SECOND) && took <= Millis((without + 50) * SECOND));
    assert_eq!(bad.usual_outcome(), ("held", 5));
    let told = forecast.consequence(&bad);
    assert_eq!(
        told,
        "would reach 1 of 4 targets and then wait for a person"
    );
    let said = |line: &String| line.contains("jobs take between 10 and 50 hundredths");
    assert!(forecast.basis.iter().any(said));
    let (_, bad) = rehearsed(with(Reversible::Yes), "bad-release");
    assert_eq!(bad.usual_outcome(), ("rolled_back", 5));
}

#[test]
fn a_pilot_is_signed_off_at_once() {
    let mut plan = plan(4, 2, &[]);
    plan.waves[0].then = crate::plan::Then::SignOff;
    let (forecast, _) = rehearsed(plan, "slow 2x");
    assert_eq!(forecast.calm().unwrap().usual_outcome().0, "succeeded");
    assert!(forecast.basis.iter().any(|line| line.contains("sign off")));
}

#[test]
fn the_same_seed_finds_the_same_and_another_something_else() {
    let deployment = requested(plan(30, 5, &[]));
    let profile = Profile::assumed(&deployment.plan.limits, Some(Millis::from_secs(20)));
    let with = |seed| {
        let faults = Wish::usual_faults(&deployment);
        let wish = Wish {
            faults,
            runs: 4,
            seed,
        };
        rehearse(&deployment, setting(&profile, &Calendar::default()), &wish)
    };
    let once = with(1);
    assert_eq!(once, with(1));
    assert_ne!(once.scenarios, with(2).scenarios);
    assert_eq!(once.scenarios.len(), 6, "there are no checks to rehearse");
    assert_eq!(once.basis.len(), 6, "{:?}", once.basis);
    let bad = once
        .scenarios
        .iter()
        .find(|one| one.fault == Some(Fault::BadRelease));
    assert_eq!(bad.unwrap().exposed_max, 5, "no more than the first wave");
    let text = serde_json::to_string(&once).unwrap();
    assert_eq!(serde_json::from_str::<Forecast>(&text).unwrap(), once);
}

#[test]
fn a_target_that_is_known_does_as_it_always_did() {
    let seen = |target: &str, seconds| Observation {
        target: target.parse().unwrap(),
        part: Part::Start,
        took: Millis::from_secs(seconds),
        failed: false,
        release_is_bad: false,
    };
    let mut all: Vec<Observation> = (0..5).map(|_| seen("t0", 100)).collect();
    all.extend((0..20).map(|i| seen(&format!("t{}", 10 + i), 1)));
    let plan = plan(2, 1, &[]);
    let known = Profile::of(&all, &plan.limits, None);
    assert_eq!(
        known.own.keys().map(Name::as_str).collect::<Vec<_>>(),
        ["t0"]
    );
    let profile = Profile {
        start: Draws::of([Millis::from_secs(1)]),
        own: known.own,
        ..exact()
    };
    let wish = Wish {
        faults: Vec::new(),
        runs: 3,
        seed: 1,
    };
    let forecast = rehearse(
        &requested(plan),
        setting(&profile, &Calendar::default()),
        &wish,
    );
    // 2 s to prepare, and for each target its start, 3 s of good health and 10 s to bake.
    let took = forecast.calm().unwrap().took;
    assert_eq!(took.p50, Millis((2 + 113 + 14) * SECOND));
}

#[test]
fn five_observations_are_enough_and_four_are_not() {
    let seen = |count: u64| -> Vec<Observation> {
        let one = |i| Observation {
            target: format!("t{i}").parse().unwrap(),
            part: Part::Start,
            took: Millis::from_secs(i),
            failed: false,
            release_is_bad: false,
        };
        (1..=count).map(one).collect()
    };
    let limits = Limits::default();
    let told = |count| Profile::of(&seen(count), &limits, None).basis.join("\n");
    let start = "becoming healthy took 3 s at half of 5 times, 4 s at most at 9 of 10";
    assert!(told(5).contains(start), "{}", told(5));
    let start = "assumed: becoming healthy takes between 30 s and 150 s, as the plan grants 5 min";
    assert!(told(4).contains(start), "{}", told(4));
    assert_eq!(Profile::of(&seen(100), &limits, None).failures_per_mille, 5);
    assert_eq!(Profile::of(&[], &limits, None).failures_per_mille, 10);
}

#[test]
fn what_does_not_fit_into_a_window_goes_on_in_the_next() {
    // Half a minute each day, from the very moment of the beginning on.
    let text = r#"{"name":"midnight","every":{"starts":"1970-01-01T00:00","rule":"FREQ=DAILY","lasts":"30s","time_zone":"UTC"},"reason":"few look","in_flight":"finish-wave-then-hold"}"#;
    let window: Window = serde_json::from_str(text).unwrap();
    let calendar = Calendar {
        windows: vec![&window],
        freezes: Vec::new(),
    };
    let wish = Wish {
        faults: vec!["bad-release".parse().unwrap()],
        runs: 1,
        seed: 7,
    };
    let forecast = rehearse(
        &requested(plan(4, 1, &[])),
        setting(&exact(), &calendar),
        &wish,
    );
    let calm = forecast.calm().unwrap();
    // The first wave takes from 2 s to 20 s, the second to 38 s; the others begin a day later.
    assert_eq!(calm.usual_outcome(), ("succeeded", 1));
    assert_eq!(calm.took.p50, Millis((86_400 + 2 * 18) * SECOND));
    let waited = Millis((86_400 - 38) * SECOND);
    assert_eq!(calm.waited[0], ("calendar".to_owned(), waited));
    // Going back asks no calendar.
    let bad = &forecast.scenarios[1];
    assert_eq!(bad.restored.unwrap().p90, Millis(21 * SECOND));
    let basis =
        "the calendar as it is declared, begun at 1970-01-01T00:00:00Z: 1 window, 0 freezes";
    assert!(
        forecast.basis.contains(&basis.to_owned()),
        "{:?}",
        forecast.basis
    );
}

#[test]
fn people_are_waited_for_as_long_as_their_steps_take() {
    let plan = plan(4, 1, &[]);
    let heading = Heading {
        title: String::new(),
        owner: "ada".parse().unwrap(),
        time_zone: "UTC".parse().unwrap(),
    };
    let mut runbook = deployment_plan(&plan, &exact(), &heading);
    for step in [
        r#"{"name": "call", "owner": "ada", "takes": "10m", "before": "wave-2"}"#,
        r#"{"name": "go", "owner": "ada", "takes": "1m", "needs": ["wave-2"], "before": "wave-3",
            "decision": "5m", "otherwise": "roll-back"}"#,
    ] {
        runbook.steps.push(serde_json::from_str(step).unwrap());
    }
    assert_eq!(runbook.check(), Ok(()));
    let deployment = requested(plan);
    let conducted = [Conducted {
        deployment: deployment.id,
        edition: Edition(3),
        run: crate::runbook::Run::new(deployment.requested_at),
        runbook,
        procedures: crate::procedure::MadeWith::default(),
    }];
    let (profile, calendar) = (exact(), Calendar::default());
    let with_people = Setting {
        runbooks: &conducted,
        ..setting(&profile, &calendar)
    };
    let wish = Wish {
        faults: Vec::new(),
        runs: 1,
        seed: 7,
    };
    let forecast = rehearse(&deployment, with_people, &wish);
    let calm = forecast.calm().unwrap();
    // As without people, and both steps: the turn of a step comes once the engine has done all that it does before its gate.
    assert_eq!(calm.took.p50, Millis((2 + 4 * 18 + 600 + 60) * SECOND));
    let told =
        "the deployment plan, edition 3; assumed: people take as long as it says, and say go";
    assert!(
        forecast.basis.iter().any(|it| it == told),
        "{:?}",
        forecast.basis
    );
}
