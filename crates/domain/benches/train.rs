//! How long it takes to look at a train of 50 members with 4 components each: the integration check and the readiness of all,
//! with 20 tasks and 5 past deployments of each, beside 100 products that are no members.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, hint::black_box};
use tidegate_domain::{
    catalog::{Need, Needed, Versions},
    control::Clearance,
    digest::Digest,
    hurdle::{Hurdle, in_order},
    id::{DeploymentId, GroupRunId, SnapshotNumber},
    name::Name,
    planning::ReleasePlan,
    train::{
        Line, MemberFacts, Outcome, Outlook, Part, Parts, Past, Place, Runs, Train, TrainEvent,
        TrainFacts, TrainPlan, decide,
    },
};

const MEMBERS: u32 = 50;
const OTHERS: u32 = 100;
const COMPONENTS: u32 = 4;
const TASKS: u32 = 20;
const PAST: u32 = 5;

fn benches(criterion: &mut Criterion) {
    let (train, facts) = (train(), facts());
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100);
    let outlook = Outlook::of(&train, &facts, now).expect("the plan has moments");
    let outlook = outlook.expect("a departure is left");
    assert_eq!(outlook.integration.findings, Vec::new());
    assert_eq!(outlook.readiness.lacking().count(), 50);
    assert_eq!(outlook.order.as_ref().map(Vec::len), Ok(50));
    criterion.bench_function(
        "look at a train, 50 members, 4 components each",
        |bencher| {
            bencher.iter(|| Outlook::of(black_box(&train), black_box(&facts), now));
        },
    );
    criterion.bench_function("decide on it", |bencher| {
        bencher.iter(|| decide(black_box(&train), black_box(&facts), now));
    });
    let found = hurdles(&train, &facts, now);
    assert_eq!(found.len(), 1000, "a hurdle for each task of each member");
    criterion.bench_function("what stands between it and live", |bencher| {
        bencher.iter(|| hurdles(black_box(&train), black_box(&facts), now));
    });
}

fn hurdles(train: &Train, facts: &TrainFacts, now: Timestamp) -> Vec<Hurdle> {
    let outlook = Outlook::of(train, facts, now).ok().flatten();
    let members = outlook.map(|it| it.readiness.members).unwrap_or_default();
    let path = [name("staging"), name("live")];
    let of = (&train.name, &path[1]);
    let waits = decide(train, facts, now).waiting_on;
    let mut found: Vec<Hurdle> = waits
        .iter()
        .map(|wait| Hurdle::of_train(wait, of, &members))
        .collect();
    in_order(&mut found, &path);
    found
}

fn name(text: &str) -> Name {
    text.parse().expect("it is a name")
}

/// Each component gives a contract; each of a member but the first needs those of the two members before.
fn parts(product: u32) -> Parts {
    let part = |component: u32| {
        let contract = |product: u32| name(&format!("contract-{product}-{component}"));
        let versions = Versions::new([semver::Version::new(2, 1, 0)]);
        let before = (product.saturating_sub(2)..product).filter(|_| product < MEMBERS);
        let need = |product| Need {
            of: Needed::Contract(contract(product)),
            versions: "^2".parse().expect("it is a range"),
            optional: false,
        };
        let part = Part {
            version: "1.4.0".parse().expect("it is a version"),
            digest: Digest::of(format!("{product} {component}").as_bytes()),
            provides: BTreeMap::from([(contract(product), versions.expect("there is one"))]),
            needs: before.map(need).collect(),
        };
        (name(&format!("component-{component}")), part)
    };
    (0..COMPONENTS).map(part).collect()
}

fn product(number: u32) -> Name {
    name(&format!("product-{number}"))
}

fn train() -> Train {
    let members: Vec<String> = (0..MEMBERS)
        .map(|it| format!(r#"{{"product":"{}"}}"#, product(it)))
        .collect();
    let plan = format!(
        r#"{{"owner":"ada","time_zone":"Europe/Amsterdam","members":[{}],"departures":[
            {{"environment":"staging","at":"1970-02-01T10:00"}},{{"environment":"live","at":"1970-02-10T10:00"}}]}}"#,
        members.join(",")
    );
    let plan: TrainPlan = serde_json::from_str(&plan).expect("it is a plan");
    let at = Timestamp::UNIX_EPOCH;
    let train = Train::new(name("autumn"), plan, (name("ada"), at)).expect("it can be kept to");
    let bill = facts().bill(&train);
    let mut train = train
        .closed(bill, (train.created_by.clone(), at))
        .expect("all is sealed");
    let left = TrainEvent::Left {
        environment: name("staging"),
        run: GroupRunId(1),
    };
    for event in [left, TrainEvent::Reached] {
        train.apply(&event, at).expect("it can happen");
    }
    train
}

fn facts() -> TrainFacts {
    let known = |number| (product(number), Runs::Known(parts(number)));
    let place = |past| Place {
        runs: (0..MEMBERS + OTHERS).map(known).collect(),
        past,
    };
    let places = [
        (
            name("staging"),
            place((0..MEMBERS).flat_map(past).collect()),
        ),
        (name("live"), place(Vec::new())),
    ];
    TrainFacts {
        places: places.into(),
        members: (0..MEMBERS).map(|it| (product(it), member(it))).collect(),
        clearance: Some(Clearance::default()),
        run: None,
    }
}

fn member(number: u32) -> MemberFacts {
    let parts = parts(number);
    MemberFacts {
        line: Some(Line {
            release: "2.1.0".parse().expect("it is a version"),
            hash: Some(Digest::of(format!("{number}").as_bytes())),
            snapshot: Some(SnapshotNumber(1)),
            parts,
        }),
        clearance: Some(Clearance::default()),
        plan: Some(plan()),
        ..MemberFacts::default()
    }
}

/// Tasks in four rows.
fn plan() -> ReleasePlan {
    let task = |it: u32| {
        let needs = match it.checked_sub(4) {
            Some(before) => format!(r#""task-{before}""#),
            None => String::new(),
        };
        format!(r#"{{"name":"task-{it}","owner":"ada","needs":[{needs}],"takes":"4h"}}"#)
    };
    let tasks: Vec<String> = (0..TASKS).map(task).collect();
    let plan = format!(
        r#"{{"time_zone":"Europe/Amsterdam","tasks":[{}]}}"#,
        tasks.join(",")
    );
    serde_json::from_str(&plan).expect("it is a plan")
}

fn past(number: u32) -> Vec<Past> {
    let past = |turn: u32| {
        let began = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(i64::from(turn));
        let digests = parts(number)
            .into_iter()
            .map(|(name, part)| (name, part.digest));
        Past {
            product: product(number),
            deployment: DeploymentId(u64::from(number * PAST + turn)),
            began,
            outcome: Outcome::Succeeded(began + SignedDuration::from_mins(10)),
            digests: digests.collect(),
            snapshot: SnapshotNumber(1),
        }
    };
    (0..PAST).map(past).collect()
}

criterion_group!(all, benches);
criterion_main!(all);
