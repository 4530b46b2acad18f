//! Asking a Prometheus: one number now, or a series over a window.

use super::BOUNDS;
use crate::outgoing::{Outgoing, OutgoingError, Url};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{
    analysis::{Point, Series, Window},
    duration::Millis,
};

/// One Prometheus.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    outgoing: &'a Outgoing,
    base: Url,
}

/// The envelope of every answer.
#[derive(Debug, Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Scalar(Sample),
    String(serde::de::IgnoredAny),
    Vector(Vec<Instant>),
    Matrix(Vec<Range>),
}

/// A time in seconds, and a number as text: it may be `NaN` or `+Inf`.
type Sample = (f64, String);

#[derive(Debug, Deserialize)]
struct Instant {
    value: Sample,
}

#[derive(Debug, Deserialize)]
struct Range {
    values: Vec<Sample>,
}

impl<'a> Source<'a> {
    pub(super) fn new(outgoing: &'a Outgoing, address: &str) -> Result<Self, String> {
        let wrong = |why: &dyn std::fmt::Display| format!("`{address}` is no address: {why}");
        let base = format!("{}/", address.trim_end_matches('/'));
        let base = Url::parse(&base).map_err(|why| wrong(&why))?;
        Ok(Self { outgoing, base })
    }

    /// The one finite number that a query comes to now.
    pub(crate) async fn value(&self, query: &str) -> Result<f64, String> {
        let sample = match self.ask("api/v1/query", &[("query", query)]).await? {
            Data::Scalar(sample) => sample,
            Data::Vector(series) => match <[Instant; 1]>::try_from(series) {
                Ok([only]) => only.value,
                Err(series) if series.is_empty() => {
                    return Err(
                        "the query finds no series: there was no traffic, or a label is wrong"
                            .to_owned(),
                    );
                }
                Err(series) => {
                    let count = series.len();
                    return Err(format!(
                        "the query finds {count} series: aggregate them, for instance by sum(…)"
                    ));
                }
            },
            Data::String(_) | Data::Matrix(_) => {
                return Err("the query does not come to a number".to_owned());
            }
        };
        let value: f64 = sample.1.parse().map_err(|_| not_finite(&sample.1))?;
        value
            .is_finite()
            .then_some(value)
            .ok_or_else(|| not_finite(&sample.1))
    }

    /// The one series that a query comes to over a window; none when it finds nothing.
    pub(crate) async fn series(
        &self,
        query: &str,
        window: Window,
        step: Millis,
    ) -> Result<Option<Series>, String> {
        let seconds = |at: Timestamp| format!("{}", at.as_millisecond() as f64 / 1000.0);
        let step = format!("{}", step.0 as f64 / 1000.0);
        let parameters = [
            ("query", query),
            ("start", &seconds(window.from)),
            ("end", &seconds(window.until)),
            ("step", &step),
        ];
        let mut series = match self.ask("api/v1/query_range", &parameters).await? {
            Data::Matrix(series) => series,
            Data::Scalar(_) | Data::String(_) | Data::Vector(_) => {
                return Err("the query does not come to a series".to_owned());
            }
        };
        if series.len() > 1 {
            let count = series.len();
            return Err(format!(
                "the query finds {count} series: aggregate them, for instance by sum(…)"
            ));
        }
        Ok(series
            .pop()
            .map(|range| Series(range.values.iter().filter_map(point).collect())))
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Data, String> {
        let mut url = self.base.join(path).map_err(|why| why.to_string())?;
        url.query_pairs_mut().extend_pairs(parameters);
        let answer = self.outgoing.get(url.as_str(), BOUNDS).await;
        let answer = answer.map_err(|why| match why {
            OutgoingError::Long(_) => {
                "the answer is larger than 16 MiB: aggregate the query".to_owned()
            }
            OutgoingError::Unreachable(why) | OutgoingError::Broken(why) => {
                format!("Prometheus at {} does not answer: {why}", self.base)
            }
            OutgoingError::Address(_) | OutgoingError::Inner { .. } | OutgoingError::Late(_) => {
                format!("Prometheus at {}: {why}", self.base)
            }
        })?;
        let status = answer.status();
        // Refused queries are explained in the same envelope, with a status of 4xx (or 503 when it ran out of time).
        let answer: Answer = serde_json::from_slice(answer.body())
            .map_err(|_| format!("{} answered {status}, which is not Prometheus", self.base))?;
        match (answer.status.as_str(), answer.data) {
            ("success", Some(data)) => Ok(data),
            _ => Err(format!("Prometheus refuses the query: {}", answer.error)),
        }
    }
}

fn point((seconds, value): &Sample) -> Option<Point> {
    let milliseconds = (seconds * 1000.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float is clamped when it is cast"
    )]
    let at = Timestamp::from_millisecond(milliseconds as i64).ok()?;
    let value = value.parse().unwrap_or(f64::NAN);
    Some(Point { at, value })
}

fn not_finite(value: &str) -> String {
    format!("the query comes to {value}, which is no number to hold against a bound")
}
