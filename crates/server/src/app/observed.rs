//! What agents report, and whether they are in touch.

use super::{App, Error, admission, entry, present};
use futures::FutureExt;
use tidegate_domain::{
    catalog::{Kind as CatalogKind, Product},
    converge::{DesiredState, JobState, ObservedState, Present, RouteState},
    deployment::facts::Report,
    generation::Incarnation,
    revision::{Revision, RevisionId},
};
use tidegate_store::{TargetKey, Tx};

/// The longest detail that is kept, in characters.
const DETAIL_MAX: usize = 1024;

impl App {
    /// Keeps what a target says of itself. What repeats the last report is not written. Answers which revisions run there that
    /// the record does not know.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn observe(&self, key: &TargetKey, said: Said) -> Result<Vec<RevisionId>, Error> {
        let input = (key.clone(), said);
        let kept = self
            .store
            .write(input, |tx, (key, said)| keep(tx, (key, said)).boxed())
            .await?;
        if kept.changed {
            self.bus.wake_engine();
        }
        for told in &kept.told {
            self.bus.wake_target(told);
        }
        Ok(kept.unknown)
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

/// What a target says of itself.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// One per product.
    pub observed: Vec<ObservedState>,
    /// Revisions that run there and that the record did not know.
    pub revisions: Vec<Revision>,
}

/// What came of a report.
#[derive(Debug, Default)]
pub(super) struct Kept {
    changed: bool,
    /// Who was told something because of it: load balancers, or the target itself.
    told: Vec<TargetKey>,
    /// What runs there that the record does not know.
    unknown: Vec<RevisionId>,
}

pub(super) async fn keep(tx: &mut Tx, (key, said): (&TargetKey, &Said)) -> Result<Kept, Error> {
    let mut kept = Kept::default();
    let (history, told) = (present::history(tx).await?, tx.desired_of(key).await?);
    for state in &said.observed {
        let is_it = |told: &&DesiredState| told.product == state.product;
        let told = told.iter().find(is_it);
        if told.is_none() && !is_worth_keeping(tx, state).await? {
            continue;
        }
        let known = tx.report(key, &state.product).await?;
        let report = Report::following(known.as_ref(), in_short(state), tx.now());
        if known.as_ref() != Some(&report) {
            tx.record_report(key, &report).await?;
            kept.changed = true;
            if let Some(told) = told {
                let moved = follow_up(tx, history, (key, told, &report)).await?;
                kept.told.extend(moved);
            }
        }
        if Present::of(history, told, Some(&report.observed)).is_left_behind() {
            let unknown = adopt(tx, &report.observed, &said.revisions).await?;
            kept.unknown.extend(unknown);
        }
    }
    Ok(kept)
}

/// A target that was told nothing may run something all the same: what it is told of next must not stop it unseen.
async fn is_worth_keeping(tx: &mut Tx, state: &ObservedState) -> Result<bool, Error> {
    let name = state.product.as_str();
    Ok(state.runs_something()
        && tx
            .document::<Product>(CatalogKind::Product, name)
            .await?
            .is_some())
}

/// Tells whoever has to hear of something new that a target said.
async fn follow_up(
    tx: &mut Tx,
    history: Incarnation,
    (key, told, report): (&TargetKey, &DesiredState, &Report),
) -> Result<Vec<TargetKey>, Error> {
    if !present::is_over(history, told) {
        return admission::heard(tx, (key, told, report)).await;
    }
    if !report.observed.follows(told) || tx.restored().await?.is_some() {
        return Ok(Vec::new());
    }
    // It was out of touch when the present history began, and does as the record says.
    tx.record_desired(key, told).await?;
    Ok(vec![key.clone()])
}

/// Learns the revisions that a target came to run while the record was lost. Their names are their hashes. Answers which the
/// target did not say.
async fn adopt(
    tx: &mut Tx,
    state: &ObservedState,
    revisions: &[Revision],
) -> Result<Vec<RevisionId>, Error> {
    let runs = state.active.iter().filter_map(|it| it.revision);
    let mut unknown = present::unknown(tx, runs).await?;
    let own = revisions.iter().filter(|it| it.product == state.product);
    for revision in own {
        let id = revision.id();
        if unknown.contains(&id) {
            tx.record_revision(revision).await?;
            unknown.retain(|it| *it != id);
        }
    }
    Ok(unknown)
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
