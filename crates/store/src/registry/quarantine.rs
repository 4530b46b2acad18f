//! Which artifacts are in quarantine, as far as the journal was told, and what anything about that rests on.
//!
//! May not: decide what is in quarantine. Whoever asks is answered by what is known then, not by these rows.

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_columns, repository_values},
};
use crate::{Row, StoreError, Tx, Value, record};
use jiff::Timestamp;
use tidegate_domain::{control::Stop, digest::Digest};

/// An artifact that was in quarantine at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What keeps it there; nothing once it left.
    pub stops: Vec<Stop>,
    /// Since when it is there, or is not any more.
    pub since: Timestamp,
}

impl Tx {
    /// Grows whenever something is read or gone that says something of an artifact, or an exception changes.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn trust_changes(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'trust'";
        let row = self.row(sql, &[]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    pub(crate) async fn count_trust_change(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ('trust', 1) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        self.execute(sql, &[]).await.map(drop)
    }

    /// Keeps what keeps an artifact in quarantine from now on; nothing: it leaves.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_quarantine(
        &mut self,
        of: &Repository,
        artifact: Digest,
        stops: &[Stop],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine (product, component, digest, held, record, since) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (product, component, digest) DO UPDATE \
            SET held = excluded.held, record = excluded.record, since = excluded.since";
        let [product, component] = repository_values(of);
        let values = [
            product,
            component,
            digest_value(artifact),
            i64::from(!stops.is_empty()).into(),
            record::write(&stops).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What the journal was told last of an artifact; none where it was never in quarantine.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn quarantined(
        &mut self,
        of: &Repository,
        artifact: Digest,
    ) -> Result<Option<Quarantined>, StoreError> {
        let sql = "SELECT record, since FROM quarantine WHERE product = $1 AND component = $2 AND digest = $3";
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(artifact)];
        let row = self.row(sql, &values).await?;
        let read = |row: Row| {
            Ok(Quarantined {
                stops: row.record(0, "quarantine")?,
                since: row.time(1)?,
            })
        };
        row.map(read).transpose()
    }

    /// Whether anything is in quarantine, as far as the journal was told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_quarantined(&mut self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM quarantine WHERE held = 1 LIMIT 1";
        Ok(self.row(sql, &[]).await?.is_some())
    }

    /// Manifests that no other one in their repository names, behind `after`, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn whole_artifacts_after(
        &mut self,
        after: Option<&(Repository, Digest)>,
        limit: u64,
    ) -> Result<Vec<(Repository, Digest)>, StoreError> {
        let sql = "SELECT l.product, l.component, l.digest FROM registry_manifest_links l \
            WHERE (l.product, l.component, l.digest) > ($1, $2, $3) AND NOT EXISTS ( \
              SELECT 1 FROM registry_references r JOIN registry_manifest_links p \
                ON p.product = l.product AND p.component = l.component AND p.digest = r.manifest \
              WHERE r.digest = l.digest) \
            ORDER BY l.product, l.component, l.digest LIMIT $4";
        let nothing = || Value::Blob(Vec::new());
        let [product, component, digest] = match after {
            Some((of, digest)) => {
                let [product, component] = repository_values(of);
                [product, component, digest_value(*digest)]
            }
            None => ["".into(), "".into(), nothing()],
        };
        let values = [product, component, digest, limit.into()];
        let read = |row: &Row| Ok((repository_columns(row)?, digest_column(row, 2)?));
        self.rows(sql, &values).await?.iter().map(read).collect()
    }

    /// The manifests of a repository that name a blob or another manifest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn manifests_naming(
        &mut self,
        of: &Repository,
        digest: Digest,
        limit: u64,
    ) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT r.manifest FROM registry_references r \
            JOIN registry_manifest_links l ON l.digest = r.manifest \
            WHERE r.digest = $3 AND l.product = $1 AND l.component = $2 ORDER BY r.manifest LIMIT $4";
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(digest), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| digest_column(row, 0)).collect()
    }

    /// The artifacts that a manifest is attached to.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn attached_to(
        &mut self,
        of: &Repository,
        manifest: Digest,
    ) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT artifact FROM attachments WHERE product = $1 AND component = $2 AND manifest = $3 \
            UNION SELECT artifact FROM attachments_unread WHERE product = $1 AND component = $2 AND manifest = $3";
        let [product, component] = repository_values(of);
        let rows = self
            .rows(sql, &[product, component, digest_value(manifest)])
            .await?;
        rows.iter().map(|row| digest_column(row, 0)).collect()
    }
}
