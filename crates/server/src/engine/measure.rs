//! Making the measurements that a decision found due. Each is asked beside the engine, bounded in time, and kept once.
//!
//! Several servers may ask the same; the first answer counts. An answer that comes too late for its check is kept all the
//! same, and the decision makes nothing of it.

use crate::{
    app::{Error, SharedApp},
    metrics,
};
use futures::FutureExt;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::{
    analysis,
    deployment::{Deployment, Due, Measurement, Reading},
    id::DeploymentId,
    plan::{Check, Question, Scene, fill},
};

/// The measurements that this server is making.
#[derive(Debug, Clone, Default)]
pub(super) struct Measuring(Arc<Mutex<BTreeSet<(DeploymentId, Due)>>>);

impl Measuring {
    /// Begins what is due and not under way.
    pub(super) fn begin(&self, app: &SharedApp, deployment: &Deployment, due: Vec<Due>) {
        for due in due {
            let Some(check) = deployment.plan.check(&due.check).cloned() else {
                continue;
            };
            let key = (deployment.id, due.clone());
            if !self.under_way().insert(key.clone()) {
                continue;
            }
            let asked = Asked::of(deployment, &due, check);
            let (app, measuring) = (app.clone(), self.clone());
            tokio::spawn(async move {
                let reading = asked.ask(&app).await;
                if let Err(error) = keep(&app, key.0, &due, reading).await {
                    tracing::warn!(
                        deployment = key.0.0,
                        error = &error as &dyn std::error::Error,
                        "engine.measurement_lost"
                    );
                }
                measuring.under_way().remove(&key);
                app.bus.wake_engine();
            });
        }
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, BTreeSet<(DeploymentId, Due)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that a measurement needs to know of its deployment.
struct Asked {
    check: Check,
    scene: Scene,
    window: Option<analysis::Window>,
}

impl Asked {
    fn of(deployment: &Deployment, due: &Due, check: Check) -> Self {
        let run = deployment.check_run(due.wave, &due.check);
        Self {
            scene: scene(deployment, &check, due.wave),
            check,
            window: run.map(|run| analysis::Window {
                from: run.since,
                until: jiff::Timestamp::now(),
            }),
        }
    }

    async fn ask(&self, app: &SharedApp) -> Reading {
        let asked = tokio::time::timeout(self.check.timeout.as_duration(), self.answer(app)).await;
        match asked {
            Ok(Ok(reading)) => reading,
            Ok(Err(why)) => Reading::NoData { why },
            Err(_) => Reading::NoData {
                why: format!("no answer within {}", self.check.timeout),
            },
        }
    }

    async fn answer(&self, app: &SharedApp) -> Result<Reading, String> {
        match self.check.question() {
            Some(Question::Metric(metric)) => {
                let query = fill(&metric.query, &self.scene, None)?;
                let source = app.metrics.source(metric.source.as_deref())?;
                let value = source.value(&query).await?;
                Ok(Reading::Value { value })
            }
            Some(Question::Http(http)) => {
                let url = fill(&http.url, &self.scene, None)?;
                app.metrics.answers(&url).await
            }
            Some(Question::Exec(_)) => Err("a job is run by a target".to_owned()),
            Some(Question::Judge(judge)) => {
                let window = self.window.ok_or("its check has not begun")?;
                let source = app.metrics.source(judge.source.as_deref())?;
                let analysis = metrics::judged(&source, judge, &self.scene, window).await?;
                Ok(Reading::Judged {
                    analysis: Box::new(analysis),
                })
            }
            None => Err("the check asks nothing".to_owned()),
        }
    }
}

fn scene(deployment: &Deployment, check: &Check, wave: u32) -> Scene {
    let (canary, baseline) = deployment.compared(check, wave);
    Scene {
        product: deployment.product.to_string(),
        environment: deployment.environment.to_string(),
        release: deployment.release.to_string(),
        canary,
        baseline,
    }
}

async fn keep(app: &SharedApp, id: DeploymentId, due: &Due, reading: Reading) -> Result<(), Error> {
    let input = (id, due.clone(), reading);
    app.store
        .write(input, |tx, (id, due, reading)| {
            async move {
                let measurement = Measurement {
                    check: due.check.clone(),
                    number: due.number,
                    at: tx.now(),
                    reading: reading.clone(),
                };
                tx.record_measurement((*id, due.wave), &measurement).await?;
                Ok(())
            }
            .boxed()
        })
        .await
}
