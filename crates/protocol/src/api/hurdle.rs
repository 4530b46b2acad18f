//! What stands between a release, or a train, and live.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All that stands between something and live.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HurdlesView {
    /// In a sentence.
    pub sentence: String,
    /// The environments that are not reached yet, in order.
    pub path: Vec<String>,
    /// Those first that decide when it is live.
    pub hurdles: Vec<HurdleView>,
}

/// Something that stands between a release and live.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HurdleView {
    /// `release`, `deployment`, `task`, `control`, `approval`, `supplier`, `calendar`, `integration` or `departure`.
    pub kind: String,
    /// What it is.
    pub what: String,
    /// What helps.
    pub remedy: String,
    /// Whose it is: a person, `team NAME`, `control NAME`, `supplier: …`, `the calendar`, `whoever may approve` or `whoever plans it`.
    pub whose: String,
    /// Which product it is about.
    pub product: Option<String>,
    /// The environment that is not reached before it is over; none, when nothing is.
    pub environment: Option<String>,
    /// When it ends by itself, or has to be over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// How many minutes longer it may take until something is late; negative when something will be.
    pub room_minutes: Option<i64>,
}
