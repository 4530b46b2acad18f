//! The revisions that proved themselves on their targets, the last one of each product.
//!
//! What was proved before the record was put back from a backup counts no more: targets may have come to run something else since,
//! and what proved itself there was lost.

use crate::{StoreError, TargetKey, Tx, targets::in_environment, targets::target_name};
use tidegate_domain::{name::Name, revision::RevisionId};

/// Since the record was put back the last time.
const SINCE: &str = "proved_at > COALESCE((SELECT MAX(restored_at) FROM restores), -1)";

impl Tx {
    /// A target attests that it was healthy on a revision for as long as it had to.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_proved(
        &mut self,
        key: &TargetKey,
        product: &Name,
        revision: RevisionId,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO proved (target, product, revision, proved_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (target, product) DO UPDATE SET revision = excluded.revision, proved_at = excluded.proved_at";
        let values = [
            key.to_string().into(),
            product.as_str().into(),
            revision.to_string().into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What last proved itself on one target.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn proved(
        &mut self,
        key: &TargetKey,
        product: &Name,
    ) -> Result<Option<RevisionId>, StoreError> {
        let sql =
            format!("SELECT revision FROM proved WHERE target = $1 AND product = $2 AND {SINCE}");
        let values = [key.to_string().into(), product.as_str().into()];
        let row = self.row(&sql, &values).await?;
        row.map(|row| Ok(RevisionId(row.parsed(0)?))).transpose()
    }

    /// What last proved itself on every target of an environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn proved_in(
        &mut self,
        environment: &Name,
        product: &Name,
    ) -> Result<Vec<(Name, RevisionId)>, StoreError> {
        let sql = format!(
            "SELECT target, revision FROM proved WHERE product = $1 AND target >= $2 AND target < $3 AND {SINCE}"
        );
        let rows = self
            .rows(&sql, &in_environment(environment, product))
            .await?;
        rows.iter()
            .map(|row| Ok((target_name(row)?, RevisionId(row.parsed(1)?))))
            .collect()
    }
}
