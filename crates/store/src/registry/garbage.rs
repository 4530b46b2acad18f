//! What may go: rows that nothing needs. Files are the registry's business, and only afterwards.
//!
//! Start at [`Tx::collect_registry_rows`].

use super::columns::{digest_column, digest_value, time_value};
use crate::{StoreError, Tx};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::digest::Digest;

/// How long a manifest without a tag is kept after it was pushed.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// The rows that were deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectedRows {
    /// Manifests that nothing names, keeps or speaks for.
    pub manifests: Vec<Digest>,
    /// Blobs that no manifest names and no lease keeps.
    pub blobs: Vec<Digest>,
}

impl Tx {
    /// Deletes the rows of manifests and blobs that are unleased, unreferenced and unpinned, and nothing else.
    pub async fn collect_registry_rows(
        &mut self,
        now: Timestamp,
    ) -> Result<CollectedRows, StoreError> {
        let mut collected = CollectedRows::default();
        let sql = "DELETE FROM registry_leases WHERE until <= $1";
        self.execute(sql, &[time_value(now)]).await?;
        // Deleting an index frees its children, so go on until a round finds nothing.
        loop {
            let round = self.collect_manifests(now).await?;
            if round.is_empty() {
                break;
            }
            collected.manifests.extend(round);
        }
        collected.blobs = self.collect_blobs().await?;
        Ok(collected)
    }

    /// What is attached stays as long as its artifact is shown beside it: by its subject, or because it once had a tag that
    /// names the artifact. Whoever moves that tag takes nothing away.
    async fn collect_manifests(&mut self, now: Timestamp) -> Result<Vec<Digest>, StoreError> {
        let rows = self
            .rows(
                "DELETE FROM registry_manifests WHERE created < $1
                 AND NOT EXISTS (SELECT 1 FROM registry_tags t
                                 WHERE t.digest = registry_manifests.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_pins p
                                 WHERE p.digest = registry_manifests.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_leases e
                                 WHERE e.digest = registry_manifests.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_references r
                                 WHERE r.digest = registry_manifests.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_manifests s
                                 JOIN registry_manifest_links l
                                   ON l.digest = registry_manifests.digest
                                 WHERE s.digest = registry_manifests.subject)
                 AND NOT EXISTS (SELECT 1 FROM registry_manifest_links l
                                 JOIN attachments a
                                   ON a.product = l.product AND a.component = l.component
                                   AND a.manifest = l.digest AND a.artifact <> a.manifest
                                 JOIN registry_manifest_links s
                                   ON s.product = a.product AND s.component = a.component
                                   AND s.digest = a.artifact
                                 WHERE l.digest = registry_manifests.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_manifest_links l
                                 JOIN attachments_unread u
                                   ON u.product = l.product AND u.component = l.component
                                   AND u.manifest = l.digest AND u.artifact <> u.manifest
                                 JOIN registry_manifest_links s
                                   ON s.product = u.product AND s.component = u.component
                                   AND s.digest = u.artifact
                                 WHERE l.digest = registry_manifests.digest)
                 RETURNING digest",
                &[time_value(now - GRACE)],
            )
            .await?;
        let gone: Vec<Digest> = rows
            .iter()
            .map(|row| digest_column(row, 0))
            .collect::<Result<_, _>>()?;
        for digest in &gone {
            for sql in [
                "DELETE FROM registry_references WHERE manifest = $1",
                "DELETE FROM registry_manifest_links WHERE digest = $1",
            ] {
                self.execute(sql, &[digest_value(*digest)]).await?;
            }
            self.forget_attachments(*digest).await?;
            self.forget_quarantine(*digest).await?;
        }
        Ok(gone)
    }

    async fn collect_blobs(&mut self) -> Result<Vec<Digest>, StoreError> {
        let rows = self
            .rows(
                "DELETE FROM registry_blobs
                 WHERE NOT EXISTS (SELECT 1 FROM registry_leases e
                                   WHERE e.digest = registry_blobs.digest)
                 AND NOT EXISTS (SELECT 1 FROM registry_references r
                                 WHERE r.digest = registry_blobs.digest)
                 RETURNING digest",
                &[],
            )
            .await?;
        let gone: Vec<Digest> = rows
            .iter()
            .map(|row| digest_column(row, 0))
            .collect::<Result<_, _>>()?;
        for digest in &gone {
            let sql = "DELETE FROM registry_blob_links WHERE digest = $1";
            self.execute(sql, &[digest_value(*digest)]).await?;
        }
        Ok(gone)
    }
}
