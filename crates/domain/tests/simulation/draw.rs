//! What a seed draws: the fleet, the plan, and how each host does.

use crate::{
    host::{Fate, Host, JobFate, Lie},
    world::Manners,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::Scalar,
    deployment::TargetRun,
    duration::Millis,
    name::Name,
    plan::{
        BlueGreen, Canary, Check, Fleet, Limits, OnFailure, OnNoData, Percent, Phase, Phased,
        Pilot, Plan, PlannedJob, Reversible, Rolling, Share, Step, Strategy, Then, Threshold, When,
        WorkerCanary, WorkerStep, compile,
    },
    random::Random,
};

pub fn plan(random: &mut Random, manners: Manners, targets: &[Name]) -> Plan {
    let fleet = fleet(random, targets);
    // What takes back an earlier deployment goes back in place.
    let beside = manners != Manners::TakingBack && random.percent(12);
    let strategy = match beside {
        true if random.percent(40) => worker_canary(random),
        true => blue_green(random),
        false => strategy(random, &fleet),
    };
    let wild = manners == Manners::Wild;
    let limits = Limits {
        failures_max: if wild && random.percent(30) {
            u32::try_from(random.below(3)).unwrap()
        } else {
            0
        },
        minimum_healthy: Millis(random.below(5000)),
        // A slow story must not run into deadlines where nothing is meant to go wrong.
        prepare_deadline: Millis::from_secs(if wild { 60 } else { 100_000 }),
        progress_deadline: Millis::from_secs(if wild { 60 } else { 100_000 }),
        on_failure: if wild && random.percent(20) {
            OnFailure::Hold
        } else {
            OnFailure::RollBack
        },
        on_no_data: match wild && random.percent(20) {
            true => OnNoData::RollBack,
            false => OnNoData::Hold,
        },
        ..Limits::default()
    };
    let max = (wild && random.percent(30)).then(|| 1 + u32::try_from(random.below(3)).unwrap());
    let mut checks = checks(random);
    let tries = random.percent(20);
    if tries {
        checks.push(exec(random, wild));
    }
    let judges = (wild || manners == Manners::Good) && random.percent(30);
    let judged = judges.then(|| {
        let all = [&checks[..], &[judge(random, wild)]].concat();
        compile((strategy.clone(), all), &fleet, &limits, max).ok()
    });
    // Where nothing is left to compare with, nobody can judge.
    let plan = judged.flatten();
    let plan = plan.unwrap_or_else(|| compile((strategy, checks), &fleet, &limits, max).unwrap());
    let mut jobs = jobs(random, wild);
    if tries {
        jobs.push(PlannedJob {
            job: "web/smoke".parse().unwrap(),
            when: When::Check,
            reversible: Reversible::Yes,
            deadline: Millis::from_secs(if wild { 1 + random.below(20) } else { 50_000 }),
        });
    }
    plan.with_jobs(jobs).unwrap()
}

/// Up to two.
fn jobs(random: &mut Random, wild: bool) -> Vec<PlannedJob> {
    let count = if random.percent(30) {
        1 + random.below(2)
    } else {
        0
    };
    let job = |number| PlannedJob {
        job: format!("web/job-{number}").parse().unwrap(),
        when: match random.percent(60) {
            true => When::Before,
            false => When::After,
        },
        reversible: match random.below(4) {
            0 if wild => Reversible::No,
            1 if wild => Reversible::Until(Millis(random.below(20_000))),
            _ => Reversible::Yes,
        },
        deadline: Millis::from_secs(if wild { 30 } else { 100_000 }),
    };
    (0..count).map(job).collect()
}

/// A host that runs what was there before.
pub fn host(
    random: &mut Random,
    manners: Manners,
    (run, minimum_healthy): (&TargetRun, Millis),
    now: Timestamp,
) -> Host {
    let wild = manners == Manners::Wild;
    let before = run.before.map(|before| (before, run.slot_before));
    let fate = fate(random, manners);
    let mut host = Host::new(fate, (before, run.after), minimum_healthy, now);
    host.old_fails = wild && random.percent(5);
    host.job_fate = job_fate(random, manners);
    host.lie = lie(random, manners);
    if host.lie == Some(Lie::AlwaysProved) {
        host.fate = Fate::Flaps(1 + i64::try_from(random.below(10)).unwrap());
    }
    host
}

/// How jobs do on a host.
fn job_fate(random: &mut Random, manners: Manners) -> JobFate {
    match random.below(12) {
        0 if manners == Manners::Wild => JobFate::Bad,
        1 if manners == Manners::Wild => JobFate::SecondTime,
        2 if manners == Manners::Wild => JobFate::Hangs,
        _ => JobFate::Good,
    }
}

/// Two rings, each with a target of its own where there are enough.
fn fleet(random: &mut Random, targets: &[Name]) -> Fleet {
    let mut rings = BTreeMap::new();
    let mut left = targets.iter();
    for ring in ["early", "next"] {
        let count = usize::try_from(1 + random.below(3)).unwrap();
        let members: BTreeSet<Name> = left.by_ref().take(count).cloned().collect();
        if !members.is_empty() {
            rings.insert(ring.parse().unwrap(), members);
        }
    }
    Fleet {
        targets: targets.to_vec(),
        rings,
    }
}

fn strategy(random: &mut Random, fleet: &Fleet) -> Strategy {
    let bake = Millis(random.below(8000));
    let batch = Share::Count(1 + u32::try_from(random.below(4)).unwrap());
    match random.below(10) {
        0..=1 => Strategy::AllAtOnce,
        2..=5 => Strategy::Rolling(Rolling { batch, bake }),
        6..=7 => {
            let rings = fleet.rings.keys().map(|ring| phase(random, ring, bake));
            Strategy::Phased(Phased {
                rings: rings.collect(),
            })
        }
        8 => Strategy::Canary(Canary {
            steps: vec![Step {
                targets: Some(batch),
                traffic: random
                    .percent(50)
                    .then(|| Percent::try_from(Scalar("20%".into())).unwrap()),
                bake,
                then: then(random),
                checks: None,
            }],
        }),
        _ => Strategy::Pilot(Pilot {
            ring: "early".parse().unwrap(),
            bake,
            batch,
        }),
    }
}

fn blue_green(random: &mut Random) -> Strategy {
    Strategy::BlueGreen(BlueGreen {
        preview: Millis(random.below(8000)),
        then: then(random),
        retire: Millis(random.below(20_000)),
    })
}

/// Up to three shares, each larger than the one before.
fn worker_canary(random: &mut Random) -> Strategy {
    let bake = Millis(random.below(8000));
    let shares = ["25%", "50%", "75%"].map(|share| (share, random.percent(60)));
    let some = shares
        .iter()
        .filter(|(share, taken)| *taken || *share == "50%");
    let steps = some.map(|(share, _)| WorkerStep {
        instances: Percent::try_from(Scalar((*share).into())).unwrap(),
        bake,
        then: then(random),
        checks: None,
    });
    Strategy::WorkerCanary(WorkerCanary {
        steps: steps.collect(),
    })
}

fn phase(random: &mut Random, ring: &Name, bake: Millis) -> Phase {
    Phase {
        ring: ring.clone(),
        bake,
        success: random.percent(40).then_some(Threshold::Percent(50)),
        failures: random.percent(40).then_some(Threshold::Percent(0)),
        then: then(random),
        checks: None,
    }
}

/// Up to three, of metrics.
fn checks(random: &mut Random) -> Vec<Check> {
    let count = if random.percent(40) {
        1 + random.below(3)
    } else {
        0
    };
    (0..count).map(|number| check(random, number)).collect()
}

fn check(random: &mut Random, number: u64) -> Check {
    let seconds = 1 + random.below(5);
    let (count, consecutive) = (1 + random.below(3), random.percent(30));
    let text = format!(
        r#"{{"name":"check-{number}","metric":{{"query":"e","passes":{{"below":0.5}}}},"interval":"{seconds}s",
            "count":{count},"consecutive":{consecutive},"failures_max":{},"dry_run":{}}}"#,
        random.below(2),
        random.percent(10)
    );
    serde_json::from_str(&text).unwrap()
}

/// One that runs a job on a target that has changed.
fn exec(random: &mut Random, wild: bool) -> Check {
    let deadline = if wild {
        30 + random.below(60)
    } else {
        1_000_000
    };
    let text = format!(
        r#"{{"name":"smoke","exec":{{"job":"web/smoke"}},"interval":"{}s","count":{},"failures_max":{},
            "deadline":"{deadline}s"}}"#,
        1 + random.below(3),
        1 + random.below(3),
        random.below(2)
    );
    serde_json::from_str(&text).unwrap()
}

/// One that compares with targets as they stand, or started anew.
fn judge(random: &mut Random, wild: bool) -> Check {
    let deadline = if wild { 2 + random.below(20) } else { 100_000 };
    let baseline = match random.percent(70) {
        true => "fresh",
        false => "standing",
    };
    let text = format!(
        r#"{{"name":"judge","interval":"2s","deadline":"{deadline}s","judge":{{
            "queries":{{"errors":"e{{t=~\"${{side}}\"}}"}},"baseline":"{baseline}",
            "settings":{{"metrics":{{"errors":{{"bad":"increase"}}}}}}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn then(random: &mut Random) -> Then {
    if random.percent(40) {
        Then::SignOff
    } else {
        Then::Cascade
    }
}

fn fate(random: &mut Random, manners: Manners) -> Fate {
    if manners != Manners::Wild {
        return Fate::Good;
    }
    let seconds = |random: &mut Random, most| i64::try_from(random.below(most)).unwrap();
    match random.below(60) {
        0 => Fate::Unpreparable,
        1 => Fate::Bad,
        2 => Fate::Hangs,
        3 => Fate::Fades(seconds(random, 20)),
        4 => Fate::FullFor(seconds(random, 90)),
        5 => Fate::Flaps(1 + seconds(random, 10)),
        _ => Fate::Good,
    }
}

fn lie(random: &mut Random, manners: Manners) -> Option<Lie> {
    match random.below(120) {
        0 if manners == Manners::Wild => Some(Lie::OtherDigest),
        1 if manners == Manners::Wild => Some(Lie::NeverSwitches),
        2 if manners == Manners::Wild => Some(Lie::AlwaysProved),
        _ => None,
    }
}
