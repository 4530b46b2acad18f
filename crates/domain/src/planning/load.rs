//! Whether those whom tasks fall to have time for all of them.
//!
//! Each task begins no sooner than what it needs allows, and is over before it makes anything late ([`super::Schedule`]). Where
//! all that has to happen within some time takes longer than there is time for as many people as there are, no order of doing it
//! helps: the criterion of processor demand (Baruah, Rosier and Howell, *Algorithms and complexity concerning the preemptive
//! scheduling of periodic, real-time tasks on one processor*, 1990). It is reckoned as if people did one thing at a time, as long
//! as the plan says that it takes; what it names cannot be done, and what it does not name may still be too much.

use crate::{name::Name, version::Version};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Something that falls to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// Of which release.
    pub of: (Name, Version),
    /// What it is, for people.
    pub title: String,
    /// When it begins at the earliest.
    pub from: Timestamp,
    /// When it has to be over.
    pub until: Timestamp,
    /// How long it takes from now on.
    pub takes: SignedDuration,
}

/// A time in which more has to be done than there is time for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overload<'a> {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How long all of it takes, one after the other.
    pub takes: SignedDuration,
    /// How much longer that is than everybody has together.
    pub over: SignedDuration,
    /// What has to be done within it, by when it has to be over.
    pub stints: Vec<&'a Stint>,
}

/// The time in which the most is too much for as many `people`, if there is any. A task that is late by itself is left out:
/// it needs no other to be too much. It takes the square of the number of stints.
pub fn overload(stints: &[Stint], people: u32) -> Option<Overload<'_>> {
    let fits_alone = |it: &&Stint| it.takes <= it.until.duration_since(it.from);
    let mut stints: Vec<&Stint> = stints.iter().filter(fits_alone).collect();
    stints.sort_by_key(|it| (it.until, it.from));
    let begins: BTreeSet<Timestamp> = stints.iter().map(|it| it.from).collect();
    let mut worst: Option<Crowded> = None;
    for from in begins {
        let mut takes = SignedDuration::ZERO;
        let places = stints.iter().enumerate();
        for (last, stint) in places.filter(|(_, it)| it.from >= from) {
            takes = takes.saturating_add(stint.takes);
            let time = stint.until.duration_since(from);
            let over = takes.saturating_sub(times(time, people));
            let is_worse = worst.is_none_or(|worst| over > worst.over);
            if over.is_positive() && is_worse {
                worst = Some(Crowded {
                    from,
                    last,
                    takes,
                    over,
                });
            }
        }
    }
    let Crowded {
        from,
        last,
        takes,
        over,
    } = worst?;
    let within = stints.iter().take(last + 1).filter(|it| it.from >= from);
    Some(Overload {
        from,
        until: stints[last].until,
        takes,
        over,
        stints: within.copied().collect(),
    })
}

/// A time in which too much is to be done, from a moment until the end of the stint at a place.
#[derive(Clone, Copy)]
struct Crowded {
    from: Timestamp,
    last: usize,
    takes: SignedDuration,
    over: SignedDuration,
}

fn times(time: SignedDuration, people: u32) -> SignedDuration {
    let factor = i32::try_from(people).unwrap_or(i32::MAX);
    time.checked_mul(factor).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stint(name: &str, (from, until, takes): (i64, i64, i64)) -> Stint {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        Stint {
            of: ("shop".parse().unwrap(), "1.0.0".parse().unwrap()),
            title: name.to_owned(),
            from: at(from),
            until: at(until),
            takes: SignedDuration::from_hours(takes),
        }
    }

    fn named(stints: &[Stint], people: u32) -> Option<(i64, String)> {
        let overload = overload(stints, people)?;
        let titles: Vec<&str> = overload.stints.iter().map(|it| it.title.as_str()).collect();
        Some((overload.over.as_hours(), titles.join(" ")))
    }

    #[test]
    fn what_fits_in_some_order_is_no_overload() {
        let fits = [
            stint("a", (0, 10, 4)),
            stint("b", (0, 10, 6)),
            stint("c", (10, 12, 2)),
        ];
        assert_eq!(named(&fits, 1), None);
        assert_eq!(named(&[], 1), None);
    }

    #[test]
    fn the_time_in_which_too_much_has_to_be_done_is_named_with_it() {
        let crowded = [
            stint("early", (0, 4, 2)),
            stint("a", (5, 10, 4)),
            stint("b", (5, 9, 3)),
            stint("late", (20, 90, 5)),
        ];
        assert_eq!(named(&crowded, 1), Some((2, "b a".to_owned())));
        assert_eq!(named(&crowded, 2), None);
    }

    #[test]
    fn what_is_late_by_itself_is_another_story() {
        assert_eq!(named(&[stint("a", (0, 2, 5))], 1), None);
    }

    /// Whether one person can do all hours of work in time: whoever has the earliest end goes first, hour by hour, which
    /// finds an order whenever there is one.
    fn can_be_done(stints: &[(i64, i64, i64)]) -> bool {
        let mut left: Vec<(i64, i64, i64)> = stints.to_vec();
        for hour in 0..64 {
            let ready = left.iter_mut().filter(|it| it.0 <= hour && it.2 > 0);
            if let Some(first) = ready.min_by_key(|it| it.1) {
                if first.1 <= hour {
                    return false;
                }
                first.2 -= 1;
            }
        }
        left.iter().all(|it| it.2 == 0)
    }

    proptest! {
        /// For one person the criterion is exact: it names something just when no order helps.
        #[test]
        fn it_is_named_just_when_no_order_helps(
            spans in proptest::collection::vec((0..20_i64, 1..12_i64, 1..6_i64), 0..7)
        ) {
            let spans: Vec<(i64, i64, i64)> = spans.into_iter()
                .map(|(from, length, takes)| (from, from + length, takes.min(length))).collect();
            let stints: Vec<Stint> = spans.iter().map(|it| stint("it", *it)).collect();
            prop_assert_eq!(overload(&stints, 1).is_none(), can_be_done(&spans));
        }
    }
}
