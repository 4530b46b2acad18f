//! How long it takes to find who is in whose way among 5,000 entries of a year: releases, departures of trains, deployments,
//! bookings, freezes and suppliers' notices of 250 products of 25 teams, with windows; as they usually are, all in one night, and after a move.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeSet, hint::black_box, sync::Arc};
use tidegate_domain::{
    agenda::{Agenda, Carried, Clashes, Difference, Entry, Hours, Progress, Subject},
    calendar::{Scope, Span, Window},
    catalog::ComponentName,
    id::{DeploymentId, NoticeId},
    name::Name,
    random::Random,
};

const ENTRIES: u64 = 5_000;
const PRODUCTS: u64 = 250;
const TEAMS: u64 = 25;
const COMPONENTS: u64 = 4;
const YEAR: u64 = 365 * 24;

fn benches(criterion: &mut Criterion) {
    let usual = agenda(YEAR);
    let crowded = agenda(12);
    let found = Clashes::of(&usual, |_| true);
    assert!(
        found.is_whole && found.conflicts.len() > 500,
        "{} conflicts",
        found.conflicts.len()
    );
    criterion.bench_function("5,000 entries of a year", |bencher| {
        bencher.iter(|| Clashes::of(black_box(&usual), |_| true));
    });
    criterion.bench_function("5,000 entries of twelve hours", |bencher| {
        bencher.iter(|| Clashes::of(black_box(&crowded), |_| true));
    });
    let (after, moved) = moved(&usual);
    criterion.bench_function("one of 5,000 entries moved", |bencher| {
        bencher.iter(|| Difference::between(black_box(&usual), &after, &moved));
    });
}

fn moved(agenda: &Agenda) -> (Agenda, BTreeSet<String>) {
    let mut after = agenda.clone();
    let at = after.entries[0].span.start + SignedDuration::from_hours(100);
    after.entries[0] = after.entries[0].moved(at, Timestamp::UNIX_EPOCH);
    let name = after.entries[0].subject.to_string();
    (after, BTreeSet::from([name]))
}

fn name(text: &str) -> Name {
    text.parse().expect("it is a name")
}

fn at(hour: u64) -> Timestamp {
    let hours = i64::try_from(hour).expect("it is small");
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours + 1)
}

fn product(number: u64) -> Name {
    name(&format!("product-{number}"))
}

fn component(of: u64, number: u64) -> ComponentName {
    ComponentName {
        product: product(of),
        component: name(&format!("part-{number}")),
    }
}

fn agenda(hours: u64) -> Agenda {
    let mut random = Random(7);
    let changes =
        |of: u64| -> Arc<[ComponentName]> { (0..COMPONENTS).map(|it| component(of, it)).collect() };
    // Each product needs something of two others, and of a supplier.
    let needs = |of: u64| -> Arc<[ComponentName]> {
        let others = [(of + 1) % PRODUCTS, (of + 10) % PRODUCTS].map(|it| component(it, 0));
        let mut all = others.to_vec();
        all.push(supplied(of % 20));
        all.sort();
        all.into()
    };
    let parts: Vec<_> = (0..PRODUCTS).map(|it| (changes(it), needs(it))).collect();
    let entries = (0..ENTRIES).map(|number| entry(&mut random, number, (hours, &parts)));
    Agenda {
        entries: entries.collect(),
        windows: vec![window("days", 8), window("nights", 20)],
    }
}

fn supplied(number: u64) -> ComponentName {
    ComponentName {
        product: name(&format!("supplier-{number}")),
        component: name("gateway"),
    }
}

type Parts = (Arc<[ComponentName]>, Arc<[ComponentName]>);

fn entry(random: &mut Random, number: u64, (hours, parts): (u64, &[Parts])) -> Entry {
    let of = random.below(PRODUCTS);
    let start = random.below(hours);
    let environment =
        name(["testing", "staging", "live"][usize::try_from(number % 3).expect("small")]);
    let carries = Carried::release(
        product(of),
        format!("1.{number}.0").parse().expect("a version"),
    );
    let (subject, lasts) = subject(number, (carries, environment.clone(), at(start)));
    let span = Span {
        start: at(start),
        end: at(start + lasts),
    };
    let (changes, needs) = parts[usize::try_from(of).expect("small")].clone();
    let party = format!("team:team-{}", of % TEAMS)
        .parse()
        .expect("a party");
    let is_notice = matches!(subject, Subject::Notice { .. });
    Entry {
        title: subject.said(),
        subject,
        span,
        progress: Progress::Planned,
        environments: vec![environment],
        busy: vec![party],
        concerned: Vec::new(),
        changes: match is_notice {
            true => [supplied(number % 20)].into(),
            false => changes,
        },
        needs,
    }
}

/// Of twenty: six releases, a train, six deployments, five bookings, a freeze and a notice; and how many hours it lasts.
fn subject(
    number: u64,
    (carries, environment, since): (Carried, Name, Timestamp),
) -> (Subject, u64) {
    match number % 20 {
        0..6 => (Subject::Release(carries), 1),
        6 => {
            let train = name(&format!("train-{number}"));
            let others = (0..4).map(|it| product((number + it * 7) % PRODUCTS));
            let mut carries: Vec<Carried> = others
                .map(|product| Carried {
                    product,
                    version: None,
                })
                .collect();
            carries.sort();
            (
                Subject::Departure {
                    train,
                    environment,
                    place: 0,
                    carries,
                },
                1,
            )
        }
        7..13 => (
            Subject::Deployment {
                id: DeploymentId(number),
                environment,
                carries,
            },
            1,
        ),
        13..18 => (
            Subject::Booking {
                carries,
                environment,
                number: 1,
                shared: true,
            },
            48,
        ),
        18 => {
            let scope = Scope::Product(carries.product);
            (
                Subject::Freeze {
                    name: name(&format!("freeze-{number}")),
                    scope,
                    since,
                },
                72,
            )
        }
        _ => {
            let supplier = name(&format!("supplier-{}", number % 20));
            (
                Subject::Notice {
                    id: NoticeId(number),
                    supplier,
                    number: 1,
                },
                4,
            )
        }
    }
}

fn window(text: &str, hour: u64) -> Hours {
    let every = serde_json::json!({"name": text, "environment": "live", "reason": "so it is", "every": {
        "starts": format!("1970-01-01T{hour:02}:00"), "rule": "FREQ=DAILY", "lasts": "4h", "time_zone": "Europe/Amsterdam"}});
    let window: Window = serde_json::from_value(every).expect("it is a window");
    let range = Span {
        start: at(0),
        end: at(YEAR + 100),
    };
    Hours::of(window.name, window.scope, &window.when, range)
}

criterion_group!(group, benches);
criterion_main!(group);
