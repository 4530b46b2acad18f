//! Reviews of releases, and the reports that were in front of people when they closed them.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{
    canonical,
    digest::Digest,
    name::Name,
    review::{Report, Review},
    version::Version,
};

impl Tx {
    /// Keeps a review, new or changed.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_review(&mut self, review: &Review) -> Result<(), StoreError> {
        let sql = "INSERT INTO reviews (product, version, begun, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (product, version) DO UPDATE SET record = excluded.record";
        let values = [
            review.product.as_str().into(),
            review.version.as_str().into(),
            review.begun.into(),
            record::write(review).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// The review of a release.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn review(
        &mut self,
        (product, version): (&Name, &Version),
    ) -> Result<Option<Review>, StoreError> {
        let sql = "SELECT record FROM reviews WHERE product = $1 AND version = $2";
        let values = [product.as_str().into(), version.as_str().into()];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.record(0, "review")).transpose()
    }

    /// At most `limit` reviews, those first that were begun last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reviews(&mut self, limit: u64) -> Result<Vec<Review>, StoreError> {
        let sql = "SELECT record FROM reviews ORDER BY begun DESC, product, version LIMIT $1";
        let rows = self.rows(sql, &[limit.into()]).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "review"))
            .collect()
    }

    /// Keeps a report as it was in front of people, by its hash.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_review_report(
        &mut self,
        (product, version): (&Name, &Version),
        report: &Report,
    ) -> Result<Digest, StoreError> {
        let sql = "INSERT INTO review_reports (product, version, hash, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (product, version, hash) DO NOTHING";
        let hash = canonical::hash(report);
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            hash.to_string().into(),
            record::write(report).into(),
        ];
        self.execute(sql, &values).await?;
        Ok(hash)
    }

    /// A report that was kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn review_report(
        &mut self,
        (product, version): (&Name, &Version),
        hash: Digest,
    ) -> Result<Option<Report>, StoreError> {
        let sql =
            "SELECT record FROM review_reports WHERE product = $1 AND version = $2 AND hash = $3";
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            hash.to_string().into(),
        ];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.record(0, "report of a review"))
            .transpose()
    }
}
