//! When a window or freeze is, as far as somebody looked.

use crate::{
    calendar::{Scope, Span, When},
    name::Name,
};
use jiff::Timestamp;

/// When a window or freeze is, in a stretch of time. Whatever its rule says, a bounded number of times is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Which.
    pub name: Name,
    /// What it applies to.
    pub scope: Scope,
    /// By their beginning; those that touch are one.
    pub spans: Vec<Span>,
    /// As far as somebody looked: from the beginning of the stretch, until its end or sooner.
    pub known: Span,
}

impl Hours {
    /// The most times that are looked at.
    const LOOKED_MAX: usize = 20_000;
    /// The most that come of them.
    pub const SPANS_MAX: usize = 500;

    /// When it is in `range`.
    pub fn of(name: Name, scope: Scope, when: &When, range: Span) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        let mut known = range;
        for (looked, span) in when.spans(range.start, range.end).enumerate() {
            let touches = spans.last().is_some_and(|last| span.start <= last.end);
            if looked == Self::LOOKED_MAX || (!touches && spans.len() == Self::SPANS_MAX) {
                known.end = known.end.min(span.start);
                break;
            }
            match spans.last_mut() {
                Some(last) if touches => last.end = last.end.max(span.end),
                Some(_) | None => spans.push(span),
            }
        }
        // What goes on at the end of the stretch was not followed any further.
        Self {
            name,
            scope,
            spans,
            known,
        }
    }

    /// Whether there are more times in the stretch than were looked at.
    pub fn is_cut(&self, range: Span) -> bool {
        self.known.end < range.end
    }

    /// Whether all of a stretch of time was looked at.
    pub fn knows(&self, span: Span) -> bool {
        self.known.start <= span.start && span.end <= self.known.end
    }
}

/// The union of spans in any order: by their beginning, those that touch as one.
pub(super) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut all: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match all.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            Some(_) | None => all.push(span),
        }
    }
    all
}

/// The first part of `span` that none of these covers; they are in order and apart.
pub(super) fn uncovered(span: Span, cover: &[Span]) -> Option<Span> {
    let at = cover.partition_point(|it| it.end <= span.start);
    match cover.get(at) {
        Some(it) if it.start <= span.start && it.end >= span.end => None,
        Some(it) if it.start <= span.start => Some(Span {
            start: it.end,
            end: next_start(cover, at + 1).map_or(span.end, |next| next.min(span.end)),
        }),
        Some(it) => Some(Span {
            start: span.start,
            end: it.start.min(span.end),
        }),
        None => Some(span),
    }
}

/// The first moment from `from` on at which something so long fits in, if there is one.
pub(super) fn fits_from(span: Span, cover: &[Span]) -> Option<Timestamp> {
    let lasts = span.end.duration_since(span.start);
    let is_wide = |it: &&Span| it.end.duration_since(it.start) >= lasts;
    let later = cover.iter().filter(|it| it.start >= span.start);
    later.into_iter().find(is_wide).map(|it| it.start)
}

fn next_start(cover: &[Span], at: usize) -> Option<Timestamp> {
    cover.get(at).map(|it| it.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn span((start, end): (i64, i64)) -> Span {
        Span {
            start: at(start),
            end: at(end),
        }
    }

    fn spans(all: &[(i64, i64)]) -> Vec<Span> {
        all.iter().copied().map(span).collect()
    }

    #[test]
    fn what_is_not_covered_is_found_first() {
        let cover = union(spans(&[(30, 40), (10, 20), (20, 25), (22, 23)]));
        assert_eq!(cover, spans(&[(10, 25), (30, 40)]));
        for (asked, expect) in [
            ((10, 25), None),
            ((12, 20), None),
            ((5, 8), Some((5, 8))),
            ((5, 12), Some((5, 10))),
            ((12, 28), Some((25, 28))),
            ((12, 35), Some((25, 30))),
            ((25, 30), Some((25, 30))),
            ((39, 45), Some((40, 45))),
            ((50, 60), Some((50, 60))),
        ] {
            assert_eq!(
                uncovered(span(asked), &cover),
                expect.map(span),
                "{asked:?}"
            );
        }
        assert_eq!(fits_from(span((5, 18)), &cover), Some(at(10)));
        assert_eq!(fits_from(span((5, 15)), &cover), Some(at(10)));
        assert_eq!(fits_from(span((11, 21)), &cover), Some(at(30)));
        assert_eq!(fits_from(span((11, 31)), &cover), None);
    }

    #[test]
    fn a_hostile_recurrence_costs_no_more_than_others_and_says_how_far_it_is_known() {
        let when = |rule: &str, lasts: &str| {
            let every = serde_json::json!({"name": "often", "reason": "it is", "every": {
                "starts": "2026-01-01T00:00", "rule": rule, "lasts": lasts, "time_zone": "Europe/Amsterdam"}});
            serde_json::from_value::<crate::calendar::Window>(every).map(|it| it.when)
        };
        let range = Span {
            start: "2026-01-01T00:00:00Z".parse().unwrap(),
            end: "2027-01-01T00:00:00Z".parse().unwrap(),
        };
        let of =
            |when: &When| Hours::of("often".parse().unwrap(), Scope::Organisation, when, range);
        // What never closes is one.
        let always = of(&when("FREQ=DAILY", "1d").unwrap());
        assert_eq!((always.spans.len(), always.is_cut(range)), (1, false));
        assert!(always.knows(range));
        // Many apart from each other are cut, and what is behind is not known.
        let hourly = of(&when("FREQ=HOURLY", "10m").unwrap());
        assert_eq!(hourly.spans.len(), Hours::SPANS_MAX);
        assert!(hourly.is_cut(range) && !hourly.knows(range));
        assert!(hourly.known.end > hourly.spans[Hours::SPANS_MAX - 1].start);
        // As many as a rule may hold, all of which touch.
        let minutes = (0..60)
            .map(|it| it.to_string())
            .collect::<Vec<_>>()
            .join(",");
        let often = of(&when(&format!("FREQ=HOURLY;BYMINUTE={minutes}"), "5m").unwrap());
        assert_eq!(often.spans.len(), 1);
        assert!(often.is_cut(range));
    }
}
