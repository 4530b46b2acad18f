//! Whether the bytes of blobs are still what their digests say: when that was looked at, and what was found.

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_values, time_value},
};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::digest::Digest;

/// A blob to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobToCheck {
    /// It.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
}

impl Tx {
    /// Blobs that nobody has looked at since `since`, the longest first. Those that are known to be damaged are left out.
    pub async fn blobs_unchecked(
        &mut self,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<BlobToCheck>, StoreError> {
        let sql = "SELECT digest, size FROM registry_blobs \
            WHERE checked_at < $1 AND damaged_at IS NULL ORDER BY checked_at, digest LIMIT $2";
        let rows = self.rows(sql, &[time_value(since), limit.into()]).await?;
        rows.iter().map(to_check).collect()
    }

    /// All blobs behind `after`, in the order of their digests.
    pub async fn blobs_behind(
        &mut self,
        after: Option<Digest>,
        limit: u64,
    ) -> Result<Vec<BlobToCheck>, StoreError> {
        let sql =
            "SELECT digest, size FROM registry_blobs WHERE digest > $1 ORDER BY digest LIMIT $2";
        let after = after.map_or_else(|| Value::Blob(Vec::new()), digest_value);
        let rows = self.rows(sql, &[after, limit.into()]).await?;
        rows.iter().map(to_check).collect()
    }

    /// A blob was looked at, and is sound.
    pub async fn record_blob_sound(
        &mut self,
        digest: Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE registry_blobs SET checked_at = $2, damaged_at = NULL WHERE digest = $1";
        self.execute(sql, &[digest_value(digest), time_value(now)])
            .await
            .map(drop)
    }

    /// A blob could not be looked at: it counts as looked at before, at `checked_at`.
    pub async fn record_blob_unread(
        &mut self,
        digest: Digest,
        checked_at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE registry_blobs SET checked_at = $2 WHERE digest = $1";
        self.execute(sql, &[digest_value(digest), time_value(checked_at)])
            .await
            .map(drop)
    }

    /// The bytes of a blob are others than its digest says, or gone. False: that was known.
    pub async fn record_blob_damaged(
        &mut self,
        digest: Digest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE registry_blobs SET checked_at = $2, damaged_at = $2 \
            WHERE digest = $1 AND damaged_at IS NULL";
        let changed = self
            .execute(sql, &[digest_value(digest), time_value(now)])
            .await?;
        Ok(changed > 0)
    }

    /// The blobs that are known to be damaged.
    pub async fn damaged_blobs(&mut self) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT digest FROM registry_blobs WHERE damaged_at IS NOT NULL ORDER BY digest";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| digest_column(row, 0)).collect()
    }

    /// The repositories that show a blob.
    pub async fn repositories_of_blob(
        &mut self,
        digest: Digest,
    ) -> Result<Vec<Repository>, StoreError> {
        let sql = "SELECT product, component FROM registry_blob_links \
            WHERE digest = $1 ORDER BY product, component";
        let rows = self.rows(sql, &[digest_value(digest)]).await?;
        let repository = |row: &Row| {
            Ok(Repository {
                product: row.parsed(0)?,
                component: row.parsed(1)?,
            })
        };
        rows.iter().map(repository).collect()
    }

    /// Whether `repository` shows a manifest, and nothing that it names is known to be damaged.
    pub async fn is_whole(
        &mut self,
        repository: &Repository,
        manifest: Digest,
    ) -> Result<bool, StoreError> {
        let sql = "WITH RECURSIVE down (digest) AS (
              SELECT digest FROM registry_manifest_links
              WHERE product = $1 AND component = $2 AND digest = $3
              UNION
              SELECT r.digest FROM registry_references r JOIN down ON r.manifest = down.digest
            )
            SELECT COUNT(*), COUNT(b.damaged_at) FROM down
            LEFT JOIN registry_blobs b ON b.digest = down.digest";
        let [product, component] = repository_values(repository);
        let row = self
            .row(sql, &[product, component, digest_value(manifest)])
            .await?;
        row.map_or(Ok(false), |row| Ok(row.int(0)? > 0 && row.int(1)? == 0))
    }
}

fn to_check(row: &Row) -> Result<BlobToCheck, StoreError> {
    Ok(BlobToCheck {
        digest: digest_column(row, 0)?,
        size: row.unsigned(1)?,
    })
}
