//! What strategies compile to, as a person would draw it.

use super::*;
use crate::plan::Rolling;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Targets `t0`…, of which `t1` and `t4` are in ring `early` and `t1` and `t2` in ring `next`.
fn fleet(total: u32) -> Fleet {
    let ring = |targets: [&str; 2]| targets.map(name).into();
    Fleet {
        targets: (0..total).map(|i| name(&format!("t{i}"))).collect(),
        rings: [
            (name("early"), ring(["t1", "t4"])),
            (name("next"), ring(["t1", "t2"])),
            (name("elsewhere"), ring(["x1", "x2"])),
        ]
        .into(),
    }
}

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn rolling(batch: &str) -> Strategy {
    Strategy::Rolling(Rolling {
        batch: share(batch),
        bake: Millis(0),
    })
}

fn canary(steps: &[&str]) -> Strategy {
    let step = |text: &&str| Step {
        targets: Some(share(text)),
        traffic: None,
        bake: Millis(0),
        then: Then::Cascade,
        checks: None,
    };
    Strategy::Canary(Canary {
        steps: steps.iter().map(step).collect(),
    })
}

fn phased(rings: &[&str]) -> Strategy {
    let phase = |ring: &&str| Phase {
        ring: name(ring),
        bake: Millis(0),
        success: Some(Threshold::Percent(50)),
        failures: Some(Threshold::Percent(50)),
        then: Then::Cascade,
        checks: None,
    };
    Strategy::Phased(Phased {
        rings: rings.iter().map(phase).collect(),
    })
}

fn compiled(strategy: Strategy, total: u32) -> Result<Plan, CompileError> {
    compile(
        (strategy, Vec::new()),
        &fleet(total),
        &Limits::default(),
        None,
    )
}

/// Titles and targets, as a person would write them down.
fn drawn(strategy: Strategy, total: u32) -> Vec<String> {
    let plan = compiled(strategy, total).unwrap();
    let line = |wave: &Wave| {
        let targets: Vec<&str> = wave.targets.iter().map(Name::as_str).collect();
        format!("{}: {}", wave.title, targets.join(" "))
    };
    plan.waves.iter().map(line).collect()
}

fn sizes(strategy: Strategy, total: u32) -> Vec<usize> {
    let plan = compiled(strategy, total).unwrap();
    plan.waves.iter().map(|wave| wave.targets.len()).collect()
}

#[test]
fn one_size_of_waves() {
    assert_eq!(sizes(Strategy::AllAtOnce, 6), [6]);
    assert_eq!(sizes(rolling("2"), 6), [2, 2, 2]);
    assert_eq!(sizes(rolling("4"), 6), [4, 2]);
    assert_eq!(sizes(rolling("50"), 6), [6]);
    assert_eq!(sizes(rolling("25%"), 6), [2, 2, 2]);
    assert_eq!(sizes(rolling("1%"), 3), [1, 1, 1]);
    assert_eq!(sizes(rolling("100%"), 3), [3]);
}

#[test]
fn a_canary_grows_to_all() {
    let waves = drawn(canary(&["1", "50%"]), 5);
    assert_eq!(
        waves,
        ["canary 1: t0", "canary 50%: t1 t2", "the rest: t3 t4"]
    );
    assert_eq!(sizes(canary(&["1", "100%"]), 3), [1, 2]);
    // Shares that come to the same number of targets do not grow.
    let same = compiled(canary(&["1", "10%"]), 5).unwrap_err();
    assert_eq!(
        same.to_string(),
        "step 2 is 10%, which is not more than the 1 targets before it"
    );
    assert_eq!(compiled(canary(&[]), 5), Err(CompileError::Nothing("step")));
}

#[test]
fn rings_come_in_their_order_and_nobody_twice() {
    let waves = drawn(phased(&["early", "next"]), 6);
    assert_eq!(
        waves,
        ["ring early: t1 t4", "ring next: t2", "the rest: t0 t3 t5"]
    );
    let plan = compiled(phased(&["early", "next"]), 6).unwrap();
    let bounds = |wave: &Wave| (wave.passes_min, wave.failures_max);
    let bounds: Vec<_> = plan.waves.iter().map(bounds).collect();
    assert_eq!(
        bounds,
        [(Some(1), Some(1)), (Some(1), Some(0)), (None, None)]
    );
    let unknown = compiled(phased(&["late"]), 6);
    assert_eq!(unknown, Err(CompileError::UnknownRing(name("late"))));
    let empty = compiled(phased(&["elsewhere"]), 6);
    assert_eq!(empty, Err(CompileError::EmptyRing(name("elsewhere"))));
    let used_up = compiled(phased(&["early", "next"]), 2);
    assert_eq!(used_up, Err(CompileError::EmptyRing(name("next"))));
}

#[test]
fn after_a_pilot_somebody_signs_off() {
    let pilot = Strategy::Pilot(Pilot {
        ring: name("early"),
        bake: Millis(7),
        batch: share("2"),
    });
    let waves = drawn(pilot.clone(), 6);
    assert_eq!(
        waves,
        ["pilot early: t1 t4", "wave 2: t0 t2", "wave 3: t3 t5"]
    );
    let plan = compiled(pilot, 6).unwrap();
    let then: Vec<Then> = plan.waves.iter().map(|wave| wave.then).collect();
    assert_eq!(then, [Then::SignOff, Then::Cascade, Then::Cascade]);
}

#[test]
fn what_can_never_work_is_no_plan() {
    assert_eq!(compiled(rolling("1"), 0), Err(CompileError::NoTargets));
    let none = compile(
        (rolling("1"), Vec::new()),
        &fleet(2),
        &Limits::default(),
        Some(0),
    );
    assert_eq!(none, Err(CompileError::NothingMayChange));
    let limits = Limits {
        minimum_healthy: Millis::from_secs(300),
        ..Limits::default()
    };
    let never = compile((rolling("1"), Vec::new()), &fleet(2), &limits, None).unwrap_err();
    assert!(
        never
            .to_string()
            .contains("within its progress deadline of 5 min"),
        "{never}"
    );
}

#[test]
fn the_same_inputs_give_the_same_hash() {
    let hash = |total| compiled(Strategy::AllAtOnce, total).unwrap().hash();
    assert_eq!(hash(2), hash(2));
    assert_ne!(hash(2), hash(1));
}

#[test]
fn a_canary_shares_out_traffic() {
    let steps = |text: &str| -> Result<Vec<String>, CompileError> {
        let canary: Canary = serde_json::from_str(&format!(r#"{{"steps":[{text}]}}"#)).unwrap();
        let plan = compiled(Strategy::Canary(canary), 4)?;
        let told = |wave: &Wave| {
            let traffic = wave
                .traffic
                .map_or("-".to_owned(), |traffic| traffic.to_string());
            format!("{} {traffic}", wave.targets.len())
        };
        Ok(plan.waves.iter().map(told).collect())
    };
    let two = r#"{"targets":1,"traffic":"5%"},{"traffic":"20%"},{"targets":2}"#;
    assert_eq!(steps(two).unwrap(), ["1 5%", "0 20%", "1 -", "2 100%"]);
    let all = r#"{"targets":4,"traffic":"20%"}"#;
    assert_eq!(steps(all).unwrap(), ["4 20%", "0 100%"]);
    assert_eq!(
        steps(r#"{"targets":4,"traffic":"100%"}"#).unwrap(),
        ["4 100%"]
    );
    for nothing in [
        r#"{"traffic":"5%"}"#,
        r#"{"targets":1,"traffic":"20%"},{"targets":2,"traffic":"5%"}"#,
        r#"{"targets":1,"traffic":"20%"},{"traffic":"20%"}"#,
        r#"{"targets":1},{}"#,
    ] {
        let refused = steps(nothing).unwrap_err();
        assert!(
            matches!(refused, CompileError::NoStep { .. }),
            "{nothing}: {refused}"
        );
    }
}

#[test]
fn a_worker_canary_gives_all_targets_some_of_their_instances() {
    let strategy = worker_canary(&["10%", "50%"]);
    let plan = compiled(strategy.clone(), 3).unwrap();
    let shares: Vec<Option<u8>> = plan
        .waves
        .iter()
        .map(|wave| wave.instances.map(Percent::get))
        .collect();
    assert_eq!(shares, [Some(10), Some(50), None]);
    assert!(plan.side_by_side && plan.shares_instances());
    assert_eq!(plan.limits.max_unavailable, 3);
    assert_eq!(
        drawn(strategy, 3),
        [
            "10% of instances: t0 t1 t2",
            "50% of instances: ",
            "all instances: "
        ]
    );
    for (steps, why) in [
        (&[][..], "the strategy names no step"),
        (
            &["0%"],
            "step 1 is 0% of instances; it has to be more than the 0% before it, and less than 100%",
        ),
        (
            &["50%", "50%"],
            "step 2 is 50% of instances; it has to be more than the 50% before it, and less than 100%",
        ),
        (
            &["100%"],
            "step 1 is 100% of instances; it has to be more than the 0% before it, and less than 100%",
        ),
    ] {
        let refused = compiled(worker_canary(steps), 3).unwrap_err();
        assert_eq!(refused.to_string(), why);
    }
}

fn worker_canary(steps: &[&str]) -> Strategy {
    let steps = steps
        .iter()
        .map(|share| format!(r#"{{"instances":"{share}"}}"#));
    let steps: Vec<String> = steps.collect();
    let text = format!(r#"{{"steps":[{}]}}"#, steps.join(","));
    Strategy::WorkerCanary(serde_json::from_str(&text).unwrap())
}
