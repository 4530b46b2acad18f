//! What components wrote.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lines of one component on one target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogsView {
    /// Oldest first.
    pub lines: Vec<LogLineView>,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogLineView {
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    pub time: jiff::Timestamp,
    /// `stdout`, `stderr` or `keeper`.
    pub stream: String,
    /// Without its line end.
    pub text: String,
}
