//! Trains: the record of each, every saving of its plan, and which group runs carried it.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{
    id::{Edition, GroupRunId},
    name::Name,
    train::{Train, TrainPlanEdition},
};

impl Tx {
    /// Keeps a train, new or changed.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_train(&mut self, train: &Train) -> Result<(), StoreError> {
        let sql = "INSERT INTO trains (name, is_open, made_at, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (name) DO UPDATE SET is_open = excluded.is_open, record = excluded.record";
        let values = [
            train.name.as_str().into(),
            (!train.status.is_terminal()).into(),
            train.created_at.into(),
            record::write(train).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A train by its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn train(&mut self, name: &Name) -> Result<Option<Train>, StoreError> {
        let sql = "SELECT record FROM trains WHERE name = $1";
        let row = self.row(sql, &[name.as_str().into()]).await?;
        row.map(|row| row.record(0, "train")).transpose()
    }

    /// The trains that have not ended, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_trains(&mut self) -> Result<Vec<Train>, StoreError> {
        let sql = "SELECT record FROM trains WHERE is_open = 1 ORDER BY name";
        trains(&self.rows(sql, &[]).await?)
    }

    /// At most `limit` trains after the first `skip`, those first that have not ended, and of these the newest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn trains(&mut self, skip: u64, limit: u64) -> Result<Vec<Train>, StoreError> {
        let sql = "SELECT record FROM trains ORDER BY is_open DESC, made_at DESC, name LIMIT $1 OFFSET $2";
        trains(&self.rows(sql, &[limit.into(), skip.into()]).await?)
    }

    /// Keeps a saving of a train's plan. The database refuses a number that is taken.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_train_plan(
        &mut self,
        edition: &TrainPlanEdition,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO train_plans (train, edition, record) VALUES ($1, $2, $3)";
        let values = [
            edition.train.as_str().into(),
            edition.edition.0.into(),
            record::write(edition).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// At most `limit` savings of a train's plan with a number below `before`, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn train_plans_before(
        &mut self,
        train: &Name,
        before: Edition,
        limit: u64,
    ) -> Result<Vec<TrainPlanEdition>, StoreError> {
        let sql = "SELECT record FROM train_plans WHERE train = $1 AND edition < $2 \
            ORDER BY edition DESC LIMIT $3";
        let values = [train.as_str().into(), before.0.into(), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "train plan"))
            .collect()
    }

    /// Notes that a group run carries a train.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_train_run(
        &mut self,
        run: GroupRunId,
        train: &Name,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO train_runs (run, train) VALUES ($1, $2)";
        let values = [run.0.into(), train.as_str().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// The train that a group run carries or carried, if one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn train_of_run(&mut self, run: GroupRunId) -> Result<Option<Name>, StoreError> {
        let sql = "SELECT train FROM train_runs WHERE run = $1";
        let row = self.row(sql, &[run.0.into()]).await?;
        row.map(|row| row.parsed(0)).transpose()
    }
}

fn trains(rows: &[Row]) -> Result<Vec<Train>, StoreError> {
    rows.iter().map(|row| row.record(0, "train")).collect()
}
