//! What holds of every train, told once more by somebody who knows nothing of how it comes about.

use super::{BillEdition, Train, TrainStatus};
use crate::name::Name;

/// What does not hold of a train, in words; nothing unless its record was damaged.
pub fn check(train: &Train) -> Vec<String> {
    let mut found = Vec::new();
    for (edition, number) in train.editions.iter().zip(1..) {
        if edition.edition.0 != number {
            found.push(format!(
                "edition {} of the bill is in place {number}",
                edition.edition
            ));
        }
    }
    for pair in train.editions.windows(2) {
        if let [before, after] = pair {
            found.extend(silent(train, before, after));
        }
    }
    found.extend(
        train
            .bill()
            .into_iter()
            .flat_map(|last| unlike(train, last)),
    );
    found.extend(misplaced(train));
    found
}

/// The products whose lines differ between two editions without an amendment that says why.
fn silent(train: &Train, before: &BillEdition, after: &BillEdition) -> Vec<String> {
    let changed = |product: &&Name| before.bill.0.get(*product) != after.bill.0.get(*product);
    let products = before.bill.0.keys().chain(after.bill.0.keys());
    let told = |product: &Name| {
        let mut all = train.amendments.iter();
        all.any(|it| it.edition == Some(after.edition) && it.product == *product)
    };
    let silent = products.filter(changed).filter(|it| !told(it));
    silent
        .map(|it| {
            format!(
                "{it} changed with edition {}, and nobody said so",
                after.edition
            )
        })
        .collect()
}

/// Where the bill that goes is not that of the members.
fn unlike(train: &Train, last: &BillEdition) -> Vec<String> {
    let members = train.plan.members.iter();
    let unlike = members.filter(|member| {
        let line = last.bill.line(&member.product);
        line.is_none_or(|it| it.hash.is_none() || Some(&it.release) != member.release.as_ref())
    });
    let unlike = unlike.map(|it| format!("the bill does not bring {} as planned", it.product));
    let strangers = last.bill.0.keys();
    let strangers = strangers.filter(|it| train.plan.member(it).is_none());
    unlike
        .chain(strangers.map(|it| format!("the bill brings {it}, which is no member")))
        .collect()
}

/// Where the status does not go with the rest.
fn misplaced(train: &Train) -> Option<String> {
    let departures = &train.plan.departures;
    if let Some(reached) = train.status.reached()
        && departures.iter().all(|it| it.environment != *reached)
    {
        return Some(format!("it reached {reached}, where it does not go"));
    }
    let is_fixed = train.bill().is_some();
    let word = train.status.word();
    match &train.status {
        TrainStatus::Planned { .. } if is_fixed => {
            Some("boarding is open, and there is a bill".to_owned())
        }
        TrainStatus::Closed { .. }
        | TrainStatus::UnderWay { .. }
        | TrainStatus::RolledBack { .. }
        | TrainStatus::Failed { .. }
        | TrainStatus::Arrived { .. }
            if !is_fixed =>
        {
            Some(format!("it is {word} without a bill"))
        }
        TrainStatus::Planned { .. }
        | TrainStatus::Closed { .. }
        | TrainStatus::UnderWay { .. }
        | TrainStatus::RolledBack { .. }
        | TrainStatus::Failed { .. }
        | TrainStatus::Arrived { .. }
        | TrainStatus::Cancelled { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Places, TrainAct, TrainEvent, Word, decide,
        sample::{ABOARD, facts, name, time, train},
    };
    use super::*;
    use crate::{group::GroupCause, id::GroupRunId};
    use proptest::prelude::*;

    fn event(letter: u8) -> TrainEvent {
        let (by, reason) = (name("ada"), "it smokes".to_owned());
        let cause = GroupCause::Person {
            by: by.clone(),
            reason: reason.clone(),
        };
        match letter {
            0 | 1 => TrainEvent::Left {
                environment: name(["staging", "live"][usize::from(letter)]),
                run: GroupRunId(1),
            },
            2 | 3 => TrainEvent::Reached,
            4 => TrainEvent::RolledBack { cause },
            5 => TrainEvent::Failed { cause },
            6 => TrainEvent::Held { reason, by: None },
            7 | 8 => TrainEvent::Resumed { by },
            9 => TrainEvent::Arrived,
            _ => TrainEvent::Cancelled { by, reason },
        }
    }

    /// What is decided at a moment at which members are late, where one of them has no release.
    fn follow(train: &Train, who: &Name, second: i64) -> Option<Train> {
        let mut known = facts(ABOARD);
        known.members.get_mut(who)?.line = None;
        let now = "2026-12-03T20:00:00Z".parse().unwrap();
        let mut next = train.clone();
        match decide(train, &known, now).act? {
            TrainAct::Happens(event) => next.apply(&event, now).unwrap(),
            TrainAct::Drops(product, word) => {
                let bill = known.bill(train);
                next = train
                    .dropped(&product, (&bill, &known.places), word)
                    .unwrap();
            }
            TrainAct::Leaves(leaving) => {
                let (environment, run) = (leaving.environment, GroupRunId(second.unsigned_abs()));
                next.apply(&TrainEvent::Left { environment, run }, now)
                    .unwrap();
            }
        }
        Some(next)
    }

    /// One step of people or the engine; what people are refused changes nothing, and what is decided can always be done.
    fn step(train: &Train, (what, who): (u8, usize), second: i64) -> Option<Train> {
        let bill = facts(ABOARD).bill(train);
        let product = name(["orders", "stock", "shop"][who]);
        let word = Word {
            by: None,
            reason: "it smokes".to_owned(),
            at: time(second),
        };
        match what {
            20 | 21 => train.closed(bill, (name("ada"), time(second))).ok(),
            22 => train.dropped(&product, (&bill, &Places::new()), word).ok(),
            23 => {
                let mut line = bill.line(&product)?.clone();
                line.release = format!("2.1.{second}").parse().unwrap();
                train.replaced(&product, line, word).ok()
            }
            25..=28 => follow(train, &product, second),
            24 => train.replanned(train.plan.without(&product), &product).ok(),
            29 => {
                let mut plan = train.plan.clone();
                plan.departures.remove(who % plan.departures.len());
                train.replanned(plan, &product).ok()
            }
            letter => {
                let mut train = train.clone();
                train.apply(&event(letter), time(second)).ok()?;
                Some(train)
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_done_to_a_train_nothing_is_silent(
            steps in prop::collection::vec((0..30_u8, 0..3_usize), 0..30)
        ) {
            let mut train = train();
            for (what, second) in steps.into_iter().zip(1..) {
                if let Some(next) = step(&train, what, second) {
                    prop_assert_eq!(check(&next), Vec::<String>::new(), "{:?}", what);
                    prop_assert!(next.editions.starts_with(&train.editions));
                    prop_assert!(next.amendments.starts_with(&train.amendments));
                    train = next;
                }
            }
        }
    }

    #[test]
    fn a_damaged_record_says_what_is_wrong() {
        let bill = facts(ABOARD).bill(&train());
        let mut train = train().closed(bill, (name("ada"), time(1))).unwrap();
        let closed = train.clone();
        let mut other = train.editions[0].clone();
        other.bill.0.remove(&name("stock"));
        train.editions.push(other);
        train.status = TrainStatus::Planned { hold: None };
        assert_eq!(
            check(&train),
            [
                "edition 1 of the bill is in place 2",
                "stock changed with edition 1, and nobody said so",
                "the bill does not bring stock as planned",
                "boarding is open, and there is a bill",
            ]
        );
        train.editions.clear();
        train.status = TrainStatus::Arrived {
            at: time(1),
            run: None,
        };
        assert_eq!(check(&train), ["it is arrived without a bill"]);
        let mut lost = closed;
        lost.status = TrainStatus::Closed {
            reached: Some(name("moon")),
            since: time(1),
            hold: None,
        };
        assert_eq!(check(&lost), ["it reached moon, where it does not go"]);
    }
}
