//! Everything that happens in a stretch of time, and what is in whose way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything that happens in a stretch of time, as far as the asker sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgendaView {
    /// This moment.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    /// Where the stretch begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Where it ends.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The time zone that days are in: that of all windows and freezes when they share one, else UTC.
    pub time_zone: String,
    /// The lanes that hold something, in the order in which they are shown: `releases`, `trains`, `environment:NAME` along the
    /// promotion paths, `windows`, `suppliers`, `tasks`.
    pub lanes: Vec<String>,
    /// What happens, by its beginning.
    pub entries: Vec<AgendaEntryView>,
    /// What is in whose way, the earliest first. At least one of both is among the entries.
    pub conflicts: Vec<AgendaConflictView>,
    /// How many more conflicts there are.
    pub conflicts_left_out: u64,
    /// Whether there is more than was looked at; ask for less.
    pub cut: bool,
}

/// Something that happens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgendaEntryView {
    /// What tells it from others, also when it moves: `release/shop/1.1.0`.
    pub id: String,
    /// `release`, `train`, `deployment`, `booking`, `window`, `freeze`, `notice` or `task`.
    pub kind: String,
    /// In which lane it stands.
    pub lane: String,
    /// In a line.
    pub title: String,
    /// `planned`, `under-way`, `over` or `called-off`.
    pub progress: String,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// When it ends. What has a moment only is taken to last an hour.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// The products that it carries.
    pub products: Vec<String>,
    /// Where it happens.
    pub environments: Vec<String>,
    /// Whom it concerns: people, and teams as `team:NAME`.
    pub people: Vec<String>,
    /// The components that it changes.
    pub components: Vec<String>,
}

/// Two entries in each other's way, or one outside of its windows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgendaConflictView {
    /// `freeze`, `outside-window`, `order`, `supplier-change`, `same-environment`, `shared-component` or `shared-people`.
    pub rule: String,
    /// What the rule says.
    pub says: String,
    /// What is the matter.
    pub sentence: String,
    /// What helps.
    pub remedy: String,
    /// From when on it would fit by this rule, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub fits_from: Option<Timestamp>,
    /// One of both, by its id.
    pub one: String,
    /// The other; none when something is outside of its windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// When they clash.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// Where.
    pub environments: Vec<String>,
    /// The components that one changes and the other needs.
    pub components: Vec<String>,
    /// Who has to be in two places.
    pub people: Vec<String>,
}

/// A question what would change if something were at another time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfRequest {
    /// What is moved, by its id: `release/shop/1.1.0`, `train/autumn/live`, `booking/shop/1.1.0/1` or `notice/3/1`.
    pub entry: String,
    /// Where to: a local time such as `2026-12-03T20:00` in the time zone of its plan, a moment such as
    /// `2026-12-03T20:00:00Z`, a day, or so many days later (`+2d`, `-2d`), which keep the time of day.
    pub to: String,
}

/// What would change. Nothing is moved by asking.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhatIfView {
    /// The answer in a sentence.
    pub sentence: String,
    /// What would move, as it is now, by its beginning.
    pub before: Vec<AgendaEntryView>,
    /// The same as it would be.
    pub after: Vec<AgendaEntryView>,
    /// The time zone of the plan.
    pub time_zone: String,
    /// Conflicts that there would be, and are not now.
    pub gained: Vec<AgendaConflictView>,
    /// Conflicts that there would be no more.
    pub lost: Vec<AgendaConflictView>,
    /// Conflicts that would stay.
    pub kept: Vec<AgendaConflictView>,
    /// The windows and freezes that it would be in.
    pub falls_into: Vec<AgendaEntryView>,
    /// Tasks of the release that would be late, and are not now.
    pub late_gained: Vec<String>,
    /// Tasks that would be late no more.
    pub late_lost: Vec<String>,
    /// Tasks that are late both ways.
    pub late_kept: Vec<String>,
    /// Whether there is more than was looked at.
    pub cut: bool,
}
