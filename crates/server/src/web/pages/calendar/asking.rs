//! What would change if something were at another time, as the page shows it.

use super::agenda::{Conflict, conflict};
use jiff::tz::TimeZone;
use tidegate_protocol::api::WhatIfView;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) sentence: String,
    /// What would move: its title, when it is, when it would be.
    pub(super) moves: Vec<(String, String, String)>,
    pub(super) time_zone: String,
    pub(super) gained: Vec<Conflict>,
    pub(super) lost: Vec<Conflict>,
    pub(super) kept: Vec<Conflict>,
    pub(super) late: Vec<(&'static str, String)>,
    pub(super) falls_into: String,
    /// Whether something would break.
    pub(super) breaks: bool,
}

impl Answer {
    pub(super) fn of(view: &WhatIfView) -> Self {
        let zone = TimeZone::get(&view.time_zone).unwrap_or(TimeZone::UTC);
        let moment = |at: jiff::Timestamp| {
            let at = at.to_zoned(zone.clone());
            at.strftime("%a %-d %b %Y %H:%M").to_string()
        };
        let moves = view.after.iter().map(|is| {
            let was = view.before.iter().find(|it| it.id == is.id);
            let was = was.map(|it| moment(it.start)).unwrap_or_default();
            (is.title.clone(), was, moment(is.start))
        });
        let late = [
            ("Late by it", &view.late_gained),
            ("Late no more", &view.late_lost),
            ("Late as before", &view.late_kept),
        ];
        let late = late.into_iter().filter(|(_, tasks)| !tasks.is_empty());
        let around = view.falls_into.iter();
        let around: Vec<String> = around
            .map(|it| format!("{} ({})", it.title, it.kind))
            .collect();
        Self {
            sentence: view.sentence.clone(),
            moves: moves.collect(),
            time_zone: view.time_zone.clone(),
            gained: view.gained.iter().map(|it| conflict(it, &zone)).collect(),
            lost: view.lost.iter().map(|it| conflict(it, &zone)).collect(),
            kept: view.kept.iter().map(|it| conflict(it, &zone)).collect(),
            late: late
                .map(|(title, tasks)| (title, tasks.join(", ")))
                .collect(),
            falls_into: around.join(", "),
            breaks: !view.gained.is_empty() || !view.late_gained.is_empty(),
        }
    }
}
