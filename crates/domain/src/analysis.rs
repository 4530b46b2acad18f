//! Whether a canary does as well as the baseline beside it: the judge.
//!
//! A canary is compared with fresh targets that run what is live already, over the same time: metric by metric, each a
//! rank sum test with the estimate of the shift, then all of them as one score. Nothing here fetches a metric, and
//! nothing waits: samples come in, a verdict goes out.
//!
//! | file | what it holds |
//! |---|---|
//! | `settings` | what people write: metrics, groups, thresholds |
//! | `number` | the numbers in it, each where it makes sense |
//! | `series` | what was measured, and what of it can be used |
//! | `metric` | the verdict on one metric |
//! | `judge` | the score and the verdict on all |
//! | `verdict` | what comes out, with a sentence for people |
//! | `rank_sum` | the test and the estimate; `exact`, `normal`: its two distributions |
//! | `differences` | any difference of two samples by its rank, quickly; `sample`: values in order |
//!
//! Start at [`judge`], or at [`compare`] for the statistics. No data is never a pass.

mod differences;
mod exact;
mod judge;
mod metric;
mod normal;
mod number;
mod rank_sum;
mod sample;
mod series;
mod settings;
mod verdict;

pub use judge::judge;
pub use number::{Bound, Confidence, Factor, NumberError, Score, Weight};
pub use rank_sum::{Comparison, compare};
pub use sample::{Sample, SampleError};
pub use series::{Measured, Point, Series, Window};
pub use settings::{Bad, Gaps, MetricSettings, Outliers, Settings, SettingsError};
pub use verdict::{
    Analysis, GroupResult, Measure, MetricResult, MetricVerdict, NoData, Side, Verdict,
};
