//! The sentence that opens the page: what is not open, why, and until when.

use super::super::super::parts::counted;
use std::collections::BTreeMap;
use tidegate_protocol::api::{CalendarView, OpeningView};

/// More subjects than these are counted.
const NAMED_MAX: usize = 3;
const EVERYTHING: &str = "Everything";

/// What a person would say on seeing it all.
pub(super) fn of(view: &CalendarView) -> String {
    let all = &view.openings;
    if all.is_empty() {
        return "Nothing is declared yet.".to_owned();
    }
    let shut: Vec<_> = all.iter().filter(|o| o.state != "open").collect();
    let mut groups: BTreeMap<&str, Vec<&OpeningView>> = BTreeMap::new();
    for &opening in &shut {
        groups.entry(&opening.sentence).or_default().push(opening);
    }
    let largest = groups.iter().max_by_key(|(_, group)| group.len());
    let Some((sentence, group)) = largest else {
        return everything_is_open(all);
    };
    let (subject, verb) = subject(group, all);
    match shut.len() - group.len() {
        0 => format!("{subject} {verb} {sentence}."),
        1 => format!("{subject} {verb} {sentence}; 1 other place is not open either."),
        others => {
            let others = counted(others, "other place");
            format!("{subject} {verb} {sentence}; {others} are not open either.")
        }
    }
}

/// With what closes first.
fn everything_is_open(all: &[OpeningView]) -> String {
    let next = all.iter().filter_map(|o| o.until).min();
    let closing = all.iter().filter(|o| next.is_some() && o.until == next);
    let closing: Vec<_> = closing.collect();
    let Some(until) = closing
        .first()
        .map(|o| o.sentence.trim_start_matches("open "))
    else {
        return format!("{EVERYTHING} is open.");
    };
    match subject(&closing, all).0.as_str() {
        EVERYTHING => format!("{EVERYTHING} is open {until}."),
        subject => format!("{EVERYTHING} is open, {subject} {until}."),
    }
}

/// What the openings of a group have in common, and the verb that follows: environments, or some products in them.
fn subject(group: &[&OpeningView], all: &[OpeningView]) -> (String, &'static str) {
    let mut by_environment: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for opening in group {
        let products = by_environment.entry(&opening.environment).or_default();
        products.push(&opening.product);
    }
    if group.len() == all.len() && by_environment.len() > 1 {
        return (EVERYTHING.to_owned(), "is");
    }
    let mut subjects = Vec::new();
    for (environment, products) in &by_environment {
        let whole = all.iter().filter(|o| o.environment == *environment).count();
        subjects.push(match products.as_slice() {
            some if some.len() == whole => ((*environment).to_owned(), "is"),
            [only] => (format!("{only} in {environment}"), "is"),
            some => {
                let share = format!("{} of {whole} products in {environment}", some.len());
                (share, "are")
            }
        });
    }
    let names: Vec<&str> = subjects.iter().map(|(name, _)| name.as_str()).collect();
    match (subjects.as_slice(), names.as_slice()) {
        ([only], _) => only.clone(),
        (_, [first @ .., last]) if names.len() <= NAMED_MAX => {
            (format!("{} and {last}", first.join(", ")), "are")
        }
        _ => (format!("{} of {} places", group.len(), all.len()), "are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn opening(place: &str, sentence: &str, until: Option<i64>) -> OpeningView {
        let (product, environment) = place.split_once('/').unwrap();
        let (state, _) = sentence.split_once(' ').unwrap_or((sentence, ""));
        OpeningView {
            product: product.into(),
            environment: environment.into(),
            state: state.into(),
            sentence: sentence.into(),
            until: until.map(|second| Timestamp::from_second(second).unwrap()),
            reasons: Vec::new(),
            in_flight: None,
            windows: Vec::new(),
            freezes: Vec::new(),
        }
    }

    fn check(openings: &[(&str, &str, Option<i64>)], expect: &str) {
        let opening =
            |(place, sentence, until): &(&str, &str, Option<i64>)| opening(place, sentence, *until);
        let view = CalendarView {
            now: Timestamp::UNIX_EPOCH,
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::UNIX_EPOCH,
            time_zone: "UTC".into(),
            openings: openings.iter().map(opening).collect(),
            entries: Vec::new(),
        };
        assert_eq!(of(&view), expect);
    }

    #[test]
    fn what_is_open_names_what_closes_first() {
        check(&[], "Nothing is declared yet.");
        check(&[("a/live", "open", None)], "Everything is open.");
        check(
            &[("a/live", "open until noon", Some(5))],
            "Everything is open, live until noon.",
        );
        let today = "open until today 17:00 UTC (5 h)";
        check(
            &[("a/live", today, Some(5)), ("a/testing", "open", None)],
            "Everything is open, live until today 17:00 UTC (5 h).",
        );
        check(
            &[("a/live", today, Some(5)), ("a/testing", today, Some(5))],
            "Everything is open until today 17:00 UTC (5 h).",
        );
    }

    #[test]
    fn what_is_shut_is_named_by_what_it_has_in_common() {
        let frozen = "frozen until Monday 08:00 UTC (2 days): Closing";
        let closed = "closed until Monday 09:00 UTC (2 days): outside of days";
        check(
            &[
                ("a/live", frozen, None),
                ("b/live", frozen, None),
                ("a/testing", "open", None),
            ],
            "live is frozen until Monday 08:00 UTC (2 days): Closing.",
        );
        check(
            &[
                ("a/live", frozen, None),
                ("b/live", "open", None),
                ("a/testing", "open", None),
            ],
            "a in live is frozen until Monday 08:00 UTC (2 days): Closing.",
        );
        check(
            &[
                ("a/live", frozen, None),
                ("a/testing", frozen, None),
                ("a/staging", closed, None),
            ],
            "live and testing are frozen until Monday 08:00 UTC (2 days): Closing; \
                1 other place is not open either.",
        );
        check(
            &[
                ("a/live", frozen, None),
                ("b/live", frozen, None),
                ("c/live", "open", None),
            ],
            "2 of 3 products in live are frozen until Monday 08:00 UTC (2 days): Closing.",
        );
        check(
            &[("a/live", frozen, None), ("a/testing", frozen, None)],
            "Everything is frozen until Monday 08:00 UTC (2 days): Closing.",
        );
    }
}
