//! What people said of deployments before they began.

use crate::{StoreError, Tx, record};
use tidegate_domain::{control::Approval, name::Name};

/// The most that count for one place.
const LIMIT: u64 = 500;

impl Tx {
    /// Keeps a person's word. It never changes; a later word of theirs takes its place.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_approval(&mut self, approval: &Approval) -> Result<(), StoreError> {
        let sql = "INSERT INTO approvals (id, product, environment, record, given_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            approval.id.to_string().into(),
            approval.product.as_str().into(),
            approval.environment.as_str().into(),
            record::write(approval).into(),
            approval.at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was said of deployments to a place, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn approvals_in(
        &mut self,
        product: &Name,
        environment: &Name,
    ) -> Result<Vec<Approval>, StoreError> {
        let sql = "SELECT record FROM approvals WHERE product = $1 AND environment = $2 \
            ORDER BY given_at DESC, id DESC LIMIT $3";
        let values = [
            product.as_str().into(),
            environment.as_str().into(),
            LIMIT.into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| row.record(0, "approval")).collect()
    }
}
