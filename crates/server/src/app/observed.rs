//! What agents report, and whether they are in touch.

use super::{App, Error, admission, entry, present};
use futures::FutureExt;
use tidegate_domain::{
    converge::{DesiredState, JobState, ObservedState, Present, RouteState},
    deployment::facts::Report,
    generation::Incarnation,
    name::Name,
    revision::{Revision, RevisionId},
};
use tidegate_store::{TargetKey, Tx};

/// Of so many products a target may say something without being told of any.
const PRODUCTS_MAX: u64 = 64;

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
    tx.record_heard(key).await?;
    let (history, told) = (present::history(tx).await?, tx.desired_of(key).await?);
    for state in &said.observed {
        let is_it = |told: &&DesiredState| told.product == state.product;
        let told = told.iter().find(is_it);
        let known = tx.report(key, &state.product).await?;
        if told.is_none() && known.is_none() && !is_worth_keeping(tx, (key, state)).await? {
            continue;
        }
        let report = Report::following(known.as_ref(), in_short(state), tx.now());
        if known.as_ref() != Some(&report) {
            tx.record_report(key, &report).await?;
            kept.changed = true;
            if let Some(told) = told {
                let moved = follow_up(tx, history, (key, told, &report)).await?;
                kept.told.extend(moved);
            }
        }
        if Present::of(history, told, (Some(&report.observed), true)).is_left_behind() {
            let unknown = adopt(tx, (key, &report.observed), &said.revisions).await?;
            kept.unknown.extend(unknown);
        }
    }
    Ok(kept)
}

/// A target that was told nothing may run something all the same, also of a product that is not declared yet: what it is told of next
/// must not stop it unseen.
async fn is_worth_keeping(
    tx: &mut Tx,
    (key, state): (&TargetKey, &ObservedState),
) -> Result<bool, Error> {
    Ok(state.runs_something() && tx.count_reports(key).await? < PRODUCTS_MAX)
}

/// Tells whoever has to hear of something new that a target said.
async fn follow_up(
    tx: &mut Tx,
    history: Incarnation,
    (key, told, report): (&TargetKey, &DesiredState, &Report),
) -> Result<Vec<TargetKey>, Error> {
    match present::is_over(history, told) {
        true => tell_again(tx, (key, told, report)).await,
        false => admission::heard(tx, (key, told, report)).await,
    }
}

/// Tells a target what it was told in a history that is over, if it does just that. It answers whom it told.
///
/// # Errors
/// When the store fails.
pub(super) async fn follow(
    tx: &mut Tx,
    key: &TargetKey,
    product: &Name,
) -> Result<Vec<TargetKey>, Error> {
    let told = tx.desired_of(key).await?;
    let told = told.iter().find(|told| told.product == *product);
    let report = tx.report(key, product).await?;
    match (told, report) {
        (Some(told), Some(report)) if present::is_over(present::history(tx).await?, told) => {
            tell_again(tx, (key, told, &report)).await
        }
        _ => Ok(Vec::new()),
    }
}

async fn tell_again(
    tx: &mut Tx,
    (key, told, report): (&TargetKey, &DesiredState, &Report),
) -> Result<Vec<TargetKey>, Error> {
    if !report.observed.follows(told) || tx.restored().await?.is_some() {
        return Ok(Vec::new());
    }
    tx.record_desired(key, told).await?;
    Ok(vec![key.clone()])
}

/// Learns the revisions that a target came to run while the record was lost. Their names are their hashes, so they are what runs
/// there; that anybody wanted it nobody knows, so the target gets nothing for them. Answers which it did not say.
async fn adopt(
    tx: &mut Tx,
    (key, state): (&TargetKey, &ObservedState),
    revisions: &[Revision],
) -> Result<Vec<RevisionId>, Error> {
    let runs = state.active.iter().filter_map(|it| it.revision);
    let mut unknown = present::unknown(tx, runs).await?;
    let own = revisions.iter().filter(|it| it.product == state.product);
    for revision in own {
        let id = revision.id();
        if unknown.contains(&id) {
            tx.record_said_revision(key, revision).await?;
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
