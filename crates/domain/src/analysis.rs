//! Whether a canary does as well as the baseline beside it.
//!
//! So far the statistics: start at [`compare`].

mod differences;
mod exact;
mod normal;
mod number;
mod rank_sum;
mod sample;

pub use number::{Confidence, Factor, NumberError, Score, Weight};
pub use rank_sum::{Comparison, compare};
pub use sample::{Sample, SampleError};
