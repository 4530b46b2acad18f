//! What is measured outside: Prometheus, and addresses that must answer.
//!
//! Answers become [`Reading`]s. Whatever cannot be used is no data, with a reason; nothing here decides what it means.
//! The HTTP API of Prometheus is that of <https://prometheus.io/docs/prometheus/latest/querying/api/>, version 1.

mod prometheus;

pub(crate) use prometheus::Source;

use futures::future::try_join_all;
use reqwest::{Client, redirect::Policy};
use std::collections::BTreeMap;
use tidegate_domain::{
    analysis::{self, Analysis, Measured, Window},
    deployment::Reading,
    name::Name,
    plan::{JudgeQuestion, Scene, fill},
};

/// Asks for numbers, and whether addresses answer.
#[derive(Debug, Clone)]
pub struct Metrics {
    client: Client,
    /// The address of Prometheus, unless a check names one.
    usual: Option<String>,
}

impl Metrics {
    /// With the usual Prometheus, if there is one.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(usual: Option<String>) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, usual })
    }

    /// The Prometheus that a check names, or the usual one.
    pub(crate) fn source(&self, named: Option<&str>) -> Result<Source<'_>, String> {
        let address = named.or(self.usual.as_deref());
        let address = address.ok_or(
            "no Prometheus is known: start the server with `--prometheus URL`, or name a `source` in the check",
        )?;
        Source::new(&self.client, address)
    }

    /// Whether an address answers as it should.
    pub(crate) async fn answers(&self, url: &str) -> Result<Reading, String> {
        let answer = self.client.get(url).send().await;
        let answer = answer.map_err(|error| format!("{url}: {}", prometheus::causes(&error)))?;
        let status = answer.status();
        Ok(Reading::Answer {
            good: status.is_success(),
            detail: format!("{url} answered {}", status.as_u16()),
        })
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
