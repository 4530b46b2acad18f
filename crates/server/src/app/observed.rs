//! What agents report, and whether they are in touch.

use super::{App, Error, entry};
use futures::FutureExt;
use tidegate_domain::{converge::ObservedState, deployment::facts::Report};
use tidegate_store::{TargetKey, Tx};

impl App {
    /// Keeps what a target says of itself. What repeats the last report is not written.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn observe(
        &self,
        key: &TargetKey,
        observed: Vec<ObservedState>,
    ) -> Result<(), Error> {
        let input = (key.clone(), observed);
        let changed = self
            .store
            .write(input, |tx, (key, observed)| keep(tx, key, observed).boxed())
            .await?;
        if changed {
            self.bus.wake_engine();
        }
        Ok(())
    }

    /// An agent came or went.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connection_changed(
        &self,
        key: &TargetKey,
        connected: bool,
        program: &str,
    ) -> Result<(), Error> {
        let input = (key.clone(), connected, program.to_owned());
        let changed = self
            .store
            .write(input, |tx, (key, connected, program)| {
                connection(tx, key, *connected, program).boxed()
            })
            .await?;
        if changed {
            self.bus.wake_engine();
        }
        Ok(())
    }
}

async fn keep(tx: &mut Tx, key: &TargetKey, observed: &[ObservedState]) -> Result<bool, Error> {
    let mut changed = false;
    for state in observed {
        let known = tx.report(key, &state.product).await?;
        let report = Report::following(known.as_ref(), state.clone(), tx.now());
        if known.as_ref() != Some(&report) {
            tx.record_report(key, &report).await?;
            changed = true;
        }
    }
    Ok(changed)
}

async fn connection(
    tx: &mut Tx,
    key: &TargetKey,
    connected: bool,
    program: &str,
) -> Result<bool, Error> {
    let changed = tx.record_connection(key, connected, program).await?;
    if changed {
        let action = if connected {
            "agent.connected"
        } else {
            "agent.lost"
        };
        let detail = serde_json::json!({});
        let entry = entry(
            tx,
            &format!("agent/{key}"),
            (action, &format!("target/{key}")),
            &detail,
        );
        tx.record_entry(&entry).await?;
    }
    Ok(changed)
}
