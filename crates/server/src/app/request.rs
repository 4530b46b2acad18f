//! Who asks for what, and the writing of what came of it into the journal.

use super::Error;
use serde::Serialize;
use tidegate_domain::{
    access::{Action, Actor, Permit, permit},
    journal::Entry,
};
use tidegate_store::{StoreError, Tx};

/// A request by a known person.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who.
    pub actor: Actor,
    /// Names the request in the log and the journal.
    pub id: String,
}

impl Request {
    /// Asks the authorizer.
    ///
    /// # Errors
    /// Its refusal.
    pub fn permit(&self, action: Action) -> Result<Permit, Error> {
        Ok(permit(&self.actor, action, None)?)
    }

    /// Writes into the journal what this request did.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn journal<D: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        action: &str,
        subject: &str,
        detail: &D,
    ) -> Result<(), StoreError> {
        let mut entry = entry(tx, self.actor.name.as_str(), (action, subject), detail);
        entry.request = Some(self.id.clone());
        tx.record_entry(&entry).await
    }
}

/// An entry about `what`: an action and its subject.
pub(crate) fn entry<D: Serialize>(tx: &Tx, actor: &str, what: (&str, &str), detail: &D) -> Entry {
    Entry {
        v: 1,
        time: tx.now(),
        actor: actor.to_owned(),
        action: what.0.to_owned(),
        subject: what.1.to_owned(),
        detail: serde_json::to_value(detail).unwrap_or_default(),
        request: None,
    }
}
