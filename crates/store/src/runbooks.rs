//! Runbooks: every edition of each, and what deployments run by.

use crate::{Row, StoreError, Tx, Value, record};
use tidegate_domain::{
    id::{DeploymentId, Edition},
    runbook::{Conducted, Errand, RunbookEdition},
};

impl Tx {
    /// Keeps an edition. The database refuses a number that is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_runbook(&mut self, edition: &RunbookEdition) -> Result<(), StoreError> {
        let sql = "INSERT INTO runbook_editions (product, version, environment, way, edition, record) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let [product, version, environment, way] = errand(&edition.of);
        let values = [
            product,
            version,
            environment,
            way,
            edition.edition.0.into(),
            record::write(edition).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// At most `limit` editions of a runbook with a number below `before`, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn runbooks_before(
        &mut self,
        of: &Errand,
        (before, limit): (Edition, u64),
    ) -> Result<Vec<RunbookEdition>, StoreError> {
        let sql = "SELECT record FROM runbook_editions \
            WHERE product = $1 AND version = $2 AND environment = $3 AND way = $4 AND edition < $5 \
            ORDER BY edition DESC LIMIT $6";
        let [product, version, environment, way] = errand(of);
        let values = [
            product,
            version,
            environment,
            way,
            before.0.into(),
            limit.into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "runbook"))
            .collect()
    }

    /// Keeps how far a deployment is with one of its runbooks, in place of what was kept before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_conducted(&mut self, conducted: &Conducted) -> Result<(), StoreError> {
        let sql = "INSERT INTO runbook_runs (deployment, way, is_open, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (deployment, way) DO UPDATE SET is_open = excluded.is_open, record = excluded.record";
        let values = [
            conducted.deployment.0.into(),
            conducted.runbook.way.word().into(),
            i64::from(conducted.is_open()).into(),
            record::write(conducted).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What a deployment runs by: its deployment plan first, then its backout plan, as far as there are any.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn conducted(
        &mut self,
        deployment: DeploymentId,
    ) -> Result<Vec<Conducted>, StoreError> {
        let sql = "SELECT record FROM runbook_runs WHERE deployment = $1 ORDER BY way DESC";
        let rows = self.rows(sql, &[deployment.0.into()]).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "runbook of a deployment"))
            .collect()
    }
}

impl Tx {
    /// The deployments with steps to which something may still happen, in their order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_runbooks(&mut self) -> Result<Vec<DeploymentId>, StoreError> {
        let sql =
            "SELECT DISTINCT deployment FROM runbook_runs WHERE is_open = 1 ORDER BY deployment";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row: &Row| row.unsigned(0).map(DeploymentId))
            .collect()
    }
}

fn errand(of: &Errand) -> [Value; 4] {
    [
        of.product.as_str().into(),
        of.version.as_str().into(),
        of.environment.as_str().into(),
        of.way.word().into(),
    ]
}
