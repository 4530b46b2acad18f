//! Releases and the revisions rendered from them.

use crate::{Row, StoreError, TargetKey, Tx, Value, record};
use tidegate_domain::{
    name::Name,
    release::Release,
    revision::{Revision, RevisionId},
    version::Version,
};

/// The most revisions that are taken from one target's word.
const SAID_MAX: i64 = 64;

impl Tx {
    /// The number the next release of a product gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_release_number(&mut self, product: &Name) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM releases WHERE product = $1";
        let row = self.row(sql, &[product.as_str().into()]).await?;
        row.map_or(Ok(1), |row| row.unsigned(0))
    }

    /// Keeps a release, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_release(&mut self, release: &Release) -> Result<(), StoreError> {
        let sql = "INSERT INTO releases (product, version, number, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (product, version) DO UPDATE SET record = excluded.record";
        let values = [
            release.product.as_str().into(),
            release.version.as_str().into(),
            release.number.into(),
            record::write(release).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A release by its version.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release(
        &mut self,
        product: &Name,
        version: &Version,
    ) -> Result<Option<Release>, StoreError> {
        let sql = "SELECT record FROM releases WHERE product = $1 AND version = $2";
        let row = self
            .row(sql, &[product.as_str().into(), version.as_str().into()])
            .await?;
        row.map(|row| row.record(0, "release")).transpose()
    }

    /// At most `limit` releases of a product with a number below `before`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn releases_before(
        &mut self,
        product: &Name,
        before: u64,
        limit: u64,
    ) -> Result<Vec<Release>, StoreError> {
        let sql = "SELECT record FROM releases WHERE product = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
        let values = [Value::from(product.as_str()), before.into(), limit.into()];
        self.rows(sql, &values)
            .await?
            .iter()
            .map(|row: &Row| row.record(0, "release"))
            .collect()
    }

    /// Keeps a rendered revision and answers its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_revision(&mut self, revision: &Revision) -> Result<RevisionId, StoreError> {
        let id = revision.id();
        let sql = "INSERT INTO revisions (id, record) VALUES ($1, $2) \
            ON CONFLICT (id) DO UPDATE SET said_by = NULL WHERE revisions.said_by IS NOT NULL";
        self.execute(
            sql,
            &[id.to_string().into(), record::write(revision).into()],
        )
        .await?;
        Ok(id)
    }

    /// Keeps a revision that a target runs and that the record had lost, unless it has said too many already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_said_revision(
        &mut self,
        key: &TargetKey,
        revision: &Revision,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO revisions (id, record, said_by) SELECT $1, $2, $3 \
            WHERE (SELECT COUNT(*) FROM revisions WHERE said_by = $3) < $4 ON CONFLICT (id) DO NOTHING";
        let values = [
            revision.id().to_string().into(),
            record::write(revision).into(),
            key.to_string().into(),
            SAID_MAX.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Whether there is a revision of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_revision(&mut self, id: RevisionId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM revisions WHERE id = $1";
        Ok(self.row(sql, &[id.to_string().into()]).await?.is_some())
    }

    /// Whether a revision is known only because a target said it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_said(&mut self, id: RevisionId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM revisions WHERE id = $1 AND said_by IS NOT NULL";
        Ok(self.row(sql, &[id.to_string().into()]).await?.is_some())
    }

    /// A revision by its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revision(&mut self, id: RevisionId) -> Result<Option<Revision>, StoreError> {
        let row = self
            .row(
                "SELECT record FROM revisions WHERE id = $1",
                &[id.to_string().into()],
            )
            .await?;
        row.map(|row| row.record(0, "revision")).transpose()
    }
}
