//! What agents report, and whether they are in touch.

use super::{App, Error, admission, entry};
use futures::FutureExt;
use tidegate_domain::{
    converge::{DesiredState, JobState, ObservedState, RouteState},
    deployment::facts::Report,
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
        let kept = self
            .store
            .write(input, |tx, (key, observed)| {
                keep(tx, (key, observed)).boxed()
            })
            .await?;
        if kept.changed {
            self.bus.wake_engine();
        }
        for balancer in &kept.told {
            self.bus.wake_target(balancer);
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

/// What came of a report.
#[derive(Debug, Default)]
struct Kept {
    changed: bool,
    /// Load balancers that were told something because of it.
    told: Vec<TargetKey>,
}

async fn keep(tx: &mut Tx, (key, observed): (&TargetKey, &[ObservedState])) -> Result<Kept, Error> {
    let mut kept = Kept::default();
    let desired = tx.desired_of(key).await?;
    let is_resting = tx.restored().await?.is_some();
    for state in observed {
        let is_it = |desired: &&DesiredState| desired.product == state.product;
        let Some(desired) = desired.iter().find(is_it) else {
            continue;
        };
        let known = tx.report(key, &state.product).await?;
        let report = Report::following(known.as_ref(), in_short(state), tx.now());
        if known.as_ref() != Some(&report) {
            tx.record_report(key, &report).await?;
            kept.changed = true;
            if is_resting {
                continue;
            }
            let heard = admission::heard(tx, (key, desired, &report)).await?;
            kept.told.extend(heard);
        }
    }
    Ok(kept)
}

/// The same, with words that may be kept.
fn in_short(state: &ObservedState) -> ObservedState {
    let mut state = state.clone();
    state.refused = state.refused.as_deref().map(one_line);
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
    state
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
