//! The calendar of a scenario: `calendar closed at-once 60s year-end`.

use jiff::Timestamp;
use tidegate_domain::{
    calendar::{Closed, Edge, InFlight, Opening},
    deployment::Against,
    duration::Millis,
};

/// `open`, or `closed finish|finish-wave|at-once 60s|never`, and by which freezes, or `windows`; the year's end, unless said.
pub fn said(words: &str, now: Timestamp) -> Option<Opening> {
    let words: Vec<&str> = words.split(' ').collect();
    let ["closed", in_flight, opens, by @ ..] = words.as_slice() else {
        return None;
    };
    let opens = match *opens {
        "never" => Edge::Never,
        length => Edge::At(now + length.parse::<Millis>().unwrap().as_signed()),
    };
    let by = if by.is_empty() { &["year-end"] } else { by };
    let in_flight = match *in_flight {
        "finish" => InFlight::Finish,
        "finish-wave" => InFlight::FinishWaveThenHold,
        "at-once" => InFlight::HoldAtOnce,
        other => panic!("no such rule: {other}"),
    };
    Some(Opening::Closed {
        reasons: by
            .iter()
            .map(|name| closed(name, opens, in_flight))
            .collect(),
        opens,
    })
}

fn closed(by: &str, until: Edge, in_flight: InFlight) -> Closed {
    let (title, reason) = match by {
        "windows" => {
            return Closed::OutsideWindows {
                windows: vec!["nights".parse().unwrap()],
                until,
                in_flight,
            };
        }
        "year-end" => ("the year's end", "the books are closed"),
        other => (other, "nobody is there"),
    };
    Closed::Frozen {
        freeze: by.parse().unwrap(),
        title: title.to_owned(),
        reason: reason.to_owned(),
        until,
        in_flight,
    }
}

/// What an override sets aside that is asked for at this moment.
pub fn in_the_way(calendar: Option<&Opening>) -> Option<Against> {
    match calendar? {
        Opening::Closed { reasons, .. } => Some(Against::of(reasons)),
        Opening::Open { .. } => None,
    }
}
