//! Windows and freezes, and what they allow now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the calendar says of a stretch of time, and of this moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CalendarView {
    /// This moment.
    #[schema(value_type = String, format = DateTime)]
    pub now: jiff::Timestamp,
    /// Where the stretch begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: jiff::Timestamp,
    /// Where it ends.
    #[schema(value_type = String, format = DateTime)]
    pub to: jiff::Timestamp,
    /// The time zone that days and sentences are in: that of all windows and freezes when they share one, else UTC.
    pub time_zone: String,
    /// Whether deployment is allowed now, for each environment of each product's path.
    pub openings: Vec<OpeningView>,
    /// Windows first, then freezes, by name.
    pub entries: Vec<CalendarEntryView>,
}

/// Whether a product may be deployed to an environment at this moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpeningView {
    /// The product.
    pub product: String,
    /// The environment.
    pub environment: String,
    /// `open`, `frozen`, or `closed`: outside of every window.
    pub state: String,
    /// In words, such as `frozen until Monday 08:00 UTC (2 days): Year-end closing`.
    pub sentence: String,
    /// When it closes or opens next; none when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<jiff::Timestamp>,
    /// Why it is not open.
    pub reasons: Vec<ClosedView>,
    /// What becomes of a deployment that is under way while it is not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<String>,
    /// The windows that apply here.
    pub windows: Vec<String>,
    /// The freezes that apply here.
    pub freezes: Vec<String>,
}

/// A reason why deployment is not allowed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClosedView {
    /// `frozen` or `outside-windows`.
    pub kind: String,
    /// In words.
    pub sentence: String,
    /// The freeze that is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<String>,
    /// When that freeze ends; none when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<jiff::Timestamp>,
}

/// A window or a freeze.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CalendarEntryView {
    /// `window` or `freeze`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Why it is.
    pub reason: String,
    /// The only product it applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The only environment it applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What becomes of a deployment that is under way when it closes.
    pub in_flight: String,
    /// Its own time zone.
    pub time_zone: String,
    /// By which rule it comes back, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// When it is, as far as that touches the stretch of time; at most 500.
    pub spans: Vec<SpanView>,
    /// Whether there are more than are listed.
    pub cut: bool,
}

/// From a moment until just before another.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct SpanView {
    /// The first moment.
    #[schema(value_type = String, format = DateTime)]
    pub start: jiff::Timestamp,
    /// The first moment after it.
    #[schema(value_type = String, format = DateTime)]
    pub end: jiff::Timestamp,
}

/// Where calendar programs read the calendar.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeedView {
    /// Behind the server's own address. It reads the calendar and nothing else, and ends with the token that asked.
    pub path: String,
}
