//! Manifests that speak of artifacts and wait to be read.

use super::{
    Repository,
    attachments::repository,
    columns::{digest_column, digest_value, repository_values, time_value},
};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::digest::Digest;

/// A manifest that waits to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadAttachment {
    /// Where it was put.
    pub repository: Repository,
    /// It.
    pub manifest: Digest,
    /// What it speaks of.
    pub artifact: Digest,
    /// When it was put first.
    pub received: Timestamp,
    /// How often reading it failed.
    pub tries: u64,
    /// Another, whenever something changed that reading depends on; begins with the time, so that none comes twice.
    pub version: u64,
}

impl Tx {
    /// A manifest that speaks of `artifact` waits to be read.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_attachment_put(
        &mut self,
        repository: &Repository,
        (manifest, artifact): (Digest, Digest),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO attachments_unread \
              (product, component, manifest, artifact, received, again, due, tries, version) \
            VALUES ($1, $2, $3, $4, $5, 0, $5, 0, $5) \
            ON CONFLICT (product, component, manifest, artifact) DO UPDATE \
              SET again = 0, due = excluded.due, tries = 0, version = attachments_unread.version + 1";
        let [product, component] = repository_values(repository);
        let values = [
            product,
            component,
            digest_value(manifest),
            digest_value(artifact),
            time_value(now),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Manifests whose turn it is: those that were never read first, then those that wait the longest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unread_attachments(
        &mut self,
        limit: u64,
    ) -> Result<Vec<UnreadAttachment>, StoreError> {
        let sql = "SELECT product, component, manifest, artifact, received, tries, version \
            FROM attachments_unread WHERE due <= $1 ORDER BY again, due, manifest, artifact LIMIT $2";
        let now = time_value(self.now());
        let rows = self.rows(sql, &[now, limit.into()]).await?;
        rows.iter().map(unread).collect()
    }

    /// How many manifests that speak of `artifact` wait to be read, whenever their turn is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unread_attachments_of(
        &mut self,
        repository: &Repository,
        artifact: Digest,
    ) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM attachments_unread \
            WHERE artifact = $3 AND product = $1 AND component = $2";
        let [product, component] = repository_values(repository);
        let row = self
            .row(sql, &[product, component, digest_value(artifact)])
            .await?;
        row.map_or(Ok(0), |row| row.unsigned(0))
    }

    /// Reading it failed: its next turn is at `due`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_attachment_failed(
        &mut self,
        of: &UnreadAttachment,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE attachments_unread SET tries = tries + 1, due = $6 \
            WHERE product = $1 AND component = $2 AND manifest = $3 AND artifact = $4 AND version = $5";
        let mut values = place(of);
        values.push(time_value(due));
        self.execute(sql, &values).await.map(drop)
    }

    /// Every bill of materials waits to be read again, because what is known against its parts has changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_bills_unread(&mut self) -> Result<(), StoreError> {
        // Whoever reads one at this moment may not have seen what changed.
        let sql = "UPDATE attachments_unread SET version = version + 1";
        self.execute(sql, &[]).await?;
        let sql = "INSERT INTO attachments_unread \
              (product, component, manifest, artifact, received, again, due, tries, version) \
            SELECT product, component, manifest, artifact, MIN(received), 1, CAST($1 AS BIGINT), 0, CAST($1 AS BIGINT) \
              FROM attachments WHERE is_bill = 1 GROUP BY product, component, manifest, artifact \
            ON CONFLICT (product, component, manifest, artifact) DO NOTHING";
        let now = time_value(self.now());
        self.execute(sql, &[now]).await.map(drop)
    }

    /// A manifest was read. It waits on if something changed meanwhile.
    pub(super) async fn record_attachment_read(
        &mut self,
        of: &UnreadAttachment,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM attachments_unread \
            WHERE product = $1 AND component = $2 AND manifest = $3 AND artifact = $4 AND version = $5";
        self.execute(sql, &place(of)).await.map(drop)
    }
}

/// What names a row, in the state in which it was found.
fn place(of: &UnreadAttachment) -> Vec<Value> {
    let [product, component] = repository_values(&of.repository);
    vec![
        product,
        component,
        digest_value(of.manifest),
        digest_value(of.artifact),
        of.version.into(),
    ]
}

fn unread(row: &Row) -> Result<UnreadAttachment, StoreError> {
    Ok(UnreadAttachment {
        repository: repository(row)?,
        manifest: digest_column(row, 2)?,
        artifact: digest_column(row, 3)?,
        received: row.time(4)?,
        tries: row.unsigned(5)?,
        version: row.unsigned(6)?,
    })
}
