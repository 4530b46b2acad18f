//! Rollbacks that somebody asked for who may not roll back themselves.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{deployment::AskedReturn, id::DeploymentId};

impl Tx {
    /// Keeps a rollback that is asked for, or what was said to it, instead of what was asked of the same deployment before.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_asked_return(&mut self, asked: &AskedReturn) -> Result<(), StoreError> {
        let sql = "INSERT INTO asked_returns (deployment, is_open, record) VALUES ($1, $2, $3) \
            ON CONFLICT (deployment) DO UPDATE SET is_open = excluded.is_open, record = excluded.record";
        let values = [
            asked.deployment.0.into(),
            asked.answer.is_none().into(),
            record::write(asked).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was asked last of a deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn asked_return(
        &mut self,
        deployment: DeploymentId,
    ) -> Result<Option<AskedReturn>, StoreError> {
        let sql = "SELECT record FROM asked_returns WHERE deployment = $1";
        let row = self.row(sql, &[deployment.0.into()]).await?;
        row.map(|row| row.record(0, "asked return")).transpose()
    }

    /// At most `limit` that nobody answered, the newest first; what happened there since may have overtaken them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_asked_returns(&mut self, limit: u64) -> Result<Vec<AskedReturn>, StoreError> {
        let sql =
            "SELECT record FROM asked_returns WHERE is_open = 1 ORDER BY deployment DESC LIMIT $1";
        let rows = self.rows(sql, &[limit.into()]).await?;
        let read = |row: &Row| row.record(0, "asked return");
        rows.iter().map(read).collect()
    }
}
