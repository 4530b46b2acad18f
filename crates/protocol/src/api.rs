//! The HTTP API under `/api/v1`.

mod problem;

pub use problem::Problem;
