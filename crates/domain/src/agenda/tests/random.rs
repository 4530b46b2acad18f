//! Random agendas: what is found is what a slow reading of the rules finds, in any order of the entries.

use super::{super::*, sample::*};
use crate::{calendar::Scope, random::Random};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PRODUCTS: [&str; 4] = ["bank", "desk", "orders", "shop"];
const ENVIRONMENTS: [&str; 2] = ["live", "staging"];
const PEOPLE: [&str; 3] = ["ada", "ben", "team:web"];
const PARTS: [&str; 6] = [
    "acme/gateway",
    "acme/mail",
    "bank/core",
    "desk/core",
    "orders/core",
    "shop/core",
];

/// By its rule, its two subjects in order, and its hours.
type Told = (Rule, String, Option<String>, (i64, i64));

fn drawn(seed: u64, count: usize) -> Agenda {
    let mut random = Random(seed);
    let mut all = agenda(&[]);
    for number in 0..count {
        let entry = entry_of(&mut random, number);
        let is_there = |it: &Entry| it.subject.to_string() == entry.subject.to_string();
        if !all.entries.iter().any(is_there) {
            all.entries.push(entry);
        }
    }
    let shop = Scope::Product(name("shop"));
    all.windows = vec![
        window(
            "days",
            Scope::Environment(name("live")),
            &[(0, 6), (8, 14), (20, 30)],
        ),
        window("nights", shop, &[(14, 16), (30, 36)]),
    ];
    all
}

fn one<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[usize::try_from(random.below(of.len() as u64)).unwrap()]
}

fn some<'a>(random: &mut Random, of: &[&'a str], chance: u64) -> Vec<&'a str> {
    of.iter()
        .copied()
        .filter(|_| random.percent(chance))
        .collect()
}

fn entry_of(random: &mut Random, number: usize) -> Entry {
    let hour = i64::try_from(random.below(36)).unwrap();
    let lasts = 1 + i64::try_from(random.below(8)).unwrap();
    let span = (hour, hour + lasts);
    let environment = one(random, &ENVIRONMENTS);
    let carries = format!("{} 1.{}.0", one(random, &PRODUCTS), random.below(3));
    let product = carries.split(' ').next().unwrap().to_owned();
    let core = format!("{product}/core");
    let needs: Vec<&str> = some(random, &PARTS, 30)
        .into_iter()
        .filter(|it| *it != core)
        .collect();
    let people = some(random, &PEOPLE, 30);
    let scope = match random.below(3) {
        0 => Scope::Organisation,
        1 => Scope::Product(name(&product)),
        _ => Scope::Environment(name(environment)),
    };
    let mut entry = match random.below(6) {
        0 => release(&carries, hour)
            .changing(&[&core])
            .needing(&needs)
            .with(&people),
        1 => {
            let mut members = some(random, &PRODUCTS, 50);
            if members.len() < 2 {
                members = PRODUCTS[..2].to_vec();
            }
            let cores: Vec<String> = members.iter().map(|it| format!("{it}/core")).collect();
            let cores: Vec<&str> = cores.iter().map(String::as_str).collect();
            let place = usize::from(environment == "live");
            train(place, environment, &members, hour)
                .changing(&cores)
                .needing(&needs)
                .with(&people)
        }
        2 => booking(&carries, environment, span, random.percent(40)).needing(&needs),
        3 => freeze(scope, span),
        4 => notice(number as u64, &some(random, &PARTS[..2], 60), span),
        _ => deployment(number as u64, &carries, environment, span)
            .changing(&[&core])
            .needing(&needs),
    };
    if random.percent(10) {
        entry.progress = match random.percent(50) {
            true => Progress::Over,
            false => Progress::CalledOff,
        };
    }
    entry
}

fn key(agenda: &Agenda, conflict: &Conflict) -> Told {
    let (one, other) = conflict.entries(agenda);
    let (one, other) = (
        one.subject.to_string(),
        other.map(|it| it.subject.to_string()),
    );
    let hours = |at: jiff::Timestamp| at.duration_since(self::at(0)).as_hours();
    let span = (hours(conflict.span.start), hours(conflict.span.end));
    match other {
        Some(other) if other < one => (conflict.rule, other, Some(one), span),
        other => (conflict.rule, one, other, span),
    }
}

/// Found quickly. Each is there once.
fn found(agenda: &Agenda) -> BTreeSet<Told> {
    let clashes = Clashes::of(agenda, |_| true);
    assert!(clashes.is_whole && clashes.left_out == 0);
    let all: BTreeSet<Told> = clashes.conflicts.iter().map(|it| key(agenda, it)).collect();
    assert_eq!(all.len(), clashes.conflicts.len(), "one is there twice");
    all
}

/// Found by asking about each two of them, without order.
fn slowly(agenda: &Agenda) -> BTreeSet<Told> {
    let mut all = BTreeSet::new();
    let entries = &agenda.entries;
    for (i, one) in entries.iter().enumerate() {
        for (j, other) in entries.iter().enumerate().skip(i + 1) {
            for rule in Rule::ALL {
                if let (true, Some(span)) = (clash(rule, one, other), one.meets(other)) {
                    let conflict = Conflict {
                        rule,
                        one: i,
                        other: Some(j),
                        span,
                    };
                    all.insert(key(agenda, &conflict));
                }
            }
        }
    }
    all
}

fn clash(rule: Rule, one: &Entry, other: &Entry) -> bool {
    let is_over = |it: &Entry| matches!(it.progress, Progress::Over | Progress::CalledOff);
    if is_over(one) || is_over(other) {
        return false;
    }
    let either = |ask: &dyn Fn(&Entry, &Entry) -> bool| ask(one, other) || ask(other, one);
    let is_notice = |it: &Entry| matches!(it.subject, Subject::Notice { .. });
    let there = one
        .environments
        .iter()
        .any(|it| other.environments.contains(it));
    let changes = |a: &Entry, b: &Entry| a.changes.iter().any(|it| b.needs.contains(it));
    let apart = !carried_together(one, other);
    let both_go = one.subject.goes_out() && other.subject.goes_out();
    match rule {
        Rule::Freeze => either(&|freeze, goes| {
            let Subject::Freeze { scope, .. } = &freeze.subject else {
                return false;
            };
            goes.subject.goes_out() && frozen(scope, goes)
        }),
        Rule::OutsideWindow | Rule::Order => false,
        Rule::SupplierChange => {
            there && either(&|acme, it| is_notice(acme) && !is_notice(it) && changes(acme, it))
        }
        Rule::SameEnvironment => {
            there && apart && (wanted(one, other) || both_go && products_meet(one, other))
        }
        Rule::SharedComponent => there && apart && both_go && either(&changes),
        Rule::SharedPeople => apart && both_go && one.busy.iter().any(|it| other.busy.contains(it)),
    }
}

fn frozen(scope: &Scope, goes: &Entry) -> bool {
    let mut products = goes.subject.carries().iter().map(|it| &it.product);
    products.any(|it| {
        goes.environments
            .iter()
            .any(|place| scope.applies(it, place))
    })
}

/// Whether one books an environment and the other may not be there.
fn wanted(one: &Entry, other: &Entry) -> bool {
    let alone = |it: &Entry| matches!(it.subject, Subject::Booking { shared: false, .. });
    let booked = |it: &Entry| matches!(it.subject, Subject::Booking { .. });
    let is_there = |it: &Entry| booked(it) || it.subject.goes_out();
    is_there(one) && is_there(other) && (alone(one) || alone(other))
}

fn products_meet(one: &Entry, other: &Entry) -> bool {
    let theirs = other.subject.carries();
    one.subject
        .carries()
        .iter()
        .any(|it| theirs.iter().any(|its| its.product == it.product))
}

fn carried_together(one: &Entry, other: &Entry) -> bool {
    let train = |it: &Entry| {
        let Subject::Departure { train, .. } = &it.subject else {
            return None;
        };
        Some(train.clone())
    };
    if let (Some(one), Some(other)) = (train(one), train(other)) {
        return one == other;
    }
    let theirs = other.subject.carries();
    one.subject.carries().iter().any(|it| {
        let is_it = |its: &Carried| {
            its.product == it.product
                && (its.version == it.version || its.version.is_none() || it.version.is_none())
        };
        theirs.iter().any(is_it)
    })
}

/// The hours of something that no window covers, for any of its products; none where no window applies.
fn shut_hours(agenda: &Agenda, entry: &Entry) -> Vec<i64> {
    let hours = |at: jiff::Timestamp| at.duration_since(self::at(0)).as_hours();
    let mut shut = BTreeSet::new();
    for carried in entry.subject.carries() {
        let applies = |it: &&Hours| it.scope.applies(&carried.product, &entry.environments[0]);
        let windows: Vec<&Hours> = agenda.windows.iter().filter(applies).collect();
        let is_open = |hour: i64| {
            let covers =
                |it: &crate::calendar::Span| hours(it.start) <= hour && hour < hours(it.end);
            windows.is_empty() || windows.iter().any(|it| it.spans.iter().any(covers))
        };
        let own = hours(entry.span.start)..hours(entry.span.end);
        shut.extend(own.filter(|hour| !is_open(*hour)));
    }
    shut.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_found_is_what_a_slow_reading_finds(seed: u64, count in 0_usize..40) {
        let agenda = drawn(seed, count);
        let mut quickly = found(&agenda);
        quickly.retain(|it| !matches!(it.0, Rule::OutsideWindow | Rule::Order));
        prop_assert_eq!(quickly, slowly(&agenda));
    }

    #[test]
    fn the_order_of_the_entries_makes_no_difference(seed: u64, count in 0_usize..40) {
        let agenda = drawn(seed, count);
        let mut turned = agenda.clone();
        turned.entries.reverse();
        let middle = turned.entries.len() / 2;
        turned.entries.rotate_left(middle);
        prop_assert_eq!(found(&agenda), found(&turned));
    }

    #[test]
    fn what_is_outside_of_windows_is_so_hour_by_hour(seed: u64, count in 0_usize..40) {
        let agenda = drawn(seed, count);
        let told = found(&agenda);
        for entry in &agenda.entries {
            let id = entry.subject.to_string();
            let said = told.iter().find(|it| it.0 == Rule::OutsideWindow && it.1 == id);
            let is_asked = entry.subject.goes_out() && entry.progress == Progress::Planned;
            let shut = shut_hours(&agenda, entry);
            let first = shut.first().filter(|_| is_asked);
            prop_assert_eq!(said.map(|it| it.3.0), first.copied(), "{}", id);
        }
    }

    #[test]
    fn whom_a_question_concerns_is_all_that_it_answers(seed: u64, count in 0_usize..40) {
        let agenda = drawn(seed, count);
        let is_even = |index: usize| index.is_multiple_of(2);
        let some = Clashes::of(&agenda, is_even);
        let mut all = Clashes::of(&agenda, |_| true).conflicts;
        all.retain(|it| is_even(it.one) || it.other.is_some_and(is_even));
        prop_assert_eq!(some.conflicts, all);
    }

    #[test]
    fn moving_there_and_back_changes_nothing_and_gains_are_losses_of_the_way_back(seed: u64, hour in 0_i64..36) {
        let before = drawn(seed, 24);
        prop_assume!(!before.entries.is_empty());
        let mut after = before.clone();
        after.entries[0] = before.entries[0].moved(at(hour), at(-1));
        let moved = BTreeSet::from([before.entries[0].subject.to_string()]);
        let there = Difference::between(&before, &after, &moved);
        let back = Difference::between(&after, &before, &moved);
        prop_assert_eq!(there.gained, back.lost);
        prop_assert_eq!(there.lost, back.gained);
        prop_assert_eq!(there.kept.len(), back.kept.len());
    }
}

#[test]
fn too_much_is_cut_to_the_earliest_and_counted() {
    let at_once: Vec<Entry> = (0..60)
        .map(|n| {
            deployment(
                n,
                &format!("shop 1.{n}.0"),
                "live",
                (i64::try_from(n).unwrap(), 100),
            )
        })
        .collect();
    let all = agenda(&at_once);
    let clashes = Clashes::of(&all, |_| true);
    assert_eq!(clashes.conflicts.len(), Clashes::KEPT_MAX);
    assert_eq!(clashes.left_out, 60 * 59 / 2 - 1_000);
    assert!(clashes.is_whole);
    let last = clashes.conflicts.iter().map(|it| it.span.start).max();
    assert_eq!(last, Some(at(45)), "45 begin before, in 990 conflicts");
    let bounded = Clashes::within(&all, 100, |_| true);
    assert_eq!((bounded.conflicts.len(), bounded.left_out), (100, 0));
    assert!(!bounded.is_whole);
}
