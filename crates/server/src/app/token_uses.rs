//! Which tokens were used, written down now and then: reading must not become writing.

use super::{App, Error};
use futures::FutureExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tidegate_domain::id::TokenId;
use tidegate_store::StoreError;

/// A token that is used all the time is noted this often.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// Which tokens were used since that was last written down.
#[derive(Debug, Default)]
pub struct TokenUses(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    /// When each was last noted.
    at: BTreeMap<TokenId, Instant>,
    /// Those to be written down.
    due: BTreeSet<TokenId>,
}

impl TokenUses {
    /// Notes that a token was used.
    pub fn note(&self, id: TokenId) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted
            .at
            .get(&id)
            .is_none_or(|at| at.elapsed() >= NOTED_EVERY)
        {
            noted.at.insert(id, Instant::now());
            noted.due.insert(id);
        }
    }

    /// Takes what is to be written down.
    fn take(&self) -> Vec<TokenId> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.at.retain(|_, at| at.elapsed() < NOTED_EVERY);
        std::mem::take(&mut noted.due).into_iter().collect()
    }
}

impl App {
    /// Writes down which tokens were used.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn write_token_uses(&self) -> Result<(), Error> {
        let due = self.token_uses.take();
        if due.is_empty() {
            return Ok(());
        }
        let written = self.store.write(due, |tx, due| {
            async move {
                for id in due {
                    tx.record_token_used(*id).await?;
                }
                Ok::<_, StoreError>(())
            }
            .boxed()
        });
        Ok(written.await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_once_however_often_it_is_used() {
        let uses = TokenUses::default();
        let id = |n| TokenId(uuid::Uuid::from_u128(n));
        for n in [1, 2, 1, 1] {
            uses.note(id(n));
        }
        assert_eq!(uses.take(), [id(1), id(2)]);
        uses.note(id(1));
        assert_eq!(uses.take(), [], "it was noted a moment ago");
        uses.0.lock().unwrap().at.clear();
        uses.note(id(1));
        assert_eq!(uses.take(), [id(1)]);
    }
}
