//! What agents report, and whether they are in touch.

use super::{App, Error, entry};
use futures::FutureExt;
use tidegate_domain::{
    converge::{JobState, ObservedState, RouteState},
    deployment::facts::Report,
    name::Name,
};
use tidegate_store::{TargetKey, Tx};

/// The longest detail that is kept, in characters.
const DETAIL_MAX: usize = 1024;

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
    let told: Vec<Name> = tx
        .desired_of(key)
        .await?
        .into_iter()
        .map(|state| state.product)
        .collect();
    for state in observed
        .iter()
        .filter(|state| told.contains(&state.product))
    {
        let mut state = state.clone();
        for attestation in &mut state.active {
            attestation.detail = one_line(&attestation.detail);
        }
        for route in &mut state.traffic {
            if let RouteState::Failed { reason } = &mut route.state {
                *reason = one_line(reason);
            }
        }
        for report in &mut state.jobs {
            if let JobState::Failed { reason: words } | JobState::Waiting { why: words } =
                &mut report.state
            {
                *words = one_line(words);
            }
        }
        let known = tx.report(key, &state.product).await?;
        let report = Report::following(known.as_ref(), state, tx.now());
        if known.as_ref() != Some(&report) {
            tx.record_report(key, &report).await?;
            changed = true;
        }
    }
    Ok(changed)
}

/// What an agent says is shown to people and kept for ever: it is cut, and nothing in it steers a terminal.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(DETAIL_MAX).map(plain).collect()
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
