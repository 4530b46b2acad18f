//! Manifests: immutable documents by digest, the repositories that link them, what they name, who names them.
//!
//! Start at [`Tx::record_manifest_put`].

use super::{
    Repository,
    columns::{digest_column, digest_value, optional_text, repository_values, time_value},
};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::{digest::Digest, version::Version};

/// A manifest as it was read and checked, ready to be recorded.
#[derive(Debug, Clone)]
pub struct ManifestRecord {
    /// The digest of `body`.
    pub digest: Digest,
    /// What kind of document it is.
    pub media_type: String,
    /// What the document says it holds.
    pub artifact_type: Option<String>,
    /// The manifest that this one speaks of.
    pub subject: Option<Digest>,
    /// A JSON object of the annotations, kept apart for the listing of referrers.
    pub annotations: Option<String>,
    /// The blobs and child manifests it names.
    pub references: Vec<Digest>,
    /// The document, byte for byte.
    pub body: Vec<u8>,
}

/// A manifest as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// The digest of `body`.
    pub digest: Digest,
    /// What kind of document it is.
    pub media_type: String,
    /// The document, byte for byte.
    pub body: Vec<u8>,
}

/// One line of a list of referrers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferrerRecord {
    /// The referring manifest.
    pub digest: Digest,
    /// What kind of document it is.
    pub media_type: String,
    /// What the document says it holds.
    pub artifact_type: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// A JSON object.
    pub annotations: Option<String>,
}

/// Which referrers to list.
#[derive(Debug, Clone)]
pub struct ReferrerPage {
    /// Where.
    pub repository: Repository,
    /// Of which manifest.
    pub subject: Digest,
    /// Only of this type.
    pub artifact_type: Option<String>,
    /// Only behind this one.
    pub after: Option<Digest>,
    /// At most so many.
    pub limit: u32,
}

impl Tx {
    /// The manifest becomes visible in `repository`.
    pub async fn record_manifest_put(
        &mut self,
        repository: &Repository,
        manifest: &ManifestRecord,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO registry_manifests
               (digest, media_type, artifact_type, subject, annotations, body, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (digest) DO UPDATE SET created = excluded.created",
            &[
                digest_value(manifest.digest),
                Value::Text(manifest.media_type.clone()),
                optional_text(manifest.artifact_type.as_deref()),
                manifest.subject.map_or(Value::Null, digest_value),
                optional_text(manifest.annotations.as_deref()),
                Value::Blob(manifest.body.clone()),
                time_value(now),
            ],
        )
        .await?;
        for reference in &manifest.references {
            self.execute(
                "INSERT INTO registry_references (manifest, digest) VALUES ($1, $2)
                 ON CONFLICT (manifest, digest) DO NOTHING",
                &[digest_value(manifest.digest), digest_value(*reference)],
            )
            .await?;
        }
        let [product, component] = repository_values(repository);
        self.execute(
            "INSERT INTO registry_manifest_links (product, component, digest) VALUES ($1, $2, $3)
             ON CONFLICT (product, component, digest) DO NOTHING",
            &[product, component, digest_value(manifest.digest)],
        )
        .await?;
        self.record_quarantine_due(repository, manifest.digest)
            .await
    }

    /// `repository` no longer shows the manifest, nor the tags that named it. False: it did not.
    pub async fn record_manifest_deleted(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<bool, StoreError> {
        let [product, component] = repository_values(repository);
        let values = [product, component, digest_value(digest)];
        self.execute(
            "DELETE FROM registry_tags WHERE product = $1 AND component = $2 AND digest = $3",
            &values,
        )
        .await?;
        let gone = self
            .execute(
                "DELETE FROM registry_manifest_links
                 WHERE product = $1 AND component = $2 AND digest = $3",
                &values,
            )
            .await?;
        if gone > 0 {
            for table in ["quarantine", "quarantine_due"] {
                let sql = format!(
                    "DELETE FROM {table} WHERE product = $1 AND component = $2 AND digest = $3"
                );
                self.execute(&sql, &values).await?;
            }
            self.record_quarantine_due_around(repository, digest)
                .await?;
            self.count_trust_change().await?;
        }
        Ok(gone > 0)
    }

    /// A manifest that `repository` shows.
    pub async fn manifest_in(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Option<StoredManifest>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT m.digest, m.media_type, m.body FROM registry_manifest_links l
                 JOIN registry_manifests m ON m.digest = l.digest
                 WHERE l.product = $1 AND l.component = $2 AND l.digest = $3",
                &[product, component, digest_value(digest)],
            )
            .await?;
        row.as_ref().map(stored_manifest).transpose()
    }

    /// The manifest that a tag of `repository` names.
    pub async fn manifest_tagged(
        &mut self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<Option<StoredManifest>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT m.digest, m.media_type, m.body FROM registry_tags t
                 JOIN registry_manifests m ON m.digest = t.digest
                 WHERE t.product = $1 AND t.component = $2 AND t.tag = $3",
                &[product, component, Value::Text(tag.as_str().to_owned())],
            )
            .await?;
        row.as_ref().map(stored_manifest).transpose()
    }

    /// A manifest by its digest, in whatever repository it is.
    pub async fn manifest(&mut self, digest: Digest) -> Result<Option<StoredManifest>, StoreError> {
        let sql = "SELECT digest, media_type, body FROM registry_manifests WHERE digest = $1";
        let row = self.row(sql, &[digest_value(digest)]).await?;
        row.as_ref().map(stored_manifest).transpose()
    }

    /// Whether a manifest names `digest` as a blob or child.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn manifest_references(
        &mut self,
        manifest: Digest,
        digest: Digest,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT manifest FROM registry_references WHERE manifest = $1 AND digest = $2";
        let values = [manifest, digest].map(|d| Value::from(d.as_bytes().to_vec()));
        Ok(self.row(sql, &values).await?.is_some())
    }

    /// How many bytes the blobs have that a manifest names.
    pub async fn bytes_of_manifest(&mut self, manifest: Digest) -> Result<u64, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(b.size), 0) AS BIGINT) FROM registry_references r \
            JOIN registry_blobs b ON b.digest = r.digest WHERE r.manifest = $1";
        let row = self.row(sql, &[digest_value(manifest)]).await?;
        row.map_or(Ok(0), |row| row.unsigned(0))
    }

    /// A manifest that `repository` shows and that names `digest`.
    pub async fn manifest_naming(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Option<Digest>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT r.manifest FROM registry_references r
                 JOIN registry_manifest_links l ON l.digest = r.manifest
                 WHERE r.digest = $3 AND l.product = $1 AND l.component = $2
                 ORDER BY r.manifest LIMIT 1",
                &[product, component, digest_value(digest)],
            )
            .await?;
        row.as_ref().map(|row| digest_column(row, 0)).transpose()
    }

    /// The manifests that speak of a subject, in the order of their digests.
    pub async fn referrers(
        &mut self,
        page: &ReferrerPage,
    ) -> Result<Vec<ReferrerRecord>, StoreError> {
        let [product, component] = repository_values(&page.repository);
        let after = page
            .after
            .map_or_else(Vec::new, |digest| digest.as_bytes().to_vec());
        let rows = self
            .rows(
                "SELECT m.digest, m.media_type, m.artifact_type, LENGTH(m.body), m.annotations
                 FROM registry_manifests m
                 JOIN registry_manifest_links l ON l.digest = m.digest
                 WHERE m.subject = $3 AND l.product = $1 AND l.component = $2 AND m.digest > $4
                   AND ($5 = '' OR m.artifact_type = $5)
                 ORDER BY m.digest LIMIT $6",
                &[
                    product,
                    component,
                    digest_value(page.subject),
                    Value::Blob(after),
                    Value::Text(page.artifact_type.clone().unwrap_or_default()),
                    Value::Int(i64::from(page.limit)),
                ],
            )
            .await?;
        rows.iter().map(referrer_record).collect()
    }

    /// The annotations, each a JSON object, of at most `limit` manifests that speak of a subject, those that came last first.
    pub async fn annotations_about(
        &mut self,
        repository: &Repository,
        subject: Digest,
        limit: u64,
    ) -> Result<Vec<String>, StoreError> {
        let [product, component] = repository_values(repository);
        let rows = self
            .rows(
                "SELECT m.annotations FROM registry_manifests m
                 JOIN registry_manifest_links l ON l.digest = m.digest
                 WHERE m.subject = $3 AND l.product = $1 AND l.component = $2 AND m.annotations IS NOT NULL
                 ORDER BY m.created DESC, m.digest LIMIT $4",
                &[product, component, digest_value(subject), limit.into()],
            )
            .await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }
}

fn stored_manifest(row: &Row) -> Result<StoredManifest, StoreError> {
    Ok(StoredManifest {
        digest: digest_column(row, 0)?,
        media_type: row.text(1)?.to_owned(),
        body: row.blob(2)?.to_vec(),
    })
}

fn referrer_record(row: &Row) -> Result<ReferrerRecord, StoreError> {
    Ok(ReferrerRecord {
        digest: digest_column(row, 0)?,
        media_type: row.text(1)?.to_owned(),
        artifact_type: row.optional_text(2)?.map(str::to_owned),
        size: row.int(3)?.cast_unsigned(),
        annotations: row.optional_text(4)?.map(str::to_owned),
    })
}
