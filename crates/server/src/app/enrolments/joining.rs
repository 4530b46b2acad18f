//! An agent joins: what it shows for it, and what becomes of its place.

use super::super::{
    Error, Kind, entry, latecomers,
    observed::{self, Said},
    present,
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::{Document, Kind as CatalogKind, SlotVariables, Target},
    converge::{ObservedState, Present},
    digest::Digest,
};
use tidegate_store::{TargetKey, Tx};

/// An agent that asks to join.
pub(super) struct Joining {
    pub(super) secret: Digest,
    pub(super) key: TargetKey,
    pub(super) serial: String,
    pub(super) issued_at: Timestamp,
    pub(super) said: Said,
}

/// Lets an agent join, with what its host runs already.
///
/// # Errors
/// When its token is not good for that, or an agent is enrolled that it may not replace.
pub(super) async fn join(tx: &mut Tx, joining: &Joining) -> Result<(), Error> {
    let (key, serial) = (&joining.key, &joining.serial);
    let replaces = tx.use_enrolment(joining.secret, &key.environment).await?;
    let replaces = replaces.ok_or_else(|| {
        let detail = format!(
            "the token is wrong, used up, expired, or not for environment `{}`",
            key.environment
        );
        Error::refused(Kind::NotAllowed, "enrolment-invalid", detail)
            .hint("`tidegate enrolment create --environment ENV` makes a new one")
    })?;
    if !replaces && let Some(agent) = tx.agent(key).await? {
        let detail = match agent.revoked_at {
            None => format!("an agent is enrolled for {key} already"),
            Some(_) => format!("the agent of {key} was revoked"),
        };
        return Err(Error::refused(Kind::Conflict, "agent-enrolled", detail)
            .hint("`tidegate enrolment create --replace` makes a token that may take its place"));
    }
    let known: Option<Target> = tx.document(CatalogKind::Target, &key.to_string()).await?;
    if known.is_none() {
        let target = Target {
            name: key.target.clone(),
            environment: key.environment.clone(),
            vars: BTreeMap::new(),
            slots: SlotVariables::default(),
            balances: Vec::new(),
        };
        tx.record_document(&Document::Target(target)).await?;
    }
    tx.record_agent_enrolled(key, (serial, joining.issued_at))
        .await?;
    let detail = serde_json::json!({ "serial": serial, "declared_before": known.is_some() });
    let entry = entry(
        tx,
        &format!("agent/{key}"),
        ("agent.enrolled", &format!("target/{key}")),
        &detail,
    );
    tx.record_entry(&entry).await?;
    succeed(tx, joining).await?;
    observed::keep(tx, (key, &joining.said)).await?;
    // Nobody waits for it yet who could be woken.
    latecomers::settle_all(tx, (&key.environment, Some(&key.target))).await?;
    Ok(())
}

/// A host that does not run what its place was told in a history that is over is another one. It is told the same if all others there do
/// as the record says; otherwise that is forgotten, because something else may have come to run there since. A load balancer does not
/// say what it runs; what it was told stands until it is told again.
async fn succeed(tx: &mut Tx, joining: &Joining) -> Result<(), Error> {
    let history = present::history(tx).await?;
    let (key, said) = (&joining.key, &joining.said.observed);
    for told in tx.desired_of(key).await? {
        let mut own = said.iter().filter(|it| it.product == told.product);
        let is_gone = told.traffic.is_empty() && !own.any(ObservedState::runs_something);
        if !is_gone || !present::is_over(history, &told) {
            continue;
        }
        let mut others = present::of(tx, &told.product, &key.environment).await?;
        others.remove(&key.target);
        let is_told = |it: &Present| matches!(it, Present::Told(_));
        if others.values().any(is_told) && !others.values().any(Present::is_left_behind) {
            tx.record_desired(key, &told).await?;
        } else {
            tx.forget_product(key, &told.product).await?;
        }
    }
    Ok(())
}
