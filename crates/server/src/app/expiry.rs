//! What is over by itself, and forgotten in the background: nobody who signs in waits for it, or stands in the way of others
//! by it.

use super::{App, Error};
use futures::FutureExt;
use tidegate_store::{StoreError, Tx};

impl App {
    /// Forgets tries to sign in that are too old to count, the sessions and links that are over, and the tokens that
    /// programs got for theirs.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget_what_is_over(&self) -> Result<(), Error> {
        let forgotten = self.store.write((), |tx, ()| forget(tx).boxed());
        Ok(forgotten.await?)
    }
}

async fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    tx.forget_tries().await?;
    tx.forget_sessions().await?;
    tx.forget_lent_tokens().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use tidegate_domain::{
        access::{Tries, throttle::FORGOTTEN_AFTER},
        digest::Digest,
    };
    use tidegate_store::Store;

    #[tokio::test]
    async fn tries_are_forgotten_in_the_background() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let left = store.write((), |tx, ()| {
            async move {
                let subject = Digest::of(b"somebody");
                let last_at = tx.now() - FORGOTTEN_AFTER - SignedDuration::from_secs(1);
                let tries = Tries { count: 3, last_at };
                tx.record_tries(subject, Some(tries)).await?;
                forget(tx).await?;
                tx.tries(subject).await
            }
            .boxed()
        });
        assert_eq!(left.await.unwrap(), None);
    }
}
