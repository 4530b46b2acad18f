//! Whether the server lives and is ready, and its numbers for Prometheus.

use crate::{
    app::{Error, SharedApp},
    http::{ApiError, access::State},
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use prometheus_client::{encoding::text::encode, metrics::gauge::Gauge, registry::Registry};

/// It lives.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// It can read its store, which has room for more.
pub(crate) async fn readyz(app: State) -> Result<&'static str, ApiError> {
    app.store.ready().await.map_err(Error::from)?;
    Ok("ready\n")
}

/// Its numbers, in the `OpenMetrics` text format.
pub(crate) async fn metrics(app: State) -> Result<Response, ApiError> {
    let numbers = numbers(&app).await?;
    let mut registry = Registry::with_prefix("tidegate");
    for (name, help, value) in numbers {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|why| Error::Broken(why.to_string()))?;
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

async fn numbers(app: &SharedApp) -> Result<[(&'static str, &'static str, i64); 5], Error> {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    app.store
        .read((), |tx, ()| {
            async move {
                let agents = tx.agents().await?;
                let connected = agents.iter().filter(|agent| agent.connected).count();
                let alarms = agents.iter().filter(|agent| agent.journal_alarm.is_some());
                let alarms = alarms.count();
                let running = tx.running_deployments().await?.len();
                let entries =
                    i64::try_from(tx.journal_frontier().await?.size()).unwrap_or(i64::MAX);
                Ok((agents.len(), connected, running, entries, alarms))
            }
            .boxed()
        })
        .await
        .map(|(agents, connected, running, entries, alarms)| {
            [
                (
                    "agents_enrolled",
                    "Agents that were enrolled",
                    count(agents),
                ),
                (
                    "agents_connected",
                    "Agents that are in touch",
                    count(connected),
                ),
                (
                    "deployments_running",
                    "Deployments that have not ended",
                    count(running),
                ),
                ("journal_entries", "Entries of the journal", entries),
                (
                    "journal_alarms",
                    "Agents that hold an earlier checkpoint which the journal does not continue",
                    count(alarms),
                ),
            ]
        })
}
