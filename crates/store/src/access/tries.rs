//! Tries to sign in that did not succeed, shared by all servers of the database.

use crate::{StoreError, Tx};
use jiff::Timestamp;
use tidegate_domain::{
    access::{Tries, throttle::FORGOTTEN_AFTER},
    digest::Digest,
};

impl Tx {
    /// The tries under the hash of an account's name, or of a network.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn tries(&mut self, subject: Digest) -> Result<Option<Tries>, StoreError> {
        let sql = "SELECT count, last_at FROM sign_in_tries WHERE subject = $1";
        let row = self.row(sql, &[subject.as_bytes().to_vec().into()]).await?;
        let read = row.map(|row| {
            Ok(Tries {
                count: u32::try_from(row.int(0)?).unwrap_or(u32::MAX),
                last_at: row.time(1)?,
            })
        });
        read.transpose()
    }

    /// Keeps how many tries there were; none forgets them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_tries(
        &mut self,
        subject: Digest,
        tries: Option<Tries>,
    ) -> Result<(), StoreError> {
        let subject = subject.as_bytes().to_vec();
        let Some(tries) = tries else {
            let sql = "DELETE FROM sign_in_tries WHERE subject = $1";
            return self.execute(sql, &[subject.into()]).await.map(drop);
        };
        let sql = "INSERT INTO sign_in_tries (subject, count, last_at) VALUES ($1, $2, $3) \
            ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last_at = excluded.last_at";
        let values = [subject.into(), tries.count.into(), tries.last_at.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Forgets the tries that are too old to count.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_tries(&mut self) -> Result<u64, StoreError> {
        let before: Timestamp = self.now() - FORGOTTEN_AFTER;
        let sql = "DELETE FROM sign_in_tries WHERE last_at <= $1";
        self.execute(sql, &[before.into()]).await
    }
}
