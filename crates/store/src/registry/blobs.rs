//! Blobs: rows that make a file visible, the repositories that link them, and leases.
//!
//! Start at [`Tx::record_blob_stored`].

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_values, time_value},
};
use crate::{StoreError, Tx, Value};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::digest::Digest;

/// How long a blob or manifest is kept for whoever was told of it.
pub const LEASE: SignedDuration = SignedDuration::from_hours(24);

impl Tx {
    /// Every blob, with its length in bytes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all_blobs(&mut self) -> Result<Vec<(Digest, u64)>, StoreError> {
        let sql = "SELECT digest, size FROM registry_blobs ORDER BY digest";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| Ok((digest_column(row, 0)?, row.unsigned(1)?)))
            .collect()
    }

    /// The file of `digest` is complete and durable: it becomes visible in `repository`, leased.
    pub async fn record_blob_stored(
        &mut self,
        repository: &Repository,
        digest: Digest,
        size: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let size = Value::Int(i64::try_from(size).unwrap_or(i64::MAX));
        self.execute(
            "INSERT INTO registry_blobs (digest, size, created, checked_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (digest) DO UPDATE SET damaged_at = NULL, checked_at = excluded.checked_at
             WHERE registry_blobs.damaged_at IS NOT NULL",
            &[digest_value(digest), size, time_value(now)],
        )
        .await?;
        self.link_blob(repository, digest).await?;
        self.lease(digest, now).await
    }

    /// A blob of `from` becomes visible in `to` as well, leased. False: `from` has no such blob.
    pub async fn record_blob_mounted(
        &mut self,
        from: &Repository,
        to: &Repository,
        digest: Digest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.blob_size(from, digest).await?.is_none() {
            return Ok(false);
        }
        self.link_blob(to, digest).await?;
        self.lease(digest, now).await?;
        Ok(true)
    }

    /// `repository` no longer shows the blob. False: it did not.
    pub async fn record_blob_deleted(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<bool, StoreError> {
        let [product, component] = repository_values(repository);
        let gone = self
            .execute(
                "DELETE FROM registry_blob_links
                 WHERE product = $1 AND component = $2 AND digest = $3",
                &[product, component, digest_value(digest)],
            )
            .await?;
        Ok(gone > 0)
    }

    /// The size of a blob that `repository` shows.
    pub async fn blob_size(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Option<u64>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT b.size FROM registry_blob_links l
                 JOIN registry_blobs b ON b.digest = l.digest
                 WHERE l.product = $1 AND l.component = $2 AND l.digest = $3",
                &[product, component, digest_value(digest)],
            )
            .await?;
        row.map(|row| Ok(row.int(0)?.cast_unsigned())).transpose()
    }

    /// Whether any repository may show the blob: its file must stay.
    pub async fn blob_exists(&mut self, digest: Digest) -> Result<bool, StoreError> {
        let sql = "SELECT size FROM registry_blobs WHERE digest = $1";
        Ok(self.row(sql, &[digest_value(digest)]).await?.is_some())
    }

    /// The blobs whose digest begins with the byte `shard`, in order.
    pub async fn blobs_of_shard(&mut self, shard: u8) -> Result<Vec<Digest>, StoreError> {
        let mut last = [0xff; 32];
        last[0] = shard;
        let mut first = [0; 32];
        first[0] = shard;
        let rows = self
            .rows(
                "SELECT digest FROM registry_blobs
                 WHERE digest >= $1 AND digest <= $2 ORDER BY digest",
                &[Value::Blob(first.to_vec()), Value::Blob(last.to_vec())],
            )
            .await?;
        rows.iter().map(|row| digest_column(row, 0)).collect()
    }

    /// Keeps `digest` (blob or manifest) from the garbage collection until `now` + [`LEASE`].
    pub async fn lease(&mut self, digest: Digest, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO registry_leases (digest, until) VALUES ($1, $2)
             ON CONFLICT (digest) DO UPDATE SET until = excluded.until
             WHERE registry_leases.until < excluded.until",
            &[digest_value(digest), time_value(now + LEASE)],
        )
        .await?;
        Ok(())
    }

    /// Whether a lease on `digest` lasts beyond `time`.
    pub async fn leased_beyond(
        &mut self,
        digest: Digest,
        time: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT until FROM registry_leases WHERE digest = $1 AND until > $2";
        Ok(self
            .row(sql, &[digest_value(digest), time_value(time)])
            .await?
            .is_some())
    }

    async fn link_blob(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let [product, component] = repository_values(repository);
        self.execute(
            "INSERT INTO registry_blob_links (product, component, digest) VALUES ($1, $2, $3)
             ON CONFLICT (product, component, digest) DO NOTHING",
            &[product, component, digest_value(digest)],
        )
        .await?;
        Ok(())
    }
}
