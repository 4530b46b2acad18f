//! Revisions that were read once. They are named by their hash, so what is kept here is never stale.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::{
    deployment::facts::{Attested, attested},
    revision::{Revision, RevisionId},
};
use tidegate_store::{StoreError, Tx};

/// More than this, and all are forgotten; they are read again when needed.
const KEPT_MAX: usize = 50_000;

/// A revision with what its targets must attest.
#[derive(Debug)]
pub struct Known {
    /// The revision.
    pub revision: Revision,
    /// Its manifests by component.
    pub attested: Attested,
    /// Whether only a target said it: nobody is given anything for it.
    pub is_said: bool,
}

/// Revisions by name.
#[derive(Debug, Default)]
pub struct RevisionCache {
    known: Mutex<BTreeMap<RevisionId, Arc<Known>>>,
}

impl RevisionCache {
    /// One revision, read in `tx` unless it is known.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn get(&self, tx: &mut Tx, id: RevisionId) -> Result<Option<Arc<Known>>, StoreError> {
        if let Some(known) = self.lock().get(&id) {
            return Ok(Some(known.clone()));
        }
        let Some(revision) = tx.revision(id).await? else {
            return Ok(None);
        };
        let known = Arc::new(Known {
            attested: attested(&revision),
            is_said: tx.is_said(id).await?,
            revision,
        });
        if known.is_said {
            // That ends once the server makes the same itself.
            return Ok(Some(known));
        }
        let mut all = self.lock();
        if all.len() >= KEPT_MAX {
            all.clear();
        }
        all.insert(id, known.clone());
        Ok(Some(known))
    }

    /// What targets must attest for each of `ids`; those that are not known are left out.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn attested(
        &self,
        tx: &mut Tx,
        ids: BTreeSet<RevisionId>,
    ) -> Result<BTreeMap<RevisionId, Attested>, StoreError> {
        let mut found = BTreeMap::new();
        for id in ids {
            if let Some(known) = self.get(tx, id).await? {
                found.insert(id, known.attested.clone());
            }
        }
        Ok(found)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RevisionId, Arc<Known>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
