//! What is measured outside: Prometheus, and addresses that must answer.
//!
//! Answers become [`Reading`]s. Whatever cannot be used is no data, with a reason; nothing here decides what it means.
//! The HTTP API of Prometheus is that of <https://prometheus.io/docs/prometheus/latest/querying/api/>, version 1.

mod prometheus;

pub(crate) use prometheus::Source;

use crate::outgoing::{Bounds, Outgoing};
use futures::future::try_join_all;
use jiff::Timestamp;
use std::{collections::BTreeMap, time::Duration};
use tidegate_domain::{
    analysis::{self, Analysis, Measured, Window},
    deployment::{Measurement, Reading},
    name::Name,
    plan::{Check, JudgeQuestion, Question, Scene, fill},
};

/// How long anything is waited for. Every check has a time of its own, which is shorter.
const TIME: Duration = Duration::from_secs(600);
/// How much of an answer is read.
const BOUNDS: Bounds = Bounds {
    time: TIME,
    bytes: 16 * 1024 * 1024,
};

/// Asks for numbers, and whether addresses answer.
#[derive(Debug, Clone)]
pub struct Metrics {
    outgoing: Outgoing,
    /// The address of Prometheus, unless a check names one.
    usual: Option<String>,
}

impl Metrics {
    /// With the usual Prometheus, if there is one.
    pub(crate) fn new(outgoing: Outgoing, usual: Option<String>) -> Self {
        Self { outgoing, usual }
    }

    /// The Prometheus that a check names, or the usual one.
    pub(crate) fn source(&self, named: Option<&str>) -> Result<Source<'_>, String> {
        let address = named.or(self.usual.as_deref());
        let address = address.ok_or(
            "no Prometheus is known: start the server with `--prometheus URL`, or name a `source` in the check",
        )?;
        Source::new(&self.outgoing, address)
    }

    /// What a check would have been answered in a window of the past: a number at each interval, or the judge's word on all of
    /// it. What cannot be had is one answer without data.
    pub(crate) async fn look_back(
        &self,
        check: &Check,
        scene: &Scene,
        window: Window,
    ) -> Vec<Measurement> {
        let asked = tokio::time::timeout(
            check.timeout.as_duration(),
            self.readings(check, scene, window),
        );
        let no_data = |why| vec![(window.until, Reading::NoData { why })];
        let readings = match asked.await {
            Ok(Ok(readings)) => readings,
            Ok(Err(why)) => no_data(why),
            Err(_) => no_data(format!("no answer within {}", check.timeout)),
        };
        let numbered = (1..).zip(readings);
        numbered
            .map(|(number, (at, reading))| Measurement {
                check: check.name.clone(),
                number,
                at,
                reading,
            })
            .collect()
    }

    async fn readings(
        &self,
        check: &Check,
        scene: &Scene,
        window: Window,
    ) -> Result<Vec<(Timestamp, Reading)>, String> {
        match check.question() {
            Some(Question::Metric(metric)) => {
                let query = fill(&metric.query, scene, None)?;
                let source = self.source(metric.source.as_deref())?;
                let series = source.series(&query, window, check.interval).await?;
                let points = series.map(|series| series.0).unwrap_or_default();
                Ok(points
                    .iter()
                    .map(|point| (point.at, number(point.value)))
                    .collect())
            }
            Some(Question::Judge(judge)) => {
                let source = self.source(judge.source.as_deref())?;
                let analysis = Box::new(judged(&source, judge, scene, window).await?);
                Ok(vec![(window.until, Reading::Judged { analysis })])
            }
            Some(Question::Exec(_)) => Err("a job cannot be run in the past".to_owned()),
            Some(Question::Http(_)) => Err("an address cannot be asked about the past".to_owned()),
            None => Err("the check asks nothing".to_owned()),
        }
    }

    /// Whether an address answers as it should.
    pub(crate) async fn answers(&self, url: &str) -> Result<Reading, String> {
        let status = self.outgoing.status(url, TIME).await;
        let status = status.map_err(|why| format!("{url}: {why}"))?;
        Ok(Reading::Answer {
            good: status.is_success(),
            detail: format!("{url} answered {}", status.as_u16()),
        })
    }
}

fn number(value: f64) -> Reading {
    match value.is_finite() {
        true => Reading::Value { value },
        false => Reading::NoData {
            why: format!("the query came to {value}"),
        },
    }
}

/// What the judge finds in a window, both sides of every metric asked at once.
pub(crate) async fn judged(
    source: &Source<'_>,
    judge: &JudgeQuestion,
    scene: &Scene,
    window: Window,
) -> Result<Analysis, String> {
    let asked = judge.queries.iter().map(async |(metric, query)| {
        let side = async |targets: &[Name]| match targets {
            [] => Ok(None),
            targets => {
                let query = fill(query, scene, Some(targets))?;
                source.series(&query, window, judge.step).await
            }
        };
        let (canary, baseline) =
            futures::future::try_join(side(&scene.canary), side(&scene.baseline)).await?;
        Ok::<_, String>((metric.clone(), Measured { canary, baseline }))
    });
    let measured: BTreeMap<Name, Measured> = try_join_all(asked).await?.into_iter().collect();
    Ok(analysis::judge(&judge.settings, &measured, window))
}
