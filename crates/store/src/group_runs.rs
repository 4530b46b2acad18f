//! Group runs: deployments that move in lockstep.

use crate::{StoreError, Tx, record};
use tidegate_domain::{group::GroupRun, id::GroupRunId};

impl Tx {
    /// The number the next group run gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_group_run(&mut self) -> Result<GroupRunId, StoreError> {
        self.count_up("group-run").await.map(GroupRunId)
    }

    /// Keeps a group run, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_group_run(&mut self, group: &GroupRun) -> Result<(), StoreError> {
        let sql = "INSERT INTO group_runs (id, running, record, made_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id) DO UPDATE SET running = excluded.running, record = excluded.record";
        let values = [
            group.id.0.into(),
            (!group.status.is_terminal()).into(),
            record::write(group).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A group run by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn group_run(&mut self, id: GroupRunId) -> Result<Option<GroupRun>, StoreError> {
        let sql = "SELECT record FROM group_runs WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "group run")).transpose()
    }

    /// The group runs that have not ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_group_runs(&mut self) -> Result<Vec<GroupRun>, StoreError> {
        let sql = "SELECT record FROM group_runs WHERE running = 1 ORDER BY id";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| row.record(0, "group run")).collect()
    }

    /// At most `limit` group runs below number `before`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn group_runs_before(
        &mut self,
        before: GroupRunId,
        limit: u64,
    ) -> Result<Vec<GroupRun>, StoreError> {
        let sql = "SELECT record FROM group_runs WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let rows = self.rows(sql, &[before.0.into(), limit.into()]).await?;
        rows.iter().map(|row| row.record(0, "group run")).collect()
    }
}
