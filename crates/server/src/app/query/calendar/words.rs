//! What the calendar says of a place, in words.

use jiff::{Timestamp, ToSpan};
use tidegate_domain::{
    calendar::{Closed, Edge, Opening, Zone},
    name::Name,
};
use tidegate_protocol::api::{ClosedView, OpeningView};

/// More windows than these are not named one by one.
const NAMED_MAX: usize = 3;

/// What moments are seen from.
pub(super) struct Clock<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: &'a Zone,
}

impl Clock<'_> {
    /// What is said of a place, without the place.
    pub(super) fn opening(&self, opening: &Opening) -> OpeningView {
        let (state, edge, reasons) = match opening {
            Opening::Open { until } => ("open", *until, &[][..]),
            Opening::Closed { reasons, opens, .. } => (word(reasons), *opens, &reasons[..]),
        };
        let in_flight = match opening {
            Opening::Open { .. } => None,
            Opening::Closed { reasons, .. } => {
                let strictest = reasons.iter().map(Closed::in_flight).max();
                strictest.map(|rule| rule.as_str().to_owned())
            }
        };
        OpeningView {
            product: String::new(),
            environment: String::new(),
            state: state.to_owned(),
            sentence: self.sentence(state, edge, reasons),
            until: known(edge),
            reasons: reasons.iter().map(|reason| self.reason(reason)).collect(),
            in_flight,
            windows: Vec::new(),
            freezes: Vec::new(),
        }
    }

    fn sentence(&self, state: &str, edge: Edge, reasons: &[Closed]) -> String {
        let why: Vec<String> = reasons.iter().map(why).collect();
        let why = why.join(", ");
        match edge {
            _ if reasons.is_empty() => format!("{state}{}", self.until(edge)),
            Edge::Never => format!("{state}, and nothing declared will open it: {why}"),
            // The freeze ends before, and then no window is open yet.
            Edge::At(at) if state == "frozen" && !reasons.iter().any(|r| ends(r, edge)) => {
                format!("{state}, open from {}: {why}", self.distant(at))
            }
            Edge::At(_) | Edge::NotBefore(_) => format!("{state}{}: {why}", self.until(edge)),
        }
    }

    /// ` until` an edge; nothing when it never comes.
    fn until(&self, edge: Edge) -> String {
        match edge {
            Edge::At(at) => format!(" until {}", self.distant(at)),
            // Nobody looked further, so the day says nothing.
            Edge::NotBefore(at) => {
                let month = self.zone.local(at).strftime("%B %Y");
                format!(" until {month} at least")
            }
            Edge::Never => String::new(),
        }
    }

    fn reason(&self, reason: &Closed) -> ClosedView {
        match reason {
            Closed::Frozen {
                freeze,
                title,
                reason,
                until,
                ..
            } => ClosedView {
                kind: "frozen".to_owned(),
                sentence: format!("{title}{}: {reason}", self.until(*until)),
                freeze: Some(freeze.to_string()),
                until: known(*until),
            },
            outside @ Closed::OutsideWindows { .. } => ClosedView {
                kind: "outside-windows".to_owned(),
                sentence: why(outside),
                freeze: None,
                until: None,
            },
        }
    }

    /// A moment, and how far away it is.
    fn distant(&self, at: Timestamp) -> String {
        let away = length(at.as_second() - self.now.as_second());
        format!("{} ({away})", self.moment(at))
    }

    /// A moment as people near it say it.
    fn moment(&self, at: Timestamp) -> String {
        let (then, today) = (self.zone.local(at), self.zone.local(self.now).date());
        let is_within = |days: i64| {
            let last = today.saturating_add(days.days());
            (today..=last).contains(&then.date())
        };
        let form = match () {
            () if is_within(0) => "today %H:%M",
            () if is_within(1) => "tomorrow %H:%M",
            () if is_within(6) => "%A %H:%M",
            () if then.year() == today.year() => "%-d %B %H:%M",
            () => "%-d %B %Y %H:%M",
        };
        format!("{} {}", then.strftime(form), self.zone.name())
    }
}

/// A length of time in words: the largest unit that fits.
pub fn length(seconds: i64) -> String {
    match seconds.abs() {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..172_800 => format!("{} h", s / 3_600),
        s @ 172_800..63_072_000 => format!("{} days", s / 86_400),
        s => format!("{} years", s / 31_536_000),
    }
}

fn word(reasons: &[Closed]) -> &'static str {
    let is_freeze = |reason: &Closed| match reason {
        Closed::Frozen { .. } => true,
        Closed::OutsideWindows { .. } => false,
    };
    match reasons.iter().any(is_freeze) {
        true => "frozen",
        false => "closed",
    }
}

/// Whether it is a freeze that ends there.
fn ends(reason: &Closed, edge: Edge) -> bool {
    match reason {
        Closed::Frozen { until, .. } => *until == edge,
        Closed::OutsideWindows { .. } => false,
    }
}

fn why(reason: &Closed) -> String {
    match reason {
        Closed::Frozen { title, .. } => title.clone(),
        Closed::OutsideWindows { windows, .. } if windows.len() > NAMED_MAX => {
            format!("outside of all {} windows", windows.len())
        }
        Closed::OutsideWindows { windows, .. } => {
            let names: Vec<&str> = windows.iter().map(Name::as_str).collect();
            format!("outside of {}", names.join(" and "))
        }
    }
}

const fn known(edge: Edge) -> Option<Timestamp> {
    match edge {
        Edge::At(at) => Some(at),
        Edge::NotBefore(_) | Edge::Never => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::calendar::InFlight;

    fn at(text: &str) -> Edge {
        Edge::At(text.parse().unwrap())
    }

    fn check(opening: &Opening, expect: &str) {
        // A Wednesday.
        let now = "2026-11-25T11:00:00Z".parse().unwrap();
        let zone = "Europe/Berlin".parse().unwrap();
        let clock = Clock { now, zone: &zone };
        assert_eq!(clock.opening(opening).sentence, expect);
    }

    #[test]
    fn what_is_open_says_until_when() {
        for (until, expect) in [
            (Edge::Never, "open"),
            (
                at("2026-11-25T16:00:00Z"),
                "open until today 17:00 Europe/Berlin (5 h)",
            ),
            (
                at("2026-11-26T08:30:00Z"),
                "open until tomorrow 09:30 Europe/Berlin (21 h)",
            ),
            (
                at("2026-11-30T07:00:00Z"),
                "open until Monday 08:00 Europe/Berlin (4 days)",
            ),
            (
                at("2026-12-20T17:00:00Z"),
                "open until 20 December 18:00 Europe/Berlin (25 days)",
            ),
            (
                Edge::NotBefore("2036-11-25T11:00:00Z".parse().unwrap()),
                "open until November 2036 at least",
            ),
        ] {
            check(&Opening::Open { until }, expect);
        }
    }

    #[test]
    fn what_is_closed_says_why_and_when_it_opens() {
        let frozen = Closed::Frozen {
            freeze: "year-end".parse().unwrap(),
            title: "Year-end closing".into(),
            reason: "The books".into(),
            until: at("2026-11-28T07:00:00Z"),
            in_flight: InFlight::Finish,
        };
        let outside = |names: &[&str]| Closed::OutsideWindows {
            windows: names.iter().map(|name| name.parse().unwrap()).collect(),
            until: at("2026-11-30T08:00:00Z"),
            in_flight: InFlight::Finish,
        };
        let closed = |reasons: Vec<Closed>, opens| Opening::Closed { reasons, opens };
        let monday = at("2026-11-30T08:00:00Z");
        check(
            &closed(vec![frozen.clone()], at("2026-11-28T07:00:00Z")),
            "frozen until Saturday 08:00 Europe/Berlin (2 days): Year-end closing",
        );
        check(
            &closed(vec![frozen.clone(), outside(&["nights", "days"])], monday),
            "frozen, open from Monday 09:00 Europe/Berlin (4 days): Year-end closing, outside of nights and days",
        );
        check(
            &closed(vec![outside(&["a", "b", "c", "d"])], monday),
            "closed until Monday 09:00 Europe/Berlin (4 days): outside of all 4 windows",
        );
        check(
            &closed(vec![outside(&["past"])], Edge::Never),
            "closed, and nothing declared will open it: outside of past",
        );
        let now = "2026-11-25T11:00:00Z".parse().unwrap();
        let zone = Zone::default();
        let clock = Clock { now, zone: &zone };
        let view = clock.opening(&closed(vec![frozen], monday));
        assert_eq!(
            view.reasons[0].sentence,
            "Year-end closing until Saturday 07:00 UTC (2 days): The books"
        );
        assert_eq!(view.in_flight.as_deref(), Some("finish"));
    }
}
