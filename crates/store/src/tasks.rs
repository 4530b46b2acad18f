//! Tasks of releases.

use crate::{Row, StoreError, Tx, Value, record};
use tidegate_domain::{
    id::TaskId,
    name::Name,
    planning::{Party, Task},
    version::Version,
};

impl Tx {
    /// The number the next task gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_task(&mut self) -> Result<TaskId, StoreError> {
        self.count_up("task").await.map(TaskId)
    }

    /// Keeps a task, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_task(&mut self, task: &Task) -> Result<(), StoreError> {
        let sql = "INSERT INTO tasks (id, product, version, owner, assignee, pending, due, record, is_action) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, assignee = excluded.assignee, \
            pending = excluded.pending, due = excluded.due, record = excluded.record";
        let values = [
            task.id.0.into(),
            task.product.as_str().into(),
            task.version.as_str().into(),
            task.owner.to_string().into(),
            task.assignee.as_ref().map_or("", Name::as_str).into(),
            task.state.is_pending().into(),
            task.due.map_or(Value::Int(i64::MAX), Value::from),
            record::write(task).into(),
            (!task.is_for_release()).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A task by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn task(&mut self, id: TaskId) -> Result<Option<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "task")).transpose()
    }

    /// The tasks of a release, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tasks_of(
        &mut self,
        (product, version): (&Name, &Version),
    ) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE product = $1 AND version = $2 ORDER BY id";
        let values = [product.as_str().into(), version.as_str().into()];
        read(&self.rows(sql, &values).await?)
    }

    /// At most `limit` tasks that are still to be done and that somebody took or was asked to do, the most urgent first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tasks_taken_by(
        &mut self,
        person: &Name,
        limit: u64,
    ) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE assignee = $1 AND pending = 1 ORDER BY due, id LIMIT $2";
        read(
            &self
                .rows(sql, &[person.as_str().into(), limit.into()])
                .await?,
        )
    }

    /// At most `limit` tasks that are still to be done, fall to a party and are taken by nobody, the most urgent first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tasks_waiting_for(
        &mut self,
        party: &Party,
        limit: u64,
    ) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE owner = $1 AND pending = 1 AND assignee = '' ORDER BY due, id LIMIT $2";
        read(
            &self
                .rows(sql, &[party.to_string().into(), limit.into()])
                .await?,
        )
    }

    /// At most `limit` tasks that are actions of reviews, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actions(&mut self, limit: u64) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE is_action = 1 ORDER BY id DESC LIMIT $1";
        read(&self.rows(sql, &[limit.into()]).await?)
    }

    /// At most `limit` tasks that are still to be done, whosever they are, the most urgent first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pending_tasks(&mut self, limit: u64) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT record FROM tasks WHERE pending = 1 ORDER BY due, id LIMIT $1";
        read(&self.rows(sql, &[limit.into()]).await?)
    }
}

fn read(rows: &[Row]) -> Result<Vec<Task>, StoreError> {
    rows.iter().map(|row| row.record(0, "task")).collect()
}
